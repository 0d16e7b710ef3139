"""The page of a client, as people see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.core.jobs import JobStatus
from onboarding.keys.states import Origin
from onboarding.smoketests.models import Run
from onboarding.smoketests.states import Signer
from onboarding.suppliers.models import Organization
from tests.constants import HTMX
from tests.factories import (
    make_api,
    make_client,
    make_key,
    make_membership,
    make_organization,
    make_scope,
    make_system,
)


@pytest.fixture
def finished(acme: Organization, alice: User) -> ClientConfiguration:
    """Acme's, with a scope that it has, one that waits, one that was declined, and a key."""
    api = make_api(
        make_organization("Helsenettdrift"),
        name="Adresseregisteret",
        short_name="cp",
        test_url="https://cp.example/events",
    )
    scopes = {make_scope(api, f"cp/{access}"): access for access in Access}
    client = make_client(acme, system=make_system(acme), scopes=scopes, by=alice)
    client.scopes.filter(access=Access.DECLINED).update(reason="Ikke i denne omgangen")
    now = timezone.now()
    make_key(client, created_at=now, expires_at=now + timedelta(days=365))
    return client


def url(client: ClientConfiguration, organization: Organization | None = None) -> str:
    number = (organization or client.organization).number
    return reverse("client", args=[client.environment, number, client.pk])


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("bob", 200), ("charlie", 404), ("rita", 200), ("", 302)]
)
def test_the_page_by_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    finished: ClientConfiguration,
    who: str,
    status: int,
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))

    assert client.get(url(finished)).status_code == status


def test_the_page_says_how_each_scope_is_and_why(
    client: Client, bob: User, finished: ClientConfiguration
) -> None:
    client.force_login(bob)

    rows = client.get(url(finished)).context["scopes"]

    assert [(row.scope.scope.name, row.state, row.why) for row in rows] == [
        (
            "cp/declined",
            "fail",
            "Helsenettdrift sa nei 5.\u00a0juni\u00a02026: Ikke i denne omgangen",
        ),
        ("cp/ok", "ok", "Helsenettdrift krever ikke godkjenning."),
        (
            "cp/pending",
            "wait",
            "Helsenettdrift ble spurt 5.\u00a0juni\u00a02026 og har ikke svart ennå.",
        ),
    ]


def test_a_scope_that_somebody_approved_says_who(
    client: Client, bob: User, alice: User, finished: ClientConfiguration
) -> None:
    decided = {"decided_at": finished.created_at, "decided_by": alice}
    finished.scopes.filter(access=Access.OK).update(**decided)
    client.force_login(bob)

    page = client.get(url(finished)).content.decode()

    assert "Godkjent av Helsenettdrift 5.\u00a0juni\u00a02026." in page


def test_writers_can_stop_and_readers_are_told_who_can(
    client: Client, alice: User, anna: User, bob: User, finished: ClientConfiguration
) -> None:
    client.force_login(alice)
    writer = client.get(url(finished)).content.decode()
    client.force_login(bob)
    reader = client.get(url(finished)).content.decode()

    assert (
        reverse("clients:stop", args=["test", finished.organization.number, finished.pk]) in writer
    )
    assert "Stans klienten" not in reader
    assert "Anna kan gi deg skrivetilgang" in reader


def test_a_stopped_client_can_be_taken_back(
    client: Client, alice: User, finished: ClientConfiguration
) -> None:
    ClientConfiguration.objects.filter(pk=finished.pk).update(status=Status.STOPPED)
    client.force_login(alice)

    page = client.get(url(finished)).content.decode()

    assert "Klienten er stanset og får ikke token" in page
    assert "Start igjen i test" in page
    assert "Stans klienten" not in page


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("", "hent_token.py"),
        ("python", "hent_token.py"),
        ("csharp", "Program.cs"),
        ("curl", "kall.sh"),
        ("cobol", "hent_token.py"),
    ],
)
def test_the_code_example_is_in_the_language_of_the_address(
    client: Client, bob: User, finished: ClientConfiguration, code: str, shown: str
) -> None:
    client.force_login(bob)

    response = client.get(url(finished), {"code": code})

    assert response.context["program"].language.file == shown
    assert "https://cp.example/events" in response.context["program"].text
    assert response.context["example"].facts.scope == "cp/ok"


