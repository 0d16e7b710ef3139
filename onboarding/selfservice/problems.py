"""Answers in RFC 9457's form: what is wrong, all of it, and the page that explains each."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from onboarding.jose.checks import first_failure
from onboarding.jose.resource_server import Decision
from onboarding.selfservice.faults import Fault, Wrong, title, wrong
from onboarding.selfservice.schemas import FaultOut, Problem

TYPE = "application/problem+json"
_SAID = {
    401: "An access token that is bound to the key of a DPoP proof is needed.",
    403: "The token lacks the scope that is needed.",
    503: "What is needed to judge the token cannot be reached. Try again in a moment.",
}


def answer(refusal: Wrong, instance: str) -> HttpResponse:
    """Return the answer to a request that was refused; `instance` is its path."""
    first = refusal.faults[0]
    code = first.code if len({fault.code for fault in refusal.faults}) == 1 else "api.many"
    problem = Problem(
        type=_type(code),
        title=title(code),
        status=refusal.status,
        detail=" ".join(dict.fromkeys(fault.detail for fault in refusal.faults)),
        instance=instance,
        code=code,
        errors=[fault_out(fault) for fault in refusal.faults],
        property=first.pointer.strip("/").partition("/")[0],
        message=first.detail,
    )
    response = HttpResponse(problem.model_dump_json(), status=refusal.status, content_type=TYPE)
    for name, value in refusal.headers.items():
        response[name] = value
    return response


def of_decision(decision: Decision) -> Wrong:
    """Return the refusal of a request whose token, or proof, was not accepted."""
    if decision.error == "https_required":
        return wrong("api.https", "The request came in clear text. Use https.")
    failed = first_failure(decision.checks)
    if failed:
        code = failed.code
        said = f"Expected {failed.expected}. Found {failed.found}." if failed.expected else ""
    else:
        code = f"oauth.{decision.error or 'invalid_token'}"
        said = ""
    detail = said or _SAID.get(decision.status, "The request was refused.")
    return Wrong([Fault(code, "", detail)], status=decision.status, headers=decision.headers)


def fault_out(fault: Fault) -> FaultOut:
    """Return a fault with the page that explains it."""
    return FaultOut(
        pointer=fault.pointer, code=fault.code, type=_type(fault.code), detail=fault.detail
    )


def _type(code: str) -> str:
    return f"{settings.BASE_URL}{reverse('diagnosis:error', args=[code])}"
