"""Carrying out API checks without a worker, and what they found."""

from __future__ import annotations

from django.utils import timezone

from onboarding.testtokens.models import Check, Result
from onboarding.testtokens.services import running

Found = dict[str, tuple[str, str]]


def carry_out(check: Check) -> None:
    """What the workers do: one portion after the other."""
    for _ in range(20):
        running.execute(check_id=check.pk, at=timezone.now())
        check.refresh_from_db()
        if not check.is_open:
            return
    raise AssertionError("the check does not end")


def findings(check: Check) -> Found:
    """What is not as it should be: for each row, the verdict and the finding."""
    rows = Result.objects.filter(check_run=check).exclude(verdict__in=["passed", "skipped"])
    return {row.fault or row.kind: (row.verdict, row.finding) for row in rows}


def verdict(check: Check, row: str) -> str:
    return str(check.results.get(fault=row).verdict)
