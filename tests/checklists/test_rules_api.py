"""Proof of the items about APIs: each verdict, by what an API check has seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from onboarding.accounts.models import User
from onboarding.checklists import queries, services
from onboarding.checklists.facts import ApiCheck, ApiResult, Facts, Finding
from onboarding.checklists.rules import api
from onboarding.checklists.states import Kind, Verdict
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.testtokens.catalogue import BY_ID
from onboarding.testtokens.models import Result
from onboarding.testtokens.queries import setup_hash
from tests.checklists.making import facts, first_version
from tests.constants import NOON
from tests.factories import make_api, make_check, make_scope
from tests.machines import numbered

PASS, WARN, FAIL, OPEN, STALE = (
    Verdict.PASS,
    Verdict.WARN,
    Verdict.FAIL,
    Verdict.OPEN,
    Verdict.STALE,
)


def checked(**findings: str) -> Facts:
    """A whole battery in which all went well but these; "." in a fault is written "_"."""
    found = {name.replace("_", ".", 1): finding for name, finding in findings.items()}
    results = [
        ApiResult(fault, "failed" if fault in found else "passed", found.get(fault, ""), fault)
        for fault in ("", *BY_ID)
    ]
    if "valid" in found:
        results[0] = ApiResult("", "failed", found["valid"], "")
    return facts(api_check=ApiCheck("1", False, tuple(results)))


def stale() -> Facts:
    return facts(api_check=ApiCheck("1", True, (ApiResult("H01", "passed", "", "H01"),)))


def unanswered() -> Facts:
    row = ApiResult("H01", "unanswered", "", "H01")
    return facts(api_check=ApiCheck("1", False, (row,)))


TABLE: list[tuple[str, Callable[[Facts], Finding], Facts, Verdict]] = [
    ("V01", api.signature, checked(), PASS),
    *(("V01", api.signature, checked(**{fault: "let_in"}), FAIL)
      for fault in ("H01", "H07", "H21", "H22", "H37", "H29_jwk", "H29_x5c")),
    ("V01", api.signature, checked(H28_jku="let_in"), WARN),
    ("V01", api.signature, checked(valid="shut_out"), FAIL),
    ("V01", api.signature, checked(H01="status"), PASS),
    ("V01", api.signature, checked(H03="let_in"), PASS),
    ("V02", api.addressed, checked(), PASS),
    *(("V02", api.addressed, checked(**{fault: "let_in"}), FAIL)
      for fault in ("H02", "H03", "D21_environment", "D22_missing", "H04", "H05", "H23_exp",
                    "D33_id_token", "D33_assertion")),
    ("V02", api.addressed, checked(H24="let_in"), WARN),
    ("V02", api.addressed, checked(H04="status"), WARN),
    ("V02", api.addressed, checked(H06_jwt="let_in"), PASS),
    ("V03", api.scope, checked(), PASS),
    ("V03", api.scope, checked(H25="let_in"), FAIL),
    ("V03", api.scope, checked(H26="let_in"), FAIL),
    ("V03", api.scope, checked(H25="status"), WARN),
    ("V04", api.binding, checked(), PASS),
    *(("V04", api.binding, checked(**{fault: "let_in"}), FAIL)
      for fault in ("H08", "H12", "H20", "H34", "H35", "H36", "D08", "D26", "D12_htm")),
    ("V04", api.binding, checked(H33="let_in"), WARN),
    ("V05", api.answers, checked(), PASS),
    ("V05", api.answers, checked(H04="no_header"), WARN),
    ("V05", api.answers, checked(H04="scheme"), WARN),
    ("V05", api.answers, checked(D07="let_in"), FAIL),
    ("V05", api.answers, checked(H04="leak"), FAIL),
    ("V01", api.signature, stale(), STALE),
    ("V05", api.answers, stale(), STALE),
    ("V01", api.signature, unanswered(), OPEN),
    ("V01", api.signature, facts(can_be_checked=True), OPEN),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "seen", "verdict"), numbered(TABLE))
def test_verdict(rule: Callable[[Facts], Finding], seen: Facts, verdict: Verdict) -> None:
    finding = rule(seen)

    assert finding.verdict == verdict
    assert finding.why


def test_an_api_that_cannot_be_checked_is_judged() -> None:
    assert api.signature(facts()).verdict is None


def test_every_fault_that_is_named_is_in_the_battery() -> None:
    named = {"D07", *api.SIGNATURE.faults, *api.ADDRESSED.faults, *api.SCOPE.faults}

    assert (named | api.BINDING.faults) - {""} <= set(BY_ID)


@pytest.mark.django_db
def test_the_newest_check_of_this_set_up_counts(alice: User, acme: Organization) -> None:
    judged = make_api(acme, test_url="https://api.acme.example/ping")
    make_scope(judged)
    subject = services.take_up(api_id=judged.pk, by=actor_for(alice), at=NOON)
    version = first_version()

    def verdicts(days: float = 0) -> list[Verdict]:
        at = NOON + timedelta(days=days)
        found = queries.evaluate(subject, version, answers={}, judgements={}, at=at)
        assert all(each.kind == Kind.PORTAL for each in found if each.item.key.startswith("V"))
        return [each.verdict for each in found if each.item.key in ("V01", "V03")]

    before = verdicts()
    check = make_check(judged, setup_hash=setup_hash(judged))
    for position, fault in enumerate(("", *BY_ID)):
        verdict, finding = ("failed", "let_in") if fault == "H25" else ("passed", "")
        Result.objects.create(
            check_run=check,
            position=position,
            fault=fault,
            kind="bound",
            verdict=verdict,
            finding=finding,
        )

    assert before == [OPEN, OPEN]
    assert verdicts() == [PASS, FAIL]
    assert verdicts(30.1) == [STALE, STALE]
    make_scope(judged, "acme:api/more")
    assert verdicts() == [STALE, STALE]
