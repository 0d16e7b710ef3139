"""How a client fares, in words: what it is, who has the turn, what happens next. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.states import Access, Status
from onboarding.core import formats
from onboarding.core.jobs import JobStatus
from onboarding.keys.queries import KeyRow, MakingPanel
from onboarding.smoketests.queries import RunView
from onboarding.smoketests.states import StepName, StepStatus


class Seen(NamedTuple):
    """What is known of a client. `scopes` have their API with its owner loaded."""

    client: ClientConfiguration
    scopes: list[ClientScope]
    keys: list[KeyRow]
    is_making_key: bool
    test: RunView | None
    to_fetch: MakingPanel | None = None  # a key that the portal made and still keeps

    @property
    def usable_keys(self) -> list[KeyRow]:
        return [row for row in self.keys if row.is_usable]

    def with_access(self, *access: Access) -> list[ClientScope]:
        return [row for row in self.scopes if row.access in access]


class State(NamedTuple):
    """What templates/components/state.html shows, but for the track."""

    state: str
    tag: str
    heading: str
    facts: list[tuple[str, str]]


class TrackStep(NamedTuple):
    """One step in the life of the client."""

    state: str
    text: str
    note: str
    word: str | Promise = ""


def state(seen: Seen, now: datetime) -> State:
    """Return the state panel: what stops the client first, else how well it works."""
    return (
        _stopped(seen) or _to_fetch(seen) or _no_key(seen) or _no_scope(seen) or _working(seen, now)
    )


def track(seen: Seen, now: datetime) -> list[TrackStep]:
    """Return the life of the client: confirmed, scopes, key, token test, API call."""
    return [
        _confirmed(seen, now),
        _scopes(seen),
        _key(seen, now),
        _test(seen, now),
        _call(seen, now),
    ]


def _facts(turn: str, then: str) -> list[tuple[str, str]]:
    return [(_("Hvem har tur"), turn), (_("Hva skjer så"), then)]


def _you(seen: Seen) -> str:
    return _("Dere i %(organization)s") % {"organization": seen.client.organization.name}


def _owners(rows: list[ClientScope]) -> str:
    names = sorted({row.scope.api.organization.name for row in rows})
    return get_text_list(names, _("og"))


def _apis(rows: list[ClientScope]) -> str:
    return get_text_list(sorted({row.scope.api.name for row in rows}), _("og"))


def _names(rows: list[ClientScope]) -> str:
    return get_text_list([row.scope.name for row in rows], _("og"))


def _stopped(seen: Seen) -> State | None:
    if seen.client.status != Status.STOPPED:
        return None
    facts = _facts(_you(seen), _("Start klienten igjen når dere vil. Nøkler og scopes står."))
    return State("none", _("Stanset"), _("Klienten er stanset og får ikke token"), facts)


def _to_fetch(seen: Seen) -> State | None:
    if not (seen.to_fetch and seen.to_fetch.making.expires_at):
        return None
    person = seen.to_fetch.making.requested_by.name
    clock = formats.clock(seen.to_fetch.making.expires_at)
    heading = _("Nøkkelen må hentes før kl. %(clock)s") % {"clock": clock}
    if not seen.to_fetch.is_theirs:
        facts = _facts(person, _("Nøkkelen hentes i nettleseren den ble bestilt i."))
        return State("wait", _("Venter på %(person)s") % {"person": person}, heading, facts)
    facts = _facts(person, _("Hent den under, i denne nettleseren. Så sletter vi vår kopi."))
    return State("you", _("Din tur"), heading, facts)


def _no_key(seen: Seen) -> State | None:
    if seen.usable_keys:
        return None
    if seen.is_making_key:
        facts = _facts(_("Portalen"), _("Du henter konfigurasjonsfilen her om noen sekunder."))
        return State("run", _("Pågår"), _("Nøkkelen lages nå"), facts)
    facts = _facts(_you(seen), _("Legg til en nøkkel. Klienten virker med en gang etterpå."))
    return State("fail", _("Mangler nøkkel"), _("Klienten får ikke token uten en nøkkel"), facts)


def _no_scope(seen: Seen) -> State | None:
    if not seen.scopes or seen.with_access(Access.OK):
        return None
    waiting = seen.with_access(Access.PENDING)
    if not waiting:
        heading = _("Klienten får ikke token: ingen av scopene er godkjent")
        owners = _owners(seen.scopes)
        facts = _facts(
            _you(seen), _("Les begrunnelsen, og ta kontakt med %(owners)s.") % {"owners": owners}
        )
        return State("fail", _("Ikke godkjent"), heading, facts)
    owners = _owners(waiting)
    facts = _facts(
        owners, _("De godkjenner eller avslår %(scopes)s.") % {"scopes": _names(waiting)}
    )
    heading = _("Klienten er klar, og venter på %(owners)s") % {"owners": owners}
    return State("wait", _("Venter på API-eier"), heading, facts)


def _working(seen: Seen, now: datetime) -> State:
    test = seen.test
    if test and test.run.is_open:
        facts = _facts(_("Portalen"), _("Hvert steg vises under, etter hvert som det skjer."))
        return State("run", _("Pågår"), _("Tokentesten kjører nå"), facts)
    if test and test.run.status == JobStatus.FAILED and not test.is_stale:
        facts = _facts(_you(seen), _("Tokentesten sier hva som var galt, og hvordan det rettes."))
        return State("fail", _("Tokentesten feilet"), _("Den siste tokentesten feilet"), facts)
    passed = test is not None and test.run.status == JobStatus.PASSED
    if not passed and seen.client.last_token_at is None:
        facts = _facts(_you(seen), _("Kjør tokentesten, eller kodeeksempelet nederst på siden."))
        return State("you", _("Din tur"), _("Alt er klart til det første tokenet"), facts)
    return _works(seen, now)


def _works(seen: Seen, now: datetime) -> State:
    ready = seen.with_access(Access.OK)
    missing = seen.with_access(Access.PENDING, Access.DECLINED)
    waiting = seen.with_access(Access.PENDING)
    if missing:
        heading = _("Klienten får token for %(ready)s, men ikke for %(missing)s") % {
            "ready": _names(ready),
            "missing": _names(missing),
        }
        facts = _facts(
            _owners(waiting) if waiting else _you(seen),
            _("De godkjenner eller avslår %(scopes)s.") % {"scopes": _names(waiting)}
            if waiting
            else _("Les hvorfor under Scopes."),
        )
        return State("warn", _("Virker delvis"), heading, facts)
    key = max(seen.usable_keys, key=lambda row: row.key.expires_at).key
    facts = _facts(
        _("Ingen. Dere trenger ikke gjøre noe nå."),
        _("Nøkkelen går ut %(day)s, %(left)s.")
        % {
            "day": formats.day(key.expires_at),
            "left": formats.relative(key.expires_at, now=now),
        },
    )
    heading = _("Klienten får token til %(apis)s") % {"apis": _apis(ready)}
    return State("ok", _("Virker"), heading if ready else _("Klienten virker"), facts)


def _confirmed(seen: Seen, now: datetime) -> TrackStep:
    client = seen.client
    person = client.finished_by.name if client.finished_by else ""
    at = formats.moment(client.finished_at, now=now) if client.finished_at else ""
    return TrackStep("ok", _("Bekreftet"), ", ".join(filter(None, (person, at))))


def _scopes(seen: Seen) -> TrackStep:
    ready, total = len(seen.with_access(Access.OK)), len(seen.scopes)
    note = ngettext("%(ready)d av %(total)d klar", "%(ready)d av %(total)d klare", total) % {
        "ready": ready,
        "total": total,
    }
    if ready == total:
        return TrackStep("ok", _("Scopes"), note)
    return TrackStep("wait" if seen.with_access(Access.PENDING) else "fail", _("Scopes"), note)


def _key(seen: Seen, now: datetime) -> TrackStep:
    if not seen.usable_keys:
        if seen.is_making_key:
            return TrackStep("run", _("Nøkkel"), _("Lages nå"))
        return TrackStep("fail", _("Nøkkel"), _("Ingen i bruk"), _("Mangler"))
    row = max(seen.usable_keys, key=lambda row: row.key.expires_at)
    left = formats.relative(row.key.expires_at, now=now)
    return TrackStep(
        "warn" if row.expires_soon else "ok", _("Nøkkel"), _("Går ut %(left)s") % {"left": left}
    )


def _test(seen: Seen, now: datetime) -> TrackStep:
    test = seen.test
    if test is None:
        return TrackStep("none", _("Tokentest"), _("Ikke kjørt"))
    if test.run.is_open:
        note = _("Steg %(number)d av %(total)d") % {
            "number": min(test.done + 1, len(test.steps)),
            "total": len(test.steps),
        }
        return TrackStep("run", _("Tokentest"), note)
    note = _("Utdatert: oppsettet er endret") if test.is_stale else test.run.get_status_display()
    return TrackStep("warn" if test.is_stale else test.state, _("Tokentest"), note)


def _call(seen: Seen, now: datetime) -> TrackStep:
    called = seen.test is not None and any(
        view.step.name == StepName.API and view.step.status == StepStatus.PASSED
        for view in seen.test.steps
    )
    last = seen.client.last_token_at
    note = (
        _("Siste token %(moment)s") % {"moment": formats.moment(last, now=now)}
        if last
        else _("Ingen token ennå")
    )
    return TrackStep("ok" if called or last else "none", _("API-kall"), note)
