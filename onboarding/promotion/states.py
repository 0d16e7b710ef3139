"""The life of a case, as data. Rules, services, buttons and the diagram read this table."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum, auto
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("Kladd")
    SUBMITTED = "submitted", _("Sendt inn")
    IN_REVIEW = "in_review", _("Under behandling")
    CHANGES_REQUESTED = "changes_requested", _("Venter på leverandøren")
    RESUBMITTED = "resubmitted", _("Sendt inn på nytt")
    APPROVED = "approved", _("Godkjent")
    APPROVED_WITH_WARNINGS = "with_warnings", _("Godkjent med merknader")
    DECLINED = "declined", _("Ikke godkjent")
    WITHDRAWN = "withdrawn", _("Trukket tilbake")
    LIVE = "live", _("I produksjon")


class Turn(models.TextChoices):
    """Whose move it is. The clock of the review runs while it is the reviewers'."""

    SUPPLIER = "supplier", _("Leverandøren")
    REVIEWER = "reviewer", _("Saksbehandlerne")
    NOBODY = "nobody", _("Ingen")


class Party(StrEnum):
    """Who may ever do a thing."""

    SUPPLIER = auto()  # writes for the organisation in test
    RELEASER = auto()  # writes for the organisation in production
    REVIEWER = auto()  # reviews, and has no part in the case
    ASSIGNED = auto()  # reviews, and has the case
    PORTAL = auto()


class Action(StrEnum):
    EDIT = auto()
    SUBMIT = auto()
    RESUBMIT = auto()
    WITHDRAW = auto()
    TAKE = auto()
    JOIN = auto()
    HAND_OVER = auto()
    PUT_BACK = auto()
    JUDGE = auto()
    REQUEST_CHANGES = auto()
    ENDORSE = auto()
    APPROVE = auto()
    APPROVE_WITH_WARNINGS = auto()
    DECLINE = auto()
    PASS_THROUGH = auto()
    GO_LIVE = auto()
    LOOK = auto()


class Step(NamedTuple):
    """From where, to where (None: it stays where it is), and by whom."""

    sources: frozenset[Status]
    target: Status | None
    party: Party


_WITH_SUPPLIER = frozenset({Status.DRAFT, Status.CHANGES_REQUESTED})
_WITH_REVIEWER = frozenset({Status.IN_REVIEW, Status.RESUBMITTED})
UNDECIDED = _WITH_SUPPLIER | _WITH_REVIEWER | {Status.SUBMITTED}
APPROVED = frozenset({Status.APPROVED, Status.APPROVED_WITH_WARNINGS})

STEPS: dict[Action, Step] = {
    Action.EDIT: Step(_WITH_SUPPLIER, None, Party.SUPPLIER),
    Action.SUBMIT: Step(frozenset({Status.DRAFT}), Status.SUBMITTED, Party.SUPPLIER),
    Action.RESUBMIT: Step(
        frozenset({Status.CHANGES_REQUESTED}), Status.RESUBMITTED, Party.SUPPLIER
    ),
    Action.WITHDRAW: Step(UNDECIDED, Status.WITHDRAWN, Party.SUPPLIER),
    Action.TAKE: Step(frozenset({Status.SUBMITTED}), Status.IN_REVIEW, Party.REVIEWER),
    Action.JOIN: Step(_WITH_REVIEWER, None, Party.REVIEWER),
    Action.HAND_OVER: Step(_WITH_REVIEWER, None, Party.ASSIGNED),
    Action.PUT_BACK: Step(_WITH_REVIEWER, Status.SUBMITTED, Party.ASSIGNED),
    Action.JUDGE: Step(_WITH_REVIEWER, None, Party.ASSIGNED),
    Action.REQUEST_CHANGES: Step(_WITH_REVIEWER, Status.CHANGES_REQUESTED, Party.ASSIGNED),
    # The first yes of two: the case waits for the other reviewer.
    Action.ENDORSE: Step(_WITH_REVIEWER, None, Party.ASSIGNED),
    Action.APPROVE: Step(_WITH_REVIEWER, Status.APPROVED, Party.ASSIGNED),
    Action.APPROVE_WITH_WARNINGS: Step(
        _WITH_REVIEWER, Status.APPROVED_WITH_WARNINGS, Party.ASSIGNED
    ),
    Action.DECLINE: Step(_WITH_REVIEWER, Status.DECLINED, Party.ASSIGNED),
    # A change of low risk with fresh green evidence: nobody has to look before.
    Action.PASS_THROUGH: Step(frozenset({Status.SUBMITTED}), Status.APPROVED, Party.PORTAL),
    Action.GO_LIVE: Step(APPROVED, Status.LIVE, Party.RELEASER),
    # Afterwards, at a case that passed through and was drawn.
    Action.LOOK: Step(frozenset({Status.APPROVED, Status.LIVE}), None, Party.REVIEWER),
}
FINAL = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.LIVE})
OPEN = frozenset(Status) - FINAL

TURN: dict[Status, Turn] = {
    Status.DRAFT: Turn.SUPPLIER,
    Status.SUBMITTED: Turn.REVIEWER,
    Status.IN_REVIEW: Turn.REVIEWER,
    Status.CHANGES_REQUESTED: Turn.SUPPLIER,
    Status.RESUBMITTED: Turn.REVIEWER,
    Status.APPROVED: Turn.SUPPLIER,
    Status.APPROVED_WITH_WARNINGS: Turn.SUPPLIER,
    Status.DECLINED: Turn.NOBODY,
    Status.WITHDRAWN: Turn.NOBODY,
    Status.LIVE: Turn.NOBODY,
}


def moves() -> Iterator[tuple[Status, Status]]:
    """Yield each way from one status to another that the table has."""
    for step in STEPS.values():
        for source in sorted(step.sources):
            if step.target not in (None, source):
                yield source, Status(step.target)


class Risk(models.TextChoices):
    LOW = "low", _("Lav")
    NORMAL = "normal", _("Vanlig")
    HIGH = "high", _("Høy")


class Outcome(models.TextChoices):
    """What one reviewer said about what was shown to him."""

    APPROVED = "approved", _("Godkjent")
    CHANGES = "changes", _("Endringer bedt om")
    DECLINED = "declined", _("Ikke godkjent")
    PASSED = "passed", _("Godkjent uten gjennomgang")


class ConditionKind(models.TextChoices):
    REMARK = "remark", _("Merknad")
    DEVIATION = "deviation", _("Begrunnet avvik")


class SpotCheck(models.TextChoices):
    """Whether a case that passed through is looked at afterwards."""

    NONE = "", _("Ikke trukket ut")
    DRAWN = "drawn", _("Trukket ut til etterkontroll")
    DONE = "done", _("Etterkontrollert")
