"""What the pages show of keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from onboarding.clients.models import ClientClaim, ClientConfiguration, ClientScope
from onboarding.clients.queries import blank_file
from onboarding.clients.states import Access
from onboarding.core.jobs import MAX_ATTEMPTS
from onboarding.keys import advice, rules
from onboarding.keys.kinds import KINDS, LIFETIMES
from onboarding.keys.models import Key, KeyMaking, KeyPlan
from onboarding.keys.states import USABLE, Action, KeyState, MakingState
from onboarding.suppliers.actors import NOBODY, Actor

_LOOKS = {
    KeyState.UNPROVED: "wait",
    KeyState.PROVED: "ok",
    KeyState.ACTIVE: "ok",
    KeyState.REVOKED: "none",
    KeyState.EXPIRED: "none",
}
SOON = timedelta(days=30)
# A making takes seconds; past this the page says that it takes longer than it should.
DELAYED = timedelta(seconds=30)
# How long the page speaks of a key that was fetched.
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key in the table; `look` is the state of its tag."""

    key: Key
    state: KeyState
    look: str
    expires_soon: bool
    can_revoke: bool
    can_prove: bool

    @property
    def is_usable(self) -> bool:
        return self.state in USABLE

    @property
    def element_id(self) -> str:
        return f"kid-{self.key.pk}"


@dataclass(frozen=True, slots=True)
class ProgressStep:
    """One step of a making, for templates/components/rows.html."""

    state: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MakingPanel:
    """A key that the portal makes: how far it is, and whether this person may fetch it."""

    making: KeyMaking
    state: MakingState
    steps: list[ProgressStep]
    is_theirs: bool
    is_delayed: bool

    @property
    def can_try_again(self) -> bool:
        return self.is_theirs and self.state in (MakingState.FAILED, MakingState.EXPIRED)


@dataclass(frozen=True, slots=True)
class KeysPanel:
    """What templates/keys/_panel.html shows; `file` is JSON, where a key waits to be put into it.

    Not in a script element: htmx leaves those out of what it swaps in.
    """

    client: ClientConfiguration
    rows: list[KeyRow]
    making: MakingPanel | None
    actions: frozenset[Action]
    file: str

    @property
    def is_working(self) -> bool:
        """Whether the page should look again in a moment."""
        working = (MakingState.QUEUED, MakingState.RUNNING)
        return self.making is not None and self.making.state in working

    @property
    def to_fetch(self) -> MakingPanel | None:
        """The key that waits to be fetched: that has a deadline."""
        return self.making if self.making and self.making.state == MakingState.READY else None

    @property
    def is_expecting(self) -> bool:
        """Whether a key is being made, or waits to be fetched."""
        return self.is_working or self.to_fetch is not None

    @property
    def can_add(self) -> bool:
        return Action.REGISTER in self.actions

    @property
    def unproved(self) -> bool:
        return any(row.state == KeyState.UNPROVED for row in self.rows)

    @property
    def weakness(self) -> str:
        """What to say where a key in use turned out to share a prime with another; else ""."""
        weak = any(row.is_usable and row.key.weak_at for row in self.rows)
        return advice.weak("key.shared_primes") if weak else ""


@dataclass(frozen=True, slots=True)
class Answers:
    """All that was answered in the wizard, for the page that checks it."""

    scopes: list[ClientScope]
    claims: list[ClientClaim]
    keys: list[Key]
    plan: KeyPlan | None

    @property
    def waiting(self) -> list[ClientScope]:
        return [row for row in self.scopes if row.access == Access.PENDING]

    @property
    def granted(self) -> list[ClientScope]:
        return [row for row in self.scopes if row.access == Access.OK]

    @property
    def plan_label(self) -> str:
        return KINDS[self.plan.kind].label if self.plan else ""

    @property
    def plan_is_weaker(self) -> bool:
        return bool(self.plan and KINDS[self.plan.kind].is_weaker)

    @property
    def plan_lifetime(self) -> str:
        return str(LIFETIMES[self.plan.lifetime_days]) if self.plan else ""


