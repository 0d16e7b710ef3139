"""The table of steps, and what the left column says. No database."""

import pytest

from onboarding.clients import wizard
from onboarding.clients.models import ClientConfiguration
from onboarding.suppliers.models import Organization
from onboarding.systems.models import Revision


def a_draft(step: str, **fields: object) -> ClientConfiguration:
    return ClientConfiguration(
        step=step,
        organization=Organization(name="Acme EPJ AS"),
        revision=Revision(name="Acme EPJ", number=7),
        **fields,
    )


@pytest.mark.parametrize(
    ("answered", "goes_on_at"),
    [
        ("", "organization"),
        ("organization", "system"),
        ("claims", "key"),
        ("key", "check"),
        ("check", "check"),
    ],
)
def test_going_on_is_at_the_first_step_without_an_answer(answered: str, goes_on_at: str) -> None:
    assert wizard.next_step(answered).name == goes_on_at


def test_a_step_is_open_once_all_before_it_are_answered() -> None:
    assert [name for name in wizard.NAMES if wizard.is_open("system", name)] == [
        "organization",
        "system",
        "scopes",
    ]


def test_going_back_does_not_lose_how_far_one_came() -> None:
    assert wizard.furthest("claims", "system") == "claims"
    assert wizard.furthest("", "organization") == "organization"


def test_the_step_before() -> None:
    before = wizard.previous("scopes")

    assert before is not None
    assert before.name == "system"
    assert wizard.previous("organization") is None


def test_the_left_column_says_what_was_answered_and_what_is_left() -> None:
    places = wizard.progress(a_draft("scopes"), "system")

    assert [(place.state, place.view, place.note) for place in places] == [
        ("ok", "clients:organization", "Acme EPJ AS"),
        ("you", "clients:system", "Du er her"),
        ("ok", "clients:scopes", ""),
        ("none", "clients:claims", ""),
        ("none", "", ""),
        ("none", "", ""),
    ]


def test_the_left_column_names_the_version_and_the_way_to_the_key() -> None:
    places = wizard.progress(a_draft("key", key_way="browser"), "check")

    assert [place.note for place in places] == [
        "Acme EPJ AS",
        "Acme EPJ, versjon 7",
        "",
        "",
        "Lag nøkkel i nettleseren",
        "Du er her",
    ]
