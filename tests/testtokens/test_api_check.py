"""The API check against six small servers: a right one, and five that are each wrong in one way.

Then the finer mistakes, and how a check gets on and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from onboarding.apis.models import Api as Registered
from onboarding.apis.states import Dpop
from onboarding.core import turns
from onboarding.core.jobs import LEASE, JobStatus
from onboarding.core.refusals import NotPermitted, NotPossibleNow
from onboarding.jose.nonces import Nonces
from onboarding.sts.models import SigningKey
from onboarding.suppliers.actors import SYSTEM, Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.testtokens import queries, rules
from onboarding.testtokens.catalogue import FAULTS, VERSION
from onboarding.testtokens.models import Check
from onboarding.testtokens.services import checks, running
from tests.factories import make_api, make_scope
from tests.machines import make_signing_key
from tests.testtokens.checking import Found, carry_out, findings
from tests.testtokens.servers import AUDIENCE, SCOPE, Api, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(alice: Any) -> Actor:
    return actor_for(alice)


@pytest.fixture
def registered(acme: Organization) -> Registered:
    make_signing_key()
    api = make_api(acme, short_name=AUDIENCE)
    make_scope(api, SCOPE)
    return api


Run = Callable[..., tuple[Check, Found]]


@pytest.fixture
def run(registered: Registered, settings: Settings, writer: Actor) -> Iterator[Run]:
    """Serve an API, check it, and return the check with what is not as it should be."""
    with ExitStack() as stack:

        def check(**wrong: Any) -> tuple[Check, Found]:
            keys = {key.kid: key.public_jwk for key in SigningKey.objects.all()}
            api = stack.enter_context(serving(Api(settings.ISSUERS["test"], keys, **wrong)))
            settings.EGRESS_OWN_ORIGINS = [api.origin]
            registered.test_url = f"{api.origin}/things"
            registered.dpop = wrong.get("binding", Dpop.REQUIRED)
            registered.save()
            made = checks.start(api_id=registered.pk, by=writer, at=timezone.now())
            carry_out(made)
            return made, findings(made)

        yield check


def let_in(*rows: str) -> Found:
    return dict.fromkeys(rows, ("failed", "let_in"))


def remarked(*rows: str) -> Found:
    return dict.fromkeys(rows, ("remark", "let_in"))


PROOFS = [fault.id for fault in FAULTS if fault.is_for_bound and not fault.is_for_nonces]
SIX: list[tuple[str, dict[str, Any], Found]] = [
    ("right", {}, {}),
    (
        "signatures that nobody verifies",
        {"ignored": frozenset({"token.algorithm", "token.key", "token.signature"})},
        let_in("H01", "H07", "H21", "H22", "H37"),
    ),
    (
        "tokens for others",
        {"ignored": frozenset({"token.audience"})},
        let_in("H03", "D22.missing") | remarked("H24"),
    ),
    (
        "proofs that nobody asks for",
        {"ignored": frozenset({"proof", "replay"})},
        let_in(*(row for row in PROOFS if row not in ("H33", "H36", "D26"))) | remarked("H33"),
    ),
    ("scopes that nobody asks for", {"ignored": frozenset({"scope"})}, let_in("H25", "H26")),
    ("no WWW-Authenticate", {"manner": "silent"}, {"": ("remark", "no_header")}),
]


@pytest.mark.parametrize(("wrong", "expected"), [r[1:] for r in SIX], ids=[r[0] for r in SIX])
def test_each_mistake_is_found_and_named_and_the_right_one_has_none(
    run: Run, wrong: dict[str, Any], expected: Found
) -> None:
    check, found = run(**wrong)

    if wrong.get("manner") == "silent":
        assert set(found.values()) == {expected[""]}
        assert len(found) >= check.total - 7
        assert check.status == JobStatus.PASSED  # remarks are none
    else:
        assert found == expected
        is_failed = any(verdict == "failed" for verdict, _ in expected.values())
        assert check.status == (JobStatus.FAILED if is_failed else JobStatus.PASSED)
    assert check.results.count() == check.total


FINER: list[tuple[str, dict[str, Any], Found]] = [
    ("expiry", {"ignored": frozenset({"token.expiry"})}, let_in("H04", "H23.exp", "H38")),
    ("nbf", {"ignored": frozenset({"token.not_before"})}, let_in("H05")),
    ("issuer", {"ignored": frozenset({"token.issuer"})}, let_in("H02", "D21.environment")),
    ("typ", {"ignored": frozenset({"token.type"})}, remarked("H06.jwt", "H06.none")),
    ("replay", {"ignored": frozenset({"replay"})}, remarked("H33")),
    ("bearer", {"ignored": frozenset({"scheme"})}, let_in("H36", "D26")),
    ("htu", {"ignored": frozenset({"proof.url"})}, let_in("H08", "H34")),
    ("ath", {"ignored": frozenset({"proof.token_hash"})}, let_in("H12", "H35")),
    ("query", {"manner": "query"}, let_in("D07")),
]


@pytest.mark.parametrize(("wrong", "expected"), [r[1:] for r in FINER], ids=[r[0] for r in FINER])
def test_finer_mistakes(run: Run, wrong: dict[str, Any], expected: Found) -> None:
    assert run(**wrong)[1] == expected


MANNERS = [
    ("status", ("remark", "status")),
    ("broken", ("remark", "broken")),
    ("scheme", ("remark", "scheme")),
    ("mute", ("remark", "error")),
    ("trace", ("failed", "leak")),
    ("echo", ("failed", "leak")),
]


@pytest.mark.parametrize(("manner", "expected"), MANNERS)
def test_how_it_refuses(run: Run, manner: str, expected: tuple[str, str]) -> None:
    check, found = run(manner=manner)

    assert set(found.values()) == {expected}
    assert len(found) > check.total / 2


@pytest.mark.parametrize("binding", ["allowed", "none"])
def test_other_registrations_have_a_right_one_too(run: Run, binding: str) -> None:
    check, found = run(binding=binding)

    assert found == {}
    kinds = set(check.results.values_list("kind", flat=True))
    assert kinds == {"allowed": {"bound", "unbound"}, "none": {"unbound"}}[binding]


def test_an_api_with_nonces_is_asked_with_them_and_without(run: Run) -> None:
    nonces = Nonces(b"n" * 32, 120, audience=AUDIENCE)
    check, found = run(nonces=nonces)

    assert found == {}
    assert check.results.get(fault="H32").verdict == "passed"
    check, found = run(nonces=None)
    assert check.results.get(fault="H32").verdict == "skipped"


def test_what_refuses_the_valid_one_is_not_praised_for_refusing_the_rest(run: Run) -> None:
    check, found = run(binding="required", ignored=frozenset(), manner="")
    assert found == {}
    Registered.objects.update(dpop=Dpop.NONE)

    again = checks.start(api_id=check.api_id, by=SYSTEM, at=timezone.now(), is_scheduled=True)
    carry_out(again)

    assert findings(again) == {"unbound": ("failed", "shut_out")}
    verdicts = list(again.results.exclude(fault="").values_list("verdict", flat=True).distinct())
    assert verdicts == ["skipped"]
    assert again.failure == "check.findings"


def test_an_api_that_does_not_answer_is_asked_once(run: Run, settings: Settings) -> None:
    check, _ = run()
    settings.EGRESS_OWN_ORIGINS = []

    again = checks.start(api_id=check.api_id, by=SYSTEM, at=timezone.now(), is_scheduled=True)
    carry_out(again)

    assert (again.failure, again.results.count()) == ("egress.refused", 1)


class TestGettingOn:
    """Portions, leases, pace, and what the check says to others."""

    def test_a_second_worker_goes_on_where_the_first_ended(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(running, "PORTION", 0.15)
        check, found = run()

        assert found == {}
        assert check.results.count() == check.total

    def test_a_lost_worker_costs_its_portion_and_nothing_else(self, run: Run) -> None:
        check, _ = run()
        kept = list(check.results.order_by("position")[:30].values_list("pk", flat=True))
        check.results.exclude(pk__in=kept).delete()
        long_ago = timezone.now() - LEASE - timedelta(seconds=1)
        Check.objects.update(status=JobStatus.RUNNING, lease_until=long_ago, finished_at=None)

        assert queries.waiting(timezone.now()) == [check.pk]
        carry_out(check)

        assert check.results.count() == check.total
        assert set(kept) <= set(check.results.values_list("pk", flat=True))

    def test_a_claim_that_was_lost_writes_nothing(self, run: Run) -> None:
        check, _ = run()
        Check.objects.update(status=JobStatus.RUNNING)
        held = Check.objects.held(check.pk, check.api_id)

        assert running._write(held, []) is False
        assert running._finish(check, held, "", timezone.now()) is False

    def test_three_dead_workers_are_enough(self, run: Run) -> None:
        check, _ = run()
        long_ago = timezone.now() - LEASE - timedelta(seconds=1)
        Check.objects.update(status=JobStatus.RUNNING, lease_until=long_ago, attempts=3)

        assert running.give_up(at=timezone.now()) == 1
        check.refresh_from_db()
        assert (check.status, check.failure) == (JobStatus.FAILED, "check.fault")

    def test_a_changed_registration_ends_a_check_that_waits(
        self, registered: Registered, writer: Actor
    ) -> None:
        Registered.objects.update(test_url="https://api.example.no/a")
        check = checks.start(api_id=registered.pk, by=writer, at=timezone.now())
        Registered.objects.update(dpop=Dpop.NONE)

        running.execute(check_id=check.pk, at=timezone.now())

        check.refresh_from_db()
        assert check.failure == "check.changed"

    def test_s24_one_at_a_time_and_ten_an_hour(
        self, registered: Registered, writer: Actor, acme: Organization
    ) -> None:
        now = timezone.now()
        other = make_api(acme, test_url="https://b.example.no/")
        Registered.objects.update(test_url="https://api.example.no/a")
        for number in range(rules.CHECKS_AN_HOUR):
            checks.start(api_id=registered.pk, by=writer, at=now)
            for api in (registered, other):
                with pytest.raises(NotPossibleNow):
                    checks.start(api_id=api.pk, by=writer, at=now)
            Check.objects.update(status=JobStatus.PASSED)
            assert Check.objects.count() == number + 1
        with pytest.raises(NotPossibleNow, match="ti API-sjekker"):
            checks.start(api_id=registered.pk, by=writer, at=now)

        checks.start(api_id=registered.pk, by=writer, at=now + timedelta(hours=1))

    def test_s24_one_host_has_one_check_at_a_time(
        self, registered: Registered, writer: Actor
    ) -> None:
        theirs = make_api(test_url="https://api.example.no/b")
        Registered.objects.filter(pk=registered.pk).update(test_url="https://api.example.no/a")
        now = timezone.now()
        first = checks.start(api_id=registered.pk, by=writer, at=now)
        second = checks.start(api_id=theirs.pk, by=SYSTEM, at=now)
        assert Check.objects.claim(first.pk, now)

        running.execute(check_id=second.pk, at=now)

        second.refresh_from_db()
        assert second.status == JobStatus.QUEUED

    def test_s24_a_check_waits_while_others_of_us_call_the_host(
        self, registered: Registered, writer: Actor
    ) -> None:
        Registered.objects.update(test_url="https://api.example.no/a")
        now = timezone.now()
        check = checks.start(api_id=registered.pk, by=writer, at=now)
        place = turns.take("host:api.example.no", at=now, places=2)
        assert place

        running.execute(check_id=check.pk, at=now)

        check.refresh_from_db()
        assert (check.status, check.attempts) == (JobStatus.QUEUED, 0)
        assert turns.take("host:api.example.no", at=now, places=2)  # it took none in vain

    def test_s25_an_address_of_this_portal_is_not_called(
        self, registered: Registered, writer: Actor, settings: Settings
    ) -> None:
        """As old rows may have it; new ones are refused when they are typed."""
        url = f"{settings.BASE_URL}/test/sts/.well-known/openid-configuration"
        Registered.objects.update(test_url=url)
        check = checks.start(api_id=registered.pk, by=writer, at=timezone.now())

        carry_out(check)

        assert (check.status, check.failure) == (JobStatus.FAILED, "egress.refused")

    def test_s22_nothing_that_the_api_says_is_kept_or_shown(
        self, run: Run, client: Client, bob: Any, acme: Organization
    ) -> None:
        check, _ = run(inside="hemmelig-fra-innsiden", ignored=frozenset({"scope"}))
        client.force_login(bob)
        where = ["test", acme.number, check.api_id]
        page = client.get(reverse("testtokens:check", args=where)).content.decode()

        kept = serializers.serialize("json", [check, *check.results.all()])
        assert "let_in" in kept
        assert "Uten scope" in page
        assert "fra-innsiden" not in kept + page

    @pytest.mark.parametrize("wanted", [True, False])
    def test_readers_cannot(self, registered: Registered, bob: Any, wanted: bool) -> None:
        Registered.objects.update(test_url="https://api.example.no/a")
        by = actor_for(bob)
        with pytest.raises(NotPermitted):
            checks.start(api_id=registered.pk, by=by, at=timezone.now())
        with pytest.raises(NotPermitted):
            checks.set_nightly(api_id=registered.pk, wanted=wanted, by=by, at=timezone.now())

    def test_no_valid_token_for_a_barred_audience_leaves_this_portal(
        self, acme: Organization, writer: Actor
    ) -> None:
        url = "https://evil.example.no/"
        api = make_api(acme, short_name="nhn:Selvbetjening", test_url=url)

        with pytest.raises(NotPermitted):
            checks.start(api_id=api.pk, by=writer, at=timezone.now())

    def test_production_has_no_check(self, acme: Organization) -> None:
        api = make_api(acme, environment="production", test_url="https://a.example.no/")

        with pytest.raises(NotPermitted):
            checks.start(api_id=api.pk, by=SYSTEM, at=timezone.now())

    def test_evidence_is_bound_to_version_setup_and_time(
        self, run: Run, registered: Registered
    ) -> None:
        assert queries.newest_check(registered) is None
        check, _ = run(ignored=frozenset({"scope"}))
        registered.refresh_from_db()

        found = queries.newest_check(registered)

        assert found is not None
        assert (found.check_id, found.battery) == (check.pk, VERSION)
        assert (found.is_current, found.is_whole, found.at) == (True, True, check.finished_at)
        [fact] = [fact for fact in found.facts if fact.fault == "H25"]
        assert (fact.verdict, fact.finding, fact.status) == ("failed", "let_in", 200)
        registered.dpop = Dpop.NONE
        changed = queries.newest_check(registered)
        assert changed is not None
        assert not changed.is_current
