"""One's own notices on pages, and nobody else's."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.notices.models import Notice
from onboarding.notices.services import notify
from onboarding.suppliers.models import Organization
from tests.constants import NOON


@pytest.fixture
def told(alice: User) -> Notice:
    with transaction.atomic():
        notify(
            users=[alice],
            kind="supplier.approve",
            subject="Acme er <godkjent>",
            text="Dere kan gå videre.\nSiden sier hvordan.",
            url="/profile/",
            dedupe_key="a",
            at=NOON,
        )
    return Notice.objects.get()


def test_a_notice_is_unread_until_it_is_opened(
    client: Client, alice: User, acme: Organization, told: Notice
) -> None:
    client.force_login(alice)
    home, page = (
        reverse("home", args=["test", acme.number]),
        reverse("notices:notice", args=[told.pk]),
    )
    assert page in client.get(home).content.decode()
    listed = client.get(reverse("notices:list")).content.decode()
    assert "Ulest" in listed
    assert "Acme er &lt;godkjent&gt;" in listed

    client.head(page)
    assert Notice.objects.get().opened_at is None
    shown = client.get(page).content.decode()

    assert 'href="/profile/"' in shown
    assert "Dere kan gå videre.<br>" in shown
    assert page not in client.get(home).content.decode()
    assert "Ulest" not in client.get(reverse("notices:list")).content.decode()


def test_all_are_read_at_once(client: Client, alice: User, told: Notice) -> None:
    client.force_login(alice)

    answer = client.post(reverse("notices:read_all"))

    assert answer.status_code == 302
    assert Notice.objects.get().opened_at is not None
    assert "Merk alle" not in client.get(reverse("notices:list")).content.decode()


@pytest.mark.parametrize("who", ["bob", "anna", "charlie", "rita", "olav"])
def test_nobody_else_sees_it(
    client: Client, who: str, told: Notice, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))

    listed = client.get(reverse("notices:list"))
    assert listed.status_code == 200
    assert "Acme er" not in listed.content.decode()
    assert client.get(reverse("notices:notice", args=[told.pk])).status_code == 404
    client.post(reverse("notices:read_all"))
    assert Notice.objects.get().opened_at is None


@pytest.mark.parametrize("name", ["notices:list", "notices:read_all"])
@pytest.mark.django_db
def test_nobody_gets_in_without_a_login(client: Client, name: str) -> None:
    answer = client.post(reverse(name))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_the_language_that_was_chosen_is_kept_for_letters(client: Client, alice: User) -> None:
    client.force_login(alice)

    client.post(reverse("language"), {"language": "en"})

    alice.refresh_from_db()
    assert alice.language == "en"
