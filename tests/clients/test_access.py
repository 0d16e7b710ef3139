"""Access requests: who decides, when, and what two who decide at once are told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from onboarding.accounts.models import User
from onboarding.apis.models import Api, Scope
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.rules import access as rules
from onboarding.clients.services import access as services
from onboarding.clients.states import DECISIONS, Access, Decision, Status
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import make_api, make_client, make_organization, make_scope, make_user

OWNER, CONSUMER, OTHER = 7, 8, 9
ACTORS = {
    "reader": Actor("bob", user_id=1, roles={(OWNER, "test"): Role.READER}),
    "writer": Actor("alice", user_id=2, roles={(OWNER, "test"): Role.WRITER}),
    "administrator": Actor("anna", user_id=3, roles={(OWNER, "test"): Role.ADMIN}),
    "writer in production": Actor("prod", user_id=4, roles={(OWNER, "production"): Role.ADMIN}),
    "consumer": Actor("ola", user_id=5, roles={(CONSUMER, "test"): Role.ADMIN}),
    "outsider": Actor("charlie", user_id=6, roles={(OTHER, "test"): Role.ADMIN}),
    "reviewer": Actor("rita", user_id=7, is_reviewer=True),
    "operator": Actor("olav", user_id=8, is_operator=True),
    "system": SYSTEM,
}
DECIDERS = ("writer", "administrator", "system")
ALLOWED = {
    (status, access, who, decision)
    for who in DECIDERS
    for status in ("active", "stopped")
    for access, decision in [
        ("pending", "approve"),
        ("pending", "decline"),
        ("ok", "decline"),
        ("declined", "approve"),
    ]
}


def test_the_whole_matrix() -> None:
    scope = Scope(name="nhn:x/y", api=Api(organization_id=OWNER))

    seen = {
        (status.value, access.value, who, decision.value)
        for status in Status
        for access in Access
        for who, actor in ACTORS.items()
        for decision in rules.available(
            ClientScope(
                scope=scope,
                access=access,
                client=ClientConfiguration(
                    status=status, environment="test", organization_id=CONSUMER
                ),
            ),
            actor,
        )
    }

    assert seen == ALLOWED


def test_the_table_of_decisions_is_whole() -> None:
    assert set(DECISIONS) == set(Decision)
    for step in DECISIONS.values():
        assert step.target not in step.sources
    assert {step.target for step in DECISIONS.values()} == set(Access) - {Access.PENDING}


@pytest.fixture
def asked(acme: Organization) -> ClientScope:
    scope = make_scope(make_api(acme), needs_approval=True)
    client = make_client(make_organization("Fjordbyen"), scopes={scope: Access.PENDING})
    return client.scopes.get()


def decide(asked: ClientScope, decision: Decision, by: User, reason: str = "") -> ClientScope:
    return services.decide(
        decision, access_id=asked.pk, by=actor_for(by), at=NOON, reason=reason, seen=asked.access
    )


def test_an_approval_says_who_and_when_and_leaves_a_trace(
    alice: User, acme: Organization, asked: ClientScope
) -> None:
    decide(asked, Decision.APPROVE, alice)

    asked.refresh_from_db()
    assert (asked.access, asked.decided_by, asked.decided_at) == (Access.OK, alice, NOON)
    event = Event.objects.get()
    assert (event.kind, event.organization_id) == ("access.approve", acme.pk)
    assert event.subject == f"clients.clientconfiguration:{asked.client_id}"
    assert (event.details["before"], event.details["after"]) == ("pending", "ok")


def test_a_refusal_needs_a_reason(alice: User, asked: ClientScope) -> None:
    with pytest.raises(Invalid, match="Skriv hvorfor") as refusal:
        decide(asked, Decision.DECLINE, alice)

    assert refusal.value.field == "reason"
    asked.refresh_from_db()
    assert asked.access == Access.PENDING
    assert not Event.objects.exists()


def test_an_owner_may_change_his_mind(alice: User, asked: ClientScope) -> None:
    declined = decide(asked, Decision.DECLINE, alice, "Mangler avtale")
    assert (declined.access, declined.reason) == (Access.DECLINED, "Mangler avtale")

    approved = decide(declined, Decision.APPROVE, alice)

    assert (approved.access, approved.reason) == (Access.OK, "")


def test_who_answers_on_an_old_page_is_told_who_came_first(
    alice: User, acme: Organization, asked: ClientScope
) -> None:
    anna = make_user("anna", organization=acme, role=Role.ADMIN)
    decide(asked, Decision.APPROVE, anna)

    with pytest.raises(NotPossibleNow, match=r"Anna kom deg i forkjøpet.*«Klar til bruk»"):
        decide(asked, Decision.DECLINE, alice, "Nei")

    asked.refresh_from_db()
    assert asked.access == Access.OK
    assert Event.objects.count() == 1


@pytest.mark.parametrize("who", ["bob", "charlie", "rita", "olav"])
def test_others_may_not_decide(
    request: pytest.FixtureRequest, asked: ClientScope, who: str
) -> None:
    with pytest.raises(NotPermitted):
        decide(asked, Decision.APPROVE, request.getfixturevalue(who))

    asked.refresh_from_db()
    assert asked.access == Access.PENDING


def test_what_a_draft_will_ask_for_cannot_be_answered(alice: User, asked: ClientScope) -> None:
    ClientConfiguration.objects.filter(pk=asked.client_id).update(
        status=Status.DRAFT, finished_at=None, finished_by=None
    )

    with pytest.raises(NotPossibleNow, match="ikke ferdig"):
        decide(asked, Decision.APPROVE, alice)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_at_once_one_decides_and_the_other_is_told() -> None:
    acme = make_organization()
    people = [make_user(name, organization=acme) for name in ("alice", "petter")]
    scope = make_scope(make_api(acme), needs_approval=True)
    asked = make_client(scopes={scope: Access.PENDING}).scopes.get()
    together = Barrier(2)

    def answer(decision: Decision, person: User) -> str:
        try:
            together.wait(5)
            decide(asked, decision, person, "Mangler avtale")
        except NotPossibleNow as refusal:
            return str(refusal)
        else:
            return person.name
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(answer, Decision, people))

    (winner,) = [name for name in outcomes if name in ("Alice", "Petter")]
    (told,) = [text for text in outcomes if text != winner]
    assert told.startswith(f"{winner} kom deg i forkjøpet")
    asked.refresh_from_db()
    assert asked.decided_by
    assert asked.decided_by.name == winner
    assert Event.objects.count() == 1
