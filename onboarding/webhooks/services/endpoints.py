"""Addresses: added, changed, given a new secret, stopped and started."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.core import egress
from onboarding.core.refusals import Invalid
from onboarding.core.sealing import seal
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.webhooks import rules, signing
from onboarding.webhooks.models import Endpoint
from onboarding.webhooks.states import OVERLAP, Action, Stopped


class Added(NamedTuple):
    """An address and its secret, which is known here and now only."""

    endpoint: Endpoint
    secret: str


def add(
    *,
    organization_id: int,
    environment: str,
    url: str,
    name: str,
    kinds: Sequence[str],
    by: Actor,
    at: datetime,
) -> Added:
    """Add an address, and make its secret.

    The address is looked up first, outside the transaction: it is https, on the public net, and
    not ours. Raises Invalid for any other, in one sentence for all, and for one that is there
    already; NotPermitted, and NotPossibleNow for one too many.
    """
    rules.check_write(by, organization_id, environment)
    _check_url(url)
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization_id)
        count = Endpoint.objects.of(environment, organization_id).count()
        rules.check_add(by, organization_id, environment, count)
        endpoint = Endpoint(
            environment=environment,
            organization_id=organization_id,
            url=url,
            name=name,
            kinds=list(kinds),
            created_at=at,
            created_by_id=by.user_id or 0,
        )
        secret = signing.new_secret()
        endpoint.sealed_secret = seal(secret.encode(), endpoint.purpose)
        _save(endpoint, force_insert=True)
        _record("added", endpoint, by, at)
    return Added(endpoint, secret)


def change(
    *, endpoint_id: UUID, url: str, name: str, kinds: Sequence[str], by: Actor, at: datetime
) -> Endpoint:
    """Change an address, its name and what it wants. Raises as `add` does."""
    rules.check(Action.CHANGE, Endpoint.objects.get(pk=endpoint_id), by)
    _check_url(url)
    with transaction.atomic():
        endpoint = _locked(endpoint_id, Action.CHANGE, by)
        if url != endpoint.url:
            # What the old receiver asked for, and how it did, is not the new one's.
            endpoint.waits_until = endpoint.failing_since = None
        endpoint.url, endpoint.name, endpoint.kinds = url, name, list(kinds)
        _save(endpoint)
        _record("changed", endpoint, by, at)
    return endpoint


@transaction.atomic
def rotate(*, endpoint_id: UUID, by: Actor, at: datetime) -> Added:
    """Make a new secret; both sign for a day, so that the receiver can change in its own time."""
    endpoint = _locked(endpoint_id, Action.ROTATE, by)
    secret = signing.new_secret()
    endpoint.sealed_previous, endpoint.previous_until = endpoint.sealed_secret, at + OVERLAP
    endpoint.sealed_secret = seal(secret.encode(), endpoint.purpose)
    endpoint.save(update_fields=["sealed_secret", "sealed_previous", "previous_until"])
    _record("secret_changed", endpoint, by, at)
    return Added(endpoint, secret)


@transaction.atomic
def stop(*, endpoint_id: UUID, by: Actor, at: datetime) -> Endpoint:
    """Send nothing to the address from now on; what waits is kept until it is started."""
    endpoint = _locked(endpoint_id, Action.STOP, by)
    endpoint.stopped_at, endpoint.stopped_why = at, Stopped.PERSON
    endpoint.save(update_fields=["stopped_at", "stopped_why"])
    _record("stopped", endpoint, by, at, why=Stopped.PERSON.value)
    return endpoint


@transaction.atomic
def start(*, endpoint_id: UUID, by: Actor, at: datetime) -> Endpoint:
    """Send to the address again, as if it had never failed."""
    endpoint = _locked(endpoint_id, Action.START, by)
    endpoint.stopped_at, endpoint.stopped_why = None, ""
    endpoint.failing_since, endpoint.waits_until = None, None
    endpoint.save(update_fields=["stopped_at", "stopped_why", "failing_since", "waits_until"])
    _record("started", endpoint, by, at)
    return endpoint


@transaction.atomic
def remove(*, endpoint_id: UUID, by: Actor, at: datetime) -> Endpoint:
    """Forget an address, its secret, and what was sent there."""
    endpoint = _locked(endpoint_id, Action.REMOVE, by)
    _record("removed", endpoint, by, at)
    endpoint.delete()
    return endpoint


def _check_url(url: str) -> None:
    try:
        egress.check(url)
    except egress.Failed as error:
        raise Invalid(
            _(
                "Vi kan ikke sende til denne adressen. Forventet https på port 443, med et "
                "navn som finnes på det åpne nettet."
            ),
            field="url",
        ) from error


def _save(endpoint: Endpoint, *, force_insert: bool = False) -> None:
    try:
        with transaction.atomic():
            endpoint.save(force_insert=force_insert)
    except IntegrityError as error:
        raise Invalid(_("Adressen er lagt til fra før."), field="url") from error


def _locked(endpoint_id: UUID, action: Action, by: Actor) -> Endpoint:
    endpoint = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint_id)
    rules.check(action, endpoint, by)
    return endpoint


def _record(kind: str, endpoint: Endpoint, by: Actor, at: datetime, **details: str) -> None:
    record(
        f"webhook.{kind}",
        subject=endpoint,
        actor=by.name,
        at=at,
        organization_id=endpoint.organization_id,
        environment=endpoint.environment,
        name=endpoint.name,
        **details,
    )