def test_a_client_that_waits_shows_its_code_and_says_so(
    client: Client, bob: User, finished: ClientConfiguration
) -> None:
    finished.scopes.exclude(access=Access.PENDING).delete()
    client.force_login(bob)

    page = client.get(url(finished)).content.decode()

    assert "Klienten er klar, og venter på Helsenettdrift" in page
    assert "Det virker når Helsenettdrift har godkjent tilgangen." in page


def test_a_client_without_scopes_has_no_code(client: Client, bob: User, acme: Organization) -> None:
    bare = make_client(acme)
    client.force_login(bob)

    page = client.get(url(bare)).content.decode()

    assert "Kodeeksempelet kommer" in page
    assert "Klienten får ikke token uten en nøkkel" in page


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (Origin.UPLOAD, "Dere har den private nøkkelen selv"),
        (Origin.BROWSER, "Filen med den private nøkkelen lastet du ned"),
    ],
)
def test_the_file_says_where_the_private_key_is(
    client: Client, bob: User, finished: ClientConfiguration, origin: Origin, said: str
) -> None:
    finished.keys.update(origin=origin)
    client.force_login(bob)

    assert said in client.get(url(finished)).content.decode()


def test_the_supplier_of_the_client_system_sees_its_customers_client(
    client: Client, charlie: User
) -> None:
    supplier, customer = make_organization("Leverandør AS"), make_organization("Legekontor")
    make_membership(charlie, supplier)
    theirs = make_client(customer, system=make_system(supplier))
    client.force_login(charlie)

    page = client.get(url(theirs, supplier))

    assert page.status_code == 200
    assert "Stans klienten" not in page.content.decode()
    assert client.get(url(theirs)).status_code == 404


def test_a_draft_leads_to_the_wizard(client: Client, alice: User, acme: Organization) -> None:
    draft = make_client(acme, status=Status.DRAFT)
    client.force_login(alice)

    response = client.get(url(draft), follow=True)

    assert response.redirect_chain[-1][0].endswith("/setup/organization/")


def test_the_state_is_a_piece_of_the_page(
    client: Client, bob: User, finished: ClientConfiguration
) -> None:
    client.force_login(bob)

    page = client.get(url(finished)).content.decode()
    piece = client.get(url(finished), headers=HTMX).content.decode().strip()

    assert piece.startswith('<div id="client-state"')
    assert piece in page


@pytest.mark.parametrize(
    ("signer", "ago", "anew"),
    [
        (Signer.BROWSER, 1, True),
        (Signer.BROWSER, 60, False),
        (Signer.PORTAL, 1, False),
    ],
)
def test_the_keys_are_fetched_anew_when_a_test_has_just_ended(
    client: Client, bob: User, finished: ClientConfiguration, signer: Signer, ago: int, anew: bool
) -> None:
    now = timezone.now()
    Run.objects.create(
        client=finished,
        key=finished.keys.get(),
        signer=signer,
        status=JobStatus.PASSED,
        queued_at=now,
        created_at=now,
        finished_at=now - timedelta(seconds=ago),
        configuration_hash="",
    )
    keys = reverse("keys:panel", args=["test", finished.organization.number, finished.pk])
    client.force_login(bob)

    piece = client.get(url(finished), headers=HTMX).content.decode()
    page = client.get(url(finished)).content.decode()

    assert (f'hx-get="{keys}" hx-trigger="load"' in piece) is anew
    assert f'hx-get="{keys}" hx-trigger="load"' not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_much_there_is(
    client: Client, bob: User, acme: Organization, count: int
) -> None:
    now = timezone.now()
    scopes = {make_scope(make_api()): Access.OK for _ in range(count)}
    stored = make_client(acme, scopes=scopes)
    for _ in range(count):
        make_key(stored, created_at=now, expires_at=now + timedelta(days=365))
    client.force_login(bob)
    client.get(url(stored))

    with CaptureQueriesContext(connection) as queries:
        client.get(url(stored))

    assert len(queries) == 22
