"""Keys of the test token service: made, ended, and counted when they are used."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.core.refusals import NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.testtokens import rules
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.signers import ENVIRONMENT

A_MINUTE: Final = 60
MOST_KEYS: Final = 20


class NotKnown(Exception):
    """No key, or one that has ended or expired."""


class TooFast(Exception):
    """The key has been used as often as it may be in a minute."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


@transaction.atomic
def make(
    *, organization_id: int, name: str, days: int, by: Actor, at: datetime
) -> tuple[TokenKey, str]:
    """Make a key; return its row and its secret, which is nowhere else from then on.

    Raises NotPermitted, or NotPossibleNow when the organisation has as many as it may have.
    """
    Organization.objects.select_for_update().get(pk=organization_id)
    rules.check_write(by, organization_id)
    if TokenKey.objects.filter(organization_id=organization_id).usable(at).count() >= MOST_KEYS:
        raise NotPossibleNow(_("Dere har så mange nøkler som det går an. Avslutt en først."))
    secret = secrets.token_urlsafe(32)
    key = TokenKey.objects.create(
        organization_id=organization_id,
        name=name,
        digest=digest(secret),
        created_at=at,
        created_by_id=by.user_id,
        expires_at=at + timedelta(days=days),
    )
    _record("token_key.made", key, by, at)
    return key, secret


@transaction.atomic
def end(*, key_id: UUID, by: Actor, at: datetime) -> TokenKey:
    """End a key: from now on it opens nothing. Raises NotPermitted or NotPossibleNow."""
    key = TokenKey.objects.select_for_update().get(pk=key_id)
    rules.check_end(by, key, at)
    key.ended_at, key.ended_by_id = at, by.user_id
    key.save(update_fields=["ended_at", "ended_by"])
    _record("token_key.ended", key, by, at)
    return key


def use(*, secret: str, at: datetime) -> UUID:
    """Count one use of a key, in one statement for all processes; return the key's id.

    Raises NotKnown, or TooFast with the seconds to wait.
    """
    key = TokenKey.objects.usable(at).filter(digest=digest(secret))
    is_over = Q(minute_began_at__isnull=True) | Q(
        minute_began_at__lte=at - timedelta(seconds=A_MINUTE)
    )
    counted = key.filter(is_over | Q(minute_count__lt=rules.USES_A_MINUTE)).update(
        minute_count=Case(When(is_over, then=Value(1)), default=F("minute_count") + 1),
        minute_began_at=Case(When(is_over, then=Value(at)), default=F("minute_began_at")),
        last_used_at=at,
    )
    found = key.values_list("pk", "minute_began_at").first()
    if found is None:
        raise NotKnown
    if not counted:
        began = found[1] or at
        raise TooFast(max(1, A_MINUTE - int((at - began).total_seconds())))
    return found[0]


def digest(secret: str) -> str:
    """Return what is stored of a key: the SHA-256 of 256 random bits, as hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _record(kind: str, key: TokenKey, by: Actor, at: datetime) -> None:
    record(
        kind,
        subject=key,
        actor=by.name,
        at=at,
        organization_id=key.organization_id,
        environment=ENVIRONMENT,
        name=key.name,
    )
