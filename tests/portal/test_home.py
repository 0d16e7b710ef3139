"""The front page: who reaches it, and that it says how things stand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from onboarding.accounts.models import User
from onboarding.audit.services import record
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import configuration_hash
from onboarding.clients.states import Access, Status
from onboarding.core.jobs import JobStatus
from onboarding.keys.models import Key
from onboarding.smoketests.models import Run, Step
from onboarding.smoketests.states import Signer, StepName, StepStatus
from onboarding.suppliers.models import Organization
from tests.factories import (
    make_api,
    make_client,
    make_key,
    make_membership,
    make_organization,
    make_scope,
    make_system,
    make_user,
)

EVERYBODY = ["anna", "alice", "bob", "charlie", "rita", "olav", "anonymous"]


def page(client: Client, organization: Organization) -> str:
    answer = client.get(f"/test/{organization.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def make_run(client: ClientConfiguration, *, status: JobStatus, at: datetime, key: Key) -> Run:
    return Run.objects.create(
        client=client,
        key=key,
        signer=Signer.BROWSER,
        configuration_hash="0" * 64,
        status=status,
        queued_at=at,
        created_at=at,
        finished_at=at,
    )


@pytest.fixture
def customer(acme: Organization) -> ClientConfiguration:
    """A client of Acme's own system at a surgery that Acme set it up for."""
    surgery = make_organization("Fjordbyen legekontor")
    return make_client(surgery, system=make_system(acme), created_for=acme)


@pytest.mark.parametrize(
    ("who", "status"), list(zip(EVERYBODY, [200, 200, 200, 404, 200, 200, 302], strict=True))
)
def test_front_page_for_each_persona(
    client: Client, request: pytest.FixtureRequest, acme: Organization, who: str, status: int
) -> None:
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who))

    assert client.get(f"/test/{acme.number}/").status_code == status
    assert client.post(f"/test/{acme.number}/").status_code in {405, status}


def test_gate_lets_nobody_into_an_environment_that_is_open(
    client: Client, acme: Organization
) -> None:
    client.force_login(make_user(organization=acme, environment="production"))

    assert client.get(f"/test/{acme.number}/").status_code == 404


def test_new_organization_is_shown_where_to_begin(
    client: Client, acme: Organization, alice: User
) -> None:
    client.force_login(alice)

    text = page(client, acme)

    assert "Fire steg igjen til det første tokenet" in text
    assert "Det neste steget er merket" in text
    assert f'href="/test/{acme.number}/systems/"' in text
    assert "Ingenting har skjedd her ennå" in text


def test_reader_sees_the_situation_and_nothing_to_press(
    client: Client, acme: Organization, anna: User, bob: User
) -> None:
    client.force_login(bob)

    text = page(client, acme)

    assert "Ingenting venter hos Acme EPJ AS" in text
    assert "Anna kan gi deg skrivetilgang" in text
    for offer in ("clients/new", "systems/new", "Din tur"):
        assert offer not in text


def test_everything_that_waits_is_counted_in_the_heading(
    client: Client, acme: Organization, alice: User, customer: ClientConfiguration
) -> None:
    now = timezone.now()
    system = make_system(acme)
    make_client(acme, system=system, status=Status.DRAFT, by=alice, step="system")
    key = make_key(customer, expires_at=now + timedelta(days=6, hours=1))
    make_run(customer, status=JobStatus.FAILED, at=now, key=key)
    scope = make_scope(make_api(acme), needs_approval=True)
    make_client(make_organization("Kommunen"), scopes={scope: Access.PENDING})
    client.force_login(alice)

    text = page(client, acme)

    assert "Fire ting venter på deg" in text
    assert "Tokentesten for Fjordbyen legekontor feilet" in text
    assert "En nøkkel går ut snart, for Fjordbyen legekontor" in text
    assert "om 6\u00a0dager" in text
    assert "Svar på én tilgangsforespørsel" in text
    assert "Fullfør klientkonfigurasjonen for Acme EPJ AS" in text
    assert "Neste steg er «Tjenester og scopes». Begynt av Alice." in text


