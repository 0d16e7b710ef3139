"""Old drafts are deleted a few at a time; what became of them stays, and lists still find it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.clients.services import drafts
from onboarding.clients.states import Answer
from onboarding.keys.models import Key
from onboarding.selfservice.asking import for_customers
from onboarding.selfservice.queries.drafts import by_link, shown
from onboarding.selfservice.services import drafts as services
from onboarding.selfservice.services import fleet
from onboarding.suppliers.queries import actor_for
from onboarding.systems.queries import automation_key
from portal import tasks
from tests.selfservice.software import Software

pytestmark = pytest.mark.django_db
DAYS = 90


def aged(client_id: str, days: float) -> ClientDraft:
    """The draft, so many days after its day was over."""
    draft = ClientDraft.objects.get(pk=client_id)
    by = timedelta(days=days) + (draft.expires_at - timezone.now())
    for field in ("created_at", "expires_at", "answered_at"):
        at: datetime | None = getattr(draft, field)
        setattr(draft, field, at - by if at else None)
    draft.save()
    return draft


def answered(client_id: str, answer: Answer, by: User) -> None:
    draft = by_link(ClientDraft.objects.get(pk=client_id).pk, "test")
    assert draft
    services.answer(
        answer,
        draft_id=draft.pk,
        seen=shown(draft).fingerprint,
        by=actor_for(by),
        at=timezone.now(),
    )


def test_all_that_is_over_long_enough_goes_and_nothing_else(software: Software, ola: User) -> None:
    declined, expired, young, waiting = (software.draft() for _ in range(4))
    answered(declined, Answer.DECLINE, ola)
    confirmed = software.draft()
    answered(confirmed, Answer.CONFIRM, ola)
    for each in (declined, expired, confirmed):
        aged(each, DAYS + 0.1)
    aged(young, DAYS - 0.1)

    assert drafts.forget(at=timezone.now(), days=DAYS) == 3

    assert {str(pk) for pk in ClientDraft.objects.values_list("pk", flat=True)} == {young, waiting}
    assert str(ClientConfiguration.objects.get().pk) == confirmed
    assert Key.objects.get().client_id == ClientConfiguration.objects.get().pk


def test_the_oldest_go_first_in_small_steps(software: Software) -> None:
    ages = {software.draft(): DAYS + age for age in (3, 1, 5, 2, 4)}
    for each, days in ages.items():
        aged(each, days)

    left = [
        (drafts.forget(at=timezone.now(), days=DAYS, limit=2), ClientDraft.objects.count())
        for _ in range(4)
    ]

    assert left == [(2, 3), (2, 1), (1, 0), (0, 0)]


def test_the_scheduler_sees_to_it_as_the_settings_say(software: Software) -> None:
    client_id = software.draft()
    aged(client_id, 8)
    assert settings.DRAFTS_DAYS == DAYS

    tasks.sweep()
    assert ClientDraft.objects.count() == 1
    with override_settings(DRAFTS_DAYS=7):
        tasks.sweep()
    assert ClientDraft.objects.count() == 0


def test_a_list_that_is_repeated_finds_the_client_of_a_draft_that_is_gone(
    software: Software, ola: User
) -> None:
    rows = for_customers([software.body()])
    key = automation_key(software.key.digest, "test")
    assert key
    [made] = fleet.apply(rows, key=key, at=timezone.now())
    answered(str(made.client_id), Answer.CONFIRM, ola)
    aged(str(made.client_id), DAYS + 1)
    drafts.forget(at=timezone.now(), days=DAYS)

    for act in (fleet.plan, fleet.apply):
        [line] = act(rows, key=key, at=timezone.now())
        assert (line.state, line.client_id, line.draft) == ("confirmed", made.client_id, None)
    assert not ClientDraft.objects.exists()


def test_the_link_of_a_draft_that_is_gone_leads_nowhere(software: Software, ola: User) -> None:
    client_id = software.draft()
    aged(client_id, DAYS + 1)
    software.http.force_login(ola)
    address = f"/test/confirm-client/{client_id}"
    assert software.http.get(address).status_code == 410

    drafts.forget(at=timezone.now(), days=DAYS)

    assert software.http.get(address).status_code == 404
