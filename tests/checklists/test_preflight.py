"""What production takes, told before the first form: each row fulfilled or not, and by whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.checklists.queries import preflight
from onboarding.checklists.queries.preflight import Judged, Row
from onboarding.clients.states import Access
from onboarding.suppliers.models import HandOver, Organization, Supplier
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role, SupplierState
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import Selection
from tests.checklists.making import first_version, measured, passed
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_client,
    make_membership,
    make_organization,
    make_scope,
    make_system,
    make_user,
)
from tests.suppliers.making import make_acceptance, make_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope(db: None) -> Scope:
    owner = make_organization("Helsenettdrift")
    return make_scope(make_api(owner), "nhn:msh/api", needs_approval=True)


@pytest.fixture
def system(alice: User, acme: Organization, scope: Scope) -> ClientSystem:
    return make_system(acme, by=alice, scopes={scope: Selection.PRESELECTED})


def revision(system: ClientSystem) -> Revision:
    assert system.current
    return system.current


def row(key: str, judged: Judged, by: User) -> Row:
    found = preflight.rows(judged, actor_for(by), NOON)
    return next(each for each in found if each.key == key)


def test_a_version_has_seven_rows_and_an_api_five(
    alice: User, acme: Organization, system: ClientSystem
) -> None:
    by = actor_for(alice)

    keys = [each.key for each in preflight.rows(revision(system), by, NOON)]
    for_api = [each.key for each in preflight.rows(make_api(acme), by, NOON)]

    assert keys == ["supplier", "terms", "right", "review", "test", "keys", "consent"]
    assert for_api == keys[:5]


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (None, "you"),
        (SupplierState.APPLIED, "wait"),
        (SupplierState.DECLINED, "you"),
        (SupplierState.APPROVED, "ok"),
        (SupplierState.SUSPENDED, "fail"),
        (SupplierState.ENDED, "fail"),
    ],
)
def test_supplier(
    state: SupplierState | None, mark: str, alice: User, anna: User, system: ClientSystem
) -> None:
    if state:
        Supplier.objects.create(organization=system.organization, state=state, since=NOON)

    found = row("supplier", revision(system), alice)

    assert found.state == mark
    assert (found.since == NOON) == (state is not None and mark != "you")
    assert ("Anna" in found.note) == (mark == "you")


def test_terms(alice: User, acme: Organization, system: ClientSystem) -> None:
    none = row("terms", revision(system), alice)
    terms = make_terms()
    missing = row("terms", revision(system), alice)
    make_acceptance(acme, terms, alice)

    accepted = row("terms", revision(system), alice)

    assert (none.state, missing.state, accepted.state) == ("wait", "fail", "ok")
    assert missing.view == "terms:own"
    assert accepted.since


def test_the_right_to_act_names_who_can_give_it(
    alice: User, acme: Organization, system: ClientSystem
) -> None:
    before = row("right", revision(system), alice)
    make_user("marit", organization=acme, role=Role.ADMIN, environment="production")
    named = row("right", revision(system), alice)
    make_membership(alice, acme, environment="production")

    after = row("right", revision(system), alice)

    assert (before.state, named.state, after.state) == ("fail", "fail", "ok")
    assert "Marit" in named.note


def test_a_green_test_counts_for_its_own_set_up_only(
    alice: User, acme: Organization, system: ClientSystem
) -> None:
    client = make_client(acme, system=system, by=alice)
    passed(make_client(acme, by=alice))
    none = row("test", revision(system), alice)
    passed(client, "an older set-up")
    stale = row("test", revision(system), alice)
    passed(client)

    green = row("test", revision(system), alice)

    assert (none.state, stale.state, green.state) == ("you", "warn", "ok")
    assert green.since == NOON + timedelta(seconds=3)
    assert none.view == "clients:list"


@pytest.mark.parametrize(
    ("answers", "mark"),
    [
        ([], "you"),
        ([Access.PENDING], "wait"),
        ([Access.DECLINED], "fail"),
        ([Access.DECLINED, Access.PENDING], "wait"),
        ([Access.PENDING, Access.OK], "ok"),
    ],
)
def test_consent_of_the_scopes_owner(
    answers: list[Access],
    mark: str,
    alice: User,
    acme: Organization,
    system: ClientSystem,
    scope: Scope,
) -> None:
    for access in answers:
        make_client(acme, system=system, scopes={scope: access}, by=alice)

    found = row("consent", revision(system), alice)

    assert found.state == mark
    assert ("Helsenettdrift" in found.note) == (mark != "ok")


def test_nobody_is_asked_for_ones_own_scopes(alice: User, acme: Organization) -> None:
    mine = make_scope(make_api(acme), needs_approval=True)
    free = make_scope(make_api())
    chosen = {mine: Selection.PRESELECTED, free: Selection.AVAILABLE}

    assert row("consent", revision(make_system(acme, by=alice, scopes=chosen)), alice).is_met


def test_the_review_tells_how_far_the_evidence_has_come(
    alice: User, acme: Organization, system: ClientSystem
) -> None:
    first_version()
    before = row("review", revision(system), alice)
    subject, _ = measured(alice, acme)
    assert subject.revision

    after = row("review", subject.revision, alice)

    assert before.word == "Ikke begynt"
    assert (after.view, after.args) == ("evidence:system", (subject.revision.system_id,))
    assert "punkter" in after.note


def standing(judged: object, by: object, at: object) -> Row:
    """What an app above could say of the review."""
    return Row("review", "ok", "Oppfylt", "Kodegjennomgang", "Godkjent i sak 7.")


def test_whoever_knows_of_cases_is_asked(
    alice: User, system: ClientSystem, settings: pytest.FixtureRequest
) -> None:
    settings.REVIEW_STANDING = f"{__name__}.standing"  # type: ignore[attr-defined]

    assert row("review", revision(system), alice).note == "Godkjent i sak 7."


def test_a_row_is_handed_over_by_a_link(
    alice: User, acme: Organization, system: ClientSystem, scope: Scope, client: Client
) -> None:
    make_client(acme, system=system, scopes={scope: Access.PENDING}, by=alice)
    client.force_login(alice)

    def hand(key: str) -> int:
        where = ["test", acme.number, system.pk, key]
        return client.post(reverse("evidence:hand_system", args=where)).status_code

    keys = ("supplier", "review", "test", "consent", "keys", "nonsense")
    assert [hand(key) for key in keys] == [200, 200, 200, 200, 404, 404]
    made = {row.errand: (row.organization, row.path) for row in HandOver.objects.all()}
    assert set(made) == {"approval", "review", "test", "consent"}
    owner = scope.api.organization
    assert made["consent"] == (owner, reverse("clients:requests", args=["test", owner.number]))


def test_what_is_left_comes_first_on_the_page(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    client.force_login(alice)

    page = client.get(reverse("evidence:ready_system", args=["test", acme.number, system.pk]))
    text = page.content.decode()

    assert "1 av 7 er oppfylt" in text
    assert text.index("Bruksvilkår") < text.index("Ingen nøkler er de samme som i test")


def test_a_draft_is_not_ready_for_anything(alice: User, acme: Organization, client: Client) -> None:
    client.force_login(alice)
    drafted = make_system(acme, published=False, by=alice)

    for name in ("evidence:ready_system", "evidence:system"):
        assert client.get(reverse(name, args=["test", acme.number, drafted.pk])).status_code == 404