def test_failed_test_stops_waiting_once_a_later_one_began(
    client: Client, acme: Organization, alice: User, customer: ClientConfiguration
) -> None:
    now = timezone.now()
    key = make_key(customer, expires_at=now + timedelta(days=300))
    make_run(customer, status=JobStatus.FAILED, at=now - timedelta(hours=1), key=key)
    client.force_login(alice)
    assert "Én ting venter på deg" in page(client, acme)

    make_run(customer, status=JobStatus.PASSED, at=now, key=key)

    assert "To steg igjen til det første tokenet" in page(client, acme)


@pytest.mark.parametrize(
    ("successor", "words", "waits"),
    [
        (None, "Mangler", True),
        ({"last_used_at": None}, "Lagt inn, ikke sett i bruk", True),
        ({"last_used_at": timezone.now()}, "Sett i bruk", False),
    ],
)
def test_expiring_key_is_silent_once_the_next_one_is_in_use(
    client: Client,
    acme: Organization,
    alice: User,
    customer: ClientConfiguration,
    successor: dict[str, datetime | None] | None,
    words: str,
    waits: bool,
) -> None:
    now = timezone.now()
    make_key(customer, expires_at=now + timedelta(days=20))
    if successor is not None:
        make_key(customer, expires_at=now + timedelta(days=365), **successor)
    client.force_login(alice)

    text = page(client, acme)

    assert words in text
    assert ("Én ting venter" in text) is waits


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": timezone.now() + timedelta(days=61)},
        {"expires_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_key_outside_the_sixty_days_is_not_listed(
    client: Client,
    acme: Organization,
    alice: User,
    customer: ClientConfiguration,
    changes: dict[str, datetime],
) -> None:
    make_key(customer, **({"created_at": timezone.now() - timedelta(days=300)} | changes))
    client.force_login(alice)

    assert "Går ut de neste 60 dagene" not in page(client, acme)


def test_another_organizations_affairs_do_not_show(
    client: Client, acme: Organization, charlie: User, customer: ClientConfiguration
) -> None:
    now = timezone.now()
    key = make_key(customer, expires_at=now + timedelta(days=6))
    make_run(customer, status=JobStatus.FAILED, at=now, key=key)
    other = Organization.objects.get(name="Utenfor AS")
    client.force_login(charlie)

    text = page(client, other)

    assert "ting venter på deg" not in text
    assert "Fjordbyen" not in text


def test_platform_staff_see_one_organization_at_a_time(
    client: Client, rita: User, charlie: User, customer: ClientConfiguration
) -> None:
    make_key(customer, expires_at=timezone.now() + timedelta(days=6))
    client.force_login(rita)

    text = page(client, Organization.objects.get(name="Utenfor AS"))

    assert "Fjordbyen" not in text
    assert "Ingenting venter hos Utenfor AS" in text
    assert "Du ser alle virksomheter, uten å kunne endre noe hos dem." in text


def test_api_owner_is_not_sent_on_a_consumers_journey(
    client: Client, acme: Organization, alice: User
) -> None:
    make_api(acme)
    client.force_login(alice)

    text = page(client, acme)

    assert "Ingenting venter på deg" in text
    assert "Din tur" not in text


def test_journey_follows_what_has_been_seen(
    client: Client, acme: Organization, alice: User
) -> None:
    client.force_login(alice)
    assert page(client, acme).count('aria-label="Gjort"') == 1

    mine = make_client(acme, system=make_system(acme))
    assert page(client, acme).count('aria-label="Gjort"') == 3

    now = timezone.now()
    run = make_run(
        mine,
        status=JobStatus.PASSED,
        at=now,
        key=make_key(mine, expires_at=now + timedelta(days=300)),
    )
    for position, name in enumerate((StepName.CHECK, StepName.API)):
        Step.objects.create(run=run, position=position, name=name, status=StepStatus.PASSED)
    text = page(client, acme)
    assert text.count('aria-label="Gjort"') == 5
    assert "Ingenting venter på deg" in text


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DRAFT])
def test_customer_needs_no_system_of_its_own(
    client: Client, acme: Organization, status: Status
) -> None:
    surgery = make_organization("Fjordbyen legekontor")
    customer = make_client(surgery, system=make_system(acme), status=status)
    client.force_login(make_user(organization=surgery))

    assert "Ikke nødvendig: dere bruker et fagsystem" in page(client, customer.organization)


