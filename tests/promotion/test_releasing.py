"""Going live and back, and changes that go through by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis import services as apis
from onboarding.apis.models import Api, Scope
from onboarding.clients.models import ClientDraft
from onboarding.clients.services import configurations as clients
from onboarding.clients.services import drafts
from onboarding.clients.states import Access
from onboarding.clients.states import Status as ClientStatus
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.promotion.models import Case, Decision, Release
from onboarding.promotion.services import cases, releasing, reviewing, submitting
from onboarding.promotion.states import Outcome, Risk, SpotCheck, Status
from onboarding.suppliers.models import Organization, Supplier
from onboarding.suppliers.queries import actor_for
from onboarding.systems import services as systems
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import Selection
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_client,
    make_organization,
    make_revision,
    make_scope,
    make_user,
)
from tests.promotion import making
from tests.suppliers.making import make_terms

pytestmark = pytest.mark.django_db


def go_live(case: Case, person: User) -> Release:
    return releasing.go_live(case_id=case.pk, by=actor_for(person), at=NOON)


def change(case: Case, person: User, **fields: Any) -> Case:
    """A new version of a live system, sent in as a case of its own."""
    assert case.system
    current = ClientSystem.objects.get(pk=case.system.pk).current
    assert current
    scopes = {row.scope: Selection(row.selection) for row in current.scopes.all()}
    number = case.system.revisions.count() + 1
    make_revision(case.system, number=number, by=person, scopes=scopes, **fields)
    newest = ClientSystem.objects.get(pk=case.system.pk)
    making.make_green(newest, person)
    return making.submit(making.begin(newest, person), person)


def live(judged: bool = True) -> tuple[Case, User]:
    """A live case; without judged items everything can be green by answers alone."""
    case, person = making.make_submitted(judged=judged)
    reviewer = make_user(is_reviewer=True)
    making.take(case, reviewer)
    if judged:
        making.judge(case, reviewer)
    making.approve(case, reviewer)
    go_live(case, person)
    return Case.objects.get(pk=case.pk), person


def test_what_was_approved_is_what_is_live() -> None:
    case, person = making.make_approved()
    assert case.system
    # Test moves on after the yes: that is no part of what was approved.
    make_revision(case.system, number=2, by=person, name="Noe nytt")

    release = go_live(case, person)

    made = ClientSystem.objects.get(environment="production")
    assert made.organization == case.organization
    assert made.current == release.revision
    assert release.content == Case.objects.get(pk=case.pk).content
    assert release.revision
    assert release.revision.name == case.name
    scope = release.revision.scopes.get().scope
    assert (scope.environment, scope.name) == ("production", case.content["scopes"][0][0])


def test_going_live_takes_a_role_in_production(alice: User) -> None:
    case, _person = making.make_approved()

    with pytest.raises(NotPermitted, match="produksjon"):
        go_live(case, alice)


def test_terms_and_approval_are_checked_once_more() -> None:
    case, person = making.make_approved()
    Supplier.objects.filter(organization=case.organization).update(state="suspended")
    with pytest.raises(NotPossibleNow, match="ikke godkjent som leverandør"):
        go_live(case, person)

    Supplier.objects.filter(organization=case.organization).update(state="approved")
    make_terms(valid_from=NOON)
    with pytest.raises(NotPossibleNow, match="Bruksvilkårene"):
        go_live(case, person)

    assert not Release.objects.exists()
    assert Case.objects.get(pk=case.pk).status == Status.APPROVED


def test_a_scope_that_went_meanwhile_is_named() -> None:
    case, person = making.make_approved()
    name = case.content["scopes"][0][0]
    Scope.objects.get(environment="production", name=name).delete()

    with pytest.raises(NotPossibleNow, match=name):
        go_live(case, person)


def replaced() -> tuple[Release, User]:
    """The second release of a system, and who put it there."""
    case, person = live()
    second = change(case, person, tenancy="multi-tenant")
    reviewer = make_user(is_reviewer=True)
    making.take(second, reviewer)
    making.judge(second, reviewer)
    making.approve(second, reviewer)
    return go_live(second, person), person


def roll_back(release: Release, person: User) -> Release:
    return releasing.roll_back(release_id=release.pk, by=actor_for(person), at=NOON)


def test_one_step_back_and_no_further() -> None:
    newest, person = replaced()
    system = ClientSystem.objects.get(environment="production")
    assert system.current == newest.revision
    customer = make_client(newest.organization, system=system)

    back = roll_back(newest, person)

    system.refresh_from_db()
    first = Release.objects.get(number=1)
    assert (back.number, back.back_to, system.current) == (3, first, first.revision)
    customer.refresh_from_db()
    assert customer.revision == newest.revision
    with pytest.raises(NotPossibleNow, match="En annen versjon"):
        roll_back(newest, person)
    with pytest.raises(NotPossibleNow, match="ingen tidligere"):
        roll_back(back, person)


@pytest.fixture
def customer(db: None) -> tuple[Organization, User]:
    """A real organisation with somebody who makes its clients in production."""
    organization = make_organization("Solbakken legesenter", is_synthetic=False)
    return organization, make_user(organization=organization, environment="production")


def test_nobody_finishes_a_client_of_what_was_taken_back(
    customer: tuple[Organization, User],
) -> None:
    newest, person = replaced()
    system = ClientSystem.objects.get(environment="production")
    assert system.current
    scope, by = system.current.scopes.get().scope, actor_for(customer[1])
    draft = make_client(
        customer[0], system=system, status=ClientStatus.DRAFT, scopes={scope: Access.OK}, step="key"
    )
    roll_back(newest, person)

    with pytest.raises(NotPossibleNow, match=r"Versjon 2 av .* ikke den som er i produksjon"):
        clients.finish(client_id=draft.pk, by=by, at=NOON)

    clients.choose_system(client_id=draft.pk, system_id=system.pk, by=by, at=NOON)
    clients.choose_scopes(client_id=draft.pk, scope_ids=[scope.pk], by=by, at=NOON)
    done = clients.finish(client_id=draft.pk, by=by, at=NOON)
    assert (done.status, done.revision) == (
        ClientStatus.ACTIVE,
        Release.objects.get(number=1).revision,
    )


def test_the_wizard_says_that_the_version_was_taken_back(
    client: Client, customer: tuple[Organization, User]
) -> None:
    newest, person = replaced()
    system = ClientSystem.objects.get(environment="production")
    assert system.current
    scopes = {system.current.scopes.get().scope: Access.OK}
    draft = make_client(
        customer[0], system=system, status=ClientStatus.DRAFT, scopes=scopes, step="key"
    )
    check = reverse("keys:check", args=["production", customer[0].number, draft.pk])
    client.force_login(customer[1])
    before = client.get(check).content.decode()
    roll_back(newest, person)

    shown = client.get(check).content.decode()

    assert "Velg fagsystemet på nytt før du går videre" not in before
    assert "i versjon 1 i produksjon, og du valgte versjon 2" in shown
    assert reverse("clients:system", args=["production", customer[0].number, draft.pk]) in shown


def test_nor_is_a_posted_draft_of_it_taken_into_use(customer: tuple[Organization, User]) -> None:
    newest, person = replaced()
    assert newest.revision
    roll_back(newest, person)
    revision = Revision.objects.select_related("system").get(pk=newest.revision.pk)

    with pytest.raises(NotPossibleNow, match="ikke den som er i produksjon"):
        drafts.take_into_use(
            ClientDraft(environment="production", revision=revision),
            organization=customer[0],
            scopes=[],
            claims={},
            uris={},
            children=[],
            by=actor_for(customer[1]),
            at=NOON,
        )


def test_the_page_says_beforehand_who_keeps_what(
    client: Client, customer: tuple[Organization, User]
) -> None:
    newest, person = replaced()
    system = ClientSystem.objects.get(environment="production")
    where = ["production", newest.organization.number, newest.pk]
    client.force_login(person)
    before = client.get(reverse("promotion:roll_back", args=where)).content.decode()
    made = make_client(customer[0], system=system, name="Journalen")

    after = client.get(reverse("promotion:roll_back", args=where)).content.decode()
    client.post(reverse("promotion:roll_back", args=where))
    back = Release.objects.get(number=3)
    shown = client.get(reverse("promotion:release", args=[*where[:2], back.pk])).content.decode()

    assert "Ingen kunder merker noe." in before
    assert "Én klient er laget av versjon 2." in after
    assert reverse("client", args=[*where[:2], made.pk]) in after
    assert "Solbakken legesenter" in after
    assert "Ingen klienter er laget av denne versjonen ennå." in shown
    assert "Én klient er laget av en annen versjon og beholder den." in shown


def test_a_change_of_low_risk_goes_through_at_once_and_is_marked(settings: Any) -> None:
    settings.SPOT_CHECK_PERCENT = 0
    case, person = live(judged=False)

    again = change(case, person, name="Nytt navn")

    assert (again.status, again.risk) == (Status.APPROVED, Risk.LOW)
    assert (again.passed_through, again.spot_check) == (True, "")
    decision = Decision.objects.get(case=again)
    assert (decision.outcome, decision.reviewer) == (Outcome.PASSED, None)
    assert go_live(again, person).number == 2


def test_a_share_of_them_is_drawn_for_a_look(settings: Any, rita: User) -> None:
    settings.SPOT_CHECK_PERCENT = 100
    case, person = live(judged=False)
    again = change(case, person, name="Nytt navn")
    assert again.spot_check == SpotCheck.DRAWN

    reviewing.look(case_id=again.pk, note="Greit", by=actor_for(rita), at=NOON)

    assert Case.objects.get(pk=again.pk).spot_check == SpotCheck.DONE
    with pytest.raises(NotPossibleNow):
        reviewing.look(case_id=again.pk, note="Greit", by=actor_for(rita), at=NOON)


@pytest.mark.parametrize("fields", [{"tenancy": "multi-tenant"}, {"algorithm": "ES256"}])
def test_other_changes_wait_for_a_reviewer(fields: dict[str, str]) -> None:
    case, person = live(judged=False)

    again = change(case, person, **fields)

    assert (again.status, again.risk) == (Status.SUBMITTED, Risk.NORMAL)


def test_a_change_that_is_not_all_green_waits_for_a_reviewer() -> None:
    case, person = live(judged=True)

    again = change(case, person, name="Nytt navn")

    assert (again.status, again.risk) == (Status.SUBMITTED, Risk.LOW)


def test_an_api_goes_live_likewise_and_back(rita: User, checklist: object) -> None:
    organization, person = making.make_supplier()
    api = make_api(organization, short_name="acme:nytt", name="Nytt API")
    make_scope(api, "acme:nytt/read", is_sensitive=True)
    making.make_green(api, person)
    by = actor_for(person)
    case = cases.begin_api(api_id=api.pk, by=by, at=NOON)
    cases.save_addresses(case_id=case.pk, test_url="https://acme.example/ping", by=by, at=NOON)
    making.answer(case, person)
    case = making.submit(case, person)
    assert (case.is_sensitive, case.reviewers_needed) == (True, 2)
    _approve_by_two(case, rita)
    first = go_live(case, person)
    made = Api.objects.get(environment="production", short_name="acme:nytt")
    assert (made.test_url, made.scopes.get().is_sensitive) == ("https://acme.example/ping", True)

    apis.add_scope(api_id=api.pk, name="acme:nytt/write", by=by, at=NOON)
    case = making.submit(_begun_again(api, person), person)
    _approve_by_two(case, make_user(is_reviewer=True))
    second = go_live(case, person)
    assert made.scopes.count() == 2
    assert second.api == first.api == made

    releasing.roll_back(release_id=second.pk, by=by, at=NOON)
    assert [scope.name for scope in made.scopes.all()] == ["acme:nytt/read"]


def _begun_again(api: Api, person: User) -> Case:
    return cases.begin_api(api_id=api.pk, by=actor_for(person), at=NOON)


def _approve_by_two(case: Case, first: User) -> None:
    second = make_user(is_reviewer=True)
    making.take(case, first)
    making.judge(case, first)
    making.approve(case, first)
    reviewing.join(case_id=case.pk, by=actor_for(second), at=NOON)
    making.approve(case, second)


def test_nothing_in_production_is_made_or_changed_otherwise() -> None:
    case, person = live()
    by = actor_for(person)
    made = ClientSystem.objects.get(environment="production")

    with pytest.raises(NotPossibleNow, match="godkjent sak"):
        systems.create_system(
            organization_id=case.organization_id, environment="production", name="X", by=by, at=NOON
        )
    with pytest.raises(NotPossibleNow, match="godkjent sak"):
        systems.new_version(system_id=made.pk, by=by, at=NOON)
    with pytest.raises(NotPossibleNow, match="godkjent sak"):
        apis.create_api(
            organization_id=case.organization_id,
            environment="production",
            name="X",
            short_name="acme:x",
            by=by,
            at=NOON,
        )


def test_the_pages_of_production_offer_no_change(client: Client) -> None:
    case, person = live()
    made = ClientSystem.objects.get(environment="production")
    client.force_login(person)
    where = ["production", case.organization.number]

    text = client.get(reverse("system", args=[*where, made.pk])).content.decode()
    lists = client.get(reverse("systems:list", args=where)).content.decode()

    assert made.name in text
    assert "Lag ny versjon" not in text
    assert "Nytt klientsystem" not in lists


def test_rolling_back_over_the_pages(client: Client) -> None:
    case, person = live(judged=False)
    again = change(case, person, name="Nytt navn")
    newest = go_live(again, person)
    client.force_login(person)
    where = ["production", case.organization.number, newest.pk]
    assert (
        "Gå tilbake til versjon 1 i produksjon"
        in client.get(reverse("promotion:release", args=where)).content.decode()
    )

    page = client.get(reverse("promotion:roll_back", args=where)).content.decode()
    answer = client.post(reverse("promotion:roll_back", args=where))

    assert "Nytt navn" in page
    assert answer.status_code == 302
    assert Release.objects.get(number=3).back_to
    assert client.post(reverse("promotion:roll_back", args=where)).status_code == 409


def test_sending_in_again_needs_a_change_of_mind_first(rita: User) -> None:
    case, person = making.make_submitted()

    with pytest.raises(NotPossibleNow):
        submitting.submit(case_id=case.pk, by=actor_for(person), at=NOON)