def panel(client: ClientConfiguration, at: datetime, by: Actor = NOBODY) -> KeysPanel:
    """Return the keys of a client, those in use first, and what is being made.

    Two queries, four while a key waits to be fetched.

    `by` decides what is offered; without, nothing is. Reads `client.organization` and
    `client.revision`: load them.
    """
    actions = rules.available(client, by)
    keys = Key.objects.filter(client=client).order_by("-created_at", "pk")
    rows = [_row(key, at, actions) for key in keys]
    rows.sort(key=lambda row: not row.is_usable)
    latest = KeyMaking.objects.filter(client=client).order_by("-queued_at")
    making = latest.select_related("requested_by", "key").first()
    shown = making is not None and _is_shown(making, rows, at)
    progress = _making(making, at, by) if making and shown else None
    file = ""
    if progress and progress.is_theirs and progress.state == MakingState.READY:
        file = json.dumps(blank_file(client))
    return KeysPanel(client, rows, progress, actions, file)


def is_last_usable(key: Key, at: datetime) -> bool:
    """Say whether the client gets no more tokens once this key is gone."""
    others = Key.objects.filter(client=key.client_id).exclude(pk=key.pk)
    return not others.usable(at).exists()


def keys_of_draft(client: ClientConfiguration, at: datetime) -> list[Key]:
    """Return the keys that were registered in the wizard and still hold."""
    return list(Key.objects.filter(client=client).usable(at).order_by("created_at", "pk"))


def answers(client: ClientConfiguration, at: datetime) -> Answers:
    """Return what was answered in the wizard. Four queries."""
    scopes = client.scopes.select_related("scope__api__organization")
    claims = client.claims.select_related("claim__api").order_by("claim__api__name", "claim__label")
    return Answers(
        scopes=list(scopes.order_by("scope__api__name", "scope__name")),
        claims=list(claims),
        keys=keys_of_draft(client, at),
        plan=KeyPlan.objects.filter(client=client).first(),
    )


def _row(key: Key, at: datetime, actions: frozenset[Action]) -> KeyRow:
    state = key.state(at)
    usable = state in USABLE
    look = "warn" if usable and _deserves_a_look(key, at) else _LOOKS[state]
    return KeyRow(
        key,
        state,
        "fail" if usable and key.weak_at else look,
        usable and key.expires_at <= at + SOON,
        usable and Action.REVOKE in actions,
        state == KeyState.UNPROVED and Action.PROVE in actions,
    )


def _deserves_a_look(key: Key, at: datetime) -> bool:
    return key.expires_at <= at + SOON or (key.kty == "RSA" and key.bits < 3072)


def _is_shown(making: KeyMaking, rows: list[KeyRow], at: datetime) -> bool:
    state = making.state(at)
    if state == MakingState.DELIVERED:
        return making.delivered_at is not None and at - making.delivered_at < REMEMBERED
    if state in (MakingState.FAILED, MakingState.EXPIRED):
        newer = (row for row in rows if row.key.pk != making.key_id)
        return not any(row.is_usable and row.key.created_at > making.queued_at for row in newer)
    return True


def _making(making: KeyMaking, at: datetime, by: Actor) -> MakingPanel:
    state = making.state(at)
    is_theirs = by.user_id is not None and by.user_id == making.requested_by_id
    late = making.is_open and (making.attempts > 1 or at - making.queued_at > DELAYED)
    return MakingPanel(making, state, _steps(making, state), is_theirs, late)


def _steps(making: KeyMaking, state: MakingState) -> list[ProgressStep]:
    """Return the four steps, each as far as the row says."""
    texts = (
        _("Lager nøkkelparet (%(kind)s)") % {"kind": KINDS[making.kind].label},
        _("Registrerer den offentlige delen"),
        _("Kjører en tokentest mens nøkkelen er her"),
        _("Krypterer den private delen for nettleseren din"),
    )
    done = 4 if state not in (MakingState.QUEUED, MakingState.RUNNING, MakingState.FAILED) else 0
    if state == MakingState.RUNNING and making.key_id:
        done = 2
    working = "run" if state == MakingState.RUNNING else "none"
    attempt = ""
    if making.attempts > 1:
        attempt = _("Forsøk %(attempt)d av %(most)d") % {
            "attempt": making.attempts,
            "most": MAX_ATTEMPTS,
        }
    return [
        ProgressStep("ok", text)
        if position < done
        else ProgressStep(working if position == done else "none", text, attempt)
        for position, text in enumerate(texts)
    ]
