"""Keyset paging: a page costs the same at the hundredth row and at the hundred-thousandth."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db import models
from django.db.models import Q

SIZE = 25


M = TypeVar("M", bound=models.Model)


class Page(NamedTuple, Generic[M]):
    """One page of rows, and the cursor of the next one ("" where none is).

    Newest first, so that the next is `older`; the other way round only where a queue says so.
    """

    rows: list[M]
    older: str
    is_first: bool


def page(
    rows: models.QuerySet[M],
    cursor: str,
    *,
    size: int = SIZE,
    moment: str = "created_at",
    oldest_first: bool = False,
) -> Page[M]:
    """Return the page of `rows` after `cursor`; no counting. `moment` is the field of their time.

    A cursor that cannot be read is taken for the first page: it comes from an address bar.
    """
    after = _read(cursor)
    sign, beyond = ("", "gt") if oldest_first else ("-", "lt")
    ordered = rows.order_by(f"{sign}{moment}", f"{sign}pk")
    if after:
        at, pk = after
        same = Q((moment, at), (f"pk__{beyond}", pk))
        ordered = ordered.filter(Q((f"{moment}__{beyond}", at)) | same)
    found = list(ordered[: size + 1])
    older = _write(found[size - 1], moment) if len(found) > size else ""
    return Page(found[:size], older, after is None)


def links(shown: Page[M], **kept: str) -> dict[str, str]:
    """Return the addresses for components/pages.html; `kept` is the rest of the query string."""
    query = {name: value for name, value in kept.items() if value}
    older = f"?{urlencode(query | {'after': shown.older})}" if shown.older else ""
    return {"newest": "" if shown.is_first else f"?{urlencode(query)}", "older": older}


def _write(row: models.Model, moment: str) -> str:
    at: datetime = getattr(row, moment)
    return urlsafe_b64encode(f"{at.isoformat()}|{row.pk}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, pk = text.partition("|")
        created_at = datetime.fromisoformat(moment)
        return (created_at, UUID(pk)) if created_at.tzinfo else None
    except ValueError:
        return None
