"""Many customers at once: what a list of them would change, and doing it as often as one likes.

Each customer is one draft, made as software makes it (`drafts.create`), and answered by somebody
there. Which draft is whose is told by number and key, so nothing is done twice.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from django.db import transaction
from pydantic import ValidationError

from onboarding.clients.models import ClientDraft
from onboarding.clients.states import DraftState
from onboarding.jose.jwk import thumbprint
from onboarding.jose.strict import BadJson, strict_json
from onboarding.selfservice.content import Content
from onboarding.selfservice.faults import Fault, Wrong
from onboarding.selfservice.schemas import ClientDraftIn
from onboarding.selfservice.services import drafts
from onboarding.selfservice.services.drafts import Asked
from onboarding.systems.models import AutomationKey

MOST: Final = 500
LISTS: Final = (
    "apiScopes",
    "redirectUris",
    "postLogoutRedirectUris",
    "childOrganizationNumbers",
)


class State(StrEnum):
    """How it is with one customer of the list."""

    NEW = "new"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    FAULTY = "faulty"


class Line(NamedTuple):
    """One customer: the draft that is, or was just made, and what is wrong."""

    number: str
    state: State
    draft: ClientDraft | None = None
    faults: tuple[str, ...] = ()


class Unreadable(Exception):
    """The file as a whole cannot be read; the text says why."""


def read(text: str, *, is_csv: bool) -> list[dict[str, Any]]:
    """Return the customers of a file, each in the members of `POST client-drafts`.

    CSV has these members as its first line; lists in a cell are separated by blanks.
    Raises Unreadable.
    """
    if is_csv:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        try:
            rows = [_cells(row) for row in reader]
        except csv.Error as error:
            raise Unreadable(f"not CSV: {error}") from error
    else:
        try:
            rows = strict_json(text.encode("utf-8", "surrogatepass"))
        except BadJson as error:
            raise Unreadable(f"not strict JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("expected a list of customers")
    if not 1 <= len(rows) <= MOST:
        raise Unreadable(f"expected 1 to {MOST} customers, found {len(rows)}")
    return rows


def plan(rows: Iterable[Mapping[str, Any]], *, key: AutomationKey, at: datetime) -> list[Line]:
    """Say of each customer what `apply` would do: a draft for those that are new."""
    return [_line(row, key, at, lambda asked: _judged(asked, key, at)) for row in rows]


def apply(rows: Iterable[Mapping[str, Any]], *, key: AutomationKey, at: datetime) -> list[Line]:
    """Make the drafts that are missing. A customer that is faulty stops nobody else.

    Safe to repeat: who has a draft that waits, or has answered one, is left alone. A draft that
    ran out is made anew.
    """
    return [_line(row, key, at, lambda asked: drafts.create(asked, key=key, at=at)) for row in rows]


def _line(
    row: Mapping[str, Any],
    key: AutomationKey,
    at: datetime,
    act: Callable[[Asked], ClientDraft | None],
) -> Line:
    number = str(row.get("organizationNumber", ""))[:20]
    try:
        asked = _asked(ClientDraftIn.model_validate(dict(row)))
        known = _known(asked, key)
        state = known.state(at) if known else DraftState.EXPIRED
        if known and state != DraftState.EXPIRED:
            return Line(number, State(state.value), known)
        return Line(number, State.NEW, act(asked))
    except Wrong as error:
        return Line(number, State.FAULTY, None, tuple(map(_refused, error.faults)))
    except ValidationError as error:
        return Line(number, State.FAULTY, None, tuple(map(_said, error.errors())))


def _known(asked: Asked, key: AutomationKey) -> ClientDraft | None:
    """Return the newest draft of the same client system for this customer and this key."""
    try:
        print_ = thumbprint(strict_json(asked.public_jwk.encode("utf-8", "surrogatepass")))
    except (BadJson, ValueError, KeyError, TypeError, AttributeError):
        return None  # what is wrong with the key is said where the draft is judged
    rows = ClientDraft.objects.filter(
        revision__system=key.system_id,
        environment=key.system.environment,
        organization_number=asked.organization_number,
        thumbprint=print_,
    )
    return rows.order_by("-created_at", "-pk").first()


def _judged(asked: Asked, key: AutomationKey, at: datetime) -> None:
    """Make the draft and take it back. What a refusal leaves behind, a barred key, stays."""
    refusal: Wrong | None = None
    with transaction.atomic():
        try:
            drafts.create(asked, key=key, at=at)
            transaction.set_rollback(True)
        except Wrong as error:
            refusal = error
    if refusal:
        raise refusal


def _asked(draft: ClientDraftIn) -> Asked:
    key = draft.public_jwk
    claims = draft.audience_specific_client_claims or ()
    return Asked(
        organization_number=draft.organization_number,
        public_jwk=key if isinstance(key, str) else json.dumps(key),
        content=Content(
            scopes=tuple(dict.fromkeys(draft.api_scopes or ())),
            claims=tuple((claim.key, claim.value) for claim in claims),
            redirect_uris=tuple(dict.fromkeys(draft.redirect_uris or ())),
            post_logout_uris=tuple(dict.fromkeys(draft.post_logout_redirect_uris or ())),
            children=tuple(dict.fromkeys(draft.child_organization_numbers or ())),
        ),
        return_to=draft.post_client_confirmation_redirect_uri or "",
    )


def _cells(row: Mapping[str | None, Any]) -> dict[str, Any]:
    if None in row:
        raise Unreadable("a line has more cells than the first one")
    found = {str(name): cell.strip() for name, cell in row.items() if cell and cell.strip()}
    return {name: cell.split() if name in LISTS else cell for name, cell in found.items()}


def _refused(fault: Fault) -> str:
    return f"{fault.pointer}: {fault.detail}" if fault.pointer else fault.detail


def _said(error: Any) -> str:
    place = ".".join(map(str, error["loc"]))
    return f"{place}: {error['msg']}."
