"""The people, the APIs and the software of the walk from test to production.

What stands here was there before the walk begins: organisations, people, an API in both
environments, contact points. All that the walk is about is done in browsers and over HTTP.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from jwcrypto import jwk

from onboarding.accounts.models import User
from onboarding.checklists.models import EvidencePeriod
from onboarding.core.environments import Environment
from onboarding.suppliers import tokens
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.services import contacts
from onboarding.suppliers.states import Reach, Role
from onboarding.systems.models import ClientSystem
from onboarding.traffic.models import Trace
from onboarding.traffic.services.recording import flush
from tests.browser.journey import API, SCOPE, SUPPLIER
from tests.browser.onboarding import Software
from tests.checklists.making import first_version
from tests.factories import make_api, make_membership, make_organization, make_scope, make_user
from tests.machines import make_signing_key
from tests.suppliers.making import make_signatory, make_supplier, make_terms

CALLED = "cp-api/CommunicationPartyEvents"


@dataclass(frozen=True)
class World:
    """Who takes part. Tora writes for the supplier, Sigrid may bind it, Solveig owns the API."""

    supplier: Organization
    owner: Organization
    tora: User
    sigrid: User
    solveig: User
    ingrid: User
    jonas: User

    @property
    def people(self) -> tuple[User, ...]:
        return self.tora, self.sigrid, self.solveig, self.ingrid, self.jonas

    @property
    def system(self) -> ClientSystem:
        """The client system in test that the walk is about, once there is one."""
        return ClientSystem.objects.get(environment=Environment.TEST)

    def at(self, view: str, *args: object, environment: str = "test", owner: bool = False) -> str:
        """Return the address of a page of the supplier's, or of the API's owner's."""
        number = (self.owner if owner else self.supplier).number
        return settings.BASE_URL + reverse(view, args=[environment, number, *args])


def make_world() -> World:
    """Make what the walk begins with: the checklist, an approved supplier, a sensitive scope."""
    first_version()
    supplier = make_organization(SUPPLIER, is_synthetic=False)
    owner = make_organization("Helsenettdrift", is_synthetic=False)
    tora = make_user("tora", organization=supplier, role=Role.ADMIN)
    solveig = make_user("solveig", organization=owner, role=Role.ADMIN)
    make_membership(tora, supplier, role=Role.ADMIN, environment=Environment.PRODUCTION)
    make_membership(solveig, owner, role=Role.ADMIN, environment=Environment.PRODUCTION)
    make_supplier(supplier)
    make_terms()
    for environment in Environment:
        make_signing_key(environment)
        _make_api(owner, environment)
    _make_contacts(supplier, tora)
    reviewers = [make_user(name, is_reviewer=True) for name in ("ingrid", "jonas")]
    return World(
        supplier, owner, tora, make_signatory(supplier, username="sigrid"), solveig, *reviewers
    )


def _make_api(owner: Organization, environment: str) -> None:
    api = make_api(
        owner,
        environment=environment,
        name=API,
        short_name=SCOPE.partition("/")[0],
        test_url=f"{settings.BASE_URL}/{environment}/{CALLED}",
    )
    make_scope(api, SCOPE, needs_approval=True, is_sensitive=True)


def _make_contacts(supplier: Organization, tora: User) -> None:
    """Two addresses that answered their letters, and somebody who follows the changes."""
    now, by = timezone.now(), actor_for(tora)
    for purpose in (Reach.OPERATIONS, Reach.SECURITY):
        email = f"{purpose}@nordlys.example"
        asked = contacts.add(
            organization_id=supplier.pk, purpose=purpose, email=email, by=by, at=now
        )
        contacts.verify(digest=tokens.digest(asked.token), at=now)
    contacts.follow(organization_id=supplier.pk, by=by, at=now)


class Installed(Software):
    """The supplier's program as it should be: it reads metadata once, and keeps its nonce."""

    def __init__(self, environment: str, file: Path) -> None:
        content = json.loads(file.read_text())
        key = jwk.JWK(**json.loads(content["privateJwk"]))
        super().__init__(settings.BASE_URL, settings.ISSUERS[environment], key)
        self.environment = environment
        self.client_id = content["clientId"]
        self.nonce = ""
        address = f"{self.issuer}/.well-known/openid-configuration"
        self.endpoint = requests.get(address, timeout=10).json()["token_endpoint"]

    def token(self, scope: str = SCOPE) -> str:
        """Ask for a token over HTTP, once more where the answer is a new nonce."""
        answer = self._ask_with_nonce(scope)
        if answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce":
            answer = self._ask_with_nonce(scope)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def _ask_with_nonce(self, scope: str) -> requests.Response:
        known = {"nonce": self.nonce} if self.nonce else {}
        answer = self._ask(self.endpoint, scope, **known)
        self.nonce = answer.headers.get("DPoP-Nonce", self.nonce)
        return answer

    def read(self) -> Any:
        """Call the API with a token of its own."""
        answer = self.call("GET", f"/{self.environment}/{CALLED}", self.token())
        assert answer.status_code == 200, answer.text
        return answer.json()


def work_for_an_hour(program: Installed) -> None:
    """Let the program ask for tokens and call the API, with a token for each two minutes.

    Every request is a real one. Nobody waits between them: the rows, and the beginning of the
    evidence period, are put back in time afterwards.
    """
    for _ in range(5):
        assert program.read()["communicationParties"]
    for _ in range(17):
        program.token()
    flush()
    hour = timedelta(hours=1)
    for period in EvidencePeriod.objects.filter(ended_at=None):
        period.started_at -= hour
        period.save(update_fields=["started_at"])
    asked = Trace.objects.filter(client=UUID(program.client_id), endpoint="token", origin="client")
    for number, trace in enumerate(asked.filter(outcome="ok").order_by("-at", "-id")):
        apart = timedelta(minutes=2 * number)
        ends = trace.token_expires_at
        assert ends
        asked.filter(pk=trace.pk).update(at=trace.at - apart, token_expires_at=ends - apart)
    # The nonce was asked for before the first token.
    first = asked.order_by("at").first()
    assert first
    asked.filter(outcome="nonce").update(at=first.at - timedelta(seconds=1))
