"""Reading what programs send: one reading of a body, or none, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from onboarding.jose.strict import BadJson, strict_json
from onboarding.selfservice.faults import Fault, pointer, wrong


class StrictParser(Parser):
    """Reads JSON without duplicate members, NaN and whatever else can be read in two ways."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return strict_json(request.body)
        except BadJson as error:
            raise wrong("api.json", f"The body is not strict JSON: {error}.") from error


def faults_of(errors: Sequence[dict[str, Any]]) -> list[Fault]:
    """Return the findings of a schema as faults. The first two parts of a place are ninja's own."""
    found = [_fault(error) for error in errors]
    # A union says of each of its members why it did not fit: once is enough.
    return list({fault.pointer: fault for fault in reversed(found)}.values())[::-1]


def _fault(error: dict[str, Any]) -> Fault:
    source, *place = error["loc"]
    kind, message = error["type"], f"{error['msg']}."
    if source in ("query", "header"):
        name = str(place[-1]) if place else source
        return Fault("api.value", "", f"The {source} parameter {name}: {message}")
    path = pointer(*(part for part in place[1:] if not _is_branch(part)))
    match kind:
        case "extra_forbidden":
            return Fault("api.member", path, "The member is unknown.")
        case "missing":
            return Fault("api.missing", path, "It is required.")
    return Fault("api.value", path, message)


def _is_branch(part: str | int) -> bool:
    """Say whether a part of a place names a member of a union, not of the body."""
    return isinstance(part, str) and (part in ("str", "constrained-str") or "[" in part)
