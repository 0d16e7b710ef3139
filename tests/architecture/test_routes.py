"""Every address of the site, visited as everyone: one table, and no address outside it.

A cell is what the person gets: 302 to the login, 404 for what they may not know exists, 403 for
what they may see but not do. All come to the same rows, one after the other: after a writer has
done a thing, the administrator may be too late (404, 409).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from onboarding.accounts.models import User
from onboarding.apis.models import ApiClaim, Scope
from onboarding.clients.models import ClientClaim
from onboarding.clients.states import Access, Status
from onboarding.keys.models import KeyMaking
from onboarding.smoketests.models import Run
from onboarding.smoketests.states import Signer
from onboarding.suppliers.models import Invitation, Organization
from onboarding.suppliers.states import Role
from onboarding.systems.states import Selection
from tests import factories
from tests.checklists import making as checklists
from tests.constants import NOON
from tests.promotion import making as making_promotion
from tests.suppliers.making import (
    make_acceptance,
    make_change,
    make_contact_point,
    make_terms,
)

pytestmark = pytest.mark.django_db


class Route(NamedTuple):
    """An act on an address: the name of the address, and which row it is about."""

    method: str
    name: str
    row: str


# Nobody, an outsider, a reader, a reviewer of the platform, a writer, an administrator.
WHO = ("", "charlie", "bob", "rita", "alice", "anna")


TABLE: dict[Route, tuple[int, ...]] = {
    Route("GET", "home", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "acting", ""): (302, 404, 200, 200, 200, 200),
    Route("POST", "evidence:add_file", "checkpoint"): (302, 404, 403, 403, 422, 422),
    Route("POST", "evidence:add_link", "checkpoint"): (302, 404, 403, 403, 422, 422),
    Route("GET", "evidence:api", "api"): (302, 404, 200, 200, 200, 200),
    Route("POST", "evidence:begin", "api"): (302, 404, 403, 403, 302, 302),
    Route("POST", "evidence:clients", "system"): (302, 404, 403, 403, 422, 422),
    Route("GET", "evidence:download", "material"): (302, 404, 200, 200, 200, 200),
    Route("POST", "evidence:hand_api", "api_test"): (302, 404, 200, 403, 200, 200),
    Route("POST", "evidence:ask_consent", "system"): (302, 404, 403, 403, 409, 409),
    Route("POST", "evidence:hand_system", "system_test"): (302, 404, 200, 403, 200, 200),
    Route("GET", "evidence:item", "checkpoint"): (302, 404, 200, 200, 200, 200),
    Route("POST", "evidence:period", "system"): (302, 404, 403, 403, 422, 422),
    Route("GET", "evidence:ready_api", "api"): (302, 404, 200, 200, 200, 200),
    Route("GET", "evidence:ready_system", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "evidence:system", "system"): (302, 404, 200, 200, 200, 200),
    Route("POST", "evidence:token_life", "measured"): (302, 404, 403, 403, 302, 302),
    Route("POST", "evidence:withdraw", "material"): (302, 404, 403, 403, 302, 409),
    Route("GET", "api", "api"): (302, 404, 200, 200, 200, 200),
    Route("GET", "apis:add_claim", "api"): (302, 404, 403, 403, 200, 200),
    Route("POST", "apis:add_claim", "api"): (302, 404, 403, 403, 422, 422),
    Route("GET", "apis:add_scope", "api"): (302, 404, 403, 403, 200, 200),
    Route("POST", "apis:add_scope", "api"): (302, 404, 403, 403, 422, 422),
    Route("GET", "apis:change", "api"): (302, 404, 403, 403, 200, 200),
    Route("POST", "apis:change", "api"): (302, 404, 403, 403, 422, 422),
    Route("GET", "apis:change_claim", "claim"): (302, 404, 403, 403, 200, 200),
    Route("POST", "apis:change_claim", "claim"): (302, 404, 403, 403, 422, 422),
    Route("GET", "apis:change_scope", "scope"): (302, 404, 403, 403, 200, 200),
    Route("POST", "apis:change_scope", "scope"): (302, 404, 403, 403, 302, 302),
    Route("GET", "apis:list", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "apis:new", ""): (302, 404, 403, 403, 200, 200),
    Route("POST", "apis:new", ""): (302, 404, 403, 403, 422, 422),
    Route("POST", "apis:remove_claim", "claim"): (302, 404, 403, 403, 302, 404),
    Route("POST", "apis:remove_scope", "scope"): (302, 404, 403, 403, 409, 409),
    Route("GET", "approval:own", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "approval:step", "act"): (302, 404, 403, 403, 403, 200),
    Route("POST", "approval:step", "act"): (302, 404, 422, 422, 422, 422),
    Route("GET", "client", "client"): (302, 404, 200, 200, 200, 200),
    Route("GET", "clients:claims", "begun"): (302, 404, 403, 403, 200, 200),
    Route("POST", "clients:claims", "begun"): (302, 404, 403, 403, 302, 302),
    Route("GET", "clients:decide", "request"): (302, 404, 200, 200, 200, 200),
    Route("POST", "clients:decide", "request"): (302, 404, 403, 403, 422, 422),
    # Asked of owners in production only: tests/clients/test_consents.py.
    Route("GET", "clients:decide_consent", "client"): (302, 404, 404, 404, 404, 404),
    Route("POST", "clients:decide_consent", "client"): (302, 404, 404, 404, 404, 404),
    Route("POST", "clients:decide_claim", "value"): (302, 404, 403, 403, 409, 409),
    Route("POST", "clients:discard", "begun"): (302, 404, 403, 403, 302, 404),
    Route("GET", "clients:file", "client"): (302, 404, 200, 200, 200, 200),
    Route("GET", "clients:list", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "clients:new", ""): (302, 404, 200, 200, 200, 200),
    Route("POST", "clients:new", ""): (302, 404, 403, 403, 302, 302),
    Route("GET", "clients:organization", "begun"): (302, 404, 403, 403, 200, 200),
    Route("POST", "clients:organization", "begun"): (302, 404, 403, 403, 422, 422),
    Route("GET", "clients:requests", ""): (302, 404, 200, 200, 200, 200),
    Route("POST", "clients:resume", "stopped"): (302, 404, 403, 403, 302, 409),
    Route("GET", "clients:scopes", "begun"): (302, 404, 403, 403, 200, 200),
    Route("POST", "clients:scopes", "begun"): (302, 404, 403, 403, 422, 422),
    Route("GET", "clients:setup", "begun"): (302, 404, 302, 302, 302, 302),
    Route("GET", "clients:stop", "client"): (302, 404, 403, 403, 200, 200),
    Route("POST", "clients:stop", "client"): (302, 404, 403, 403, 302, 409),
    Route("GET", "clients:system", "begun"): (302, 404, 403, 403, 200, 200),
    Route("POST", "clients:system", "begun"): (302, 404, 403, 403, 422, 422),
    Route("GET", "exceptions", "client"): (302, 404, 200, 200, 200, 200),
    Route("POST", "exceptions", "client"): (302, 404, 404, 404, 404, 404),
    Route("GET", "drafts", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "drafts_csv", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "new_list", "system"): (302, 404, 403, 403, 200, 200),
    Route("POST", "new_list", "system"): (302, 404, 403, 403, 422, 422),
    Route("GET", "customer_list", "customer_list"): (302, 404, 200, 200, 200, 200),
    Route("POST", "customer_list", "customer_list"): (302, 404, 403, 403, 302, 302),
    Route("GET", "list_csv", "customer_list"): (302, 404, 200, 200, 200, 200),
    Route("GET", "keys:add", "client"): (302, 404, 403, 403, 200, 200),
    Route("POST", "keys:add", "client"): (302, 404, 403, 403, 422, 422),
    Route("POST", "keys:again", "making"): (302, 404, 403, 403, 409, 409),
    Route("GET", "keys:check", "begun"): (302, 404, 302, 302, 302, 302),
    Route("POST", "keys:check", "begun"): (302, 404, 302, 302, 302, 302),
    Route("GET", "keys:choose", "begun"): (302, 404, 403, 403, 200, 200),
    Route("POST", "keys:choose", "begun"): (302, 404, 403, 403, 422, 422),
    Route("POST", "keys:deliver", "making"): (302, 404, 403, 403, 409, 403),
    Route("GET", "keys:panel", "client"): (302, 404, 302, 302, 302, 302),
    Route("GET", "keys:prove", "key"): (302, 404, 403, 403, 200, 200),
    Route("POST", "keys:prove", "key"): (302, 404, 403, 403, 422, 422),
    Route("GET", "keys:revoke", "key"): (302, 404, 403, 403, 200, 200),
    Route("POST", "keys:revoke", "key"): (302, 404, 403, 403, 422, 422),
    Route("GET", "people:invite", ""): (302, 404, 403, 403, 403, 200),
    Route("POST", "people:invite", ""): (302, 404, 403, 403, 403, 422),
    Route("GET", "people:list", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "people:member", "member"): (302, 404, 200, 200, 200, 200),
    Route("POST", "people:remove", "member"): (302, 404, 403, 403, 403, 302),
    Route("POST", "people:resend", "invitation"): (302, 404, 403, 403, 403, 200),
    Route("POST", "people:role", "member"): (302, 404, 403, 403, 403, 422),
    Route("POST", "people:withdraw", "invitation"): (302, 404, 403, 403, 403, 302),
    Route("POST", "rights:end", "right"): (302, 404, 403, 403, 403, 302),
    Route("GET", "rights:give", ""): (302, 404, 403, 403, 403, 200),
    Route("POST", "rights:give", ""): (302, 404, 403, 403, 403, 422),
    Route("GET", "rights:history", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "rights:list", ""): (302, 404, 200, 200, 200, 200),
    Route("POST", "rights:open", ""): (302, 404, 403, 403, 403, 302),
    Route("GET", "smoketests:panel", "client"): (302, 404, 200, 200, 200, 200),
    Route("GET", "smoketests:run", "run"): (302, 404, 200, 200, 200, 200),
    Route("GET", "smoketests:runs", "client"): (302, 404, 200, 200, 200, 200),
    Route("POST", "smoketests:start", "client"): (302, 404, 403, 403, 422, 422),
    Route("GET", "system", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "systems:authentication", "drafted"): (302, 404, 403, 403, 200, 200),
    Route("POST", "systems:authentication", "drafted"): (302, 404, 403, 403, 422, 422),
    Route("GET", "systems:automation", "system"): (302, 404, 200, 200, 200, 200),
    Route("POST", "systems:automation", "system"): (302, 404, 403, 403, 422, 422),
    Route("POST", "promotion:addresses", "case"): (302, 404, 403, 403, 302, 302),
    Route("POST", "promotion:answer", "item"): (302, 404, 403, 403, 422, 422),
    Route("POST", "promotion:begin_api", "api"): (302, 404, 403, 403, 409, 409),
    Route("POST", "promotion:begin_system", "system"): (302, 404, 403, 403, 409, 409),
    Route("GET", "promotion:case", "case"): (302, 404, 200, 200, 200, 200),
    Route("GET", "promotion:changes", ""): (302, 404, 200, 200, 200, 200),
    Route("POST", "promotion:comment", "case"): (302, 404, 403, 409, 422, 422),
    # What acts on production lies there: tests/promotion/test_live_pages.py.
    Route("GET", "promotion:go_live", "case"): (302, 404, 404, 404, 404, 404),
    Route("GET", "promotion:release", "case"): (302, 404, 404, 404, 404, 404),
    Route("GET", "promotion:roll_back", "case"): (302, 404, 404, 404, 404, 404),
    Route("GET", "promotion:dossier", "case"): (302, 404, 200, 200, 200, 200),
    Route("GET", "promotion:list", ""): (302, 404, 200, 200, 200, 200),
    Route("POST", "promotion:newest", "case"): (302, 404, 403, 403, 409, 409),
    Route("POST", "promotion:submit", "case"): (302, 404, 403, 403, 409, 409),
    Route("GET", "promotion:withdraw", "case"): (302, 404, 403, 403, 200, 200),
    Route("POST", "promotion:withdraw", "case"): (302, 404, 403, 403, 302, 409),
    Route("GET", "systems:basics", "drafted"): (302, 404, 403, 403, 200, 200),
    Route("POST", "systems:basics", "drafted"): (302, 404, 403, 403, 422, 422),
    Route("GET", "systems:check", "drafted"): (302, 404, 403, 403, 200, 200),
    Route("POST", "systems:check", "drafted"): (302, 404, 403, 403, 422, 422),
    Route("GET", "systems:compare", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "systems:discard", "drafted"): (302, 404, 403, 403, 200, 200),
    Route("POST", "systems:discard", "drafted"): (302, 404, 403, 403, 302, 404),
    Route("GET", "systems:draft", "drafted"): (302, 404, 403, 403, 302, 302),
    Route("GET", "systems:end_key", "automation_key"): (302, 404, 403, 403, 200, 200),
    Route("POST", "systems:end_key", "automation_key"): (302, 404, 403, 403, 302, 409),
    Route("GET", "systems:list", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "systems:new", ""): (302, 404, 403, 403, 200, 200),
    Route("POST", "systems:new", ""): (302, 404, 403, 403, 422, 422),
    Route("GET", "systems:packages", "system"): (302, 404, 200, 200, 200, 200),
    Route("POST", "systems:packages", "system"): (302, 404, 403, 403, 422, 422),
    Route("POST", "systems:end_package", "package"): (302, 404, 403, 403, 302, 409),
    Route("POST", "systems:new_version", "system"): (302, 404, 403, 403, 302, 409),
    Route("GET", "systems:scopes", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "systems:services", "drafted"): (302, 404, 403, 403, 200, 200),
    Route("POST", "systems:services", "drafted"): (302, 404, 403, 403, 422, 422),
    Route("GET", "systems:settings", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "systems:versions", "system"): (302, 404, 200, 200, 200, 200),
    Route("GET", "testtokens:check", "api"): (302, 404, 200, 200, 200, 200),
    Route("GET", "testtokens:checks", "api"): (302, 404, 200, 200, 200, 200),
    Route("POST", "testtokens:nightly", "api"): (302, 404, 403, 403, 302, 302),
    Route("GET", "testtokens:past_check", "check"): (302, 404, 200, 200, 200, 200),
    Route("POST", "testtokens:start_check", "api"): (302, 404, 403, 403, 409, 409),
    Route("POST", "testtokens:end_key", "token_key"): (302, 404, 403, 403, 302, 409),
    Route("GET", "testtokens:new_key", ""): (302, 404, 403, 403, 200, 200),
    Route("POST", "testtokens:new_key", ""): (302, 404, 403, 403, 422, 422),
    Route("POST", "testtokens:page", ""): (302, 404, 403, 403, 422, 422),
    Route("GET", "testtokens:decode", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "testtokens:page", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "trace", "trace"): (302, 404, 200, 200, 200, 200),
    Route("GET", "traffic", "client"): (302, 404, 200, 200, 200, 200),
    Route("GET", "contacts:list", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "contacts:add", ""): (302, 404, 403, 403, 200, 200),
    Route("POST", "contacts:add", ""): (302, 404, 403, 403, 422, 422),
    Route("POST", "contacts:follow", ""): (302, 404, 302, 302, 302, 302),
    Route("POST", "contacts:again", "contact"): (302, 404, 403, 403, 200, 200),
    Route("POST", "contacts:remove", "contact"): (302, 404, 403, 403, 302, 404),
    Route("POST", "contacts:acknowledge", "change"): (302, 404, 302, 403, 302, 302),
    Route("POST", "handover_new", "errand"): (302, 404, 200, 403, 200, 200),
    Route("POST", "people:signatory", "member"): (302, 404, 403, 403, 403, 302),
    Route("GET", "terms:own", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "terms:accept", "terms"): (302, 404, 200, 200, 200, 200),
    Route("POST", "terms:accept", "terms"): (302, 404, 422, 422, 422, 422),
    Route("GET", "terms:receipt", "acceptance"): (302, 404, 200, 200, 200, 200),
    Route("GET", "webhooks:catalogue", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "webhooks:change", "endpoint"): (302, 404, 403, 403, 200, 200),
    Route("POST", "webhooks:change", "endpoint"): (302, 404, 403, 403, 422, 422),
    Route("GET", "webhooks:delivery", "delivery"): (302, 404, 200, 200, 200, 200),
    Route("GET", "webhooks:endpoint", "endpoint"): (302, 404, 200, 200, 200, 200),
    Route("GET", "webhooks:list", ""): (302, 404, 200, 200, 200, 200),
    Route("GET", "webhooks:new", ""): (302, 404, 403, 403, 200, 200),
    Route("POST", "webhooks:new", ""): (302, 404, 403, 403, 422, 422),
    Route("POST", "webhooks:remove", "endpoint"): (302, 404, 403, 403, 302, 404),
    Route("POST", "webhooks:replay", "delivery"): (302, 404, 403, 403, 302, 302),
    Route("POST", "webhooks:replay_failed", "endpoint"): (302, 404, 403, 403, 302, 302),
    Route("POST", "webhooks:rotate", "endpoint"): (302, 404, 403, 403, 200, 200),
    Route("POST", "webhooks:start", "endpoint"): (302, 404, 403, 403, 409, 409),
    Route("POST", "webhooks:stop", "endpoint"): (302, 404, 403, 403, 302, 409),
    Route("POST", "webhooks:test", "endpoint"): (302, 404, 403, 403, 302, 302),
    Route("GET", "why", ""): (302, 404, 200, 200, 200, 200),
    Route("POST", "why", ""): (302, 404, 422, 422, 422, 422),
}
# Pages of nobody's organisation, and programs' endpoints: their own tests say what they answer.
ELSEWHERE = {
    *("sts:token", "sts:metadata", "sts:jwks", "sts:nothing", "sts_metadata"),
    *("cpapi:openapi", "cpapi:docs"),
    *("cpapi:communication_party_events", "cpapi:communication_party_export"),
    *("ttt:create", "ttt:create_v1", "ttt:create_v0", "ttt:openapi", "ttt:docs"),
    *("ttt_v2", "ttt_v1", "ttt_v0"),
    *("selfservice:openapi", "selfservice:guide", "selfservice:reference", "selfservice:changes"),
    *(
        f"{namespace}:{name}"
        for namespace in ("selfservice", "selfservice_root")
        for name in (
            *(
                "client_drafts",
                "client_drafts_batch",
                "client",
                "client_status",
                "client_secrets",
                "confirm",
            ),
            *(
                "replace_client",
                "end_client",
                "change_client",
                "new_client_secret",
                "multi_tenant_delegations",
            ),
        )
    ),
    *("healthz", "language", "scheme"),
    *("diagnosis:errors", "diagnosis:error"),
    *("checklists:index", "checklists:version", "checklists:draft", "checklists:begin"),
    *("checklists:publish", "checklists:discard", "checklists:new", "checklists:edit"),
    "checklists:remove",
    *("accounts:login", "accounts:demo_login", "accounts:logout", "accounts:profile"),
    *("accounts:email", "suppliers:start", "suppliers:choose", "suppliers:register"),
    *("suppliers:invitation", "suppliers:follow", "package"),
    *("suppliers:terms", "suppliers:terms_new", "suppliers:terms_version"),
    *("suppliers:changes", "suppliers:change_new", "suppliers:change_edit"),
    *("suppliers:change_publish", "suppliers:verify_contact"),
    *("suppliers:handover", "suppliers:handover_follow"),
    *("suppliers:terms_edit", "suppliers:terms_publish"),
    *("suppliers:suppliers", "suppliers:supplier", "suppliers:decide"),
    *("notices:list", "notices:notice", "notices:read_all"),
    *("suppliers:any", "suppliers:represent"),
    *("desk:queue", "desk:case", "desk:take", "desk:join", "desk:put_back", "desk:hand_over"),
    *("desk:judge", "desk:condition", "desk:comment", "desk:decide", "desk:look", "desk:dossier"),
}


def routes(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        elif isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern.url_patterns, inner)


@pytest.fixture
def rows(acme: Organization, alice: User, files: Path) -> dict[str, list[object]]:
    """One row of each kind that an address can name, all of them Acme's."""
    colleague = factories.make_user(organization=acme, role=Role.READER)
    api = factories.make_api(acme)
    scope: Scope = factories.make_scope(api)
    claim: ApiClaim = factories.make_claim(api)
    endpoint = factories.make_endpoint(acme, by=alice)
    system = factories.make_system(acme, scopes={scope: Selection.PRESELECTED}, by=alice)
    drafted = factories.make_system(acme, published=False, by=alice)
    client = factories.make_client(acme, system=system, scopes={scope: Access.PENDING}, by=alice)
    begun = factories.make_client(acme, system=system, status=Status.DRAFT, by=alice, step="claims")
    stopped = factories.make_client(acme, system=system, status=Status.STOPPED, by=alice)
    key = factories.make_key(client, expires_at=NOON.replace(year=2099))
    run = Run.objects.create(
        client=client, key=key, signer=Signer.BROWSER, created_at=NOON, queued_at=NOON
    )
    making = KeyMaking.objects.create(
        client=client, kind="ES256", recipient={}, requested_by=alice, queued_at=NOON
    )
    trace = factories.make_trace(client)
    asked = ClientClaim.objects.create(
        client=client,
        claim=factories.make_claim(api, "other"),
        value="1",
        pending_value="2",
        asked_at=NOON,
    )
    automation_key = factories.make_automation_key(system, by=alice)
    invitation = Invitation.objects.create(
        token_hash="0" * 64,
        organization=acme,
        environment=factories.TEST,
        role="reader",
        email="new@acme.example",
        created_at=NOON,
        created_by=alice,
        expires_at=NOON.replace(year=2099),
    )
    token_key = factories.make_token_key(acme)
    terms = make_terms()
    acceptance = make_acceptance(acme, terms, colleague)
    case = making_promotion.make_case(system, by=alice)
    subject = checklists.of_version(system)
    material = checklists.shown(subject, by=alice)
    return {
        "": [],
        "token_key": [token_key.pk],
        "act": ["apply"],
        "errand": ["terms"],
        "contact": [make_contact_point(acme, alice).pk],
        "change": [make_change().pk],
        "terms": [terms.pk],
        "acceptance": [acceptance.pk],
        "check": [api.pk, factories.make_check(api).pk],
        "api": [api.pk],
        "package": [system.pk, factories.make_package(system, by=alice).pk],
        "endpoint": [endpoint.pk],
        "delivery": [endpoint.pk, factories.make_delivery(endpoint).pk],
        "scope": [scope.pk],
        "claim": [claim.pk],
        "system": [system.pk],
        "value": [asked.pk],
        "automation_key": [system.pk, automation_key.pk],
        "customer_list": [
            system.pk,
            factories.make_customer_list(automation_key, by=alice).pk,
        ],
        "drafted": [drafted.pk],
        "client": [client.pk],
        "trace": [client.pk, trace.pk],
        "begun": [begun.pk],
        "stopped": [stopped.pk],
        "key": [client.pk, key.pk],
        "making": [client.pk, making.pk],
        "run": [client.pk, run.pk],
        "request": [client.scopes.get().pk],
        "member": [colleague.memberships.get().pk],
        "invitation": [invitation.pk],
        "case": [case.pk],
        "item": [case.pk, making_promotion.ANSWERED],
        "checkpoint": [subject.pk, making_promotion.ANSWERED],
        "api_test": [api.pk, "test"],
        "system_test": [system.pk, "test"],
        "measured": [system.pk, client.pk],
        "material": [material.pk],
        "right": [factories.make_right(acme, to_email="noen@acme.example", by=alice).pk],
    }


def test_every_address_is_in_the_table() -> None:
    found = list(routes(get_resolver().url_patterns))

    assert len(found) == len(set(found))
    assert set(found) == {route.name for route in TABLE} | ELSEWHERE


@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route.method} {route.name}")
def test_everyone_gets_their_answer(
    route: Route,
    rows: dict[str, list[object]],
    request: pytest.FixtureRequest,
    client: Client,
    acme: Organization,
) -> None:
    url = reverse(route.name, args=[factories.TEST, acme.number, *rows[route.row]])
    answers = []
    for who in WHO:
        client.logout()
        if who:
            client.force_login(request.getfixturevalue(who))
        answers.append(client.generic(route.method, url).status_code)

    assert tuple(answers) == TABLE[route]


def test_a_wrong_method_is_explained(client: Client, alice: User, acme: Organization) -> None:
    client.force_login(alice)

    answer = client.post(reverse("home", args=[factories.TEST, acme.number]))

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert "<h1" in answer.content.decode()
