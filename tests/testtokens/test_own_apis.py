"""The battery against the portal's own APIs, which one module guards, also while keys change."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from onboarding.apis.addresses import of_ours
from onboarding.apis.models import Api as Registered
from onboarding.apis.states import Dpop
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.core.jobs import JobStatus
from onboarding.core.refusals import NotPossibleNow
from onboarding.selfservice.names import AUDIENCE, SCOPE
from onboarding.sts.models import SigningKey
from onboarding.sts.queries import signing_keys
from onboarding.sts.services.signing_keys import TOKEN_TIME, ensure_signing_key, rotate
from onboarding.suppliers.actors import SYSTEM
from onboarding.suppliers.models import Organization
from onboarding.testtokens.models import Check, Result
from onboarding.testtokens.services import checks
from tests import factories
from tests.factories import make_api, make_client, make_scope
from tests.testtokens.checking import carry_out, findings, verdict
from tests.testtokens.servers import AUDIENCE as ACME
from tests.testtokens.servers import SCOPE as ACME_SCOPE
from tests.testtokens.servers import Api, serving

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[2]
CP = "nhn:cp-api"


@pytest.fixture(autouse=True)
def portal(live_server: LiveServer, settings: Settings, db: None) -> None:
    """The portal answers, and its issuer can sign."""
    assert live_server.url == settings.BASE_URL
    ensure_signing_key(environment="test", at=timezone.now() - timedelta(days=1))


def register(owner: Organization, short_name: str, scope: str, dpop: str) -> Registered:
    """The API as its owner registers it, at the address that the settings give it."""
    api = make_api(owner, short_name=short_name, dpop=dpop)
    api.test_url = of_ours(short_name, "test")
    api.save()
    make_scope(api, scope)
    assert api.is_ours
    return api


def check_of(api: Registered) -> Check:
    check = checks.start(api_id=api.pk, by=SYSTEM, at=timezone.now(), is_scheduled=True)
    carry_out(check)
    return check


@pytest.mark.parametrize("dpop", Dpop)
def test_the_communication_party_api_passes_without_exception(
    acme: Organization, dpop: Dpop
) -> None:
    check = check_of(register(acme, CP, f"{CP}/access", dpop))

    assert findings(check) == {}
    assert check.status == JobStatus.PASSED
    assert check.results.filter(verdict="skipped").count() <= 3 * (2 if dpop == "allowed" else 1)


@pytest.fixture
def ours(acme: Organization) -> Registered:
    """The Selvbetjening API, which lets bound tokens of clients in."""
    return register(acme, AUDIENCE, SCOPE, Dpop.REQUIRED)


@pytest.fixture
def caller(ours: Registered) -> ClientConfiguration:
    """A client of the API's owner that could fetch such a token itself."""
    system = factories.make_system(ours.organization)
    scopes = {ours.scopes.get(): Access.OK}
    return make_client(ours.organization, system=system, scopes=scopes)


def test_the_selvbetjening_api_passes_without_exception(
    ours: Registered, caller: ClientConfiguration
) -> None:
    check = check_of(ours)

    assert findings(check) == {}
    assert check.status == JobStatus.PASSED
    assert list(check.results.filter(verdict="skipped").values_list("fault", flat=True)) == [
        "D37.previous",
        "D37.next",
        "H32",
    ]


def of_others(caller: ClientConfiguration) -> None:
    caller.organization = factories.make_organization("Andre")
    caller.save()


def stopped(caller: ClientConfiguration) -> None:
    ClientConfiguration.objects.update(status=Status.STOPPED)


def waiting_for_the_scope(caller: ClientConfiguration) -> None:
    caller.scopes.update(access=Access.PENDING)


UNFIT = [of_others, stopped, waiting_for_the_scope]


@pytest.mark.parametrize("change", UNFIT, ids=lambda change: change.__name__)
def test_a_check_is_made_in_the_name_of_no_client_that_could_not_fetch_the_token_itself(
    ours: Registered, caller: ClientConfiguration, change: Callable[[ClientConfiguration], None]
) -> None:
    queued = checks.start(api_id=ours.pk, by=SYSTEM, at=timezone.now(), is_scheduled=True)
    change(caller)

    carry_out(queued)
    with pytest.raises(NotPossibleNow, match="aktiv klient i test"):
        checks.start(api_id=ours.pk, by=SYSTEM, at=timezone.now(), is_scheduled=True)

    assert (queued.failure, queued.results.count()) == ("check.no_caller", 0)


