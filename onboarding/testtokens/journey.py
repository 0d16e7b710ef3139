"""The battery for one API: which requests are sent, in which order, from what each is made."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from onboarding.apis.states import Dpop
from onboarding.sts.claims import access_token_claims
from onboarding.testtokens.catalogue import FAULTS, ROLL, Fault, Known
from onboarding.testtokens.content.client import CLIENT_ID, CLIENT_NAME, ORGANIZATION
from onboarding.testtokens.exchange import Exchange
from onboarding.testtokens.judging import Judged, Reply, judge
from onboarding.testtokens.states import Finding, Kind, Verdict
from onboarding.testtokens.tokens import Draft, Minted, Signers, mint, proof_part, valid

_KINDS: Final = {
    Dpop.REQUIRED: (Kind.BOUND,),
    Dpop.ALLOWED: (Kind.BOUND, Kind.UNBOUND),
    Dpop.NONE: (Kind.UNBOUND,),
}
_SCHEMES: Final = {
    Dpop.REQUIRED: frozenset({"dpop"}),
    Dpop.ALLOWED: frozenset({"dpop", "bearer"}),
    Dpop.NONE: frozenset({"bearer"}),
}


class Probe(NamedTuple):
    """One request of the battery; without a fault it is valid."""

    position: int
    kind: Kind
    fault: Fault | None = None


class Seen(NamedTuple):
    """What a probe led to."""

    probe: Probe
    judged: Judged
    reply: Reply


def battery(dpop: Dpop) -> list[Probe]:
    """Return the requests for an API: a valid one of each kind, the same with other keys
    of the issuer, then every fault that fits."""
    kinds = _KINDS[dpop]
    wanted: list[tuple[Kind, Fault | None]] = [(kind, None) for kind in kinds]
    others = (*ROLL, *FAULTS)
    wanted += [(kind, fault) for kind in kinds for fault in others if _fits(fault, kind, dpop)]
    return [Probe(position, kind, fault) for position, (kind, fault) in enumerate(wanted)]


def _fits(fault: Fault, kind: Kind, dpop: Dpop) -> bool:
    if fault.is_for_required and dpop != Dpop.REQUIRED:
        return False
    return kind == Kind.BOUND or not fault.is_for_bound


class Caller(NamedTuple):
    """The client that tokens of the battery are made out to: nobody, unless the API knows all."""

    client_id: str = CLIENT_ID
    name: str = CLIENT_NAME
    organization: str = ORGANIZATION
    tenancy: str = "single-tenant"


@dataclass(frozen=True, slots=True)
class Target:
    """The API that is checked, and the names that tokens for it need."""

    url: str
    is_ours: bool  # the fixed address of an API of this portal
    audience: str
    scopes: tuple[str, ...]
    dpop: Dpop
    issuer: str
    other_issuer: str
    caller: Caller


class Journey:
    """Sends probes and judges what comes back. `clock` is the time of now, in seconds."""

    def __init__(
        self, target: Target, signers: Signers, clock: Callable[[], float] = time.time
    ) -> None:
        self._target, self._signers, self._clock = target, signers, clock
        self._exchange = Exchange(target.url, is_typed=not target.is_ours)

    def close(self) -> None:
        self._exchange.close()

    def take(self, probe: Probe) -> Seen:
        """Send one request and judge the answer."""
        fault = probe.fault
        if fault and not self._is_possible(fault):
            return skipped(probe)
        is_about_nonces = fault is not None and fault.is_for_nonces
        reply = self._exchange.ask(
            lambda nonce: self._mint(probe, nonce), wants_nonce=not is_about_nonces
        )
        return Seen(probe, judge(reply, fault, _SCHEMES[self._target.dpop]), reply)

    def _is_possible(self, fault: Fault) -> bool:
        """Say whether there is a nonce to leave out, or another key of the issuer's to use."""
        if fault.needs_key and fault.needs_key not in self._signers.rolled:
            return False
        return bool(self._exchange.nonce) or not fault.is_for_nonces

    def _mint(self, probe: Probe, nonce: str) -> Minted:
        now = int(self._clock())
        good = self._valid(probe.kind, nonce, now)
        if probe.fault is None:
            return mint(good, self._signers)
        other = ""
        if probe.fault.needs_other_token:
            other = mint(self._valid(Kind.UNBOUND, "", now), self._signers).token
        target = self._target
        known = Known(now, target.url, target.audience, target.other_issuer, other)
        return mint(probe.fault.change(good, known), self._signers)

    def _valid(self, kind: Kind, nonce: str, now: int) -> Draft:
        target = self._target
        claims = access_token_claims(
            issuer=target.issuer,
            audience=target.audience,
            client_id=target.caller.client_id,
            client_name=target.caller.name,
            organization=target.caller.organization,
            tenancy=target.caller.tenancy,
            scopes=target.scopes,
            api_claims={},
            jkt="",
            now=now,
        )
        proof = None
        if kind == Kind.BOUND:
            url, jti = target.url.partition("?")[0], secrets.token_urlsafe(16)
            proof = proof_part(method="GET", url=url, jti=jti, iat=now, nonce=nonce)
        return valid(claims, proof)


def skipped(probe: Probe) -> Seen:
    """Return what is said of a request that was not sent: it would have said nothing."""
    return Seen(probe, Judged(Verdict.SKIPPED, Finding.NONE), Reply(None))
