"""The findings about a key as faults of a request."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from onboarding.jose.checks import Check, Verdict
from onboarding.jose.keys import Upload
from onboarding.keys import advice
from onboarding.selfservice.faults import Fault


def key_faults(judged: Upload, name: str, *, place: str) -> list[Fault]:
    """Return what is wrong with the one key that was sent; of a private one only that.

    `name` is whom it was meant for; `place` points at it in the body.
    """
    failed = [check for check in judged.checks if check.verdict is Verdict.FAILED]
    if not failed and len(judged.keys) != 1:
        return [Fault("api.value", place, _("Forventet nøyaktig én nøkkel."))]
    return check_faults(judged.checks, place=place)


def check_faults(checks: Sequence[Check], *, place: str) -> list[Fault]:
    """Return the checks that failed as faults."""
    return [
        Fault(finding.code, place, _words(finding.expected, finding.found, finding.fix))
        for finding in advice.findings(checks)
    ]


def _words(expected: str, found: str, fix: str) -> str:
    said = _("Forventet %(what)s. ") % {"what": expected} if expected else ""
    said += _("Fant %(what)s. ") % {"what": found} if found else ""
    return said + fix