def test_the_token_is_the_callers_with_the_scopes_it_has_and_changes_nothing(
    ours: Registered, caller: ClientConfiguration
) -> None:
    make_scope(ours, f"{AUDIENCE}/more")
    before = ClientConfiguration.objects.values().get()

    check = check_of(ours)

    assert findings(check) == {}
    assert ClientConfiguration.objects.values().get() == before


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_one_module_decides_for_both() -> None:
    code = [path for path in (ROOT / "onboarding").rglob("*.py") if "jose" not in path.parts]
    known = {str(path.relative_to(ROOT / "onboarding")): imported(path) for path in code}

    deciding = {p for p, n in known.items() if "onboarding.jose.resource_server.decide" in n}
    admitting = {p.split("/")[0] for p, n in known.items() if "onboarding.sts.access.admit" in n}
    judging = {
        p for p, n in known.items() if "onboarding.jose.access_token.check_access_token" in n
    }

    assert deciding == {"sts/access.py"}
    assert admitting == {"cpapi", "selfservice"}
    assert {path.split("/")[0] for path in judging} <= {"smoketests", "diagnosis"}  # no doors


class TestKeyRoll:
    """The issuer changes its key: rows D37 and G07, at our own APIs and at others."""

    @pytest.mark.parametrize("which", [CP, AUDIENCE])
    def test_d37_our_own_apis_accept_all_keys_that_are_shown_and_no_other(
        self, acme: Organization, which: str
    ) -> None:
        scope = SCOPE if which == AUDIENCE else f"{CP}/access"
        api = register(acme, which, scope, Dpop.REQUIRED)
        system = factories.make_system(acme)
        make_client(acme, system=system, scopes={api.scopes.get(): Access.OK})
        old = SigningKey.objects.get()

        new = rotate(environment="test", by=SYSTEM, at=timezone.now())
        shown = check_of(api)
        self.begin(new)
        used = check_of(api)
        self.end(old)
        over = check_of(api)

        for check in (shown, used, over):
            assert findings(check) == {}
            assert check.status == JobStatus.PASSED
        assert (verdict(shown, "D37.previous"), verdict(shown, "D37.next")) == ("skipped", "passed")
        assert (verdict(used, "D37.previous"), verdict(used, "D37.next")) == ("passed", "skipped")
        assert (verdict(over, "D37.previous"), verdict(over, "D37.next")) == ("skipped", "skipped")

    def test_d37_the_old_key_is_good_until_its_end_and_not_after(self) -> None:
        now = timezone.now()
        old = SigningKey.objects.get()
        new = rotate(environment="test", by=SYSTEM, at=now)
        assert new.signs_from > now
        end = new.signs_from + TOKEN_TIME
        for moment, kids in (
            (now, {old.kid, new.kid}),
            (new.signs_from + timedelta(seconds=1), {old.kid, new.kid}),
            (end - timedelta(seconds=1), {old.kid, new.kid}),
            (end + timedelta(seconds=1), {new.kid}),
        ):
            signing_keys.forget()
            for key in (old, new):
                found = signing_keys.public_key("test", key.kid, key.alg, moment)
                assert (found is not None) is (key.kid in kids), (moment, key)

    @pytest.mark.parametrize("roll", ["shown", "used"])
    def test_d37_an_api_that_keeps_one_key_alone_is_found(
        self, acme: Organization, settings: Settings, roll: str
    ) -> None:
        api = make_api(acme, short_name=ACME)
        make_scope(api, ACME_SCOPE)
        old = SigningKey.objects.get()
        new = rotate(environment="test", by=SYSTEM, at=timezone.now())
        if roll == "used":
            self.begin(new)
        kept = {"shown": old, "used": new}[roll]
        with serving(Api(settings.ISSUERS["test"], {kept.kid: kept.public_jwk})) as served:
            settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL, served.origin]
            Registered.objects.update(test_url=f"{served.origin}/things")
            check = check_of(api)

        row, word = {
            "shown": ("D37.next", "remark"),  # it may still fetch the key before that signs
            "used": ("D37.previous", "failed"),  # good tokens are refused now
        }[roll]
        assert findings(check) == {row: (word, "shut_out")}
        assert Result.objects.get(check_run=check, fault=row).status == 401

    def begin(self, new: SigningKey) -> None:
        """Let the time pass until the new key signs."""
        passed = new.signs_from - timezone.now()
        for key in SigningKey.objects.all():
            key.created_at -= passed
            key.signs_from -= passed
            if key.published_until:
                key.published_until -= passed
            key.save()
        signing_keys.forget()

    def end(self, old: SigningKey) -> None:
        """Let the time pass until the old key is shown no more."""
        SigningKey.objects.filter(pk=old.pk).update(published_until=timezone.now())
        signing_keys.forget()
