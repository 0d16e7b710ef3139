"""Proof of the items about DPoP and about caching: each verdict, with its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from onboarding.checklists.facts import Facts, Finding, Period, Request, Setup
from onboarding.checklists.rules import dpop, tokens
from onboarding.checklists.rules.registry import RULES
from onboarding.checklists.states import Verdict
from tests.checklists.making import facts, request
from tests.constants import NOON
from tests.machines import numbered

PASS, WARN, FAIL, OPEN = Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.OPEN
CALL: dict[str, Any] = {"scheme": "DPoP"}


def asks(second: float, given: str, sent: str = "") -> Request:
    """The first half of a nonce round."""
    return request(second, outcome="nonce", nonce_sent=sent, nonce_given=given, token_ref="")


def answers(second: float, sent: str, given: str = "next") -> Request:
    return request(second, nonce_sent=sent, nonce_given=given)


def calls(number: int, **fields: Any) -> tuple[Request, ...]:
    return tuple(request(index, **(CALL | fields)) for index in range(number))


def bearer(outcome: str, check: str) -> Request:
    return request(9, scheme="Bearer", outcome=outcome, check=check)


def steady(number: int, *, forgotten: int) -> list[Request]:
    """One round, then requests with the nonce at hand, some of which forgot it."""
    rows = [asks(0, "n0"), answers(1, "n0", "n1")]
    for index in range(number):
        second = 10 + index * 20
        if index < forgotten:
            rows += [asks(second, f"f{index}"), answers(second + 1, f"f{index}", "n1")]
        else:
            rows.append(answers(second, "n1", "n1"))
    return rows


def two_in_a_row() -> list[Request]:
    return [asks(0, "a"), asks(1, "b", "a"), answers(2, "b"), asks(400, "c"), answers(401, "c")]


DPOP: list[tuple[str, Callable[[Facts], Finding], list[Request], dict[str, Any], Verdict]] = [
    ("D01", dpop.bound, [request(), request(dpop="proof")], {}, PASS),
    ("D01", dpop.bound, [request(), request(dpop="none", outcome="refused")], {}, FAIL),
    ("D01", dpop.bound, [request(leniencies="no-dpop")], {}, FAIL),
    ("D01", dpop.bound,
     [request(dpop="none", outcome="refused", check="proof.missing")], {}, FAIL),
    ("D01", dpop.bound,
     [request(), request(dpop="none", outcome="refused", check="assertion.audience")], {}, PASS),
    ("D01", dpop.bound,
     [request(), request(dpop="none", outcome="refused", error="temporarily_unavailable")], {},
     PASS),
    ("D02", dpop.nonces, [asks(0, "a"), answers(10, "a")], {}, PASS),
    ("D02", dpop.nonces, [asks(0, "a"), answers(10.1, "a")], {}, FAIL),
    ("D02", dpop.nonces, [asks(0, "a"), answers(1, "other")], {}, FAIL),
    ("D02", dpop.nonces, [asks(0, "a")], {}, FAIL),
    ("D02", dpop.nonces, [asks(3595, "a")], {}, PASS),
    ("D02", dpop.nonces, [request(nonce_sent="a")], {}, OPEN),
    ("D02", dpop.nonces, steady(20, forgotten=1), {}, PASS),
    ("D02", dpop.nonces, steady(20, forgotten=4), {}, WARN),
    ("D02", dpop.nonces, two_in_a_row(), {}, WARN),
    ("D02", dpop.nonces, [asks(0, "a"), asks(1, "b", "a"), asks(2, "c", "b"), answers(3, "c")],
     {}, FAIL),
    ("D02", dpop.nonces,
     [asks(0, "a"), asks(0, "b") ._replace(jkt="jkt2"), answers(1, "a"),
      answers(1, "b")._replace(jkt="jkt2")], {}, PASS),
    ("D03", dpop.proofs, [request()], {"calls": calls(1)}, PASS),
    ("D03", dpop.proofs, [request(outcome="refused", check="proof.replay")], {}, FAIL),
    ("D03", dpop.proofs, [request()],
     {"calls": calls(1, outcome="refused", check="proof.replay")}, FAIL),
    ("D04", dpop.calls, [], {"calls": calls(5)}, PASS),
    ("D04", dpop.calls, [], {"calls": calls(4)}, OPEN),
    ("D04", dpop.calls, [], {"calls": (*calls(5), bearer("refused", "token.scheme"))}, FAIL),
    *(("D04", dpop.calls, [], {"calls": calls(5, outcome="refused", check=check)}, FAIL)
      for check in ("proof.token_hash", "proof.method", "proof.url", "proof.binding")),
    ("D04", dpop.calls, [],
     {"calls": (*calls(1, outcome="refused", check="proof.url"), *calls(5))}, PASS),
    ("D04", dpop.calls, [], {"calls": calls(5, outcome="refused", check="token.scope")}, PASS),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "rows", "other", "verdict"), numbered(DPOP))
def test_verdict(
    rule: Callable[[Facts], Finding],
    rows: list[Request],
    other: dict[str, Any],
    verdict: Verdict,
) -> None:
    finding = rule(facts(*rows, **other))

    assert finding.verdict == verdict
    assert finding.why


def test_without_calls_the_supplier_answers() -> None:
    assert dpop.calls(facts(request())).verdict is None


def test_without_dpop_none_of_it_concerns_the_client() -> None:
    bare = facts(request(dpop="none"), setup=Setup(needs_dpop=False))

    for key in ("D01", "D02", "D03", "D04", "V04"):
        assert RULES[key].excluded(bare)
        assert not RULES[key].excluded(facts())


def every(seconds: float, *, number: int = 20, **fields: Any) -> list[Request]:
    """Tokens that live for a minute, asked for at a pace; the margin is thirty seconds."""
    return [request(index * seconds, **fields) for index in range(number)]


def with_early(early: int, *, of: int) -> list[Request]:
    """Tokens used until the margin, and some asked for right after another."""
    rows = every(60, number=of - early)
    return sorted(
        rows + [request(index * 60 + 5) for index in range(early)], key=lambda row: row.at
    )


CACHED: list[tuple[str, list[Request], int, Verdict]] = [
    ("T01", every(60), 1, PASS),
    ("T01", every(30), 1, PASS),
    ("T01", every(29), 1, FAIL),
    ("T01", every(10), 1, FAIL),
    ("T01", with_early(1, of=20), 1, PASS),
    ("T01", with_early(2, of=20), 1, WARN),
    ("T01", with_early(4, of=20), 1, WARN),
    ("T01", with_early(5, of=20), 1, FAIL),
    ("T01", every(15), 1, FAIL),
    ("T01", every(15), 2, PASS),
    ("T01", every(10), 3, PASS),
    ("T01", every(5, number=40), 3, FAIL),
    ("T01", every(60, number=2), 1, OPEN),
    ("T01", every(60, number=3), 1, PASS),
    ("T01", every(1, outcome="refused"), 1, OPEN),
]


@pytest.mark.parametrize(("rows", "instances", "verdict"), numbered(CACHED))
def test_caching(rows: list[Request], instances: int, verdict: Verdict) -> None:
    finding = tokens.cached(facts(*rows, period=Period(NOON, instances=instances)))

    assert finding.verdict == verdict


@pytest.mark.parametrize("field", ["jkt", "scopes_given", "token_aud", "org_ref", "client"])
def test_tokens_for_something_else_are_not_early(field: str) -> None:
    apart = [request(n * 30, **{field: value}) for n in range(20) for value in ("one", "other")]
    alike = [request(n * 30, **{field: "one"}) for n in range(20) for _ in range(2)]

    assert tokens.cached(facts(*apart)).verdict == PASS
    assert tokens.cached(facts(*alike)).verdict == FAIL


def test_a_login_client_is_not_asked_about_its_cache() -> None:
    assert tokens.not_asked_for(facts(setup=Setup(machine_to_machine=False, user_login=True)))
    assert not tokens.not_asked_for(facts())
