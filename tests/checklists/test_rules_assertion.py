"""Proof of the items about protocol and client assertion: each verdict, with its limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from onboarding.checklists.facts import Facts, Finding, Request, Setup
from onboarding.checklists.rules import authentication, protocol
from onboarding.checklists.states import Verdict
from onboarding.jose.assertion import TYPE
from tests.checklists.making import facts, request, requests
from tests.machines import numbered

PASS, WARN, FAIL, OPEN = Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.OPEN
ALGS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
READ, WRITE = "acme:api/read", "acme:api/write"


def asked(scopes: str, given: str | None = None) -> Request:
    return request(scopes_asked=scopes, scopes_given=scopes if given is None else given)


def setup(*preselected: str) -> dict[str, Any]:
    return {"setup": Setup(preselected=preselected)}


def lives(*seconds: int | None) -> list[Request]:
    return [request(life_s=life) for life in seconds]


TABLE: list[tuple[str, Callable[[Facts], Finding], list[Request], dict[str, Any], Verdict]] = [
    ("P05", protocol.scopes_used, [asked(READ)], setup(READ), PASS),
    ("P05", protocol.scopes_used, [asked(READ), asked(WRITE)], setup(READ, WRITE), PASS),
    ("P05", protocol.scopes_used, [asked(READ)], setup(READ, WRITE), WARN),
    ("P05", protocol.scopes_used, [asked("", READ)], setup(READ), WARN),
    ("P05", protocol.scopes_used, [asked(READ), request(outcome="nonce", scopes_asked="")],
     setup(READ), PASS),
    ("P05", protocol.scopes_used, [asked(READ, "")], setup(READ), WARN),
    *(("P05", protocol.scopes_used,
       [asked(READ), request(outcome="refused", check=check, scopes_asked="", scopes_given="")],
       setup(READ), verdict)
      for check, verdict in (
          ("assertion.audience", PASS), ("proof.url", PASS), ("oauth.invalid_scope", WARN))),
    *(("A01", authentication.algorithms, [request(alg=alg)], {}, PASS) for alg in ALGS),
    ("A01", authentication.algorithms, [request(), request(alg="RS256")], {}, WARN),
    ("A01", authentication.algorithms, [request(alg="RS512")], {}, WARN),
    ("A02", authentication.audience, [request()], {}, PASS),
    *(("A02", authentication.audience, [request(), request(aud_kind=kind)], {}, FAIL)
      for kind in ("token_endpoint", "other", "array", "missing")),
    ("A02", authentication.audience,
     [request(), request(aud_kind="array", outcome="refused", check="assertion.audience")],
     {}, FAIL),
    ("A02", authentication.audience, [request(leniencies="audience-token-endpoint")], {}, FAIL),
    ("A03", authentication.life, lives(10, 60), {}, PASS),
    ("A03", authentication.life, lives(10, 61), {}, FAIL),
    ("A03", authentication.life, lives(None), {}, OPEN),
    ("A04", authentication.fresh, [request(), request(outcome="nonce"), request()], {}, PASS),
    ("A04", authentication.fresh,
     [request(outcome="nonce", jti_ref="same"), request(jti_ref="same")], {}, FAIL),
    ("A04", authentication.fresh, [request(outcome="refused", check="assertion.replay")], {}, FAIL),
    ("A04", authentication.fresh, [request(leniencies="assertion-reuse")], {}, FAIL),
    ("A04", authentication.fresh, [request(jti_ref=""), request(jti_ref="")], {}, PASS),
    ("A05", authentication.header, [request()], {}, PASS),
    ("A05", authentication.header, [request(typ=f"application/{TYPE}")], {}, PASS),
    *(("A05", authentication.header, [request(), request(typ=typ)], {}, WARN)
      for typ in ("", "JWT", "application/jwt")),
    ("A05", authentication.header,
     [request(typ="dpop+jwt", outcome="refused", check="assertion.type")], {}, FAIL),
    ("A05", authentication.header, [request()],
     {"unkeyed": (request(check="assertion.kid"),)}, FAIL),
    ("A06", authentication.exceptions, [request()], {}, PASS),
    ("A06", authentication.exceptions, [request()],
     {"setup": Setup(leniencies_on=("iat-string",))}, WARN),
    ("A06", authentication.exceptions, [request(leniencies="iat-string")],
     {"setup": Setup(leniencies_on=("iat-string",))}, FAIL),
    ("A06", authentication.exceptions, [request(leniencies="no-dpop")], {}, FAIL),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "rows", "other", "verdict"), numbered(TABLE))
def test_verdict(
    rule: Callable[[Facts], Finding],
    rows: list[Request],
    other: dict[str, Any],
    verdict: Verdict,
) -> None:
    finding = rule(facts(*rows, **other))

    assert finding.verdict == verdict
    assert finding.why


def test_a_repeated_value_of_another_client_is_no_repetition() -> None:
    rows = [request(jti_ref="same"), request(jti_ref="same", client=request().id)]

    assert authentication.fresh(facts(*rows)).verdict == PASS


def test_the_evidence_is_counted() -> None:
    rows = [*requests(3), request(life_s=75, typ="JWT", alg="PS256")]

    assert authentication.life(facts(*rows)).counts == {
        "smallest": 30,
        "median": 30.0,
        "largest": 75,
        "too_long": 1,
    }
    assert authentication.life(facts(*rows)).rows == (rows[-1].id,)
    assert authentication.header(facts(*rows)).counts == {
        "types": {"client-authentication+jwt": 3, "jwt": 1}
    }
    assert authentication.algorithms(facts(*rows)).counts == {
        "algorithms": {"ES256": 3, "PS256": 1}
    }


def test_no_more_rows_are_carried_along_than_twenty() -> None:
    rows = list(requests(30, life_s=99))

    assert authentication.life(facts(*rows)).rows == tuple(row.id for row in rows[-20:])
