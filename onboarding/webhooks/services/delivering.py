"""Deliveries: sent, tried again for about a day, given up in sight, sent anew when asked."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.accounts.models import User
from onboarding.audit.services import record
from onboarding.core import egress
from onboarding.core.jobs import JobStatus
from onboarding.core.nudges import nudge
from onboarding.core.sealing import Unsealable, unseal
from onboarding.notices.services import notify
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.states import Role
from onboarding.webhooks import pace, rules, signing
from onboarding.webhooks.kinds import TEST
from onboarding.webhooks.models import Delivery, Endpoint, Try
from onboarding.webhooks.states import (
    AT_ONCE,
    KEPT,
    PAUSES,
    STOPPED_AFTER,
    Action,
    Stopped,
)

SECONDS = 8.0
GONE = 410


def deliver(*, delivery_id: UUID, at: datetime) -> None:
    """Send a delivery whose time has come, and note what came of it.

    Safe to repeat: whoever does not get the claim does nothing. Where it was taken, the next one
    for the same address is handed on.
    """
    delivery = Delivery.objects.select_related("endpoint").filter(pk=delivery_id).first()
    if delivery is None or delivery.endpoint.stopped_at or delivery.endpoint.rests(at):
        return
    # No join here: with one, the UPDATE of a second worker would not look again at what the first
    # has changed.
    claim = Delivery.objects.filter(due_at__lte=at).claim(delivery_id, at)
    if claim is None:
        return
    began = monotonic()
    status, failure, wait = _send(delivery, at)
    elapsed = timedelta(seconds=monotonic() - began)
    done = Try(began_at=at, status=status, failure=failure)
    done.milliseconds = int(elapsed.total_seconds() * 1000)
    if _note(delivery_id, claim, done, at + elapsed, wait):
        waiting = Delivery.objects.filter(endpoint=delivery.endpoint_id, status=JobStatus.QUEUED)
        _hand_out(waiting.ripe(at + elapsed), most=1)


@transaction.atomic
def send_test(*, endpoint_id: UUID, by: Actor, at: datetime) -> Delivery:
    """Send a message that tells of nothing, whatever the address wants otherwise."""
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint_id)
    rules.check(Action.TEST, endpoint, by)
    said = {
        "type": TEST,
        "timestamp": at.isoformat(),
        "data": {"environment": endpoint.environment},
    }
    _disturb(endpoint)
    delivery = Delivery.objects.create(
        endpoint=endpoint,
        message_id=f"msg_{uuid4().hex}",
        kind=TEST,
        body=json.dumps(said),
        created_at=at,
        queued_at=at,
        due_at=at,
    )
    nudge("webhooks.deliver", delivery_id=str(delivery.pk))
    return delivery


@transaction.atomic
def replay(*, delivery_id: UUID, by: Actor, at: datetime) -> Delivery:
    """Send a delivery again under its own id, so that a receiver that has it can tell.

    One that waits for its next try is sent now. Raises NotPermitted and NotPossibleNow.
    """
    delivery = Delivery.objects.select_related("endpoint").get(pk=delivery_id)
    rules.check(Action.REPLAY, delivery.endpoint, by)
    _disturb(delivery.endpoint)
    _again(Delivery.objects.filter(pk=delivery_id), at)
    nudge("webhooks.deliver", delivery_id=str(delivery_id))
    return delivery


@transaction.atomic
def replay_failed(*, endpoint_id: UUID, by: Actor, at: datetime) -> int:
    """Send all that was given up for an address again; return how many that are."""
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint_id)
    rules.check(Action.REPLAY, endpoint, by)
    return _again(Delivery.objects.filter(endpoint=endpoint, status=JobStatus.FAILED), at)


def _disturb(endpoint: Endpoint) -> None:
    """Send although the receiver asked to wait: a person wants to see what it says now."""
    Endpoint.objects.filter(pk=endpoint.pk).update(waits_until=None)


def sweep(*, at: datetime) -> None:
    """Hand out what is due and nobody works on; count claims that died as tries that failed."""
    lost = Delivery.objects.exhausted(at).values_list("pk", "claim")
    for pk, claim in lost:
        if claim is None:
            continue
        done = Try(began_at=at, milliseconds=0, failure="webhook.interrupted")
        _note(pk, claim, done, at)
    _hand_out(Delivery.objects.ripe(at).due(at), most=AT_ONCE)


def forget(*, at: datetime, limit: int = 5000) -> int:
    """Delete deliveries that are older than thirty days, whatever became of them; return how many.

    What waits for an address that was switched off waits no longer than that.
    """
    old = Delivery.objects.filter(created_at__lt=at - KEPT).exclude(status=JobStatus.RUNNING)
    return Delivery.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[
        0
    ]


def _again(rows: QuerySet[Delivery], at: datetime) -> int:
    return rows.exclude(status=JobStatus.RUNNING).update(
        status=JobStatus.QUEUED,
        queued_at=at,
        due_at=at,
        attempts=0,
        tries=0,
        failure="",
        finished_at=None,
    )


def _hand_out(rows: QuerySet[Delivery], *, most: int) -> None:
    """Nudge for the oldest rows, at most `most` of an address, one where it has failed."""
    begun: Counter[UUID] = Counter()
    found = rows.order_by("due_at", "pk").values_list("pk", "endpoint", "endpoint__failing_since")
    for pk, endpoint, failing_since in found[:200]:
        begun[endpoint] += 1
        if begun[endpoint] <= (1 if failing_since else most):
            nudge("webhooks.deliver", delivery_id=str(pk))


def _send(delivery: Delivery, at: datetime) -> tuple[int | None, str, timedelta]:
    """Return the status that came back, or the code of why there was none, and the wait asked for.

    Whatever does not take the message may say when to come back; no more of an answer is read.
    """
    body = delivery.body.encode()
    try:
        headers = signing.headers(
            delivery.message_id, int(at.timestamp()), body, _secrets(delivery.endpoint, at)
        )
        answer = egress.send(
            "POST", delivery.endpoint.url, headers=headers, body=body, seconds=SECONDS, typed=True
        )
    except Unsealable:
        return None, "webhook.unsealable", pace.NO_WAIT
    except egress.Failed as error:
        return None, error.code, pace.NO_WAIT
    if 200 <= answer.status < 300:
        return answer.status, "", pace.NO_WAIT
    wait = pace.asked(answer.headers.get("retry-after", ""), at)
    return answer.status, "webhook.status", wait


def _secrets(endpoint: Endpoint, at: datetime) -> list[str]:
    sealed = [endpoint.sealed_secret]
    if endpoint.previous_until and endpoint.previous_until > at:
        sealed.append(endpoint.sealed_previous)
    return [unseal(each, endpoint.purpose).decode() for each in sealed]


@transaction.atomic
def _note(
    delivery_id: UUID, claim: UUID, done: Try, at: datetime, wait: timedelta = pace.NO_WAIT
) -> bool:
    """Note a try by the holder of the newest claim; return whether the message was taken."""
    locked = Endpoint.objects.select_for_update(of=("self",))
    endpoint = locked.filter(deliveries=delivery_id).first()
    delivery = Delivery.objects.held(delivery_id, claim).select_for_update(of=("self",)).first()
    if endpoint is None or delivery is None:
        return False
    delivery.tries += 1
    delivery.last_status, delivery.last_milliseconds = done.status, done.milliseconds
    delivery.failure, delivery.attempts = done.failure, 0
    if not done.failure:
        delivery.status, delivery.finished_at = JobStatus.PASSED, at
        endpoint.failing_since = None
        endpoint.waits_until = None
    elif done.status == GONE or delivery.tries > len(PAUSES):
        delivery.status, delivery.finished_at = JobStatus.FAILED, at
    else:
        due_at = at + pace.pause(delivery.tries, wait)
        delivery.status, delivery.queued_at, delivery.due_at = JobStatus.QUEUED, at, due_at
    delivery.save()
    done.delivery, done.number = delivery, delivery.log.count() + 1
    done.save()
    if done.failure:
        _count_failure(endpoint, done, at)
        endpoint.waits_until = at + wait if wait else endpoint.waits_until
    endpoint.save(update_fields=["failing_since", "waits_until", "stopped_at", "stopped_why"])
    return not done.failure


def _count_failure(endpoint: Endpoint, done: Try, at: datetime) -> None:
    """Stop an address that says it is gone, or has taken nothing for days, and tell its owners."""
    endpoint.failing_since = endpoint.failing_since or at
    is_gone = done.status == GONE
    if endpoint.stopped_at or not (is_gone or at - endpoint.failing_since >= STOPPED_AFTER):
        return
    endpoint.stopped_at = at
    endpoint.stopped_why = Stopped.GONE if is_gone else Stopped.FAILING
    where = endpoint.environment, endpoint.organization.number
    record(
        "webhook.stopped",
        subject=endpoint,
        actor=SYSTEM.name,
        at=at,
        organization_id=endpoint.organization_id,
        environment=endpoint.environment,
        name=endpoint.name,
        why=str(endpoint.stopped_why),
    )
    notify(
        users=User.objects.filter(
            memberships__organization=endpoint.organization_id,
            memberships__environment=endpoint.environment,
            memberships__role=Role.ADMIN,
        ),
        kind="webhook.stopped",
        subject=lambda: _("Webhooken %(name)s er slått av") % {"name": endpoint.name},
        text=lambda: _(
            "Adressen tok ikke imot meldinger, så portalen har slått den av. Meldingene blir tatt "
            "vare på i 30 dager. Slå på adressen når mottakeren virker, så sendes de."
        ),
        url=reverse("webhooks:endpoint", args=[*where, endpoint.pk]),
        dedupe_key=f"webhook:{endpoint.pk}:{at.date()}",
        at=at,
    )
