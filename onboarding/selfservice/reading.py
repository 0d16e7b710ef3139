"""Reading what programs send: one reading of a body, or none, and all that is wrong with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from onboarding.jose.strict import BadJson, strict_json
from onboarding.selfservice.faults import Fault, pointer, wrong

MOST_CUSTOMERS: Final = 500
_LISTS: Final = (
    "apiScopes",
    "redirectUris",
    "postLogoutRedirectUris",
    "childOrganizationNumbers",
)


class Unreadable(Exception):
    """A file as a whole cannot be read; the text says why."""


class StrictParser(Parser):
    """Reads JSON without duplicate members, NaN and whatever else can be read in two ways."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return strict_json(request.body)
        except BadJson as error:
            raise wrong("api.json", f"The body is not strict JSON: {error}.") from error


def faults_of(errors: Sequence[dict[str, Any]]) -> list[Fault]:
    """Return the findings of a schema as faults. The first two parts of a place are ninja's own."""
    return _once(_fault(error) for error in errors)


def faults_in(errors: Sequence[Any], *place: str | int) -> list[Fault]:
    """Return the findings of a schema that stands at `place` in the body as faults."""
    return _once(_fault_at((*place, *error["loc"]), error) for error in errors)


def _once(found: Iterable[Fault]) -> list[Fault]:
    """A union says of each of its members why it did not fit: once is enough."""
    return list({fault.pointer: fault for fault in reversed(list(found))}.values())[::-1]


def _fault(error: dict[str, Any]) -> Fault:
    source, *place = error["loc"]
    if source in ("query", "header"):
        name = str(place[-1]) if place else source
        return Fault("api.value", "", f"The {source} parameter {name}: {error['msg']}.")
    return _fault_at(place[1:], error)


def _fault_at(place: Iterable[str | int], error: Mapping[str, Any]) -> Fault:
    path = pointer(*(part for part in place if not _is_branch(part)))
    match error["type"]:
        case "extra_forbidden":
            return Fault("api.member", path, _("Feltet er ukjent."))
        case "missing":
            return Fault("api.missing", path, _("Det må være med."))
    return Fault(
        "api.value", path, _("Verdien har feil type eller form (%(why)s).") % {"why": error["msg"]}
    )


def _is_branch(part: str | int) -> bool:
    """Say whether a part of a place names a member of a union, not of the body."""
    return isinstance(part, str) and (part in ("str", "constrained-str") or "[" in part)


def customers_of(text: str, *, is_csv: bool) -> list[dict[str, Any]]:
    """Return the customers of a file, each in the members of `POST client-drafts`.

    CSV has these members as its first line; lists in a cell are separated by blanks.
    Raises Unreadable.
    """
    if is_csv:
        reader = csv.DictReader(io.StringIO(text), strict=True)
        try:
            rows = [_cells(row) for row in reader]
        except csv.Error as error:
            raise Unreadable(f"not CSV: {error}") from error
    else:
        try:
            rows = strict_json(text.encode("utf-8", "surrogatepass"))
        except BadJson as error:
            raise Unreadable(f"not strict JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("expected a list of customers")
    if not 1 <= len(rows) <= MOST_CUSTOMERS:
        raise Unreadable(f"expected 1 to {MOST_CUSTOMERS} customers, found {len(rows)}")
    return rows


def _cells(row: Mapping[str | None, Any]) -> dict[str, Any]:
    if None in row:
        raise Unreadable("a line has more cells than the first one")
    found = {str(name): cell.strip() for name, cell in row.items() if cell and cell.strip()}
    return {name: cell.split() if name in _LISTS else cell for name, cell in found.items()}
