"""A person says yes or no: who may, to what, once, in time; and the way back to the software."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.clients.states import Access, Answer, DraftStatus, Status
from onboarding.core.refusals import NotPossibleNow
from onboarding.keys.models import Key
from onboarding.keys.states import Origin
from onboarding.selfservice.queries import drafts as queries
from onboarding.selfservice.return_address import Outcome, with_outcome
from onboarding.selfservice.services import drafts as services
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.factories import make_client, make_user
from tests.machines import Machine, make_signing_key, register
from tests.selfservice.software import (
    CALLBACK,
    HER_ID,
    MESSAGES,
    OWN,
    REGISTER,
    Own,
    Software,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
UNKNOWN = "310123455"  # an organisation that nobody has registered


def url(client_id: str) -> str:
    return f"/test/confirm-client/{client_id}"


def seen_on(page: Response) -> str:
    found = SEEN.search(page.content.decode())
    assert found, page.content.decode()
    return found[1]


def answer(browser: Client, client_id: str, **more: str) -> Response:
    """Read the page, then press a button: the one for yes, unless `decline` is given."""
    return browser.post(url(client_id), {"seen": seen_on(browser.get(url(client_id)))} | more)


def text(page: Response) -> str:
    return unescape(page.content.decode())


def machine_of(software: Software, client_id: str) -> Machine:
    """The software, once its draft was confirmed: the client, with the key that came with it."""
    confirmed = ClientConfiguration.objects.get(pk=client_id)
    machine = Machine.__new__(Machine)
    spare = Machine(make_client(system=software.system), which=701)
    machine.__dict__.update(spare.__dict__)
    machine.client, machine.client_id, machine.private = confirmed, client_id, software.private
    return machine


def test_the_page_says_who_does_what_for_whom(
    client: Client, software: Software, ola: User
) -> None:
    client_id = software.draft(
        apiScopes=[OWN, MESSAGES],
        audienceSpecificClientClaims=[{"key": HER_ID, "value": "93214"}],
    )
    client.force_login(ola)

    page = client.get(url(client_id))

    said = text(page)
    assert page.status_code == 200
    for words in (
        "Skal Nordlys Journal få handle for Fjordbyen legekontor?",
        "Acme EPJ AS",
        "virker først når Helsenettdrift har godkjent det",
        "HER-id",
        "93214",
        OWN,
        MESSAGES,
        CALLBACK,
        client_id,
    ):
        assert words in said
    assert ClientDraft.objects.get().status == DraftStatus.WAITING


def test_a_yes_makes_the_client_that_was_shown(
    client: Client, software: Software, ola: User, surgery: Organization
) -> None:
    client_id = software.draft(
        apiScopes=[OWN, MESSAGES],
        audienceSpecificClientClaims=[{"key": HER_ID, "value": "93214"}],
        redirectUris=[CALLBACK],
        postLogoutRedirectUris=["http://localhost:1337/bye"],
        childOrganizationNumbers=[surgery.number],
    )
    client.force_login(ola)

    done = answer(client, client_id)

    assert done.status_code == 200
    assert f'content="0;url={CALLBACK}?status=Success"' in text(done)
    assert f'href="{CALLBACK}?status=Success"' in text(done)
    made = ClientConfiguration.objects.get(pk=client_id)
    assert (made.status, made.organization, made.revision) == (
        Status.ACTIVE,
        surgery,
        software.system.current,
    )
    assert (made.created_by, made.finished_by) == (ola, ola)
    assert dict(made.scopes.values_list("scope__name", "access")) == {
        OWN: Access.OK,
        MESSAGES: Access.PENDING,
    }
    assert dict(made.claims.values_list("claim__claim_type", "value")) == {HER_ID: "93214"}
    assert set(made.uris.values_list("kind", "uri")) == {
        ("redirect", CALLBACK),
        ("post_logout", "http://localhost:1337/bye"),
    }
    assert list(made.children.values_list("number", flat=True)) == [surgery.number]
    key = Key.objects.get(client=made)
    assert (key.kid, key.origin) == (software.private["kid"], Origin.API)
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"draft.made", "draft.confirmed", "client.finished", "key.registered"} <= kinds


def test_the_client_works_as_soon_as_the_page_has_answered(
    client: Client, software: Software, ola: User
) -> None:
    make_signing_key()
    client_id = software.draft()
    client.force_login(ola)

    answer(client, client_id)
    own = Own(machine_of(software, client_id))
    status = own.call("GET", "client")

    assert json.loads(status.content) == {
        "apiScopes": [
            {"scope": REGISTER, "status": "ok", "statusReason": None},
            {"scope": OWN, "status": "ok", "statusReason": None},
        ],
        "audienceSpecificClientClaims": [],
        "redirectUris": [],
        "postLogoutRedirectUris": [],
        "childOrganizationNumbers": [],
    }
    assert Key.objects.get(client__pk=client_id).proved_at is not None


def test_a_no_makes_nothing_and_says_so(client: Client, software: Software, ola: User) -> None:
    client_id = software.draft()
    client.force_login(ola)

    done = answer(client, client_id, decline="1")

    assert f"{CALLBACK}?status=Declined" in text(done)
    assert not ClientConfiguration.objects.exists()
    assert ClientDraft.objects.get().status == DraftStatus.DECLINED


@pytest.mark.parametrize("first", ["", "1"], ids=["confirmed", "declined"])
def test_f17_it_is_answered_once(client: Client, software: Software, ola: User, first: str) -> None:
    client_id = software.draft()
    client.force_login(ola)
    seen = seen_on(client.get(url(client_id)))
    client.post(url(client_id), {"seen": seen, "decline": first} if first else {"seen": seen})

    again = client.post(url(client_id), {"seen": seen})

    assert again.status_code == 409
    assert "http-equiv" not in text(again)
    assert ClientConfiguration.objects.count() == (0 if first else 1)


def test_f17_after_its_time_it_is_over(client: Client, software: Software, ola: User) -> None:
    client_id = software.draft()
    client.force_login(ola)
    seen = seen_on(client.get(url(client_id)))
    past = timezone.now() - timedelta(hours=25)
    ClientDraft.objects.update(created_at=past, expires_at=past + timedelta(hours=24))

    late = client.post(url(client_id), {"seen": seen})

    assert late.status_code == client.get(url(client_id)).status_code == 410
    assert "Kladden gikk ut" in text(late)
    assert f"{CALLBACK}?status=Expired" in text(late)
    assert not ClientConfiguration.objects.exists()


@pytest.mark.parametrize(
    "alter",
    [
        lambda: Scope.objects.filter(name=OWN).update(description="Lese alt om alle"),
        lambda: Scope.objects.filter(name=REGISTER).update(needs_approval=True),
        lambda: Organization.objects.filter(name="Fjordbyen legekontor").update(name="Andre AS"),
        lambda: Organization.objects.filter(name="Acme EPJ AS").update(name="Noen andre AS"),
        lambda: ClientDraft.objects.update(return_to="http://localhost:9999/else"),
        lambda: ClientDraft.objects.update(thumbprint="x" * 43),
    ],
    ids=["description", "approval", "organization", "supplier", "way back", "key"],
)
def test_f17_what_was_shown_is_what_is_confirmed(
    client: Client, software: Software, ola: User, alter: Any
) -> None:
    client_id = software.draft()
    client.force_login(ola)
    seen = seen_on(client.get(url(client_id)))
    assert alter() == 1

    late = client.post(url(client_id), {"seen": seen})

    assert late.status_code == 409
    assert "Noe er endret etter at du åpnet siden" in text(late)
    assert not ClientConfiguration.objects.exists()
    assert client.post(url(client_id), {"seen": seen_on(late)}).status_code == 200


@pytest.mark.parametrize("seen", ["", "0" * 64, "x"])
def test_a_yes_to_nothing_in_particular_is_none(
    client: Client, software: Software, ola: User, seen: str
) -> None:
    client_id = software.draft()
    client.force_login(ola)

    assert client.post(url(client_id), {"seen": seen}).status_code == 409
    assert not ClientConfiguration.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [(None, 404), (Role.READER, 403)], ids=["outsider", "reader"]
)
def test_f17_others_see_which_right_is_missing(
    client: Client,
    software: Software,
    surgery: Organization,
    ola: User,
    role: Role | None,
    status: int,
) -> None:
    make_user("berit", organization=surgery, role=Role.ADMIN, name="Berit Bø")
    other = make_user("other", organization=surgery if role else None, role=role or Role.READER)
    client_id = software.draft()
    seen = queries.shown(ClientDraft.objects.get()).fingerprint
    client.force_login(other)

    page = client.get(url(client_id))
    posted = client.post(url(client_id), {"seen": seen})

    assert page.status_code == 403
    assert "Ta i bruk HelseID for et fagsystem" in text(page)
    assert "Berit Bø" in text(page)
    assert f"{CALLBACK}?status=Refused" in text(page)
    assert 'name="seen"' not in text(page)
    assert posted.status_code == status
    assert not ClientConfiguration.objects.exists()


def test_reviewers_see_all_and_still_confirm_nothing(
    client: Client, software: Software, rita: User
) -> None:
    client_id = software.draft()
    seen = queries.shown(ClientDraft.objects.get()).fingerprint
    client.force_login(rita)

    assert client.post(url(client_id), {"seen": seen}).status_code == 404
    assert not ClientConfiguration.objects.exists()


def test_an_organisation_that_nobody_registered_can_be_registered_in_test(
    client: Client, software: Software, charlie: User
) -> None:
    client_id = software.draft(organizationNumber=UNKNOWN)
    client.force_login(charlie)

    page = client.get(url(client_id))

    assert page.status_code == 403
    assert "Registrer virksomheten" in text(page)


def test_whoever_is_not_logged_in_is_asked_to_and_comes_back(
    client: Client, software: Software
) -> None:
    client_id = software.draft()

    asked = client.get(url(client_id))

    assert asked.status_code == 302
    assert asked["Location"].endswith(f"?next={url(client_id)}")


def test_what_else_the_address_says_is_ignored(
    client: Client, software: Software, ola: User
) -> None:
    client_id = software.draft()
    client.force_login(ola)
    extra = "?redirectPort=9999&redirectPath=//evil.example&returnUrl=https://evil.example"

    plain, page = client.get(url(client_id)), client.get(url(client_id) + extra)
    done = client.post(url(client_id) + extra, {"seen": seen_on(page)})

    assert seen_on(plain) == seen_on(page)
    assert f"{CALLBACK}?status=Success" in text(done)
    leads = re.findall(r'(?:href|content|action)="([^"]*)"', text(done) + text(page))
    assert f"{CALLBACK}?status=Success" in leads
    assert [address for address in leads if "evil" in address] == []


def test_the_address_of_published_clients_leads_there(client: Client, software: Software) -> None:
    host = settings.BASE_URL.removeprefix("http://")
    client_id = software.draft()

    led = client.get(f"/confirm-client/{client_id}?redirectPort=<port>", headers={"host": host})

    assert (led.status_code, led["Location"]) == (302, url(client_id))
    assert client.get(f"/confirm-client/{client_id}").status_code == 404


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("http://localhost:1/cb", "http://localhost:1/cb?status=Success"),
        ("http://localhost:1/cb?a=b", "http://localhost:1/cb?a=b&status=Success"),
    ],
)
def test_the_outcome_is_one_plain_parameter(uri: str, expected: str) -> None:
    assert with_outcome(uri, Outcome.SUCCESS) == expected
    assert all(re.fullmatch("[A-Z][a-z]+", outcome) for outcome in Outcome)


def test_without_an_address_one_is_told_to_go_back(
    client: Client, software: Software, ola: User
) -> None:
    client_id = software.draft(postClientConfirmationRedirectUri=None)
    client.force_login(ola)

    done = answer(client, client_id)

    assert "Du kan lukke siden" in text(done)
    assert "http-equiv" not in text(done)


def test_a_key_that_another_client_got_meanwhile_stops_it(
    client: Client, software: Software, ola: User
) -> None:
    client_id = software.draft()
    register(make_client(system=software.system), software.private)
    client.force_login(ola)

    done = answer(client, client_id)

    assert done.status_code == 409
    assert "allerede registrert et annet sted" in text(done)
    assert not ClientConfiguration.objects.filter(pk=client_id).exists()
    assert ClientDraft.objects.get().status == DraftStatus.WAITING


def test_a_draft_of_another_environment_is_not_here(client: Client, ola: User) -> None:
    client.force_login(ola)

    assert client.get(url("309a39e0-9397-4027-896d-16d5a3bfde3a")).status_code == 404
    assert client.get("/test/confirm-client/x").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"status": "confirmed"},
        {"answered_at": timezone.now()},
        {"public_jwk": {"kty": "EC", "d": "secret"}},
        {"organization_number": "12"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_holds_it_too(software: Software, change: dict[str, object]) -> None:
    software.draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        ClientDraft.objects.update(**change)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_give_one_client(software: Software, surgery: Organization, ola: User) -> None:
    people = [actor_for(ola), actor_for(make_user("berit", organization=surgery, role=Role.ADMIN))]
    client_id = software.draft()
    draft = ClientDraft.objects.get()
    seen, together = queries.shown(draft).fingerprint, Barrier(2)

    def confirm(which: int) -> str:
        try:
            together.wait()
            services.answer(
                Answer.CONFIRM, draft_id=draft.pk, seen=seen, by=people[which], at=timezone.now()
            )
        except NotPossibleNow:
            return "refused"
        else:
            return "confirmed"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(confirm, range(2)))

    assert sorted(outcomes) == ["confirmed", "refused"]
    assert ClientConfiguration.objects.filter(pk=client_id).count() == 1
