"""The door: who is let in, how the session begins and ends, and where people land."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from onboarding.accounts import demo
from onboarding.accounts.models import User
from onboarding.audit.models import Event
from tests.factories import make_user


@pytest.fixture
def kari(db: None, settings: Settings) -> User:
    settings.DEMO = True
    return demo.make_people()["kari"]


def log_in(client: Client, username: str, target: str = "") -> int:
    answer = client.post("/login/demo/", {"username": username, "next": target})
    return answer.status_code


def test_everybody_of_the_demo_has_a_card(client: Client, kari: User) -> None:
    text = client.get("/login/").content.decode()

    assert len(demo.people()) == 11
    for person in demo.people():
        assert person.name in text


def test_making_the_people_again_changes_nothing(kari: User) -> None:
    User.objects.filter(pk=kari.pk).update(phone="+4722334455")

    again = demo.make_people()

    assert again["kari"].phone == "+4722334455"
    assert User.objects.count() == len(demo.people())


@pytest.mark.parametrize(
    ("username", "is_reviewer", "is_operator"),
    [("kari", False, False), ("ingrid", True, False), ("frida", False, True)],
)
def test_platform_staff_are_known_as_such(
    kari: User, username: str, is_reviewer: bool, is_operator: bool
) -> None:
    user = User.objects.get(username=username)

    assert (user.is_reviewer, user.is_operator) == (is_reviewer, is_operator)


def test_card_lets_in_with_a_new_session_and_a_line_in_the_log(client: Client, kari: User) -> None:
    client.get("/invitations/from-before-the-login/")
    before = client.session.session_key

    assert log_in(client, "kari") == 302

    assert client.session.session_key != before
    assert client.session["_auth_user_id"] == str(kari.pk)
    assert [event.kind for event in Event.objects.all()] == ["person.logged_in"]


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("", "/"),
        ("/profile/", "/profile/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///evil.example", "/"),
        ("\\\\evil.example", "/"),
    ],
)
def test_login_goes_on_to_local_pages_only(
    client: Client, kari: User, target: str, lands: str
) -> None:
    answer = client.post("/login/demo/", {"username": "kari", "next": target})

    assert answer["Location"] == lands


def test_whoever_is_logged_in_goes_past_the_door(client: Client, kari: User) -> None:
    client.force_login(kari)

    assert client.get("/login/?next=/profile/")["Location"] == "/profile/"
    assert client.get("/login/?next=//evil.example/")["Location"] == "/"


@pytest.mark.parametrize("username", ["alice", "nobody", ""])
def test_only_people_of_the_demo_have_a_card(client: Client, kari: User, username: str) -> None:
    make_user("alice")

    assert log_in(client, username) == 404
    assert "_auth_user_id" not in client.session


def test_person_who_is_shut_out_stays_out(client: Client, kari: User) -> None:
    User.objects.filter(pk=kari.pk).update(is_active=False)

    assert log_in(client, "kari") == 404


def test_card_needs_the_token_against_forgery(kari: User) -> None:
    client = Client(enforce_csrf_checks=True)

    assert log_in(client, "kari") == 403


def test_outside_a_demo_there_are_no_cards_and_no_address_for_them(
    client: Client, kari: User, settings: Settings
) -> None:
    settings.DEMO = False

    page = client.get("/login/")

    assert log_in(client, "kari") == 404
    assert client.get("/login/demo/").status_code == 404
    assert "Kari Lund" not in page.content.decode()
    assert "Innlogging er ikke satt opp ennå" in page.content.decode()


def test_a_way_to_log_in_plugs_in_by_settings(client: Client, db: None, settings: Settings) -> None:
    settings.DEMO = False
    settings.LOGIN_WAYS = [("ID-porten", "accounts:profile")]

    text = client.get("/login/?next=/organizations/").content.decode()

    assert 'href="/profile/?next=%2Forganizations%2F"' in text
    assert "ID-porten" in text
    assert "ikke satt opp" not in text


def test_logout_ends_the_session_on_the_server(client: Client, kari: User) -> None:
    client.force_login(kari)
    key = client.session.session_key
    assert client.get("/profile/").status_code == 200

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"

    client.cookies["sid"] = key or ""
    assert client.get("/profile/").status_code == 302


def test_closed_page_asks_for_a_login_and_remembers_where_one_was_going(
    client: Client, db: None
) -> None:
    assert client.get("/profile/")["Location"] == "/login/?next=/profile/"
