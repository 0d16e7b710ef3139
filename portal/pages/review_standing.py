"""The row *Kodegjennomgang* of the preflight, by the newest case (settings.REVIEW_STANDING)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from onboarding.checklists.queries.preflight import Judged, Row
from onboarding.promotion.models import Case
from onboarding.promotion.states import APPROVED, TURN, Status, Turn
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.states import Errand
from onboarding.systems.models import Revision


def standing(judged: Judged, actor: Actor, at: datetime) -> Row | None:
    """Return how the code review of a version or an API stands; None where no case was begun."""
    field = "revision" if isinstance(judged, Revision) else "api"
    cases = Case.objects.visible_to(actor).filter(**{field: judged.pk})
    case = cases.exclude(status=Status.WITHDRAWN).order_by("-created_at", "-pk").first()
    if case is None:
        return None
    status = Status(case.status)
    note = _("Sak %(number)d: %(status)s.") % {
        "number": case.number,
        "status": str(status.label).lower(),
    }
    title, action = _("Kodegjennomgang"), _("Gå til saken")
    if status in APPROVED or status == Status.LIVE:
        return Row("review", "ok", _("Oppfylt"), title, note, case.decided_at)
    state = "fail" if status == Status.DECLINED else "you"
    if TURN[status] == Turn.REVIEWER:
        state = "wait"
    where = ("promotion:case", (case.pk,))
    # Nobody is sent a link to what the reviewers have.
    errand = None if state == "wait" else Errand.REVIEW
    word, since = str(status.label), case.turn_since
    return Row("review", state, word, title, note, since, *where, action, errand)
