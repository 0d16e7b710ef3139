"""What the page of an API check shows: each request, beside how it went the last time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onboarding.apis.models import Api
from onboarding.core.jobs import OPEN, JobStatus
from onboarding.testtokens import advice
from onboarding.testtokens.catalogue import BY_ID, VERSION, Fault
from onboarding.testtokens.models import Check, Nightly, Result
from onboarding.testtokens.queries import setup_hash
from onboarding.testtokens.states import Finding, Verdict

# How a check ends in which every request was sent that could be.
WHOLE: Final = ("", "check.findings")
LATE: Final = timedelta(seconds=60)
_STATES: Final = {
    Verdict.PASSED: "ok",
    Verdict.REMARK: "warn",
    Verdict.FAILED: "fail",
    Verdict.UNANSWERED: "fail",
    Verdict.SKIPPED: "none",
}
_RUNS: Final = {
    JobStatus.QUEUED: "wait",
    JobStatus.RUNNING: "run",
    JobStatus.PASSED: "ok",
    JobStatus.FAILED: "fail",
}
_GRAVITY: Final = {Verdict.FAILED: 0, Verdict.UNANSWERED: 1, Verdict.REMARK: 2}


class Change(NamedTuple):
    """How a request went compared with the last check."""

    state: str
    word: Promise


class Row(NamedTuple):
    """One request as the page shows it."""

    result: Result
    fault: Fault | None
    state: str
    change: Change | None

    @property
    def title(self) -> str:
        return str(self.fault.title) if self.fault else str(_("Gyldig token"))

    @property
    def word(self) -> str:
        if self.result.finding:
            return str(Finding(self.result.finding).label)
        return str(Verdict(self.result.verdict).label)

    @property
    def expected(self) -> str:
        return advice.expected(self.fault)

    @property
    def found(self) -> str:
        if not self.result.status:
            return str(advice.no_answer(self.result.code))
        return f"{self.result.status} {self.result.header}".strip()

    @property
    def fix(self) -> str:
        return str(advice.fix(self.result.verdict, self.result.finding, self.fault))


@dataclass(frozen=True)
class Report:
    """One check as the page shows it: what is to be mended first, then the rest."""

    check: Check
    state: str
    findings: list[Row]
    others: list[Row]
    skipped: int
    let_in: int
    remarks: int
    milliseconds: int
    slowest: int
    compared: Check | None
    mended: list[Row]
    is_stale: bool
    is_late: bool

    @property
    def done(self) -> int:
        return len(self.findings) + len(self.others)

    @property
    def passed(self) -> int:
        return len(self.others) - self.skipped

    @property
    def has_failures(self) -> bool:
        return any(row.result.verdict != Verdict.REMARK for row in self.findings)

    @property
    def failure(self) -> str:
        return str(advice.failure(self.check.failure)) if self.check.failure else ""

    @property
    def is_about_the_call(self) -> bool:
        """Say whether it ended because no answer came, which the error catalogue explains."""
        return self.check.failure.startswith("egress.")


def report(check: Check, at: datetime) -> Report:
    """Return a check with its results, compared with the one before it that got to its end."""
    before = _before(check)
    earlier = _verdicts(before)
    results = sorted(check.results.all(), key=lambda result: result.position)
    rows = [_row(result, earlier) for result in results]
    findings = [row for row in rows if Verdict(row.result.verdict) in _GRAVITY]
    findings.sort(key=lambda row: _GRAVITY[Verdict(row.result.verdict)])
    times = [row.result.milliseconds or 0 for row in rows]
    return Report(
        check=check,
        state=_RUNS[JobStatus(check.status)],
        findings=findings,
        others=[row for row in rows if Verdict(row.result.verdict) not in _GRAVITY],
        skipped=sum(row.result.verdict == Verdict.SKIPPED for row in rows),
        let_in=sum(
            row.result.verdict == Verdict.FAILED and row.result.finding == Finding.LET_IN
            for row in rows
        ),
        remarks=sum(row.result.verdict == Verdict.REMARK for row in rows),
        milliseconds=sum(times),
        slowest=max(times, default=0),
        compared=before,
        mended=[row for row in rows if row.change and row.change.state == "ok"],
        is_stale=check.battery != VERSION or check.setup_hash != setup_hash(check.api),
        is_late=check.is_open and check.queued_at < at - LATE,
    )


class Summary(NamedTuple):
    """The newest check of an API in one line."""

    state: str
    word: Promise | str
    at: datetime | None


def summary(api: Api) -> Summary:
    """Return how the newest check of an API went."""
    check = newest(api)
    if check is None:
        return Summary("none", _("Ikke kjørt ennå"), None)
    has_remarks = check.results.filter(verdict=Verdict.REMARK).exists()
    if check.status == JobStatus.PASSED and has_remarks:
        return Summary("warn", _("Bestått med merknader"), check.created_at)
    return Summary(run_state(check), check.get_status_display(), check.created_at)


def newest(api: Api) -> Check | None:
    """Return the newest check of an API, under way or not."""
    checks = Check.objects.filter(api=api).select_related("api", "requested_by")
    return checks.order_by("-created_at", "-pk").first()


def is_nightly(api: Api) -> bool:
    return Nightly.objects.filter(api=api).exists()


def run_state(check: Check) -> str:
    return _RUNS[JobStatus(check.status)]


def _before(check: Check) -> Check | None:
    """The newest check before that got to its end: one that broke off says nothing of the rest."""
    older = Check.objects.filter(api_id=check.api_id, created_at__lt=check.created_at)
    ended = older.filter(failure__in=WHOLE).exclude(status__in=OPEN)
    return ended.order_by("-created_at", "-pk").first()


def _verdicts(check: Check | None) -> Mapping[tuple[str, str], str]:
    if check is None:
        return {}
    rows = check.results.exclude(verdict=Verdict.SKIPPED)
    return {(fault, kind): v for fault, kind, v in rows.values_list("fault", "kind", "verdict")}


def _row(result: Result, earlier: Mapping[tuple[str, str], str]) -> Row:
    fault = BY_ID.get(result.fault)
    change = _change(earlier.get((result.fault, result.kind)), result.verdict)
    return Row(result, fault, _STATES[Verdict(result.verdict)], change)


def _change(before: str | None, now: str) -> Change | None:
    if before is None or before == now or now == Verdict.SKIPPED:
        return None
    if now == Verdict.PASSED:
        return Change("ok", _("Rettet siden sist"))
    if before == Verdict.PASSED:
        return Change("warn", _("Ny siden sist"))
    return None
