"""What test tokens say about the person who logged in. All of them are made up."""

from __future__ import annotations

import hashlib
from typing import Any, Final, NamedTuple

from onboarding.jose import b64
from onboarding.testtokens.schemas import UserClaimsParameters

IDENTITY: Final = "helseid://claims/identity"
HPR: Final = "helseid://claims/hpr/hpr_number"
# A synthetic number: 80 is added to the month, so it is nobody's.
PID: Final = "05898597468"
_GIVEN: Final = ("Rolig", "Blid", "Lun", "Kvikk", "Tapper", "Klok", "Stille", "Munter")
_FAMILY: Final = ("Fjellbekk", "Lysning", "Havbris", "Myrull", "Granli", "Nordavind", "Strand")


class Person(NamedTuple):
    """A made-up person, the same for the same number each time."""

    given_name: str
    family_name: str
    hpr_number: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


def person(pid: str) -> Person:
    """Return who a number belongs to here; there is no register of persons behind this."""
    number = int.from_bytes(_hash(f"person:{pid}")[:6], "big")
    hpr = str(1_000_000 + number % 9_000_000)
    return Person(_GIVEN[number % len(_GIVEN)], _FAMILY[number // 8 % len(_FAMILY)], hpr)


def pseudonym(pid: str) -> str:
    """Return what stands for a number without telling it."""
    return b64.encode(_hash(f"pseudonym:{pid}"))


def defaults() -> dict[str, Any]:
    """Return the claims of a health worker who has logged in."""
    found = person(PID)
    return {
        "sub": pseudonym(PID),
        "sid": b64.encode(_hash("sid"))[:22],
        "idp": "testidp-oidc",
        "amr": ["pwd"],
        "name": found.name,
        "given_name": found.given_name,
        "family_name": found.family_name,
        f"{IDENTITY}/pid": PID,
        f"{IDENTITY}/security_level": "4",
        f"{IDENTITY}/assurance_level": "high",
        f"{IDENTITY}/network": "internett",
        HPR: found.hpr_number,
    }


def given(asked: UserClaimsParameters) -> dict[str, Any]:
    """Return the claims for the parameters that have a value."""
    found = {
        "sub": asked.subject,
        "sid": asked.sid,
        "idp": asked.identity_provider,
        "amr": [asked.amr] if asked.amr else [],
        "name": asked.name,
        "given_name": asked.given_name,
        "middle_name": asked.middle_name,
        "family_name": asked.family_name,
        f"{IDENTITY}/pid": asked.pid,
        f"{IDENTITY}/pid_pseudonym": asked.pid_pseudonym,
        f"{IDENTITY}/security_level": asked.security_level,
        f"{IDENTITY}/assurance_level": asked.assurance_level,
        f"{IDENTITY}/network": asked.network,
        HPR: asked.hpr_number,
    }
    return {name: value for name, value in found.items() if value}


def looked_up(pid: str, *, only_name: bool) -> dict[str, Any]:
    """Return the name claims of the person with that number."""
    found = person(pid)
    if only_name:
        return {"name": found.name}
    return {
        "name": found.name,
        "given_name": found.given_name,
        "family_name": found.family_name,
    }


def _hash(text: str) -> bytes:
    return hashlib.sha256(f"selvbetjening:testtokens:{text}".encode()).digest()
