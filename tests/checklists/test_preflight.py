"""What production takes, told before the first form: each row fulfilled or not, and by whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.checklists.queries import preflight
from onboarding.checklists.queries.preflight import Judged, Row
from onboarding.clients.states import Access
from onboarding.smoketests.models import Step
from onboarding.smoketests.states import StepName, StepStatus
from onboarding.suppliers.models import HandOver, Organization, Supplier
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role, SupplierState
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import Selection
from tests.checklists.making import failed, first_version, measured, passed
from tests.clients.making import make_consent
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
def in_production(scope: Scope) -> Scope:
    """The same scope in production, guarded there too."""
    api = make_api(
        scope.api.organization, short_name=scope.api.short_name, environment="production"
    )
    return make_scope(api, scope.name, environment="production", needs_approval=True)


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
    assert [(each.view, each.args) for each in (none, stale)] == [("client", (client.pk,))] * 2


def test_a_red_test_says_where_it_stopped_and_leads_to_its_client(
    alice: User, acme: Organization, system: ClientSystem
) -> None:
    untested = row("test", revision(system), alice)
    client = make_client(acme, system=system, by=alice, name="Driftsklienten")
    Step.objects.create(
        run=failed(client), position=3, name=StepName.TOKEN, status=StepStatus.FAILED
    )
    red = row("test", revision(system), alice)
    customers = make_client(make_organization("Legekontoret"), system=system, by=alice)
    failed(customers, after=1)

    of_a_customer = row("test", revision(system), alice)

    assert (untested.state, untested.view) == ("you", "clients:list")
    assert (red.state, red.view, red.args) == ("fail", "client", (client.pk,))
    assert "«Driftsklienten» stoppet ved «Hente token»" in red.note
    assert (of_a_customer.state, of_a_customer.view) == ("fail", "clients:list")
    assert "avbrutt" in of_a_customer.note
    passed(client)
    assert row("test", revision(system), alice).is_met


@pytest.mark.parametrize(
    ("access", "mark", "asks"),
    [
        (None, "you", True),
        (Access.PENDING, "wait", False),
        (Access.DECLINED, "fail", False),
        (Access.OK, "ok", False),
    ],
)
def test_consent_of_the_scopes_owner_for_production(
    access: Access | None,
    mark: str,
    asks: bool,
    alice: User,
    system: ClientSystem,
    in_production: Scope,
) -> None:
    if access:
        make_consent(system, in_production, access)

    found = row("consent", revision(system), alice)

    assert (found.state, found.is_act) == (mark, asks)
    assert ("Helsenettdrift" in found.note) == (mark != "ok")
    assert (found.since == NOON) == bool(access)
    assert ("Avtalen mangler." in found.note) == (mark == "fail")


def test_a_yes_to_a_client_in_test_is_no_yes_to_production(
    alice: User, acme: Organization, system: ClientSystem, scope: Scope, in_production: Scope
) -> None:
    make_client(acme, system=system, scopes={scope: Access.OK}, by=alice)

    assert row("consent", revision(system), alice).state == "you"


def test_a_no_can_be_asked_about_again_after_a_day(
    alice: User, system: ClientSystem, in_production: Scope
) -> None:
    earlier = NOON - timedelta(days=1)
    make_consent(system, in_production, Access.DECLINED, decided_at=earlier)

    assert row("consent", revision(system), alice).is_act


def test_who_only_reads_is_not_offered_to_ask(
    bob: User, system: ClientSystem, in_production: Scope
) -> None:
    assert not row("consent", revision(system), bob).is_act


def test_consent_waits_for_a_scope_that_production_does_not_have(
    alice: User, system: ClientSystem, scope: Scope
) -> None:
    found = row("consent", revision(system), alice)

    assert (found.state, found.is_act, found.errand) == ("wait", False, None)
    assert scope.name in found.note


def test_production_says_what_needs_consent(
    alice: User, system: ClientSystem, in_production: Scope
) -> None:
    Scope.objects.filter(pk=in_production.pk).update(needs_approval=False)

    assert row("consent", revision(system), alice).is_met


def test_every_owner_is_counted(alice: User, acme: Organization) -> None:
    chosen = {}
    for short_name in ("a:x", "b:y"):
        owner = make_organization(short_name)
        for environment in ("test", "production"):
            api = make_api(owner, short_name=short_name, environment=environment)
            name = f"{short_name}/z"
            made = make_scope(api, name, environment=environment, needs_approval=True)
            chosen[environment, short_name] = made
    scopes = {
        scope: Selection.AVAILABLE for (where, _n), scope in chosen.items() if where == "test"
    }
    system = make_system(acme, by=alice, scopes=scopes)
    make_consent(system, chosen["production", "a:x"], Access.OK)

    found = row("consent", revision(system), alice)

    assert found.note.startswith("1 av 2 har sagt ja. b:y er ikke spurt")


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


def hand(client: Client, system: ClientSystem, key: str) -> int:
    where = ["test", system.organization.number, system.pk, key]
    return client.post(reverse("evidence:hand_system", args=where)).status_code


def test_a_row_is_handed_over_by_a_link(
    alice: User, acme: Organization, system: ClientSystem, in_production: Scope, client: Client
) -> None:
    make_consent(system, in_production)
    make_user("marit", organization=acme, role=Role.ADMIN, environment="production")
    make_terms()
    client.force_login(alice)

    keys = ("supplier", "terms", "right", "review", "test", "consent", "keys", "nonsense")
    assert [hand(client, system, key) for key in keys] == [200] * 6 + [404, 404]
    made = {row.errand: (row.environment, row.path) for row in HandOver.objects.all()}
    assert set(made) == {"approval", "terms", "roles", "review", "test", "consent"}
    number = in_production.api.organization.number
    requests = reverse("clients:requests", args=["production", number])
    assert made["consent"] == ("production", requests)
    assert made["roles"] == (
        "production",
        reverse("people:list", args=["production", acme.number]),
    )


def test_what_nobody_else_could_do_is_not_handed_over(
    alice: User, system: ClientSystem, in_production: Scope, client: Client
) -> None:
    """No administrator in production, an owner who was not asked, no terms, an application sent."""
    Supplier.objects.create(
        organization=system.organization, state=SupplierState.APPLIED, since=NOON
    )
    client.force_login(alice)

    for key in ("right", "consent", "terms", "supplier"):
        assert hand(client, system, key) == 404


def test_a_role_in_production_is_given_by_who_administers_it(
    alice: User, anna: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    """The link, opened: an administrator of test may not, one of production is led there, once."""
    marit = make_user("marit", organization=acme, role=Role.ADMIN, environment="production")
    client.force_login(alice)
    where = ["test", acme.number, system.pk, "right"]
    page = client.post(reverse("evidence:hand_system", args=where)).content.decode()
    link = re.search(r"/handovers/[\w-]+/", page)
    assert link

    def follow(who: User) -> tuple[int, str]:
        client.force_login(who)
        client.get(link[0])
        answer = client.post(reverse("suppliers:handover"))
        return answer.status_code, answer.headers.get("Location", "")

    assert follow(anna)[0] == 403
    assert follow(marit) == (302, reverse("people:list", args=["production", acme.number]))
    assert follow(marit)[0] == 410


def test_the_owners_are_asked_from_the_page(
    alice: User, acme: Organization, system: ClientSystem, in_production: Scope, client: Client
) -> None:
    client.force_login(alice)
    page = reverse("evidence:ready_system", args=["test", acme.number, system.pk])
    ask = reverse("evidence:ask_consent", args=["test", acme.number, system.pk])
    assert f'action="{ask}"' in client.get(page).content.decode()

    assert client.post(ask).status_code == 302

    text = client.get(page).content.decode()
    assert "Helsenettdrift er spurt" in text
    assert f'action="{ask}"' not in text
    assert client.post(ask).status_code == 409


def test_what_is_left_comes_first_on_the_page(
    alice: User, acme: Organization, system: ClientSystem, client: Client
) -> None:
    Supplier.objects.create(organization=acme, state=SupplierState.APPROVED, since=NOON)
    client.force_login(alice)

    page = client.get(reverse("evidence:ready_system", args=["test", acme.number, system.pk]))
    text = page.content.decode()

    assert "1 av 7 er oppfylt" in text
    assert text.index("Samtykke fra dem") < text.index("Godkjent leverandør")


def test_a_draft_is_not_ready_for_anything(alice: User, acme: Organization, client: Client) -> None:
    client.force_login(alice)
    drafted = make_system(acme, published=False, by=alice)

    for name in ("evidence:ready_system", "evidence:system"):
        assert client.get(reverse(name, args=["test", acme.number, drafted.pk])).status_code == 404
