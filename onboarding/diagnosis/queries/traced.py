"""A request of which a trace was left, explained by the checks that decided on it.

Nothing is judged again: the trace has the checks of the decision itself. What was signed is gone,
but its hash was kept where the signature was no good, so that its maker can still be found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from onboarding.apis.states import Dpop
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.diagnosis import catalogue
from onboarding.diagnosis.pasted import Kind
from onboarding.diagnosis.queries.asking import Asker, Judged, Part
from onboarding.diagnosis.queries.explaining import Finding, Section, explain, sections
from onboarding.diagnosis.queries.judging import no_proof
from onboarding.jose import b64
from onboarding.jose.algorithms import verify_digest
from onboarding.jose.checks import Check, Verdict
from onboarding.jose.compact import Reading
from onboarding.jose.sources import SOURCES
from onboarding.sts.refusal import Refusal
from onboarding.suppliers.actors import Actor
from onboarding.traffic.models import Trace
from onboarding.traffic.queries import alike
from onboarding.traffic.states import DpopKind, Endpoint, Outcome

_MARKS: Final = {"!": Verdict.FAILED, "~": Verdict.NOTED}
_KINDS: Final = {"assertion": Kind.ASSERTION, "proof": Kind.PROOF, "token": Kind.TOKEN}


@dataclass
class Explained:
    """What to say of a trace; `finding` None for a request that got what it asked for.

    `alike` of the client's requests were refused for the same reason in the hour before.
    """

    trace: Trace
    client: ClientConfiguration
    finding: Finding | None
    others: int
    sections: list[Section]
    alike: int


class TracedPart(Part):
    """A token that is not there any more; whose signature it was can be found out all the same."""

    digest: bytes = b""

    def is_signed_by(self, jwk: Mapping[str, Any]) -> bool:
        alg = str(self.reading.header.get("alg"))
        return verify_digest(alg, jwk, self.digest, self.reading.signature)


def explain_trace(trace: Trace, actor: Actor, *, organization_id: int, at: datetime) -> Explained:
    """Explain a trace to someone who may see it; `trace.client` is loaded."""
    client = trace.client
    asker = Asker(actor, client.environment, organization_id, at, judged_at=trace.at)
    judged = Judged(Kind.REQUEST, _parts(trace), _answer(trace), client)
    finding, others = None, 0
    if trace.outcome == Outcome.REFUSED:
        finding, others = explain(judged, asker)
    same = alike(trace) if finding else 0
    return Explained(trace, client, finding, others, sections(judged), same)


def checks(trace: Trace) -> list[Check]:
    """Return the checks of the decision, in their order; what passed has no values any more."""
    findings = {finding["code"]: finding for finding in trace.findings}
    found = []
    for word in trace.checks.split():
        code = word.lstrip("!~")
        values = findings.get(code, {})
        expected, value = values.get("expected", ""), values.get("found", "")
        verdict = _MARKS.get(word[0], Verdict.PASSED)
        found.append(Check(code, verdict, expected, value, SOURCES[code]))
    return found


def _parts(trace: Trace) -> list[Part]:
    """The tokens of the request, each with its own checks."""
    parts: dict[str, Part] = {}
    for check in checks(trace):
        name = check.code.partition(".")[0]
        if name not in parts:
            parts[name] = _part(name, trace)
        parts[name].checks.append(check)
    found = list(parts.values())
    if _lacks_a_proof(trace):
        # The server stopped at the assertion; this is what it would have said next.
        found.append(no_proof(frozenset(trace.leniencies_on.split())))
    return found


def _part(name: str, trace: Trace) -> Part:
    read = trace.content.get(name, {})
    signature = b64.decode(trace.signature) if name == "assertion" else b""
    reading = Reading([], read.get("header", {}), read.get("claims", {}), b"", signature)
    part = TracedPart(_KINDS[name], reading, [], replay_known=True)
    part.digest = b64.decode(trace.signed_digest)
    return part


def _lacks_a_proof(trace: Trace) -> bool:
    if trace.endpoint != Endpoint.TOKEN or trace.dpop != DpopKind.NONE:
        return False
    if not trace.check_code.startswith("assertion."):
        return False
    granted = trace.client.scopes.filter(access=Access.OK)
    return granted.exclude(scope__api__dpop=Dpop.NONE).exists()


def _answer(trace: Trace) -> Refusal | None:
    """The answer that was given; its sentence is the catalogue's, as ours was not kept."""
    if not trace.error:
        return None
    entry = catalogue.find(f"oauth.{trace.error}")
    description = trace.scopes_rejected or (str(entry.title) if entry else trace.error)
    return Refusal(trace.error, description, status=trace.status)