def test_last_events_are_told_in_words_with_a_way_to_what_they_concern(
    client: Client, acme: Organization, alice: User, customer: ClientConfiguration
) -> None:
    for kind in ("client.finished", "client.scopes_chosen"):
        record(
            kind,
            subject=customer,
            actor="Alice",
            at=timezone.now(),
            organization_id=acme.pk,
            environment="test",
        )
    client.force_login(alice)

    text = page(client, acme)

    words = "Alice laget klientkonfigurasjonen for Fjordbyen legekontor"
    path = f"/test/{acme.number}/clients/{customer.pk}/"
    assert f'<a class="ds-link" href="{path}">{words}</a>' in text
    assert "scopes_chosen" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_front_page_costs_the_same_for_one_and_three(
    client: Client,
    acme: Organization,
    alice: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    now = timezone.now()
    scope = make_scope(make_api(acme), needs_approval=True)
    for _ in range(count):
        mine = make_client(acme, system=make_system(acme))
        key = make_key(mine, expires_at=now + timedelta(days=6))
        make_run(mine, status=JobStatus.FAILED, at=now, key=key)
        make_client(acme, system=make_system(acme), status=Status.DRAFT)
        make_client(make_organization(), scopes={scope: Access.PENDING})
        record(
            "client.finished",
            subject=mine,
            actor="Alice",
            at=now,
            organization_id=acme.pk,
            environment="test",
        )
    client.force_login(alice)
    page(client, acme)

    with django_assert_num_queries(24):
        page(client, acme)


class TestGate:
    """Production before it opens."""

    def test_members_of_test_reach_it_and_no_further(
        self, client: Client, acme: Organization, alice: User
    ) -> None:
        client.force_login(alice)

        answer = client.get(f"/production/{acme.number}/")

        assert answer.status_code == 200
        text = answer.content.decode()
        assert "Produksjon er ikke åpnet for Acme EPJ AS ennå" in text
        assert f'href="/production/{acme.number}/clients/"' not in text
        # Whoever holds no role in production is not told what is there.
        assert client.get(f"/production/{acme.number}/clients/").status_code == 404

    def test_other_pages_lead_to_it(self, client: Client, acme: Organization, alice: User) -> None:
        make_membership(alice, acme, environment="production")
        client.force_login(alice)

        answer = client.get(f"/production/{acme.number}/clients/")

        assert answer["Location"] == f"/production/{acme.number}/"

    @pytest.mark.parametrize(
        ("who", "status"), [("charlie", 404), ("rita", 200), ("anonymous", 302)]
    )
    def test_others(
        self,
        client: Client,
        request: pytest.FixtureRequest,
        acme: Organization,
        who: str,
        status: int,
    ) -> None:
        if who != "anonymous":
            client.force_login(request.getfixturevalue(who))

        assert client.get(f"/production/{acme.number}/").status_code == status

    def test_it_says_what_the_portal_has_seen(
        self, client: Client, acme: Organization, alice: User
    ) -> None:
        client.force_login(alice)
        path = f"/production/{acme.number}/"
        assert "0 av 7 punkter er på plass" in client.get(path).content.decode()

        Organization.objects.filter(pk=acme.pk).update(is_synthetic=False)
        mine = make_client(acme, system=make_system(acme))
        key = make_key(mine)
        run = make_run(mine, status=JobStatus.PASSED, at=timezone.now(), key=key)
        assert "Oppsettet er endret etter" in client.get(path).content.decode()

        Run.objects.filter(pk=run.pk).update(configuration_hash=configuration_hash(mine))

        assert "3 av 7 punkter er på plass" in client.get(path).content.decode()

    def test_it_is_open_to_members_of_real_organisations(
        self, client: Client, acme: Organization, alice: User
    ) -> None:
        acme.is_synthetic = False
        acme.save()
        make_membership(alice, acme, environment="production")
        client.force_login(alice)

        answer = client.get(f"/production/{acme.number}/")

        assert "Fire steg igjen til det første tokenet" in answer.content.decode()
