"""How a case stands, in words: whose turn it is, what happens next, how long that takes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onboarding.audit.models import Event
from onboarding.core import formats
from onboarding.promotion.models import Case
from onboarding.promotion.queries import desk
from onboarding.promotion.states import TURN, Risk, Status, Turn

ORDER = (
    (Status.DRAFT, "promotion.begin"),
    (Status.SUBMITTED, "promotion.submit"),
    (Status.IN_REVIEW, "promotion.take"),
    (Status.CHANGES_REQUESTED, "promotion.request_changes"),
)


class Mark(NamedTuple):
    """One step of the track, as components/track.html shows it."""

    state: str
    text: str
    note: str = ""
    word: str = ""
    current: bool = False


class Panel(NamedTuple):
    """What components/state.html takes."""

    state: str
    tag: str
    heading: str
    text: str
    facts: list[tuple[str, str]]


def panel(
    case: Case, at: datetime, *, missing: int = 0, is_barred: bool = False, for_supplier: bool
) -> Panel:
    """Return the state of a case for one of its sides. Three queries at most.

    `missing` counts the items, and `is_barred` says that something bars it from being sent in.
    """
    status = Status(case.status)
    mine = Turn.SUPPLIER if for_supplier else Turn.REVIEWER
    state = {Status.DECLINED: "fail", Status.LIVE: "ok", Status.WITHDRAWN: "none"}.get(status)
    if state is None:
        state = "you" if TURN[status] == mine else "wait"
    is_yours = state == "you"
    tag = _("Din tur") if is_yours else str(status.label)
    if for_supplier:
        heading, text = _said(case, status, missing, is_barred=is_barred)
    else:
        heading, text = _said_at_desk(case, status)
    return Panel(state, tag, heading, text, _facts(case, at, for_supplier=for_supplier))


def track(case: Case, reached: dict[str, Event]) -> list[Mark]:
    """Return the life of a case as steps: what was, what is, what comes."""
    marks = []
    for status, kind in ORDER:
        event = reached.get(kind)
        if status == Status.CHANGES_REQUESTED and event is None:
            continue
        is_here = case.status == status
        note = f"{formats.short_day(event.occurred_at)}, {event.actor}" if event else ""
        marks.append(_mark(str(status.label), note, is_here=is_here, was=event is not None))
    if case.status == Status.RESUBMITTED:
        marks.append(_mark(str(Status.RESUBMITTED.label), "", is_here=True, was=True))
    marks.append(_decision(case))
    live = reached.get("promotion.go_live")
    note = formats.short_day(live.occurred_at) if live else ""
    marks.append(_mark(str(Status.LIVE.label), note, is_here=False, was=live is not None))
    return marks


def _mark(text: str, note: str, *, is_here: bool, was: bool) -> Mark:
    if is_here:
        return Mark("you", text, note, _("Nå"), current=True)
    return Mark("ok" if was else "none", text, note, _("Gjort") if was else _("Ikke begynt"))


def _decision(case: Case) -> Mark:
    if case.decided_at is None:
        if case.status == Status.WITHDRAWN:
            return Mark("none", str(Status.WITHDRAWN.label), current=True)
        return Mark("none", _("Vedtak"), word=_("Ikke begynt"))
    is_no = case.status == Status.DECLINED
    # A case that is live was approved; with or without remarks stands among its decisions.
    text = _("Godkjent") if case.status == Status.LIVE else case.get_status_display()
    is_here = case.status != Status.LIVE
    note = formats.short_day(case.decided_at)
    return Mark("fail" if is_no else "ok", text, note, _("Gjort"), current=is_here)


def _said(case: Case, status: Status, missing: int, *, is_barred: bool) -> tuple[str, str]:
    """Heading and text for the supplier."""
    reviewer = case.reviewer.name if case.reviewer else _("En saksbehandler")
    match status:
        case Status.DRAFT | Status.CHANGES_REQUESTED:
            return _your_turn(status, reviewer, missing, is_barred=is_barred)
        case Status.SUBMITTED:
            return (
                _("Saken venter på en saksbehandler"),
                _("Du trenger ikke gjøre noe nå. Vi varsler deg når noen tar den."),
            )
        case Status.IN_REVIEW | Status.RESUBMITTED:
            return (
                _("%(reviewer)s behandler saken") % {"reviewer": reviewer},
                _("Du trenger ikke gjøre noe nå. Du kan svare på kommentarer underveis."),
            )
        case Status.APPROVED | Status.APPROVED_WITH_WARNINGS:
            return (
                _("Saken er godkjent. Du kan sette den i produksjon"),
                _("Alt ligger klart, så du trenger ikke skrive noe på nytt."),
            )
        case Status.DECLINED:
            return (
                _("Saken er ikke godkjent"),
                _("Alt du har skrevet, er tatt vare på. Du kan rette og starte en ny sak herfra."),
            )
        case Status.WITHDRAWN:
            return _("Saken er trukket tilbake"), _("Du kan starte en ny sak herfra når du vil.")
    return _("I produksjon"), _("Det som ble godkjent, er det som er satt i produksjon.")


def _your_turn(status: Status, reviewer: str, missing: int, *, is_barred: bool) -> tuple[str, str]:
    if missing:
        heading = ngettext(
            "Ett sjekkpunkt trenger svar eller grunnlag",
            "%(count)s sjekkpunkter trenger svar eller grunnlag",
            missing,
        ) % {"count": formats.in_words(missing)}
        heading = heading[0].upper() + heading[1:]
    elif is_barred:
        heading = _("Noe må på plass før saken kan sendes inn")
    elif status == Status.DRAFT:
        heading = _("Saken er klar til å sendes inn")
    else:
        heading = _("%(reviewer)s ba om endringer") % {"reviewer": reviewer}
    if status == Status.DRAFT:
        return heading, _("Ingen andre ser saken før du sender den inn. Alt lagres underveis.")
    return heading, _(
        "Klokken vår står til du sender inn igjen. Da går saken tilbake til %(reviewer)s."
    ) % {"reviewer": reviewer}


def _said_at_desk(case: Case, status: Status) -> tuple[str, str]:
    """Heading and text for the reviewers."""
    names = [person.name for person in (case.reviewer, case.second_reviewer) if person]
    have = _(" og ").join(names)
    match status:
        case Status.SUBMITTED:
            return _("Saken er ledig"), _("Ta den for å vurdere sjekkpunktene og avgjøre.")
        case Status.IN_REVIEW | Status.RESUBMITTED:
            text = ""
            if case.reviewers_needed > len(names):
                text = _("Saken trenger to saksbehandlere, og mangler en.")
            return _("%(names)s har saken") % {"names": have}, text
        case Status.CHANGES_REQUESTED:
            return _("Leverandøren har saken"), _("Klokken står til den sendes inn igjen.")
    return case.get_status_display(), ""


def _facts(case: Case, at: datetime, *, for_supplier: bool) -> list[tuple[str, str]]:
    facts = []
    if case.turn == Turn.REVIEWER or case.status in (Status.DRAFT, Status.CHANGES_REQUESTED):
        place = desk.place(case)
        words = {"number": place.number, "of": place.of}
        text = _("Nummer %(number)d av %(of)d") % words
        if case.turn == Turn.SUPPLIER and not for_supplier:
            text = _("Nummer %(number)d av %(of)d når den er sendt inn") % words
        elif case.turn == Turn.SUPPLIER:
            text = _("Nummer %(number)d av %(of)d når du har sendt inn") % words
        facts.append((_("Plass i køen"), text))
        pace = desk.Pace.measured()
        usual = _("Ingen avgjorte saker å måle på ennå")
        if pace.cases:
            usual = ngettext(
                "%(days)d døgn (median av %(cases)d sak)",
                "%(days)d døgn (median av %(cases)d saker)",
                pace.cases,
            ) % {"days": pace.days, "cases": pace.cases}
        facts.append((_("Vanlig ventetid"), usual))
    if case.submitted_at is not None:
        ours = desk.whole_days(case.seconds_of(Turn.REVIEWER, at))
        theirs = desk.whole_days(case.seconds_of(Turn.SUPPLIER, at))
        spent = _("%(ours)d døgn hos saksbehandlerne, %(theirs)d hos leverandøren")
        facts.append((_("Tid brukt"), spent % {"ours": ours, "theirs": theirs}))
    facts.append((_("Risiko"), _risk(case)))
    return facts


def _risk(case: Case) -> str:
    label = str(Risk(case.risk).label)
    if case.submitted_at is None:
        return _("Fastsettes når saken sendes inn")
    return _("%(risk)s, sensitivt scope") % {"risk": label} if case.is_sensitive else label
