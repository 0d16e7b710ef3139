"""Rights that an organisation gives to others: what they open, how they end, who may give them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from onboarding.accounts.models import User
from onboarding.apis.models import Api
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers import queries, rules, services
from onboarding.suppliers.models import Delegation, Membership, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Right, Role
from onboarding.systems.models import ClientSystem
from tests.constants import NOON
from tests.factories import (
    make_api,
    make_client,
    make_membership,
    make_organization,
    make_right,
    make_system,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def nordlys() -> Organization:
    return make_organization("Nordlys EPJ AS")


@pytest.fixture
def kari(nordlys: Organization) -> User:
    """Writes for a supplier that Acme may give rights to."""
    return make_user("kari", organization=nordlys, role=Role.WRITER)


def give(acme: Organization, by: User, **given: object) -> str:
    given = {"rights": [Right.USE], "environment": "test"} | given
    return services.give(organization_id=acme.pk, by=actor_for(by), at=NOON, **given)  # type: ignore[arg-type]


def may(right: Right, user: User, organization: Organization, environment: str = "test") -> bool:
    return rules.may(right, actor_for(user), organization.pk, environment)


@pytest.mark.parametrize("right", Right)
def test_right_of_an_organization_is_used_by_its_writers(
    acme: Organization, anna: User, nordlys: Organization, kari: User, right: Right
) -> None:
    reader = make_user(organization=nordlys, role=Role.READER)
    elsewhere = make_user(organization=nordlys, role=Role.WRITER, environment="production")
    assert not may(right, kari, acme)

    name = give(acme, anna, number=nordlys.number, rights=[right])

    assert name == "Nordlys EPJ AS"
    assert [each for each in Right if may(each, kari, acme)] == [right]
    assert not may(right, kari, acme, "production")
    assert not may(right, reader, acme)
    assert not may(right, elsewhere, acme)
    assert not may(right, elsewhere, acme, "production")


def test_right_of_a_person_follows_the_address_that_he_has_proved(
    acme: Organization, anna: User, charlie: User
) -> None:
    give(acme, anna, email="Charlie@Acme.example", rights=[Right.SYSTEMS])
    nameless = make_user("nameless", email="")

    assert may(Right.SYSTEMS, charlie, acme)
    assert not may(Right.USE, charlie, acme)
    assert not may(Right.SYSTEMS, nameless, acme)


def test_right_ends_at_the_next_request(
    client: Client, acme: Organization, anna: User, charlie: User
) -> None:
    mine = make_client(acme)
    give(acme, anna, email=charlie.email)
    client.force_login(charlie)
    address = reverse("client", args=["test", acme.number, mine.pk])
    assert client.get(address).status_code == 200
    right = Delegation.objects.get()

    services.take_back(delegation_id=right.pk, by=actor_for(anna), at=NOON)

    assert client.get(address).status_code == 404
    assert list(Event.objects.values_list("kind", flat=True)) == ["right.given", "right.taken_back"]


# What each right lets somebody from outside see of Acme, and nothing else.
SEES: dict[Right, Callable[[User], bool]] = {
    Right.USE: lambda user: ClientConfiguration.objects.visible_to(actor_for(user)).exists(),
    Right.SYSTEMS: lambda user: ClientSystem.objects.visible_to(actor_for(user)).exists(),
    Right.APIS: lambda user: Api.objects.visible_to(actor_for(user)).exists(),
}


@pytest.mark.parametrize("right", Right)
def test_right_opens_what_it_is_about(acme: Organization, charlie: User, right: Right) -> None:
    elsewhere = make_system(make_organization("Tredje AS"))
    make_client(acme, system=elsewhere), make_system(acme), make_api(acme)
    assert not any(sees(charlie) for sees in SEES.values())

    make_right(acme, right, to_email=charlie.email)

    assert [each for each, sees in SEES.items() if sees(charlie)] == [right]
    assert not Membership.objects.visible_to(actor_for(charlie)).filter(organization=acme).exists()


@pytest.mark.parametrize(
    ("right", "opened", "closed"),
    [
        (Right.USE, ["clients:list", "clients:new"], ["systems:new", "apis:new"]),
        (Right.SYSTEMS, ["systems:list", "systems:new"], ["apis:new"]),
        (Right.APIS, ["apis:list", "apis:new", "clients:requests"], ["systems:new"]),
    ],
)
def test_pages_of_who_holds_a_right(
    client: Client,
    acme: Organization,
    charlie: User,
    right: Right,
    opened: list[str],
    closed: list[str],
) -> None:
    make_right(acme, right, to_email=charlie.email)
    client.force_login(charlie)

    def answer(name: str) -> int:
        return client.get(reverse(name, args=["test", acme.number])).status_code

    assert {answer(name) for name in ["home", *opened]} == {200}
    assert {answer(name) for name in [*closed, "people:list", "rights:list", "rights:give"]} == {
        403
    }
    page = client.get(reverse("home", args=["test", acme.number])).content.decode()
    assert reverse("people:list", args=["test", acme.number]) not in page
    assert reverse(opened[0], args=["test", acme.number]) in page


def test_begins_a_client_for_who_gave_the_right(
    client: Client, acme: Organization, charlie: User
) -> None:
    make_system(acme)
    make_right(acme, to_email=charlie.email)
    client.force_login(charlie)

    answer = client.post(reverse("clients:new", args=["test", acme.number]))

    assert answer.status_code == 302
    assert ClientConfiguration.objects.get().organization == acme


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("alice", 403), ("anna", 302)])
def test_only_administrators_give(
    client: Client, request: pytest.FixtureRequest, acme: Organization, who: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(who))
    form = {"rights": ["use", "apis"], "receiver": "ny@lege.example"}

    answer = client.post(reverse("rights:give", args=["test", acme.number]), form)

    assert answer.status_code == status
    assert Delegation.objects.count() == (2 if status == 302 else 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rights": []}, "Velg minst én rettighet."),
        ({"receiver": ""}, "Feltet er tomt."),
        ({"receiver": "ny@"}, "Forventet en e-postadresse, for eksempel"),
        ({"receiver": "31 23"}, "Forventet ni siffer"),
        ({"receiver": "312345676"}, "Ingen virksomhet i portalen"),
        ({"receiver": "own"}, "har alt disse rettighetene selv"),
    ],
)
def test_form_says_what_is_missing(
    client: Client, acme: Organization, anna: User, changes: dict[str, object], field: str
) -> None:
    client.force_login(anna)
    form = {"rights": ["use"], "receiver": "ny@lege.example"} | changes
    form = {name: acme.number if value == "own" else value for name, value in form.items()}

    answer = client.post(reverse("rights:give", args=["test", acme.number]), form)

    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert not Delegation.objects.exists()


def test_giving_twice_is_giving_once(acme: Organization, anna: User, nordlys: Organization) -> None:
    give(acme, anna, number=nordlys.number, rights=[Right.USE])
    give(acme, anna, number=nordlys.number, rights=[Right.USE, Right.APIS])

    assert sorted(Delegation.objects.values_list("right", flat=True)) == ["apis", "use"]
    assert Event.objects.count() == 2


def test_taken_back_twice_is_taken_back_once_and_may_be_given_again(
    acme: Organization, anna: User, nordlys: Organization
) -> None:
    give(acme, anna, number=nordlys.number)
    right = Delegation.objects.get()
    for _ in range(2):
        services.take_back(delegation_id=right.pk, by=actor_for(anna), at=NOON)
    give(acme, anna, number=nordlys.number)

    assert Event.objects.filter(kind="right.taken_back").count() == 1
    assert Delegation.objects.standing().count() == 1


@pytest.mark.parametrize(
    ("who", "role", "ends"),
    [
        ("giver", Role.ADMIN, True),
        ("giver", Role.WRITER, False),
        ("receiver", Role.ADMIN, True),
        ("receiver", Role.WRITER, False),
        ("other", Role.ADMIN, False),
    ],
)
def test_who_may_end_a_right(
    acme: Organization, nordlys: Organization, who: str, role: Role, ends: bool
) -> None:
    right = make_right(acme, to_organization=nordlys)
    organization = {"giver": acme, "receiver": nordlys}.get(who) or make_organization("Tredje AS")
    by = actor_for(make_user(organization=organization, role=role))

    if ends:
        services.take_back(delegation_id=right.pk, by=by, at=NOON)
    else:
        with pytest.raises(NotPermitted):
            services.take_back(delegation_id=right.pk, by=by, at=NOON)

    assert Delegation.objects.standing().exists() is not ends


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"to_email": "a@b.example", "to_organization": "other"},
        {"to_organization": "own"},
        {"to_email": "a@b.example", "right": "everything"},
        {"to_email": "a@b.example", "environment": "staging"},
        {"to_user": "somebody", "environment": "production"},
        {"to_user": "somebody", "right": Right.SYSTEMS},
        {"to_email": "a@b.example", "withdrawn_at": NOON},
    ],
)
def test_database_holds_the_rules(acme: Organization, fields: dict[str, object]) -> None:
    rows = {"own": acme, "other": make_organization(), "somebody": make_user()}
    given = {name: rows.get(str(value), value) for name, value in fields.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        make_right(acme, **given)  # type: ignore[arg-type]


def test_rights_page_shows_both_directions(
    client: Client, acme: Organization, anna: User, nordlys: Organization, kari: User
) -> None:
    make_right(acme, Right.SYSTEMS, to_organization=nordlys, by=anna)
    make_right(acme, to_email="regnskap@kontor.example", by=anna)
    make_membership(anna, nordlys, role=Role.READER)
    client.force_login(anna)

    ours = client.get(reverse("rights:list", args=["test", acme.number])).content.decode()
    theirs = client.get(reverse("rights:list", args=["test", nordlys.number])).content.decode()
    past = client.get(reverse("rights:history", args=["test", nordlys.number])).content.decode()

    assert "Nordlys EPJ AS" in ours
    assert "regnskap@kontor.example" in ours
    assert ours.count("Ta tilbake") == 2
    assert "Opprette og endre klientsystemer" in theirs
    assert "regnskap@kontor.example" not in theirs + past
    assert "Si fra oss rettigheten" not in theirs
    assert "Gjelder" in past


def test_rights_cost_one_query_however_many(
    acme: Organization, charlie: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_right(make_organization(), to_email=charlie.email)

    with django_assert_num_queries(2):
        assert len(actor_for(charlie).rights) == 5


def test_choosing_an_open_synthetic_organization(
    client: Client, acme: Organization, anna: User, charlie: User
) -> None:
    make_system(acme, name="Acme Journal")
    client.force_login(charlie)
    found = client.get(reverse("suppliers:any") + "?q=acme").content.decode()
    assert "Velg i test" in found

    for _ in range(2):
        answer = client.post(reverse("suppliers:represent", args=[acme.pk]))

    assert answer["Location"] == f"/test/{acme.number}/"
    right = Delegation.objects.get()
    assert (right.right, right.environment, right.to_user) == (Right.USE, "test", charlie)
    assert not ClientSystem.objects.visible_to(actor_for(charlie)).exists()
    assert "Acme EPJ AS" in client.get("/organizations/").content.decode()


def test_closing_ends_it_for_those_who_chose(
    client: Client, acme: Organization, anna: User, charlie: User
) -> None:
    services.represent(organization_id=acme.pk, by=actor_for(charlie), at=NOON)
    make_right(acme, to_email="fast@lege.example")
    client.force_login(anna)

    client.post(reverse("rights:open", args=["test", acme.number]), {"open": "0"})

    assert not may(Right.USE, charlie, acme)
    assert Delegation.objects.standing().get().to_email == "fast@lege.example"
    client.force_login(charlie)
    assert "Velg i test" not in client.get(reverse("suppliers:any") + "?q=acme").content.decode()
    assert client.post(reverse("suppliers:represent", args=[acme.pk])).status_code == 403


def test_real_organization_cannot_be_chosen(client: Client, charlie: User) -> None:
    real = make_organization("Ekte AS", is_synthetic=False)
    client.force_login(charlie)

    assert "Ekte AS" not in client.get(reverse("suppliers:any") + "?q=ekte").content.decode()
    assert client.post(reverse("suppliers:represent", args=[real.pk])).status_code == 404


@pytest.mark.parametrize("environment", ["test", "production"])
def test_where_altinn_decides_nothing_is_given_here(
    settings: Settings, acme: Organization, anna: User, environment: str
) -> None:
    settings.RIGHTS = {"test": "own", "production": "own"} | {environment: "altinn"}
    make_membership(anna, acme, role=Role.ADMIN, environment="production")

    with pytest.raises(NotPossibleNow):
        give(acme, anna, email="a@b.example", environment=environment)

    assert "Altinn" in queries.missing_right(Right.USE, acme.pk, environment)
    assert queries.who_can_give(acme.pk, environment) == []


def test_who_can_give_a_missing_right(acme: Organization, anna: User) -> None:
    assert queries.who_can_give(acme.pk, "test") == ["Anna"]
    assert queries.missing_right(Right.USE, acme.pk, "test") == (
        "Dette krever rettigheten «Ta i bruk HelseID for et fagsystem». Anna kan gi deg den."
    )
    assert "ingen administrator" in queries.missing_right(Right.USE, acme.pk, "production")


def test_delegators_of_a_data_processor(
    acme: Organization, nordlys: Organization, charlie: User
) -> None:
    other = charlie.memberships.get().organization
    make_right(acme, to_organization=nordlys)
    make_right(other, Right.SYSTEMS, to_organization=nordlys)
    make_right(other, to_organization=acme)

    assert list(queries.delegators_to(nordlys.pk, "test")) == [acme]
    assert list(queries.delegators_to(nordlys.pk, "production")) == []


def test_unknown_number_is_refused(acme: Organization, anna: User) -> None:
    with pytest.raises(Invalid):
        give(acme, anna, number="999999999")
