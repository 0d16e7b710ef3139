"""A supplier's software as the tests need it: makes drafts, and looks after its client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.clients.models import ClientConfiguration
from onboarding.suppliers.models import Organization
from onboarding.systems import automation_key
from onboarding.systems.models import AutomationKey, ClientSystem
from onboarding.systems.states import ApplicationType, Selection
from tests import factories
from tests.leaks import remember_secret
from tests.machines import GONE, Machine, make_signing_key, private_jwk, without

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

BASE = "/test/api/v1/"
OWN = "nhn:selvbetjening/client"
REGISTER = "nhn:cp-api/access"
MESSAGES = "nhn:msh/api"
HER_ID = "nhn:msh/client/claims/herid"
PRIVATE = ("d", "p", "q", "dp", "dq", "qi")
CALLBACK = "http://localhost:1337/callback"


def public_of(private: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in private.items() if name not in PRIVATE}


def scope(name: str, **fields: Any) -> Scope:
    """A scope of that name in test, made with its API unless it is there."""
    if found := Scope.objects.filter(environment=factories.TEST, name=name).first():
        return found
    owner = factories.make_organization("Helsenettdrift")
    api = factories.make_api(owner, short_name=name.partition("/")[0])
    return factories.make_scope(api, name, **fields)


def make_system(supplier: Organization, by: User, **fields: Any) -> ClientSystem:
    """A system that offers its own API, the register, and messages that must be approved."""
    known = Scope.objects.filter(environment=factories.TEST, name=MESSAGES).exists()
    messages = scope(MESSAGES, needs_approval=True)
    if not known:
        factories.make_claim(messages.api, HER_ID)
    offered = {
        scope(OWN): Selection.PRESELECTED,
        scope(REGISTER): Selection.PRESELECTED,
        messages: Selection.AVAILABLE,
    }
    fields = {"application_type": ApplicationType.INSTALLED, "name": "Nordlys Journal"} | fields
    return factories.make_system(supplier, scopes=offered, by=by, **fields)


class Software:
    """What a supplier ships: an automation key of its system, and a key pair for one customer."""

    def __init__(self, system: ClientSystem, customer: Organization, which: int = 0) -> None:
        self.system, self.customer = system, customer
        self.secret = automation_key.new()
        remember_secret(self.secret)
        self.key: AutomationKey = factories.make_automation_key(system, secret=self.secret)
        self.private = private_jwk("ES256", 500 + which)
        self.http = Client()

    def body(self, **changes: Any) -> dict[str, Any]:
        """A draft that is right in everything but what is given."""
        return without(
            {
                "organizationNumber": self.customer.number,
                "publicJwk": json.dumps(public_of(self.private)),
                "postClientConfirmationRedirectUri": CALLBACK,
            }
            | changes
        )

    def post(
        self,
        body: Any = None,
        *,
        key: Any = None,
        query: str = "",
        base: str = BASE,
        **headers: Any,
    ) -> Answer:
        sent = without({"api-key": key or self.secret} | headers)
        content = body if isinstance(body, str | bytes) else json.dumps(body or self.body())
        return self.http.post(
            f"{base}client-drafts{query}", content, content_type="application/json", headers=sent
        )

    def draft(self, **changes: Any) -> str:
        """Make a draft; return the id of the client that it may become."""
        answer = self.post(self.body(**changes))
        assert answer.status_code == 200, answer.content
        return str(json.loads(answer.content)["clientId"])


class Own:
    """A confirmed client's software: a token for its own API, and a fresh proof for each call."""

    def __init__(self, machine: Machine, token: str = "") -> None:
        self.machine = machine
        self.token = token or machine.meet().token(scope=OWN)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        base: str = BASE,
        token: Any = None,
        proof: Any = None,
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
        host: str = "",
    ) -> Answer:
        """Call an operation; `body` is sent as JSON unless it is text already."""
        url = f"{settings.BASE_URL}{base}{path}"
        fresh = self.machine.proof(
            token=self.token, htm=method, htu=url.partition("?")[0], nonce=GONE
        )
        sent = without(
            {"Authorization": token or f"DPoP {self.token}", "DPoP": proof or fresh}
            | (headers or {})
        )
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.machine.http.generic(
            method,
            url.removeprefix(settings.BASE_URL),
            "" if body is None else content,
            content_type=content_type,
            headers=sent,
            HTTP_HOST=host or urlsplit(settings.BASE_URL).netloc,
        )


def own_client(client: ClientConfiguration, which: int = 0) -> Own:
    """A client's software with a registered key, at an authorization server that can sign."""
    make_signing_key(client.environment)
    return Own(Machine(client, which=600 + which))


def problem(answer: Answer) -> tuple[int, list[tuple[str, str]]]:
    """The status of a refusal, and the code and place of each fault."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    found = json.loads(answer.content)
    assert found["status"] == answer.status_code
    for fault in found["errors"]:
        assert fault["type"] == f"{settings.BASE_URL}/help/errors/{fault['code']}"
        assert fault["detail"]
    return answer.status_code, [(fault["code"], fault["pointer"]) for fault in found["errors"]]
