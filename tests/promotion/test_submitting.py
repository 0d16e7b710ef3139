"""A case is sent in when the preflight lets it: each row by itself bars it, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.promotion.models import Case
from onboarding.promotion.rules import Barred
from onboarding.promotion.services import cases, submitting
from onboarding.promotion.states import Status
from onboarding.smoketests.models import Run
from onboarding.suppliers.models import Membership, Supplier
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import SupplierState
from onboarding.systems.models import ClientSystem
from tests.clients.making import make_consent
from tests.constants import NOON
from tests.factories import make_api, make_client, make_scope, make_user
from tests.promotion import making
from tests.suppliers.making import make_terms

pytestmark = pytest.mark.django_db
Spoil = Callable[[Case], object]


@pytest.fixture
def ready(checklist: object) -> tuple[Case, User]:
    """A case that lacks nothing."""
    organization, person = making.make_supplier()
    case = making.begin(making.make_promoted_system(organization, person), person)
    return making.answer(case, person), person


@pytest.fixture
def ready_api(checklist: object) -> tuple[Case, User]:
    """A case about an API that lacks nothing."""
    organization, person = making.make_supplier()
    api = make_api(organization, short_name="acme:nytt")
    make_scope(api, "acme:nytt/read")
    making.make_green(api, person)
    case = cases.begin_api(api_id=api.pk, by=actor_for(person), at=NOON)
    return making.answer(case, person), person


def set_state(state: SupplierState) -> Spoil:
    return lambda case: Supplier.objects.update(state=state)


def take_role(case: Case) -> None:
    Membership.objects.filter(organization=case.organization, environment="production").delete()


def forget_tests(case: Case) -> None:
    Run.objects.all().delete()


def change_setup(case: Case) -> None:
    """What was tested is no longer what there is."""
    Run.objects.update(configuration_hash="an older set-up")


def fail_tests(case: Case) -> None:
    Run.objects.update(status="failed")


def guard_scope(access: Access | None) -> Spoil:
    """The owner of the scope is to be asked, and has said this of the system in production.

    What he says to a client in test is no answer to that.
    """

    def spoil(case: Case) -> None:
        assert case.system
        assert case.revision
        scope = case.revision.scopes.get().scope
        Scope.objects.filter(name=scope.name).update(needs_approval=True)
        make_client(system=case.system, scopes={scope: Access.OK})
        if access:
            there = Scope.objects.get(name=scope.name, environment="production")
            make_consent(case.system, there, access)

    return spoil


ROWS: list[tuple[Spoil, str]] = [
    (set_state(SupplierState.NONE), "Godkjent leverandør"),
    (set_state(SupplierState.APPLIED), "Godkjent leverandør"),
    (set_state(SupplierState.DECLINED), "Godkjent leverandør"),
    (set_state(SupplierState.SUSPENDED), "Godkjent leverandør"),
    (set_state(SupplierState.ENDED), "Godkjent leverandør"),
    (take_role, "Rett til å opptre i produksjon"),
    (forget_tests, "Grønn tokentest"),
    (change_setup, "Grønn tokentest"),
    (fail_tests, "Grønn tokentest"),
]
CONSENT: list[tuple[Spoil, str]] = [
    (guard_scope(access), "Samtykke") for access in (None, Access.PENDING, Access.DECLINED)
]


def check_barred(case: Case, person: User, row: str) -> None:
    with pytest.raises(Barred) as caught:
        making.submit(case, person)
    assert str(caught.value).startswith(row)
    assert Case.objects.get(pk=case.pk).status == Status.DRAFT


@pytest.mark.parametrize(("spoil", "row"), ROWS + CONSENT)
def test_a_row_of_the_preflight_bars_a_version(
    spoil: Spoil, row: str, ready: tuple[Case, User]
) -> None:
    spoil(ready[0])

    check_barred(*ready, row)


@pytest.mark.parametrize(("spoil", "row"), ROWS)
def test_a_row_of_the_preflight_bars_an_api(
    spoil: Spoil, row: str, ready_api: tuple[Case, User]
) -> None:
    spoil(ready_api[0])

    check_barred(*ready_api, row)


def test_all_that_bars_is_said_at_once(ready: tuple[Case, User]) -> None:
    case, person = ready
    set_state(SupplierState.NONE)(case)
    forget_tests(case)
    case.answers.all().delete()

    with pytest.raises(Barred) as caught:
        making.submit(case, person)

    for text in ("Ett sjekkpunkt mangler", "Godkjent leverandør:", "Grønn tokentest"):
        assert text in str(caught.value)


def test_nothing_bars_what_lacks_nothing(
    ready: tuple[Case, User], ready_api: tuple[Case, User]
) -> None:
    assert making.submit(*ready).status == Status.SUBMITTED
    assert making.submit(*ready_api).status == Status.SUBMITTED


def test_consent_that_was_given_bars_nothing(ready: tuple[Case, User]) -> None:
    guard_scope(Access.OK)(ready[0])

    assert making.submit(*ready).status == Status.SUBMITTED


def test_terms_may_be_signed_up_to_going_live(ready: tuple[Case, User]) -> None:
    make_terms()

    assert making.submit(*ready).status == Status.SUBMITTED


def test_what_went_wrong_meanwhile_bars_sending_in_again(ready: tuple[Case, User]) -> None:
    case, person = ready
    making.submit(case, person)
    Case.objects.update(status=Status.IN_REVIEW, reviewer=make_user(is_reviewer=True))
    Case.objects.update(status=Status.CHANGES_REQUESTED)
    set_state(SupplierState.SUSPENDED)(case)

    with pytest.raises(Barred, match="Godkjent leverandør"):
        submitting.resubmit(case_id=case.pk, by=actor_for(person), at=NOON)

    assert Case.objects.get().status == Status.CHANGES_REQUESTED


def at(name: str, case: Case, *rest: object) -> str:
    return reverse(name, args=["test", case.organization.number, *rest])


def test_the_page_says_what_bars_and_leads_to_the_fix(
    ready: tuple[Case, User], client: Client
) -> None:
    case, person = ready
    for spoil in (set_state(SupplierState.NONE), take_role, forget_tests):
        spoil(case)
    client.force_login(person)

    shown = client.get(at("promotion:case", case, case.pk)).content.decode()
    answer = client.post(at("promotion:submit", case, case.pk))

    text = answer.content.decode()
    assert "Send inn til gjennomgang" not in shown
    assert "Noe må på plass før saken kan sendes inn" in shown
    assert answer.status_code == 409
    assert "Saken er ikke sendt inn" in text
    for address in _fixes(case):
        assert shown.count(f'href="{address}"') == text.count(f'href="{address}"') - 1 > 0
    assert Case.objects.get().status == Status.DRAFT


def _fixes(case: Case) -> list[str]:
    preflight: Any = at("evidence:ready_system", case, case.system_id)
    tested = ClientConfiguration.objects.get(revision=case.revision)
    return [at("approval:own", case), f"{preflight}#right", at("client", case, tested.pk)]


def test_a_row_that_the_page_leads_to_is_there(ready: tuple[Case, User], client: Client) -> None:
    case, person = ready
    take_role(case)
    client.force_login(person)

    text = client.get(at("evidence:ready_system", case, case.system_id)).content.decode()

    assert 'id="right"' in text


def test_pressing_after_it_was_put_right_sends_it_in(
    ready: tuple[Case, User], client: Client
) -> None:
    case, person = ready
    forget_tests(case)
    client.force_login(person)
    assert client.post(at("promotion:submit", case, case.pk)).status_code == 409
    making.make_green(ClientSystem.objects.get(), person)

    assert client.post(at("promotion:submit", case, case.pk)).status_code == 302
    assert Case.objects.get().status == Status.SUBMITTED
