"""Proof of the items about keys, set-up, clock, patience, organisations and duties."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from onboarding.checklists.facts import (
    Change,
    Facts,
    Finding,
    KeyFact,
    Records,
    Request,
    Setup,
    Sharing,
)
from onboarding.checklists.items import parse, shipped
from onboarding.checklists.rules import login, operations, organisation, registry, secrets
from onboarding.checklists.states import Kind, Need, Verdict
from tests.checklists.making import facts, request
from tests.constants import NOON
from tests.machines import numbered

PASS, WARN, FAIL, OPEN, NOT = (
    Verdict.PASS,
    Verdict.WARN,
    Verdict.FAIL,
    Verdict.OPEN,
    Verdict.NOT_APPLICABLE,
)
NOW = NOON + timedelta(hours=1)
YEAR = timedelta(days=365)


def key(**fields: Any) -> KeyFact:
    good: dict[str, Any] = {
        "kty": "EC",
        "bits": 256,
        "origin": "upload",
        "is_proved": True,
        "is_weak": False,
        "expires_at": NOW + YEAR,
    }
    return KeyFact(**(good | fields))


def keys(*found: KeyFact, **other: Any) -> Facts:
    return facts(keys=found, **other)


def change(**fields: Any) -> Change:
    good: dict[str, Any] = {
        "retired_at": NOW,
        "new_first_used_at": NOW - timedelta(hours=2),
        "old_last_used_at": NOW - timedelta(hours=2),
        "tokens_old": 3,
        "tokens_new": 1,
        "refused": 0,
    }
    return Change(**(good | fields))


def long_ago(**ago: int) -> Change:
    at = NOW - timedelta(**ago)
    return change(retired_at=at, new_first_used_at=at)


def changes(*found: Change) -> Facts:
    return facts(changes=found)


def uris(*addresses: str, kind: str = "web", production: tuple[str, ...] = ()) -> Facts:
    hosts = frozenset(production)
    return facts(
        setup=Setup(redirect_uris=addresses, application_type=kind, production_hosts=hosts)
    )


def clocks(*seconds: int | None, check: str = "") -> Facts:
    return facts(*(request(clock_s=second, check=check) for second in seconds))


def refusals(number: int, *, apart: float = 1, **fields: Any) -> list[Request]:
    values = {"outcome": "refused", "check": "assertion.expiry"} | fields
    return [request(index * apart, **values) for index in range(number)]


def slowed(*waits: float, told: int = 1, status: str = "refused", **later: Any) -> Facts:
    """Told to wait, and coming again so many seconds later."""
    rows, second = [], 0.0
    for wait in waits:
        rows.append(request(second, outcome=status, error="temporarily_unavailable", wait_s=told))
        rows.append(request(second + wait, **later))
        second += 100
    return facts(*rows)


def people(*, keys: tuple[KeyFact, ...] = (key(),), **fields: int) -> Facts:
    good = {
        "contact_points": 2,
        "shared_contact_points": 1,
        "security_contact_points": 1,
        "followers": 1,
        "unacknowledged": 0,
    }
    return facts(keys=keys, records=Records(**(good | fields)))


def organisations(kinds: str, **fields: Any) -> Facts:
    return facts(*(request(details_kind=kind, **fields) for kind in kinds.split()))


def asked(*minutes: float, ended: float | None = None) -> Facts:
    """Tokens for an organisation whose delegation ended so many minutes after noon, if it was."""
    known = {} if ended is None else {"o1": NOON + timedelta(minutes=ended)}
    rows = (request(minute * 60, org_ref="o1") for minute in minutes)
    return facts(*rows, delegated=known)


def undelegated(*minutes: float, org: str = "o1") -> Facts:
    return facts(
        *(
            request(minute * 60, outcome="refused", check="hid.1001", org_ref=org)
            for minute in minutes
        )
    )


RSA = {"kty": "RSA", "bits": 3072}
HTTP = "http://epj.example/cb"
LOCAL = "http://127.0.0.1/cb"
HTTPS = "https://epj.example/cb"
TABLE: list[tuple[str, Callable[[Facts], Finding], Facts, Verdict]] = [
    ("K01", secrets.strength, keys(key(), key(**RSA)), PASS),
    ("K01", secrets.strength, keys(key(), key(kty="RSA", bits=3071)), WARN),
    ("K01", secrets.strength, keys(key(kty="RSA", bits=2048)), WARN),
    ("K01", secrets.strength, keys(key(kty="RSA", bits=4096, is_weak=True)), FAIL),
    ("K01", secrets.strength, keys(), OPEN),
    ("K02", secrets.proved, keys(key()), PASS),
    ("K02", secrets.proved, keys(key(), key(is_proved=False)), FAIL),
    ("K02", secrets.proved, keys(), OPEN),
    ("K03", secrets.separate, facts(sharing=Sharing(2, 0, 3, 0)), PASS),
    ("K03", secrets.separate, facts(sharing=Sharing(2, 1, 3, 0)), FAIL),
    ("K03", secrets.separate, facts(sharing=Sharing(2, 0, 3, 1)), FAIL),
    *(("K04", secrets.origin, keys(key(origin=way)), PASS) for way in ("browser", "upload", "api")),
    ("K04", secrets.origin, keys(key(), key(origin="portal")), WARN),
    ("K04", secrets.origin, keys(), OPEN),
    ("K06", secrets.changed, changes(), WARN),
    ("K06", secrets.changed, changes(change()), PASS),
    ("K06", secrets.changed, changes(long_ago(days=180)), PASS),
    ("K06", secrets.changed, changes(long_ago(days=180, hours=1)), WARN),
    ("K06", secrets.changed, changes(change(refused=1)), FAIL),
    ("K06", secrets.changed, changes(change(tokens_new=0)), FAIL),
    ("K06", secrets.changed, changes(change(tokens_old=0)), FAIL),
    ("K06", secrets.changed, changes(change(new_first_used_at=None)), FAIL),
    ("K06", secrets.changed, changes(change(new_first_used_at=NOW + timedelta(minutes=1))), FAIL),
    ("K06", secrets.changed,
     changes(change(), change(retired_at=NOW - timedelta(days=9), refused=5)), PASS),
    ("L06", login.redirects, uris(HTTPS, "https://epj.example:8443/cb?x=1"), PASS),
    ("L06", login.redirects, uris(HTTPS, production=("epj.example",)), WARN),
    ("L06", login.redirects, uris(HTTP), FAIL),
    ("L06", login.redirects, uris("https://*.epj.example/cb"), FAIL),
    ("L06", login.redirects, uris("https://epj.example/cb#x"), FAIL),
    ("L06", login.redirects, uris("https://me@epj.example/cb"), FAIL),
    ("L06", login.redirects, uris(LOCAL), FAIL),
    ("L06", login.redirects, uris(LOCAL, kind="installed"), PASS),
    ("L06", login.redirects, uris(LOCAL, kind="installed", production=("127.0.0.1",)), PASS),
    ("L06", login.redirects, uris(HTTP, kind="installed"), FAIL),
    ("L06", login.redirects, uris("no.acme.epj:/cb", kind="installed"), PASS),
    ("L06", login.redirects, uris("no.acme.epj:/cb"), FAIL),
    ("L06", login.redirects, uris("epj:/cb", kind="mobile"), FAIL),
    *(("O01", operations.clock, clocks(second, 9), PASS) for second in (-2, 0, 5)),
    *(("O01", operations.clock, clocks(second, 30), WARN) for second in (-10, -3, 6, 10)),
    *(("O01", operations.clock, clocks(second, 30), FAIL) for second in (-11, 11)),
    *(("O01", operations.clock, clocks(0, check=check), FAIL)
      for check in ("assertion.expiry", "assertion.issued_at", "proof.issued_at")),
    ("O01", operations.clock, clocks(None), OPEN),
    ("O02", operations.patience, facts(*refusals(10)), PASS),
    ("O02", operations.patience, facts(*refusals(11)), WARN),
    ("O02", operations.patience, facts(*refusals(60, apart=0.9)), WARN),
    ("O02", operations.patience, facts(*refusals(61, apart=0.9)), FAIL),
    ("O02", operations.patience, facts(*refusals(100, apart=6)), PASS),
    ("O02", operations.patience, facts(*refusals(11, apart=6)), PASS),
    ("O02", operations.patience, slowed(1), PASS),
    ("O02", operations.patience, slowed(0.9), WARN),
    ("O02", operations.patience, slowed(0.9, 0.5), FAIL),
    # It is for as long as it was told to.
    ("O02", operations.patience, slowed(4.9, told=5), WARN),
    ("O02", operations.patience, slowed(5, told=5), PASS),
    # A 503 counts as a 429 does, here and among the many.
    ("O02", operations.patience, slowed(4.9, 2, told=5, status="unavailable"), FAIL),
    ("O02", operations.patience, facts(*refusals(61, apart=0.9, outcome="unavailable")), FAIL),
    # Another program in parallel was told nothing.
    ("O02", operations.patience, slowed(0.9, 0.5, jkt="jkt2"), PASS),
    ("O03", operations.warned, people(), PASS),
    ("O03", operations.warned, people(keys=(key(expires_at=NOW + 2 * YEAR),)), PASS),
    ("O03", operations.warned, people(keys=(key(expires_at=NOW + 3 * YEAR),)), FAIL),
    ("O03", operations.warned, people(contact_points=1), WARN),
    ("O03", operations.warned, people(shared_contact_points=0), WARN),
    ("O03", operations.warned, people(contact_points=0, shared_contact_points=0), FAIL),
    ("M01", organisation.details, organisations("assertion_details none"), PASS),
    ("M01", organisation.details, organisations("assertion_details authorization_details"), WARN),
    ("M01", organisation.details, organisations("assertion_details", check="hid.1009"),
     FAIL),
    ("M01", organisation.details, organisations("none none"), NOT),
    ("M02", organisation.delegated, facts(request()), NOT),
    ("M02", organisation.delegated, facts(request(org_ref="o1"), delegated={"o1": None}), PASS),
    # The authorization server gave a token; the register says that nobody had delegated.
    ("M02", organisation.delegated, asked(0, 59), WARN),
    ("M02", organisation.delegated, asked(*range(11)), FAIL),
    ("M02", organisation.delegated, asked(0, 59, ended=60), PASS),
    ("M02", organisation.delegated, asked(0, 30, 59, ended=29), WARN),
    ("M02", organisation.delegated, asked(*range(20), ended=8), FAIL),
    ("M02", organisation.delegated, undelegated(0, 60), PASS),
    ("M02", organisation.delegated, undelegated(0, 59), WARN),
    ("M02", organisation.delegated, undelegated(*range(10)), WARN),
    ("M02", organisation.delegated, undelegated(*range(11)), FAIL),
    ("U03", operations.incidents, people(), PASS),
    ("U03", operations.incidents, people(security_contact_points=0), WARN),
    ("U05", operations.follows, people(), PASS),
    ("U05", operations.follows, people(unacknowledged=1), WARN),
    ("U05", operations.follows, people(unacknowledged=2), FAIL),
    ("U05", operations.follows, people(followers=0), FAIL),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "seen", "verdict"), numbered(TABLE))
def test_verdict(rule: Callable[[Facts], Finding], seen: Facts, verdict: Verdict) -> None:
    finding = rule(seen)

    assert finding.verdict == verdict
    assert finding.why


def test_without_a_failure_the_supplier_tells_how_the_client_waits() -> None:
    assert operations.patience(facts(request(), request(outcome="nonce"))).verdict is None


def test_where_no_people_are_known_the_reviewer_judges() -> None:
    assert operations.warned(keys(key())).verdict is None
    assert operations.follows(facts()).verdict is None


def test_refresh_tokens_concern_only_who_uses_them() -> None:
    assert login.no_refresh(facts())
    assert not login.no_refresh(facts(setup=Setup(user_login=True, refresh_tokens=True)))


def test_every_item_that_only_the_portal_settles_has_a_rule() -> None:
    alone = [
        spec.key
        for spec in map(parse, shipped(1))
        if spec.kind == Kind.PORTAL and spec.fallback is None
    ]

    assert [name for name in alone if registry.RULES[name].judge is None] == []


def test_what_counts_traffic_says_that_it_needs_it() -> None:
    for spec in map(parse, shipped(1)):
        rule = registry.RULES.get(spec.key)
        if rule and rule.judge and rule.by_traffic:
            assert Need.TRACE in spec.needs
