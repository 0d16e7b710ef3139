"""Owners say yes or no to a system's scopes in production: who asks, who answers, once each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis.models import Api, Scope
from onboarding.audit.models import Event
from onboarding.clients.models import Consent
from onboarding.clients.rules import consents as rules
from onboarding.clients.services import consents as services
from onboarding.clients.states import Access, Decision
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.notices.models import Notice
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from onboarding.systems.models import Revision
from onboarding.systems.states import Selection
from tests.clients.making import make_consent
from tests.constants import NOON
from tests.factories import make_api, make_organization, make_scope, make_system, make_user

OWNER, OTHER = 7, 8
PRODUCTION = "production"
ACTORS = {
    "reader": Actor("bob", user_id=1, roles={(OWNER, PRODUCTION): Role.READER}),
    "writer": Actor("alice", user_id=2, roles={(OWNER, PRODUCTION): Role.WRITER}),
    "administrator": Actor("anna", user_id=3, roles={(OWNER, PRODUCTION): Role.ADMIN}),
    "writer in test": Actor("tess", user_id=4, roles={(OWNER, "test"): Role.ADMIN}),
    "supplier": Actor("tora", user_id=5, roles={(OTHER, PRODUCTION): Role.ADMIN}),
    "reviewer": Actor("rita", user_id=7, is_reviewer=True),
    "operator": Actor("olav", user_id=8, is_operator=True),
    "system": SYSTEM,
}
ALLOWED = {
    (access, who, decision)
    for who in ("writer", "administrator", "system")
    for access, decision in [
        ("pending", "approve"),
        ("pending", "decline"),
        ("ok", "decline"),
        ("declined", "approve"),
    ]
}


def test_the_whole_matrix() -> None:
    scope = Scope(name="nhn:x/y", environment=PRODUCTION, api=Api(organization_id=OWNER))

    seen = {
        (access.value, who, decision.value)
        for access in Access
        for who, actor in ACTORS.items()
        for decision in rules.available(Consent(scope=scope, access=access), actor)
    }

    assert seen == ALLOWED


@pytest.fixture
def owner(db: None) -> Organization:
    return make_organization("Helsenettdrift", is_synthetic=False)


@pytest.fixture
def solveig(owner: Organization) -> User:
    return make_user("solveig", organization=owner, environment=PRODUCTION)


@pytest.fixture
def scopes(owner: Organization) -> tuple[Scope, Scope]:
    """The same scope in test and in production, both guarded."""
    test, production = (
        make_scope(
            make_api(owner, short_name="nhn:msh", environment=environment),
            "nhn:msh/api",
            environment=environment,
            needs_approval=True,
        )
        for environment in ("test", PRODUCTION)
    )
    return test, production


@pytest.fixture
def revision(acme: Organization, alice: User, scopes: tuple[Scope, Scope]) -> Revision:
    system = make_system(acme, by=alice, scopes={scopes[0]: Selection.PRESELECTED})
    assert system.current
    return system.current


def ask(revision: Revision, by: User, hours: int = 0) -> list[Consent]:
    at = NOON + timedelta(hours=hours)
    return services.ask(revision_id=revision.pk, by=actor_for(by), at=at)


def decide(consent: Consent, decision: Decision, by: User, **fields: str) -> Consent:
    return services.decide(decision, consent_id=consent.pk, by=actor_for(by), at=NOON, **fields)


def test_the_owner_of_productions_scope_is_asked_and_told(
    revision: Revision, alice: User, solveig: User, scopes: tuple[Scope, Scope]
) -> None:
    [asked] = ask(revision, alice)

    assert (asked.scope, asked.system, asked.access) == (
        scopes[1],
        revision.system,
        Access.PENDING,
    )
    told = Notice.objects.get(user=solveig)
    assert told.kind == "consent.ask"
    assert told.url == reverse(
        "clients:requests", args=[PRODUCTION, scopes[1].api.organization.number]
    )
    event = Event.objects.get(kind="consent.ask")
    assert (event.organization_id, event.environment) == (
        asked.scope.api.organization_id,
        PRODUCTION,
    )


def test_nobody_is_asked_twice(revision: Revision, alice: User) -> None:
    ask(revision, alice)

    with pytest.raises(NotPossibleNow, match="er spurt"):
        ask(revision, alice, hours=48)

    assert Consent.objects.count() == 1


def test_nobody_is_asked_for_what_is_free_or_ones_own(
    acme: Organization, alice: User, owner: Organization
) -> None:
    chosen = {}
    for short_name, whose, guarded in (("acme:x", acme, True), ("nhn:y", owner, False)):
        for environment in ("test", PRODUCTION):
            api = make_api(whose, short_name=short_name, environment=environment)
            scope = make_scope(
                api, f"{short_name}/z", environment=environment, needs_approval=guarded
            )
            if environment == "test":
                chosen[scope] = Selection.PRESELECTED
    system = make_system(acme, by=alice, scopes=chosen)
    assert system.current

    with pytest.raises(NotPossibleNow, match="er spurt"):
        ask(system.current, alice)


def test_a_no_stands_for_a_day_before_it_is_asked_about_again(
    revision: Revision, alice: User, solveig: User
) -> None:
    [asked] = ask(revision, alice)
    decide(asked, Decision.DECLINE, solveig, reason="Vi trenger en avtale.")
    with pytest.raises(NotPossibleNow):
        ask(revision, alice, hours=23)

    [again] = ask(revision, alice, hours=24)

    assert (again.pk, again.access, again.reason) == (asked.pk, Access.PENDING, "")
    assert Notice.objects.filter(user=solveig, kind="consent.ask").count() == 2


@pytest.mark.parametrize("who", ["bob", "charlie", "olav"])
def test_only_who_writes_for_the_supplier_asks(
    revision: Revision, who: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotPermitted):
        ask(revision, request.getfixturevalue(who))


def test_it_is_asked_from_test(acme: Organization, scopes: tuple[Scope, Scope]) -> None:
    person = make_user(organization=acme, environment=PRODUCTION)
    system = make_system(acme, environment=PRODUCTION, scopes={scopes[1]: Selection.PRESELECTED})
    assert system.current

    with pytest.raises(NotPossibleNow, match="fra testmiljøet"):
        ask(system.current, person)


def test_the_answer_is_told_with_its_reason(revision: Revision, alice: User, solveig: User) -> None:
    [asked] = ask(revision, alice)

    decide(asked, Decision.DECLINE, solveig, reason="Vi trenger en avtale.")

    told = Notice.objects.get(user=alice, kind="consent.decline")
    assert "Vi trenger en avtale." in told.words["nb"][1]
    assert told.url.endswith(f"/{revision.system_id}/")
    decide(asked, Decision.APPROVE, solveig)
    asked.refresh_from_db()
    assert (asked.access, asked.reason, asked.decided_by) == (Access.OK, "", solveig)


def test_a_no_has_a_reason(revision: Revision, alice: User, solveig: User) -> None:
    [asked] = ask(revision, alice)

    with pytest.raises(Invalid) as caught:
        decide(asked, Decision.DECLINE, solveig)

    assert caught.value.field == "reason"


def test_the_supplier_does_not_answer_himself(revision: Revision, alice: User) -> None:
    [asked] = ask(revision, alice)

    with pytest.raises(NotPermitted):
        decide(asked, Decision.APPROVE, alice)


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_at_once_the_second_is_told(
    revision: Revision, alice: User, owner: Organization
) -> None:
    [asked] = ask(revision, alice)
    people = [make_user(organization=owner, environment=PRODUCTION) for _each in range(2)]
    barrier = Barrier(2)

    def answer(who: User) -> str:
        try:
            barrier.wait()
            decide(asked, Decision.APPROVE, who, seen="pending")
        except NotPossibleNow as refusal:
            return str(refusal)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(answer, people))

    assert said[0] == ""
    assert "kom deg i forkjøpet" in said[1]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_asks(
    revision: Revision, alice: User, anna: User, solveig: User
) -> None:
    barrier = Barrier(2)

    def press(who: User) -> int:
        try:
            barrier.wait()
            return len(ask(revision, who))
        except NotPossibleNow:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, [alice, anna])) == [0, 1]
    assert Notice.objects.filter(user=solveig).count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"access": "maybe"},
        {"access": Access.OK},
        {"decided_at": NOON},
        {"access": Access.DECLINED, "decided_at": NOON, "decided_by_id": True},
    ],
)
def test_the_database_holds_the_rules(
    fields: dict[str, object], revision: Revision, alice: User
) -> None:
    [asked] = ask(revision, alice)
    if "decided_by_id" in fields:
        fields = fields | {"decided_by_id": alice.pk}

    with pytest.raises(IntegrityError):
        Consent.objects.filter(pk=asked.pk).update(**fields)


def url(name: str, owner: Organization, *rows: object) -> str:
    return reverse(name, args=[PRODUCTION, owner.number, *rows])


def test_over_the_pages(
    client: Client, revision: Revision, alice: User, solveig: User, owner: Organization
) -> None:
    [asked] = ask(revision, alice)
    client.force_login(solveig)
    listed = client.get(url("clients:requests", owner)).content.decode()
    page = url("clients:decide_consent", owner, asked.pk)
    assert f'href="{page}"' in listed
    shown = client.get(page).content.decode()
    assert "Acme EPJ og nhn:msh/api i produksjon" in shown

    refused = client.post(page, {"decision": "decline", "seen": "pending"})
    late = client.post(page, {"decision": "approve", "seen": "ok"})
    done = client.post(page, {"decision": "approve", "seen": "pending"})

    assert [each.status_code for each in (refused, late, done)] == [422, 409, 302]
    asked.refresh_from_db()
    assert asked.access == Access.OK
    assert f'href="{page}"' not in client.get(url("clients:requests", owner)).content.decode()
    decided = client.get(url("clients:requests", owner) + "?show=decided").content.decode()
    assert f'href="{page}"' in decided


def test_it_is_nobody_elses(
    client: Client, revision: Revision, alice: User, owner: Organization, solveig: User
) -> None:
    [asked] = ask(revision, alice)
    reader = make_user(organization=owner, environment=PRODUCTION, role=Role.READER)
    page = url("clients:decide_consent", owner, asked.pk)

    client.force_login(alice)
    assert client.get(page).status_code == 404
    client.force_login(reader)
    assert client.get(page).status_code == 200
    assert client.post(page, {"decision": "approve", "seen": "pending"}).status_code == 403
    client.force_login(solveig)
    other = make_consent(
        make_system(), make_scope(make_api(environment=PRODUCTION), environment=PRODUCTION)
    )
    assert client.get(url("clients:decide_consent", owner, other.pk)).status_code == 404


def test_the_menu_and_the_front_page_tell_of_it(
    client: Client, revision: Revision, alice: User, solveig: User, owner: Organization
) -> None:
    client.force_login(solveig)
    before = client.get(url("home", owner)).content.decode()
    ask(revision, alice)

    after = client.get(url("home", owner)).content.decode()

    assert "Svar på én tilgangsforespørsel" not in before
    assert "Svar på én tilgangsforespørsel" in after


def test_the_list_costs_the_same_for_many(
    client: Client,
    revision: Revision,
    alice: User,
    solveig: User,
    owner: Organization,
    scopes: tuple[Scope, Scope],
) -> None:
    ask(revision, alice)
    client.force_login(solveig)
    address = url("clients:requests", owner)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _each in range(2):
        make_consent(make_system(), scopes[1])

    with CaptureQueriesContext(connection) as three:
        client.get(address)

    assert len(three) == len(one)
