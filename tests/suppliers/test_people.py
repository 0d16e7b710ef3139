"""Who may act for an organisation: seeing it, changing it, and the one that must stay."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.refusals import NotPossibleNow
from onboarding.suppliers import services
from onboarding.suppliers.models import Membership, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import make_membership, make_organization, make_user

EVERYBODY = ["anna", "alice", "bob", "charlie", "rita", "olav", "anonymous"]


def login(client: Client, request: pytest.FixtureRequest, who: str) -> None:
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who))


def url(organization: Organization, tail: str = "") -> str:
    return f"/test/{organization.number}/people/{tail}"


@pytest.fixture
def petter(acme: Organization) -> Membership:
    return Membership.objects.get(user=make_user("petter", organization=acme))


@pytest.mark.parametrize(
    ("who", "status"),
    list(zip(EVERYBODY, [200, 200, 200, 404, 200, 200, 302], strict=True)),
)
def test_list_and_member_for_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    petter: Membership,
    who: str,
    status: int,
) -> None:
    login(client, request, who)

    assert client.get(url(acme)).status_code == status
    assert client.get(url(acme, f"{petter.pk}/")).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    list(zip(EVERYBODY, [302, 403, 403, 404, 403, 403, 302], strict=True)),
)
@pytest.mark.parametrize("tail", ["role/", "remove/"])
def test_acts_for_each_persona(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    petter: Membership,
    tail: str,
    who: str,
    status: int,
) -> None:
    request.getfixturevalue("anna")
    login(client, request, who)

    answer = client.post(url(acme, f"{petter.pk}/{tail}"), {"role": "reader"})

    assert answer.status_code == status
    is_untouched = Membership.objects.filter(pk=petter.pk, role=Role.WRITER).exists()
    assert is_untouched is (who != "anna")


def test_role_in_test_is_none_in_production(client: Client, acme: Organization, anna: User) -> None:
    client.force_login(anna)

    answer = client.get(f"/production/{acme.number}/people/")

    assert answer.status_code == 404


def test_member_of_another_organization_is_not_found_here(
    client: Client, acme: Organization, anna: User, charlie: User
) -> None:
    client.force_login(anna)
    stranger = Membership.objects.get(user=charlie)

    assert client.get(url(acme, f"{stranger.pk}/")).status_code == 404
    assert client.post(url(acme, f"{stranger.pk}/remove/")).status_code == 404
    assert Membership.objects.filter(pk=stranger.pk).exists()


@pytest.mark.parametrize("who", ["anna", "alice"])
def test_what_is_offered_is_what_is_allowed(
    client: Client,
    request: pytest.FixtureRequest,
    acme: Organization,
    petter: Membership,
    who: str,
) -> None:
    request.getfixturevalue("anna")
    login(client, request, who)

    text = client.get(url(acme)).content.decode()

    assert (url(acme, "invite/") in text) is (who == "anna")
    assert (url(acme, f"{petter.pk}/") in text) is (who == "anna")
    assert ("Det kan Anna" in text) is (who == "alice")


def test_change_of_role_is_kept_and_logged_once(
    client: Client, acme: Organization, anna: User, petter: Membership
) -> None:
    client.force_login(anna)

    for _ in range(2):
        assert client.post(url(acme, f"{petter.pk}/role/"), {"role": "admin"}).status_code == 302

    petter.refresh_from_db()
    assert petter.role == Role.ADMIN
    assert list(Event.objects.values_list("kind", "details")) == [
        ("membership.role_changed", {"person": "Petter", "before": "writer", "after": "admin"})
    ]


@pytest.mark.parametrize("role", ["", "owner", "ADMIN"])
def test_role_that_is_none_changes_nothing(
    client: Client, acme: Organization, anna: User, petter: Membership, role: str
) -> None:
    client.force_login(anna)

    assert client.post(url(acme, f"{petter.pk}/role/"), {"role": role}).status_code == 422
    petter.refresh_from_db()
    assert petter.role == Role.WRITER


@pytest.mark.parametrize(("tail", "data"), [("role/", {"role": "reader"}), ("remove/", {})])
def test_last_administrator_can_neither_go_nor_be_lowered(
    client: Client, acme: Organization, anna: User, tail: str, data: dict[str, str]
) -> None:
    # Neither another environment's nor another organisation's administrator is one here, nor is
    # somebody who cannot log in.
    make_user(organization=acme, role=Role.ADMIN, environment="production")
    make_user(organization=acme, role=Role.ADMIN, is_active=False)
    make_user(organization=make_organization(), role=Role.ADMIN)
    client.force_login(anna)
    own = Membership.objects.get(user=anna)
    assert (
        "Virksomheten må ha minst én administrator"
        in client.get(url(acme, f"{own.pk}/")).content.decode()
    )

    answer = client.post(url(acme, f"{own.pk}/{tail}"), data)

    assert answer.status_code == 409
    assert "Anna er den siste administratoren" in answer.content.decode()
    own.refresh_from_db()
    assert own.role == Role.ADMIN
    assert not Event.objects.exists()


def test_whoever_wants_to_leave_may(client: Client, acme: Organization, bob: User) -> None:
    client.force_login(bob)
    own = Membership.objects.get(user=bob)

    assert client.post(url(acme, f"{own.pk}/remove/"))["Location"] == "/"

    assert not Membership.objects.filter(user=bob).exists()
    assert client.get(url(acme)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    client: Client,
    acme: Organization,
    anna: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for number in range(count):
        make_user(organization=acme)
        services.invite(
            organization_id=acme.pk,
            environment="test",
            email=f"{number}@acme.example",
            role="reader",
            by=actor_for(anna),
            at=NOON,
        )
    client.force_login(anna)
    client.get(url(acme))

    with django_assert_num_queries(12):
        client.get(url(acme))


Act = Callable[[Membership, User], Membership]


def lower(membership: Membership, by: User) -> Membership:
    return services.change_role(
        membership_id=membership.pk, role="reader", by=actor_for(by), at=NOON
    )


def leave(membership: Membership, by: User) -> Membership:
    return services.remove(membership_id=membership.pk, by=actor_for(by), at=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acts", [(lower, lower), (leave, leave), (lower, leave)])
def test_two_last_administrators_who_go_at_once_leave_one(acts: tuple[Act, Act]) -> None:
    acme = make_organization()
    people = [make_user(organization=acme, role=Role.ADMIN) for _ in range(2)]
    members = [Membership.objects.get(user=user) for user in people]
    together = Barrier(2)

    def go(act: Act, membership: Membership, user: User) -> str:
        try:
            together.wait()
            act(membership, user)
        except NotPossibleNow:
            return "refused"
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(go, acts, members, people))

    assert sorted(outcomes) == ["done", "refused"]
    assert Membership.objects.filter(organization=acme, role=Role.ADMIN).count() == 1
    assert Event.objects.count() == 1


def test_role_held_elsewhere_stays_when_one_is_removed(
    acme: Organization, anna: User, petter: Membership
) -> None:
    other = make_membership(petter.user, make_organization())

    services.remove(membership_id=petter.pk, by=actor_for(anna), at=NOON)

    assert list(Membership.objects.filter(user=petter.user)) == [other]
