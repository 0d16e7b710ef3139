"""What an API check has shown, added to the facts about an API."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from onboarding.apis.models import Api
from onboarding.checklists.facts import PERIOD, ApiCheck, ApiResult, Facts
from onboarding.checklists.models import Subject
from onboarding.checklists.states import Need
from onboarding.core.jobs import JobStatus
from onboarding.testtokens import queries as checks
from onboarding.testtokens.catalogue import BY_ID
from onboarding.testtokens.models import Check
from onboarding.testtokens.states import Verdict as Answer


def with_check(facts: Facts, subject: Subject, at: datetime) -> Facts:
    """Return the facts with what the newest check of the API says; of a version, as they are."""
    if subject.api is None:
        return facts
    return replace(
        facts,
        api_check=_newest(subject.api, at),
        can_be_checked=bool(subject.api.test_url),
        available=facts.available | {Need.API_CHECK},
    )


def _newest(api: Api, at: datetime) -> ApiCheck | None:
    """The newest check that was brought to an end, with how each request went."""
    ended = Check.objects.filter(api=api, status=JobStatus.PASSED).prefetch_related("results")
    check = ended.order_by("-created_at", "-pk").first()
    if check is None:
        return None
    is_old = at - (check.finished_at or check.created_at) > PERIOD
    results = tuple(
        ApiResult(row.fault, row.verdict, row.finding, _title(row.fault))
        for row in sorted(check.results.all(), key=lambda row: row.position)
        if row.verdict != Answer.SKIPPED
    )
    return ApiCheck(check.battery, is_old or check.setup_hash != checks.setup_hash(api), results)


def _title(fault: str) -> str:
    """Return what a fault of the battery is called; an older battery may have had others."""
    return str(BY_ID[fault].title).replace("`", "") if fault in BY_ID else fault
