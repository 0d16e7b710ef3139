"""What bars a case from being sent in, and where each of it is put right."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.checklists.queries import preflight
from onboarding.core.formats import in_words
from onboarding.promotion.models import Case
from onboarding.promotion.queries import saying
from onboarding.promotion.queries.assessing import Assessment
from onboarding.suppliers.actors import Actor


class Obstacle(NamedTuple):
    """What is missing in words, and the page of the fix below test and the organisation.

    Without a `view` it is put right on the page of the case. `fragment` is the place on the page.
    """

    text: str
    view: str = ""
    args: tuple[object, ...] = ()
    action: str = ""
    fragment: str = ""


def obstacles(case: Case, assessment: Assessment, by: Actor, at: datetime) -> list[Obstacle]:
    """Return what bars this person from sending a case in: what it lacks, then the preflight."""
    found = [Obstacle(text) for text in _in_the_case(case, assessment)]
    judged = case.api or case.revision
    assert judged is not None  # noqa: S101 - a constraint: a version or an API
    return found + [_of(case, row) for row in preflight.barring(judged, by, at)]


def _of(case: Case, row: preflight.Row) -> Obstacle:
    text = f"{row.title}: {row.note}"
    if row.view and not row.is_act:
        return Obstacle(text, row.view, row.args, row.action)
    view = "evidence:ready_system" if case.api_id is None else "evidence:ready_api"
    args = (case.system_id or case.api_id,)
    return Obstacle(text, view, args, _("Se hvem som kan ordne det"), row.key)


def _in_the_case(case: Case, assessment: Assessment) -> list[str]:
    found = []
    if assessment.has_moved_on:
        found.append(_("Test har en nyere versjon. Ta den inn i saken først."))
    if assessment.content.get("user_login") and not assessment.content["redirect_uris"]:
        found.append(_("Brukerpålogging trenger minst én returadresse for produksjon."))
    if missing := saying.missing_scopes(assessment.content):
        found.append(
            _("Disse scopene finnes ikke i produksjon ennå: %(names)s.")
            % {"names": ", ".join(missing)}
        )
    if count := len(assessment.missing):
        text = ngettext(
            "Ett sjekkpunkt mangler svar eller grunnlag.",
            "%(count)s sjekkpunkter mangler svar eller grunnlag.",
            count,
        ) % {"count": in_words(count)}
        found.append(text[0].upper() + text[1:])
    return found
