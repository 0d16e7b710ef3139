"""Automation keys: what lets a supplier's software create drafts for customers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.core.refusals import NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.services.braking import check_change
from onboarding.systems import automation_key, rules
from onboarding.systems.models import AutomationKey, ClientSystem

USE_IS_NOTED_EVERY = timedelta(minutes=1)


class Made(NamedTuple):
    """A new key. `secret` is what the software sends; nothing here can show it again."""

    key: AutomationKey
    secret: str


@transaction.atomic
def make_key(*, system_id: UUID, name: str, by: Actor, at: datetime) -> Made:
    """Make an automation key for a client system. Only the SHA-256 of the secret is kept.

    Raises NotPermitted, and NotPossibleNow for a system without a published version, and for one
    that has rules.MOST_KEYS in use.
    """
    system = ClientSystem.objects.select_for_update().get(pk=system_id)
    rules.check_write(by, system.organization_id, system.environment)
    check_change(organization_id=system.organization_id, environment=system.environment, at=at)
    in_use = AutomationKey.objects.filter(system=system, ended_at=None).count()
    rules.check_new_key(system, in_use)
    secret = automation_key.new()
    key = AutomationKey.objects.create(
        system=system,
        name=name,
        digest=automation_key.digest(secret),
        created_at=at,
        created_by_id=rules.person(by),
    )
    _record("automation_key.made", key, system, by, at)
    return Made(key, secret)


@transaction.atomic
def end_key(*, key_id: UUID, by: Actor, at: datetime) -> AutomationKey:
    """End an automation key: from now on it creates nothing. It cannot be undone.

    Drafts that it created stay. Raises NotPermitted, and NotPossibleNow for one that has ended.
    """
    key = AutomationKey.objects.select_for_update(of=("self",)).get(pk=key_id)
    system = ClientSystem.objects.get(pk=key.system_id)
    rules.check_write(by, system.organization_id, system.environment)
    if key.ended_at:
        raise NotPossibleNow(_("Nøkkelen er avsluttet fra før."))
    key.ended_at, key.ended_by_id = at, rules.person(by)
    key.save(update_fields=["ended_at", "ended_by"])
    _record("automation_key.ended", key, system, by, at)
    return key


def note_use(*, key_id: UUID, at: datetime) -> None:
    """Note that a key was used, at most once a minute. Safe to repeat."""
    is_due = Q(last_used_at=None) | Q(last_used_at__lte=at - USE_IS_NOTED_EVERY)
    AutomationKey.objects.filter(is_due, pk=key_id).update(last_used_at=at)


def _record(kind: str, key: AutomationKey, system: ClientSystem, by: Actor, at: datetime) -> None:
    record(
        kind,
        subject=key,
        actor=by.name,
        at=at,
        organization_id=system.organization_id,
        environment=system.environment,
        system=str(system.pk),
        name=key.name,
    )
