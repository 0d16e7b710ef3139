"""What the rules judge: an evidence period's traffic, the registers, the set-up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from onboarding.checklists.states import Need, Verdict

# How long traffic is kept, so how long a period can last.
PERIOD: Final = timedelta(days=30)
ENOUGH: Final = 20
FEW: Final = 5
SPREAD: Final = timedelta(days=7)
SHOWN: Final = 20  # ids of rows that a result carries


class Request(NamedTuple):
    """One request of an evidence client, at the token endpoint or at an API; see traffic.Trace."""

    id: UUID
    client: UUID
    at: datetime
    outcome: str
    error: str = ""
    check: str = ""
    alg: str = ""
    kid: str = ""
    typ: str = ""
    aud_kind: str = ""
    life_s: int | None = None
    clock_s: int | None = None
    jti_ref: str = ""
    dpop: str = ""
    jkt: str = ""
    proof_jti_ref: str = ""
    nonce_sent: str = ""
    nonce_given: str = ""
    scopes_asked: str = ""
    scopes_given: str = ""
    scopes_rejected: str = ""
    details_kind: str = ""
    org_ref: str = ""
    token_ref: str = ""
    token_aud: str = ""
    token_expires_at: datetime | None = None
    scheme: str = ""
    leniencies: str = ""
    wait_s: int = 0

    @property
    def needed(self) -> frozenset[str]:
        """The test exceptions without which it would have been refused."""
        return frozenset(self.leniencies.split())

    @property
    def is_refused(self) -> bool:
        return self.outcome == "refused"

    @property
    def has_failed(self) -> bool:
        """Whether it was refused, or could not be answered then: a nonce to use is neither."""
        return self.outcome in ("refused", "unavailable")

    @property
    def was_read(self) -> bool:
        """Whether proof and scopes were looked at: not where the assertion was no good.

        Nor of a client in a hurry, which is told so before anything else. A used assertion is
        found out last.
        """
        is_early = self.check.startswith("assertion.") and self.check != "assertion.replay"
        return not (is_early or self.error == "temporarily_unavailable")

    @property
    def is_issued(self) -> bool:
        return self.outcome == "ok"

    @property
    def asks_for_nonce(self) -> bool:
        return self.outcome == "nonce"


@dataclass(frozen=True)
class Setup:
    """What the version says (C), and the test exceptions that its evidence clients have on."""

    machine_to_machine: bool = True
    user_login: bool = False
    refresh_tokens: bool = False
    multi_tenant: bool = False
    application_type: str = "server"
    preselected: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    production_hosts: frozenset[str] = frozenset()
    needs_dpop: bool = True
    leniencies_on: tuple[str, ...] = ()


class KeyFact(NamedTuple):
    """One usable key of an evidence client (K)."""

    kty: str
    bits: int
    origin: str
    is_proved: bool
    is_weak: bool
    expires_at: datetime


class Change(NamedTuple):
    """How the newest change of a key went (K.changes)."""

    retired_at: datetime
    new_first_used_at: datetime | None
    old_last_used_at: datetime | None
    tokens_old: int
    tokens_new: int
    refused: int


class Sharing(NamedTuple):
    """Keys of the evidence clients that others have had, or have used for proofs."""

    keys: int = 0
    shared_keys: int = 0
    jkts: int = 0
    shared_jkts: int = 0


class ApiResult(NamedTuple):
    """How an API took one request of the battery (B); see testtokens.Result."""

    fault: str
    verdict: str
    finding: str
    title: str


class ApiCheck(NamedTuple):
    """The newest finished check of an API; stale with another set-up, or when too old."""

    battery: str
    is_stale: bool
    results: tuple[ApiResult, ...]


class Records(NamedTuple):
    """What the portal knows of the supplier's people (P)."""

    contact_points: int
    shared_contact_points: int
    security_contact_points: int
    followers: int
    unacknowledged: int


class Period(NamedTuple):
    """The open evidence period. `is_other`: the set-up has changed since; `is_over`: too old."""

    started_at: datetime
    software_version: str = ""
    instances: int = 1
    is_other: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Facts:
    """All that the rules see. Requests are in the order in which they came.

    `requests` (T) and `calls` (A) were signed by a registered key, or made with a token that was;
    `unkeyed` were refused because their key was not found, and signed by one that the client has
    had all the same. What anybody may have sent in a client's name is not here at all.
    `dropped`: some of the period left no row. `can_be_checked`: an API with an address to try.
    `delegated` has what stands in traces for an organisation that the supplier may act for, with
    when that ended, None where it holds. `available` are the parts of an installation that exist
    here.
    """

    at: datetime
    setup: Setup = field(default_factory=Setup)
    clients: int = 1
    period: Period | None = None
    requests: tuple[Request, ...] = ()
    calls: tuple[Request, ...] = ()
    unkeyed: tuple[Request, ...] = ()
    dropped: bool = False
    keys: tuple[KeyFact, ...] = ()
    changes: tuple[Change, ...] = ()
    sharing: Sharing = field(default_factory=Sharing)
    records: Records | None = None
    delegated: Mapping[str, datetime | None] = field(default_factory=dict)
    api_check: ApiCheck | None = None
    can_be_checked: bool = False
    available: frozenset[Need] = frozenset({Need.TRACE, Need.KEYS, Need.CONFIG, Need.RECORDS})

    @property
    def answered(self) -> tuple[Request, ...]:
        """Token requests with an answer of their own: the first halves of nonce rounds left out."""
        return tuple(row for row in self.requests if row.outcome in ("ok", "refused"))

    @property
    def is_enough(self) -> bool:
        """Whether there is traffic enough to judge by."""
        rows = self.answered
        if len(rows) >= ENOUGH:
            return True
        return len(rows) >= FEW and rows[-1].at - rows[0].at >= SPREAD


@dataclass(frozen=True)
class Finding:
    """What a rule comes to, in the reader's language, with what it counted.

    `verdict` None: there is nothing of the kind to judge by, so the item's fallback decides.
    """

    verdict: Verdict | None
    why: str
    counts: dict[str, Any] = field(default_factory=dict)
    rows: tuple[UUID, ...] = ()


def ids(rows: list[Request] | tuple[Request, ...]) -> tuple[UUID, ...]:
    """Return the ids to carry along: the newest ones."""
    return tuple(row.id for row in rows[-SHOWN:])


def share_text(count: int, whole: int) -> str:
    """Return "12/20": so many of what is needed."""
    return f"{count}/{whole}"
