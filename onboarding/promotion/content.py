"""What goes into production, as plain values: compared, shown and hashed. Pure.

Of a client system it is what a version says, with redirect URIs of production; of an API its
description, scopes and claims. `kind` tells which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from onboarding.apis.states import Dpop
from onboarding.systems import content as systems
from onboarding.systems.content import Change, ChosenScope, Content

Said = Mapping[str, Any]


class Line(NamedTuple):
    """One line of what is said, in words."""

    label: str
    values: tuple[str, ...]
    is_code: bool


class Pair(NamedTuple):
    """One line of two sides."""

    label: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    is_code: bool

    @property
    def differs(self) -> bool:
        return set(self.left) != set(self.right)


def of_version(version: Content) -> dict[str, Any]:
    """Return what a version of a client system says."""
    return {
        "kind": "system",
        "name": version.name,
        "application_type": version.application_type,
        "tags": list(version.tags),
        "machine_to_machine": version.machine_to_machine,
        "user_login": version.user_login,
        "redirect_uris": list(version.redirect_uris),
        "post_logout_uris": list(version.post_logout_uris),
        "refresh_tokens": version.refresh_tokens,
        "tenancy": version.tenancy,
        "algorithm": version.algorithm,
        "scopes": [[scope.name, scope.selection] for scope in version.scopes],
    }


def version(said: Said) -> Content:
    """Return the version that `of_version` gave these values for."""
    return Content(
        name=said["name"],
        application_type=said["application_type"],
        tags=tuple(said["tags"]),
        machine_to_machine=said["machine_to_machine"],
        user_login=said["user_login"],
        redirect_uris=tuple(said["redirect_uris"]),
        post_logout_uris=tuple(said["post_logout_uris"]),
        refresh_tokens=said["refresh_tokens"],
        tenancy=said["tenancy"],
        algorithm=said["algorithm"],
        scopes=tuple(ChosenScope(name, selection) for name, selection in said["scopes"]),
    )


def lines(said: Said) -> list[Line]:
    """Return all that is said, one line for each field."""
    if said["kind"] == "system":
        return [
            Line(fact.label, fact.values, fact.is_code) for fact in systems.facts(version(said))
        ]
    scopes, claims = said["scopes"], said["claims"]
    return [
        Line(_("Navn"), (said["name"],), is_code=False),
        Line(_("Kortnavn"), (said["short_name"],), is_code=True),
        Line(_("Beskrivelse"), _given(said["description"]), is_code=False),
        Line(_("DPoP"), (str(Dpop(said["dpop"]).label),), is_code=False),
        Line(_("Adresse for tokentest"), _given(said["test_url"]), is_code=True),
        Line(_("Scopes"), tuple(row["name"] for row in scopes), is_code=True),
        Line(_("API-eier må godkjenne hver klient"), _marked(scopes, "needs_approval"), True),
        Line(_("Sensitive scopes"), _marked(scopes, "is_sensitive"), True),
        Line(_("API-spesifikke claims"), tuple(row["claim_type"] for row in claims), True),
        Line(_("Claims som må fylles ut"), _marked(claims, "is_required", "claim_type"), True),
    ]


def side_by_side(left: Said, right: Said) -> list[Pair]:
    """Return every line of both, of the same kind, in one order."""
    pairs = zip(lines(left), lines(right), strict=True)
    return [Pair(one.label, one.values, other.values, one.is_code) for one, other in pairs]


def changes(before: Said, after: Said) -> list[Change]:
    """Return the lines that differ, with what went and what came."""
    return [
        Change(
            pair.label,
            tuple(value for value in pair.left if value not in pair.right),
            tuple(value for value in pair.right if value not in pair.left),
            pair.is_code,
        )
        for pair in side_by_side(before, after)
        if pair.differs
    ]


def scope_names(said: Said) -> list[str]:
    """Return the scopes that a system asks for, or that an API has."""
    if said["kind"] == "system":
        return [name for name, _selection in said["scopes"]]
    return [row["name"] for row in said["scopes"]]


def _given(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _marked(rows: list[dict[str, Any]], mark: str, name: str = "name") -> tuple[str, ...]:
    return tuple(row[name] for row in rows if row[mark])
