"""What people say about themselves, and why a typed address is not yet an address."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from onboarding.accounts import emails
from onboarding.accounts.models import User
from onboarding.audit.models import Event
from tests.factories import make_user

BROKEN_MAIL = "tests.accounts.test_profile.NoServer"


class NoServer:
    """A mail server that nobody reaches."""

    def __init__(self, **_: object) -> None: ...

    def send_messages(self, _messages: object) -> int:
        raise ConnectionRefusedError


@pytest.fixture
def alice(db: None) -> User:
    return make_user("alice", email="alice@acme.example")


def save(client: Client, **fields: str) -> int:
    data = {"email": "alice@acme.example", "phone": ""} | fields
    return client.post("/profile/", data).status_code


def link() -> str:
    found = re.search(r"https?://\S+/profile/email/\S+/", str(mail.outbox[0].body))
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("22 33 44 55", "+4722334455"),
        ("+47 22 33 44 55", "+4722334455"),
        ("+46 8 123 456 78", "+46812345678"),
    ],
)
def test_phone_is_kept_in_one_form(client: Client, alice: User, typed: str, kept: str) -> None:
    client.force_login(alice)

    assert save(client, phone=typed) == 302

    alice.refresh_from_db()
    assert alice.phone == kept


@pytest.mark.parametrize("typed", ["2233445", "1 22 33 44", "+0123456789", "ring meg", "٢٢٣٣٤٤٥٥"])
def test_phone_that_is_none_is_refused_and_kept_in_the_field(
    client: Client, alice: User, typed: str
) -> None:
    client.force_login(alice)

    answer = client.post("/profile/", {"email": alice.email, "phone": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.content.decode()
    alice.refresh_from_db()
    assert alice.phone == ""


@pytest.mark.parametrize("typed", ["", "alice", "a@b", f"{'a' * 250}@acme.example"])
def test_address_that_is_none_is_refused(client: Client, alice: User, typed: str) -> None:
    client.force_login(alice)

    assert save(client, email=typed) == 422
    assert not mail.outbox


def test_new_address_counts_once_its_letter_is_answered(
    client: Client, alice: User, settings: Settings
) -> None:
    client.force_login(alice)

    assert save(client, email="alice@new.example") == 302
    alice.refresh_from_db()
    assert alice.email == "alice@acme.example"

    assert mail.outbox[0].to == ["alice@new.example"]
    assert link().startswith(settings.BASE_URL)
    path = link().removeprefix(settings.BASE_URL)
    assert client.get(path).status_code == 200
    alice.refresh_from_db()
    assert alice.email == "alice@acme.example"

    assert client.post(path).status_code == 302
    alice.refresh_from_db()
    assert alice.email == "alice@new.example"
    assert [event.kind for event in Event.objects.all()] == ["person.email_changed"]


def test_link_works_once_and_for_the_one_who_asked(client: Client, alice: User) -> None:
    token = emails.write(emails.Change(alice.pk, alice.email, "alice@new.example"))
    client.force_login(make_user("mallory"))
    assert client.post(f"/profile/email/{token}/").status_code == 403

    client.force_login(alice)
    assert client.post(f"/profile/email/{token}/").status_code == 302
    assert client.post(f"/profile/email/{token}/").status_code == 409


@pytest.mark.parametrize("token", ["junk", "a:b:c"])
def test_link_that_is_not_ours_is_gone(client: Client, alice: User, token: str) -> None:
    client.force_login(alice)

    assert client.post(f"/profile/email/{token}/").status_code == 410


def test_person_is_told_when_the_letter_did_not_go_out(
    client: Client, alice: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = BROKEN_MAIL
    client.force_login(alice)

    answer = client.post("/profile/", {"email": "alice@new.example", "phone": ""}, follow=True)

    assert "Vi fikk ikke sendt e-post nå" in answer.content.decode()


def test_made_up_people_see_the_letter_on_the_page(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_demo=True)
    client.force_login(alice)

    answer = client.post("/profile/", {"email": "alice@new.example", "phone": ""})

    assert f'href="{link()}"' in answer.content.decode()


def test_language_and_colors_are_chosen_here_too(client: Client, alice: User) -> None:
    client.force_login(alice)

    text = client.get("/profile/").content.decode()

    assert 'action="/appearance/language"' in text
    assert 'name="scheme" value="dark"' in text
