"""The page of an API's check: before, during and after, with and without htmx."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.apis.models import Api
from onboarding.core.jobs import JobStatus
from onboarding.suppliers.models import Organization
from onboarding.testtokens.models import Check, Nightly, Result
from onboarding.testtokens.queries import setup_hash
from tests.factories import make_api, make_check, make_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(acme: Organization) -> Api:
    made = make_api(acme, name="Registeret", test_url="https://api.example.no/things")
    make_scope(made)
    return made


def url(name: str, api: Api, *args: object) -> str:
    return reverse(f"testtokens:{name}", args=["test", api.organization.number, api.pk, *args])


def page(client: Client, api: Api, **headers: str) -> str:
    answer = client.get(url("check", api), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def add(check: Check, fault: str, verdict: str, finding: str = "", position: int = 0) -> Result:
    return Result.objects.create(
        check_run=check,
        position=position,
        fault=fault,
        kind="bound",
        verdict=verdict,
        finding=finding,
        status=200,
        milliseconds=3,
    )


def test_a_check_is_started_and_followed_until_it_ends(
    client: Client, alice: User, api: Api
) -> None:
    client.force_login(alice)
    assert "Kjør API-sjekk" in page(client, api)

    answer = client.post(url("start_check", api))

    assert answer.status_code == 302
    check = Check.objects.get()
    assert (check.requested_by, check.total > 50) == (alice, True)
    shown = page(client, api)
    assert 'hx-trigger="every 1s"' in shown
    assert f"0 av {check.total} kall" in shown
    assert "Kjør API-sjekk" not in shown
    Check.objects.update(status=JobStatus.PASSED)
    assert "hx-trigger" not in page(client, api)


def test_htmx_gets_the_panel_alone(client: Client, alice: User, api: Api) -> None:
    client.force_login(alice)

    answer = client.post(url("start_check", api), headers={"HX-Request": "true"})
    again = client.post(url("start_check", api), headers={"HX-Request": "true"})

    assert (answer.status_code, again.status_code) == (200, 409)
    for shown in (answer, again):
        text = shown.content.decode()
        assert text.count('id="check"') == 1
        assert "<html" not in text
    assert "pågår allerede" in again.content.decode()


def test_swap_equals_reload(client: Client, alice: User, api: Api) -> None:
    client.force_login(alice)
    client.post(url("start_check", api))

    fragment = page(client, api, **{"HX-Request": "true"})

    assert fragment.strip() in page(client, api)


def test_findings_stand_first_with_what_to_do(client: Client, bob: User, api: Api) -> None:
    check = make_check(
        api, status=JobStatus.FAILED, failure="check.findings", setup_hash=setup_hash(api)
    )
    add(check, "H25", "failed", "let_in", 0)
    add(check, "H06.jwt", "remark", "let_in", 1)
    add(check, "H01", "passed", "", 2)
    client.force_login(bob)

    shown = page(client, api)

    assert shown.index("Uten scope") < shown.index("Signert med feil nøkkel")
    assert "Sjekk scope for hver handling" in shown
    assert "403 error=&quot;insufficient_scope&quot;" in shown
    assert "Oppsettet eller batteriet er endret" not in shown
    assert "Kjør API-sjekk" not in shown  # a reader's page


def test_a_call_that_got_no_answer_is_told_in_words(client: Client, bob: User, api: Api) -> None:
    check = make_check(api, status=JobStatus.FAILED, failure="check.findings")
    for position, code in enumerate(("egress.timeout", "egress.unreachable")):
        silent = add(check, "H40", "unanswered", "", position)
        Result.objects.filter(pk=silent.pk).update(status=None, milliseconds=None, code=code)
    client.force_login(bob)

    shown = page(client, api)

    assert "Ikke noe svar innen fire sekunder" in shown
    assert "Forbindelsen ble brutt før svaret kom" in shown
    assert "Svar på alle kall" in shown
    assert "egress." not in shown


@pytest.mark.parametrize(("verdict", "word"), [("failed", "må"), ("remark", "bør")])
def test_remarks_alone_need_not_be_mended(
    client: Client, bob: User, api: Api, verdict: str, word: str
) -> None:
    check = make_check(api)
    add(check, "H06.jwt", "remark", "let_in", 0)
    add(check, "H06.none", verdict, "let_in", 1)
    add(check, "H01", "passed", "", 2)
    add(check, "H32", "skipped", "", 3)
    client.force_login(bob)

    shown = page(client, api)

    assert f"Det som {word} rettes" in shown
    assert "Ett kall gikk som det skal, ett var ikke aktuelt</summary>" in shown


def test_what_changed_since_the_last_one_is_said(client: Client, bob: User, api: Api) -> None:
    before = make_check(api, created_at=timezone.now().replace(year=2025))
    add(before, "H25", "failed", "let_in", 0)
    add(before, "H01", "passed", "", 1)
    now = make_check(api, created_at=timezone.now())
    add(now, "H25", "passed", "", 0)
    add(now, "H01", "failed", "let_in", 1)
    client.force_login(bob)

    shown = page(client, api)

    assert "Rettet siden sist" in shown
    assert "Ny siden sist" in shown
    assert "Oppsettet eller batteriet er endret" in shown
    past = client.get(url("past_check", api, before.pk)).content.decode()
    assert "Uten scope" in past
    assert "siden sist" not in past


def test_every_night_can_be_switched(client: Client, alice: User, api: Api) -> None:
    client.force_login(alice)
    for wanted, count in (("1", 1), ("1", 1), ("0", 0)):
        answer = client.post(url("nightly", api), {"wanted": wanted})
        assert answer.status_code == 302
        assert Nightly.objects.count() == count


def test_without_an_address_it_says_where_to_put_one(
    client: Client, alice: User, acme: Organization
) -> None:
    api = make_api(acme)
    client.force_login(alice)

    shown = page(client, api)

    assert "Legg inn adressen" in shown
    assert client.post(url("start_check", api)).status_code == 409
    assert client.post(url("nightly", api), {"wanted": "1"}).status_code == 409


@pytest.mark.parametrize("failure", ["egress.timeout", "egress.unreachable", "check.fault"])
def test_each_end_has_its_words(client: Client, bob: User, api: Api, failure: str) -> None:
    make_check(api, status=JobStatus.FAILED, failure=failure)
    client.force_login(bob)

    shown = page(client, api)

    assert ("Les om feilen" in shown) is failure.startswith("egress.")


def test_an_api_of_others_has_no_check_here(client: Client, charlie: User, api: Api) -> None:
    client.force_login(charlie)

    assert client.get(url("check", api)).status_code == 404


def test_the_api_page_says_how_it_went(client: Client, bob: User, api: Api) -> None:
    client.force_login(bob)
    here = reverse("api", args=["test", api.organization.number, api.pk])
    assert "Ikke kjørt ennå" in client.get(here).content.decode()

    check = make_check(api)
    add(check, "H06.jwt", "remark", "let_in")

    assert "Bestått med merknader" in client.get(here).content.decode()
