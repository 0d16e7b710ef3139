"""Finding an organisation to act for, and registering one."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.orgnumbers import check_digit
from onboarding.suppliers import services
from onboarding.suppliers.models import Membership, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from tests.constants import NOON
from tests.factories import make_membership, make_organization, make_user, org_number

NEW = "/organizations/new/"


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_front_door_leads_to_the_only_organization(client: Client, acme: Organization) -> None:
    client.force_login(make_user(organization=acme))

    assert client.get("/")["Location"] == f"/test/{acme.number}/"


def test_front_door_leads_to_the_gate_for_who_is_in_production_only(
    client: Client, acme: Organization
) -> None:
    client.force_login(make_user(organization=acme, environment="production"))

    assert client.get("/")["Location"] == f"/production/{acme.number}/"


@pytest.mark.parametrize("who", ["rita", "olav"])
def test_front_door_of_platform_staff_is_the_choice(
    client: Client, request: pytest.FixtureRequest, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get("/")["Location"] == "/organizations/"


def test_front_door_of_several_and_of_none(client: Client, acme: Organization) -> None:
    user = make_user()
    client.force_login(user)
    assert client.get("/")["Location"] == NEW

    for organization in (acme, make_organization()):
        make_membership(user, organization)
    assert client.get("/")["Location"] == "/organizations/"


def test_front_door_remembers_an_invitation(client: Client, db: None) -> None:
    client.force_login(make_user())
    client.get("/invitations/some-token/")

    assert client.get("/")["Location"] == "/invitations/"


def test_choice_shows_ones_own_with_roles_and_nobody_elses(
    client: Client, acme: Organization, charlie: User
) -> None:
    user = make_user(organization=acme, role=Role.ADMIN)
    make_membership(user, acme, role=Role.READER, environment="production")
    client.force_login(user)

    text = html(client, "/organizations/")

    assert f'href="/test/{acme.number}/"' in text
    assert "Test: administrator" in text
    assert "Produksjon: lesetilgang" in text
    assert "Utenfor AS" not in text


def test_reviewer_finds_any_organization_by_name_or_number(
    client: Client, acme: Organization, charlie: User, rita: User
) -> None:
    client.force_login(rita)
    everybody = html(client, "/organizations/")
    assert "Acme EPJ AS" in everybody
    assert "Utenfor AS" in everybody

    for text in ("acme", acme.number[:8], f"{acme.number[:3]} {acme.number[3:6]}"):
        found = html(client, f"/organizations/?q={text}")
        assert "Acme EPJ AS" in found
    assert "Utenfor AS" not in html(client, "/organizations/?q=acme")
    assert "Ingen treff på «&lt;b&gt;»" in html(client, "/organizations/?q=<b>")


@pytest.mark.parametrize("count", [1, 3])
def test_choice_costs_the_same_for_one_and_three(
    client: Client,
    db: None,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    user = make_user()
    for _ in range(count):
        make_membership(user, make_organization())
    client.force_login(user)
    client.get("/organizations/")

    with django_assert_num_queries(9):
        client.get("/organizations/")


def test_registration_makes_an_administrator_in_test_only(client: Client, db: None) -> None:
    user, number = make_user(), org_number()
    client.force_login(user)

    typed = f"{number[:3]} {number[3:6]} {number[6:]}"
    answer = client.post(NEW, {"number": typed, "name": "  Nordlys   EPJ "})

    assert answer["Location"] == f"/test/{number}/"
    organization = Organization.objects.get(number=number)
    assert (organization.name, organization.is_synthetic) == ("Nordlys EPJ", True)
    roles = Membership.objects.filter(user=user).values_list("environment", "role")
    assert list(roles) == [("test", "admin")]
    assert [event.kind for event in Event.objects.all()] == ["organization.registered"]


GOOD = "313055280"


@pytest.mark.parametrize(
    ("number", "name", "sentence"),
    [
        ("", "Nordlys", "Forventet ni siffer. Feltet er tomt."),
        ("31305528", "Nordlys", "Fant 8."),
        ("3130552800", "Nordlys", "Fant 10."),
        ("31305528O", "Nordlys", "Fant også andre tegn"),
        ("٣١٣٠٥٥٢٨٠", "Nordlys", "Fant også andre tegn"),
        ("313 055 281", "Nordlys", "Mente du 313\u00a0055\u00a0280?"),
        ("974760673", "Nordlys", "Fant et som begynner på 9"),
        (GOOD, "", "Forventet et navn"),
        (GOOD, "x" * 101, "Forventet høyst 100 tegn"),
        (GOOD, "Nord\u202elys", "U+202E"),
        (GOOD, "Nord\u200blys", "U+200B"),
    ],
)
def test_bad_registration_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client, db: None, number: str, name: str, sentence: str
) -> None:
    client.force_login(make_user())

    answer = client.post(NEW, {"number": number, "name": name})

    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert f'value="{number}"' in text or not number
    assert not Organization.objects.exists()


def test_eight_digits_that_no_number_begins_with(client: Client, db: None) -> None:
    eight = next(str(n) for n in range(31_000_000, 31_100_000) if check_digit(str(n)) is None)
    client.force_login(make_user())

    answer = client.post(NEW, {"number": f"{eight}0", "name": "Nordlys"})

    assert f"begynner med {eight}" in answer.content.decode()


def test_taken_number_tells_no_more_than_that(client: Client, acme: Organization) -> None:
    client.force_login(make_user())

    answer = client.post(NEW, {"number": acme.number, "name": "Min egen AS"})

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Virksomheten finnes allerede. Be en administrator der om en invitasjon." in text
    assert "Acme" not in text
    assert Organization.objects.count() == 1
    assert not Event.objects.exists()


def test_platform_staff_register_like_anybody(rita: User) -> None:
    organization = services.register_organization(
        number=org_number(), name="Prøve AS", by=actor_for(rita), at=NOON
    )

    assert Membership.objects.get().organization == organization


def test_closed_to_the_anonymous(client: Client, db: None) -> None:
    for path in ("/", "/organizations/", NEW, "/invitations/"):
        assert client.get(path)["Location"] == f"/login/?next={path}"
