"""The same request again, by its `Idempotency-Key`: the same answer, and nothing done twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import connection, transaction

from onboarding.core.statements import fetch
from onboarding.selfservice.faults import Wrong, wrong
from onboarding.selfservice.models import GivenAnswer

KEPT: Final = timedelta(hours=24)
LONGEST: Final = 255
_INSERT: Final = (
    "INSERT INTO selfservice_givenanswer"
    " (caller, digest, request, status, body, etag, created_at)"
    " VALUES (%s, %s, %s, 0, %s, '', %s) ON CONFLICT DO NOTHING RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: what is sent, with the version of the client where there is one."""

    body: dict[str, Any]
    etag: str = ""
    status: int = 200


def once(act: Callable[[], Reply], *, caller: str, key: str, request: bytes, at: datetime) -> Reply:
    """Do `act` unless the caller has sent this request with this key before; return the answer.

    Of two that come at once the second waits for the first. A request that was refused is not
    remembered: it has done nothing. Without a key it is simply done. Raises Wrong for a key that
    is too long, or that came with another request before.
    """
    if not key:
        return act()
    _check(key)
    refusal: Wrong | None = None
    with transaction.atomic():
        known = _known(caller, key, request, at)
        if isinstance(known, Reply):
            return known
        try:
            reply = act()
        except Wrong as error:
            # What was done in spite of the refusal, such as barring a key, stays done.
            known.delete()
            refusal = error
        else:
            known.status, known.body, known.etag = reply.status, json.dumps(reply.body), reply.etag
            known.save(update_fields=["status", "body", "etag"])
    if refusal:
        raise refusal
    return reply


def same(act: Callable[[], Reply], *, caller: str, key: str, request: bytes, at: datetime) -> Reply:
    """Answer the request as it was answered before; for acts that do no harm when repeated.

    Unlike `once` it is no transaction, so that a long act holds nobody up: of two that come at
    once both are done, and both get the answer of the first. Raises Wrong as `once` does.
    """
    if not key:
        return act()
    _check(key)
    asked = {"caller": caller, "digest": sha256(key.encode()).hexdigest()}
    fingerprint = sha256(request).hexdigest()
    if row := GivenAnswer.objects.filter(**asked).first():
        return _given(row, fingerprint)
    reply = act()
    given = {"status": reply.status, "body": json.dumps(reply.body), "etag": reply.etag}
    row, _made = GivenAnswer.objects.get_or_create(
        **asked, defaults={"request": fingerprint, "created_at": at, **given}
    )
    return _given(row, fingerprint)


def _check(key: str) -> None:
    if len(key) > LONGEST or not key.isprintable():
        raise wrong("api.value", f"Idempotency-Key has 1 to {LONGEST} visible characters.")


def _given(row: GivenAnswer, fingerprint: str) -> Reply:
    if row.request != fingerprint:
        raise wrong("api.idempotency_key", "The key came with another request before.", status=422)
    return Reply(json.loads(row.body), row.etag, row.status)


def _known(caller: str, key: str, request: bytes, at: datetime) -> GivenAnswer | Reply:
    """The answer that was given, or the row to put it into."""
    asked = {"caller": caller, "digest": sha256(key.encode()).hexdigest()}
    fingerprint = sha256(request).hexdigest()
    params = [*asked.values(), fingerprint, "", connection.ops.adapt_datetimefield_value(at)]
    if fetch(_INSERT, params):
        return GivenAnswer.objects.get(**asked)
    return _given(GivenAnswer.objects.get(**asked), fingerprint)


def forget(at: datetime, *, limit: int = 5000) -> int:
    """Delete answers that are older than a day, at most `limit`; return how many."""
    old = GivenAnswer.objects.filter(created_at__lt=at - KEPT).values_list("pk", flat=True)
    return GivenAnswer.objects.filter(pk__in=list(old[:limit])).delete()[0]
