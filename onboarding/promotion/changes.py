"""Which change after approval takes which review: a table, shown before anybody edits. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Said = Mapping[str, Any]


class Need(IntEnum):
    """What a change takes; of several changes the highest counts."""

    NONE = 0
    LIGHT = 1
    FULL = 2

    @property
    def label(self) -> Promise:
        return _LABELS[self]


_LABELS = {
    Need.NONE: _("Ingen gjennomgang"),
    Need.LIGHT: _("Forenklet gjennomgang"),
    Need.FULL: _("Ny gjennomgang"),
}


class Row(NamedTuple):
    """One line of the table: what changes, what that takes, why, and how it is told."""

    kind: str
    what: Promise
    need: Need
    why: Promise
    is_so: Callable[[Said, Said], bool]


def found(before: Said, after: Said) -> list[Row]:
    """Return the lines of the table that a change falls under, the strictest first."""
    rows = [row for row in TABLE if row.kind == after["kind"] and row.is_so(before, after)]
    return sorted(rows, key=lambda row: -row.need)


def need(before: Said | None, after: Said) -> Need:
    """Return what a change takes; FULL for what was never approved, and for what no line names."""
    if before is None:
        return Need.FULL
    rows = found(before, after)
    if not rows:
        return Need.NONE if before == after else Need.FULL
    return rows[0].need


def _differs(*fields: str) -> Callable[[Said, Said], bool]:
    return lambda before, after: any(before[field] != after[field] for field in fields)


def _hosts(said: Said, field: str) -> set[tuple[str, str]]:
    parts = [urlsplit(uri) for uri in said[field]]
    return {(part.scheme, part.netloc) for part in parts}


def _new_host(before: Said, after: Said) -> bool:
    fields = ("redirect_uris", "post_logout_uris")
    return any(_hosts(after, field) - _hosts(before, field) for field in fields)


def _new_path(before: Said, after: Said) -> bool:
    return _differs("redirect_uris", "post_logout_uris")(before, after) and not _new_host(
        before, after
    )


def _scopes(said: Said) -> dict[str, Any]:
    if said["kind"] == "system":
        return dict(said["scopes"])
    return {row["name"]: row for row in said["scopes"]}


def _scope_added(before: Said, after: Said) -> bool:
    return bool(_scopes(after).keys() - _scopes(before).keys())


def _scope_removed(before: Said, after: Said) -> bool:
    return bool(_scopes(before).keys() - _scopes(after).keys())


def _both(before: Said, after: Said) -> list[tuple[Any, Any]]:
    old, new = _scopes(before), _scopes(after)
    return [(old[name], new[name]) for name in old.keys() & new.keys()]


def _selection_changed(before: Said, after: Said) -> bool:
    return any(old != new for old, new in _both(before, after))


def _family(said: Said) -> str:
    return str(said["algorithm"])[:2]


def _new_family(before: Said, after: Said) -> bool:
    return _family(before) != _family(after)


def _new_size(before: Said, after: Said) -> bool:
    return before["algorithm"] != after["algorithm"] and not _new_family(before, after)


def _dpop_loosened(before: Said, after: Said) -> bool:
    order = ("none", "allowed", "required")
    return order.index(after["dpop"]) < order.index(before["dpop"])


def _dpop_tightened(before: Said, after: Said) -> bool:
    return before["dpop"] != after["dpop"] and not _dpop_loosened(before, after)


def _guard_dropped(before: Said, after: Said) -> bool:
    """A scope that an owner no longer approves, or that is no longer marked as sensitive."""
    marks = ("needs_approval", "is_sensitive")
    return any(old[mark] and not new[mark] for old, new in _both(before, after) for mark in marks)


def _scope_guarded(before: Said, after: Said) -> bool:
    marks = ("needs_approval", "is_sensitive")
    return any(new[mark] and not old[mark] for old, new in _both(before, after) for mark in marks)


def _scope_described(before: Said, after: Said) -> bool:
    return any(old["description"] != new["description"] for old, new in _both(before, after))


def _demands(said: Said) -> list[tuple[str, bool]]:
    return [(row["claim_type"], row["is_required"]) for row in said["claims"]]


def _claims_reworded(before: Said, after: Said) -> bool:
    return before["claims"] != after["claims"] and _demands(before) == _demands(after)


TABLE = (
    Row(
        "system", _("Scope lagt til"), Need.FULL, _("Klientene får tilgang til mer."), _scope_added
    ),
    Row(
        "system",
        _("Returadresse på et nytt vertsnavn"),
        Need.FULL,
        _("Innlogginger ender et nytt sted."),
        _new_host,
    ),
    Row(
        "system",
        _("API-kall, brukerpålogging eller refresh-token"),
        Need.FULL,
        _("Tokener hentes på en ny måte."),
        _differs("machine_to_machine", "user_login", "refresh_tokens"),
    ),
    Row(
        "system",
        _("Virksomheter per klient"),
        Need.FULL,
        _("Single-tenant og multi-tenant vurderes hver for seg."),
        _differs("tenancy"),
    ),
    Row(
        "system",
        _("Algoritme av en annen familie, som fra PS til ES"),
        Need.FULL,
        _("Nøkler og signatur lages med annen kode."),
        _new_family,
    ),
    Row(
        "system",
        _("Algoritme i samme familie, som fra PS256 til PS384"),
        Need.LIGHT,
        _("Koden er den samme."),
        _new_size,
    ),
    Row(
        "system",
        _("Returadresse på et kjent vertsnavn, eller en som fjernes"),
        Need.LIGHT,
        _("Innlogginger ender der de alt gjør."),
        _new_path,
    ),
    Row(
        "system",
        _("Scope gjort forhåndsvalgt eller valgfritt"),
        Need.LIGHT,
        _("Det er de samme scopene, men flere kan få dem."),
        _selection_changed,
    ),
    Row(
        "system",
        _("Applikasjonstype"),
        Need.LIGHT,
        _("Sier hvor nøkkelen bor."),
        _differs("application_type"),
    ),
    Row("system", _("Scope fjernet"), Need.NONE, _("Klientene får mindre."), _scope_removed),
    Row(
        "system",
        _("Navn og merkelapper"),
        Need.NONE,
        _("Tokener er de samme."),
        _differs("name", "tags"),
    ),
    Row("api", _("Scope lagt til"), Need.FULL, _("API-et gir en ny rettighet."), _scope_added),
    Row(
        "api",
        _("Svakere DPoP-krav"),
        Need.FULL,
        _("Et tapt token kan brukes av andre."),
        _dpop_loosened,
    ),
    Row(
        "api",
        _("Scope uten godkjenning, eller ikke lenger merket som sensitivt"),
        Need.FULL,
        _("Flere får tilgang uten at noen spør."),
        _guard_dropped,
    ),
    Row(
        "api",
        _("Claim lagt til, fjernet eller gjort påkrevd"),
        Need.FULL,
        _("Tokener får et annet innhold."),
        lambda before, after: _demands(before) != _demands(after),
    ),
    Row("api", _("Strengere DPoP-krav"), Need.LIGHT, _("Klienter kan stoppe."), _dpop_tightened),
    Row("api", _("Scope fjernet"), Need.LIGHT, _("Klienter kan stoppe."), _scope_removed),
    Row(
        "api",
        _("Scope som må godkjennes, eller er merket som sensitivt"),
        Need.LIGHT,
        _("Færre får tilgang uten at noen spør."),
        _scope_guarded,
    ),
    Row(
        "api",
        _("Adresse for tokentest"),
        Need.LIGHT,
        _("Tokener sendes til en ny adresse."),
        _differs("test_url"),
    ),
    Row(
        "api",
        _("Navn, beskrivelser og ledetekster"),
        Need.NONE,
        _("Tokener er de samme."),
        lambda before, after: (
            before["name"] != after["name"]
            or before["description"] != after["description"]
            or _scope_described(before, after)
            or _claims_reworded(before, after)
        ),
    ),
)
# What no version holds, so that nothing has to be released: changed at any time.
ALWAYS_FREE = (_("Logo, kontaktpunkter og folk med tilgang"), _("Ikke del av versjonen."))
