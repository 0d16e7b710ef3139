"""The panel, the list and the page of a token test, as each persona meets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.jobs import JobStatus
from onboarding.keys.models import Key
from onboarding.smoketests import services
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.services.asking import AN_HOUR
from onboarding.smoketests.states import StepStatus
from onboarding.suppliers.actors import Actor
from tests.constants import HTMX
from tests.factories import make_api, make_key
from tests.machines import Machine


def url(name: str, client: ClientConfiguration, *args: object) -> str:
    number = client.organization.number
    return reverse(f"smoketests:{name}", args=[client.environment, number, client.pk, *args])


def signed(machine: Machine, **given: Any) -> dict[str, Any]:
    fields = {
        "key": str(machine.registered.pk),
        "first": machine.assertion(),
        "second": machine.assertion(),
    }
    return fields | given


@pytest.fixture
def asked(machine: Machine, actor: Actor) -> Callable[..., Run]:
    """Write a test that ended with this failure, or passed; or that has not begun."""

    def write(failure: str = "", *, is_open: bool = False, **fields: Any) -> Run:
        run = services.start(
            client_id=machine.client.pk,
            key_id=machine.registered.pk,
            api_id=None,
            assertions=["x", "y"],
            by=actor,
            at=timezone.now(),
        )
        if not is_open:
            status = JobStatus.FAILED if failure else JobStatus.PASSED
            Run.objects.filter(pk=run.pk).update(status=status, failure=failure, assertions=[])
            Step.objects.filter(run=run).update(status=StepStatus.PASSED)
        Run.objects.filter(pk=run.pk).update(**fields)
        run.refresh_from_db()
        return run

    return write


PERSONAS = ["alice", "bob", "charlie", "rita", "olav"]


@pytest.mark.parametrize("who", PERSONAS)
@pytest.mark.parametrize("name", ["panel", "runs"])
def test_pages_by_each_persona(
    client: Client, request: pytest.FixtureRequest, tested: ClientConfiguration, who: str, name: str
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(url(name, tested)).status_code == (404 if who == "charlie" else 200)


def test_page_of_a_test_by_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    tested: ClientConfiguration,
    asked: Callable[..., Run],
) -> None:
    run = asked()

    for who in PERSONAS:
        client.force_login(request.getfixturevalue(who))
        status = client.get(url("run", tested, run.pk)).status_code
        assert status == (404 if who == "charlie" else 200)


def test_page_of_a_test_below_another_client_is_not_there(
    client: Client, alice: User, tested: ClientConfiguration, asked: Callable[..., Run]
) -> None:
    client.force_login(alice)

    assert client.get(url("run", tested, uuid4())).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 302), ("bob", 403), ("charlie", 404), ("rita", 403), ("olav", 403)],
)
def test_start_by_each_persona(
    client: Client, request: pytest.FixtureRequest, machine: Machine, who: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(who))

    response = client.post(url("start", machine.client), signed(machine))

    assert response.status_code == status
    assert Run.objects.count() == (1 if status == 302 else 0)


def test_anonymous_is_asked_to_log_in(client: Client, machine: Machine) -> None:
    for response in (
        client.get(url("panel", machine.client)),
        client.post(url("start", machine.client), signed(machine)),
    ):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("accounts:login"))
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"key": ""},
        {"key": str(uuid4())},
        {"first": "x"},
        {"second": ""},
        {"api": str(uuid4())},
        {"api": "x"},
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_what_cannot_begin_gets_a_sentence(
    client: Client, alice: User, machine: Machine, given: dict[str, str], headers: dict[str, str]
) -> None:
    client.force_login(alice)

    response = client.post(url("start", machine.client), signed(machine, **given), headers=headers)

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert "data-token-test" in response.content.decode()
    assert not Run.objects.exists()


@pytest.mark.parametrize("reason", ["stopped", "open", "revoked"])
def test_what_cannot_begin_now(
    client: Client, alice: User, machine: Machine, asked: Callable[..., Run], reason: str
) -> None:
    if reason == "stopped":
        ClientConfiguration.objects.update(status=Status.STOPPED)
    elif reason == "open":
        asked(is_open=True)
    else:
        Key.objects.update(expires_at=timezone.now())
    before = Run.objects.count()
    client.force_login(alice)

    response = client.post(url("start", machine.client), signed(machine), headers=HTMX)

    assert response.status_code == 409
    assert 'role="alert"' in response.content.decode()
    assert Run.objects.count() == before


def test_start_answers_htmx_with_the_panel_and_others_with_the_clients_page(
    client: Client, alice: User, machine: Machine
) -> None:
    client.force_login(alice)

    fragment = client.post(url("start", machine.client), signed(machine), headers=HTMX)
    Run.objects.update(status=JobStatus.FAILED)
    page = client.post(url("start", machine.client), signed(machine))

    assert fragment.status_code == 200
    assert fragment.content.decode().lstrip().startswith('<section class="section" id="token-test"')
    number = machine.client.organization.number
    here = reverse("client", args=["test", number, machine.client.pk])
    assert page.headers["Location"] == f"{here}#token-test"


@pytest.mark.parametrize("state", ["none", "open", "passed", "failed"])
def test_fragment_is_part_of_both_pages(
    client: Client,
    alice: User,
    tested: ClientConfiguration,
    asked: Callable[..., Run],
    state: str,
) -> None:
    if state != "none":
        asked("egress.timeout" if state == "failed" else "", is_open=state == "open")
    client.force_login(alice)
    number = tested.organization.number

    fragment = client.get(url("panel", tested), headers=HTMX).content.decode()
    page = client.get(url("panel", tested)).content.decode()
    whole = client.get(reverse("client", args=["test", number, tested.pk])).content.decode()

    assert without_token(fragment) in without_token(page)
    assert without_token(fragment) in without_token(whole)
    assert (f'hx-get="{url("panel", tested)}"' in fragment) is (state == "open")
    assert ("data-token-test" in fragment) is (state != "open")


def without_token(text: str) -> str:
    """The text without what differs each time it is rendered."""
    lines = [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line]
    return "\n".join(line.strip() for line in lines if line.strip())


def test_browser_is_told_what_to_sign(client: Client, alice: User, machine: Machine) -> None:
    revoked = make_key(
        machine.client, expires_at=timezone.now(), created_at=timezone.now() - timedelta(1)
    )
    client.force_login(alice)

    text = client.get(url("panel", machine.client)).content.decode()

    assert f'data-client="{machine.client_id}"' in text
    assert f'data-issuer="{settings.ISSUERS["test"]}"' in text
    assert f'data-registered="{machine.registered.thumbprint}"' in text
    assert revoked.thumbprint not in text


def test_reader_sees_the_test_but_no_form(
    client: Client, bob: User, tested: ClientConfiguration, asked: Callable[..., Run]
) -> None:
    asked("egress.timeout")
    client.force_login(bob)

    text = client.get(url("panel", tested)).content.decode()

    assert "Svaret kom ikke innen ti sekunder" in text
    assert "data-token-test" not in text


def test_test_that_waits_long_says_so(
    client: Client, alice: User, tested: ClientConfiguration, asked: Callable[..., Run]
) -> None:
    run = asked(is_open=True)
    client.force_login(alice)
    assert "lengre tid enn vanlig" not in client.get(url("panel", tested)).content.decode()

    Run.objects.filter(pk=run.pk).update(queued_at=timezone.now() - timedelta(seconds=31))

    assert "lengre tid enn vanlig" in client.get(url("panel", tested)).content.decode()


def test_test_of_an_older_configuration_says_so(
    client: Client, alice: User, tested: ClientConfiguration, asked: Callable[..., Run]
) -> None:
    asked()
    client.force_login(alice)
    assert "Oppsettet er endret" not in client.get(url("panel", tested)).content.decode()

    Run.objects.update(configuration_hash="0" * 64)

    assert "Oppsettet er endret" in client.get(url("panel", tested)).content.decode()


def test_remark_says_what_was_found(
    client: Client, alice: User, tested: ClientConfiguration, asked: Callable[..., Run]
) -> None:
    noted = asked().steps.filter(position=0)
    noted.update(status=StepStatus.NOTED, code="test.clock_skew", found="+100 s")
    client.force_login(alice)

    text = client.get(url("panel", tested)).content.decode()

    assert "Klokkene er ikke enige (+100 s). Still klokken" in text


def test_list_is_in_pages(
    client: Client, alice: User, tested: ClientConfiguration, asked: Callable[..., Run]
) -> None:
    now = timezone.now()
    for number in range(26):
        asked(created_at=now - timedelta(minutes=number) - AN_HOUR)
    client.force_login(alice)

    first = client.get(url("runs", tested)).content.decode()
    address = first.partition('href="?after=')[2].partition('"')[0]
    second = client.get(f"{url('runs', tested)}?after={address}").content.decode()

    assert (first.count("<tr>"), second.count("<tr>")) == (26, 2)
    assert "Vis eldre" not in second


def test_queries_are_as_many_with_three_tests_as_with_one(
    client: Client,
    alice: User,
    machine: Machine,
    asked: Callable[..., Run],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(alice)
    addresses = [url("panel", machine.client), url("runs", machine.client)]
    asked()
    counts = []
    for address in addresses:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts.append(len(captured))

    asked()
    asked("egress.timeout")
    make_key(machine.client, expires_at=timezone.now() + timedelta(days=9))
    make_api()

    for address, count in zip(addresses, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(address)
