"""The catalogue: what is told, which event of the log it comes from, and what it says."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEST: Final = "webhook.test"


class Kind(NamedTuple):
    """One type of message. `adds` are the members of `data` besides those that all have."""

    name: str
    event: str
    label: Promise
    when: Promise
    adds: dict[str, Any]


_KEY: Final = {"key": {"kid": "RnGHSx0Gczbm…", "expires_at": "2027-11-28T00:00:00Z"}}
_RIGHT: Final = {
    "right": "use",
    "delegator": {"number": "313055280", "name": "Fjordbyen legekontor"},
    "receiver": {"number": "312345676", "name": "Nordlys EPJ AS"},
}

KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            "client.confirmed",
            "client.finished",
            _("Kunde koblet til"),
            _("Kunden har bekreftet, og klienten er i bruk."),
            {},
        ),
        Kind(
            "client.declined",
            "draft.declined",
            _("Kunden sa nei"),
            _("Kunden har avslått kladden. Ingenting er koblet til."),
            {},
        ),
        Kind(
            "client.disabled",
            "client.stopped",
            _("Klient stanset"),
            _("Klienten får ikke nye tokener."),
            {},
        ),
        Kind(
            "client.enabled",
            "client.resumed",
            _("Klient startet igjen"),
            _("Klienten kan hente token igjen."),
            {},
        ),
        Kind(
            "scope.approved",
            "access.approve",
            _("Scope godkjent"),
            _("API-eieren har sagt ja. Neste token kan ha scopet."),
            {"scope": "nhn:msh/api"},
        ),
        Kind(
            "scope.declined",
            "access.decline",
            _("Scope ikke godkjent"),
            _("API-eieren har sagt nei. Begrunnelsen står på klientens side."),
            {"scope": "nhn:msh/api"},
        ),
        Kind(
            "key.registered",
            "key.registered",
            _("Ny nøkkel"),
            _("Klienten har fått en nøkkel til."),
            _KEY,
        ),
        Kind(
            "key.expiring",
            "key.expiring",
            _("Nøkkel går ut snart"),
            _("30, 7 og 1 dag før, så lenge ingen nyere nøkkel er tatt i bruk."),
            {**_KEY, "days_left": 30},
        ),
        Kind(
            "key.revoked",
            "key.revoked",
            _("Nøkkel sperret"),
            _("Nøkkelen virker ikke lenger."),
            _KEY,
        ),
        Kind(
            "right.given",
            "right.given",
            _("Rettighet gitt"),
            _("En virksomhet har latt en annen handle for seg."),
            _RIGHT,
        ),
        Kind(
            "right.taken_back",
            "right.taken_back",
            _("Rettighet tatt tilbake"),
            _("Virksomheten kan ikke lenger handle for den andre."),
            _RIGHT,
        ),
    )
}
BY_EVENT: Final = {kind.event: kind for kind in KINDS.values()}
_CLIENT: Final = {
    "client": {"id": "309a39e0-9397-4027-896d-16d5a3bfde3a", "name": "Nordlys EPJ"},
    "organization": {"number": "313055280", "name": "Fjordbyen legekontor"},
    "system": {"id": "0f0f4a5c-3d0d-4c39-9d53-d5a3d9d4a5d1", "name": "Nordlys EPJ"},
}


def example(kind: Kind) -> dict[str, Any]:
    """Return a message of this kind with made-up values, in the shape of the real ones."""
    about = {} if kind.name.startswith("right.") else _CLIENT
    return {
        "type": kind.name,
        "timestamp": "2026-11-28T12:00:00+00:00",
        "data": {"environment": "test", **about, **kind.adds},
    }
