"""How long a session lasts, what ends it, and what it cannot be used for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.suppliers.models import Membership, Organization
from tests.factories import make_user

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


@pytest.fixture
def kari(acme: Organization) -> User:
    return make_user("kari", organization=acme, is_demo=True)


@pytest.fixture
def inside(client: Client, kari: User) -> Client:
    """Kari, logged in by her card."""
    client.post("/login/demo/", {"username": "kari"})
    return client


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def began(client: Client, age: timedelta) -> None:
    session = client.session
    session["began"] = (timezone.now() - age).timestamp()
    session.save()


def test_every_login_gives_a_new_id_and_ends_the_old_session(inside: Client, kari: User) -> None:
    old = inside.session.session_key

    inside.post("/login/demo/", {"username": "kari"})

    assert inside.session.session_key != old
    assert not Session.objects.filter(pk=old).exists()


def test_a_session_that_is_used_all_day_ends_all_the_same(inside: Client) -> None:
    began(inside, settings.SESSION_ABSOLUTE_AGE - timedelta(minutes=1))
    assert is_in(inside)

    began(inside, settings.SESSION_ABSOLUTE_AGE + timedelta(minutes=1))
    key = inside.session.session_key
    assert not is_in(inside)
    assert not Session.objects.filter(pk=key).exists()


def test_what_is_sent_in_a_session_that_is_too_old_is_not_done(inside: Client, kari: User) -> None:
    began(inside, settings.SESSION_ABSOLUTE_AGE + timedelta(minutes=1))

    answer = inside.post("/profile/", {"email": "new@acme.example", "phone": "99887766"})

    kari.refresh_from_db()
    assert (answer.status_code, kari.phone) == (302, "")


def test_a_session_that_rests_for_half_an_hour_is_over(inside: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not is_in(inside)


def test_use_keeps_a_session_for_half_an_hour_more(inside: Client) -> None:
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))

    assert is_in(inside)

    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)


def test_whoever_is_shut_out_is_out_at_the_next_click(inside: Client, kari: User) -> None:
    assert is_in(inside)
    User.objects.filter(pk=kari.pk).update(is_active=False)

    assert not is_in(inside)


def test_a_role_that_is_taken_away_is_gone_at_the_next_click(
    inside: Client, kari: User, acme: Organization
) -> None:
    address = f"/test/{acme.number}/"
    assert inside.get(address).status_code == 200
    Membership.objects.filter(user=kari).delete()

    assert inside.get(address).status_code == 404


def test_another_persons_login_takes_nothing_over(inside: Client) -> None:
    make_user("ola", is_demo=True)
    inside.get("/invitations/a-link-that-kari-followed/")
    old = inside.session.session_key

    inside.post("/login/demo/", {"username": "ola"})

    assert "invitation" not in inside.session
    assert not Session.objects.filter(pk=old).exists()


@pytest.mark.parametrize(
    ("origin", "status"),
    [(HERE, 302), ("https://evil.example", 403), ("null", 403), ("http://testserver:81", 403)],
)
def test_forms_come_from_our_own_pages_only(kari: User, origin: str, status: int) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/login/")
    token = client.cookies["csrf"].value

    answer = client.post(
        "/login/demo/",
        {"username": "kari", "csrfmiddlewaretoken": token},
        headers={"origin": origin},
    )

    assert answer.status_code == status


SAFE: list[tuple[str, Callable[[Client], object]]] = [
    ("sid", lambda client: client.post("/login/demo/", {"username": "kari"})),
    ("csrf", lambda client: client.get("/login/")),
    ("language", lambda client: client.post("/appearance/language", {"language": "en"})),
]


@pytest.mark.parametrize(("name", "act"), SAFE, ids=[name for name, _ in SAFE])
def test_no_script_reads_a_cookie_and_no_other_site_sends_one(
    client: Client, kari: User, name: str, act: Callable[[Client], object]
) -> None:
    act(client)

    cookie = client.cookies[name]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["domain"] == ""
