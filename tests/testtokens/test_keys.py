"""Keys of the test token service on their page: made, shown once, ended."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.suppliers.models import Organization
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.services.keys import MOST_KEYS, digest
from tests.testtokens.conftest import Ask

pytestmark = pytest.mark.django_db


def url(name: str, acme: Organization, *args: object, environment: str = "test") -> str:
    return reverse(f"testtokens:{name}", args=[environment, acme.number, *args])


def make(client: Client, acme: Organization, name: str = "CI for journalen") -> str:
    answer = client.post(url("new_key", acme), {"name": name, "days": "30"})
    assert answer.status_code == 200, answer.content
    found = re.search(r'<code id="secret">([\w-]+)</code>', answer.content.decode())
    assert found
    return found[1]


def test_a_key_is_shown_once_and_works(
    client: Client, alice: User, acme: Organization, ask: Ask
) -> None:
    client.force_login(alice)
    secret = make(client, acme)

    assert ask({}, secret=secret)[0] == 200
    row = TokenKey.objects.get(digest=digest(secret))
    assert (row.name, row.created_by, row.organization) == ("CI for journalen", alice, acme)
    assert timedelta(days=29) < row.expires_at - timezone.now() <= timedelta(days=30)
    page = client.get(url("page", acme)).content.decode()
    assert "CI for journalen" in page
    assert secret not in page
    assert secret not in str(list(Event.objects.values()))
    assert Event.objects.filter(kind="token_key.made").count() == 1


def test_the_answer_with_the_secret_is_kept_nowhere(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)

    answer = client.post(url("new_key", acme), {"name": "A", "days": "7"})

    assert answer["Cache-Control"] == "private, no-store"


def test_an_ended_key_opens_nothing_from_then_on(
    client: Client, alice: User, acme: Organization, ask: Ask
) -> None:
    client.force_login(alice)
    secret = make(client, acme)
    pk = TokenKey.objects.get(digest=digest(secret)).pk

    answer = client.post(url("end_key", acme, pk), follow=True)

    assert "Nøkkelen CI for journalen er avsluttet" in answer.content.decode()
    assert ask({}, secret=secret)[0] == 401
    assert client.post(url("end_key", acme, pk)).status_code == 409


@pytest.mark.parametrize(
    "data",
    [{"name": "", "days": "30"}, {"name": "A", "days": "400"}, {"name": "A\u202e", "days": "7"}],
)
def test_what_cannot_be_a_key(
    client: Client, alice: User, acme: Organization, data: dict[str, str]
) -> None:
    client.force_login(alice)

    assert client.post(url("new_key", acme), data).status_code == 422
    assert not TokenKey.objects.exists()


def test_there_is_an_end_to_how_many(client: Client, alice: User, acme: Organization) -> None:
    client.force_login(alice)
    for number in range(MOST_KEYS):
        make(client, acme, f"Nøkkel {number}")

    answer = client.post(url("new_key", acme), {"name": "En til", "days": "7"})

    assert answer.status_code == 409
    assert TokenKey.objects.count() == MOST_KEYS


@override_settings(OPEN_ENVIRONMENTS=frozenset({"test", "production"}))
def test_production_has_no_such_page(client: Client, olav: User, acme: Organization) -> None:
    Organization.objects.update(is_synthetic=False)
    client.force_login(olav)

    for name in ("page", "new_key"):
        assert client.get(url(name, acme)).status_code in (200, 403)
        assert client.get(url(name, acme, environment="production")).status_code == 404


def test_the_list_costs_the_same_for_one_key_and_for_three(
    client: Client, alice: User, acme: Organization
) -> None:
    client.force_login(alice)
    costs = []
    for names in (["1"], ["2", "3"]):
        for name in names:
            make(client, acme, name)
        with CaptureQueriesContext(connection) as queries:
            client.get(url("page", acme))
        costs.append(len(queries))

    assert costs[0] == costs[1] > 0
