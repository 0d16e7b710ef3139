"""The demo's real organisations: who can take something to production, and use it there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings

from onboarding.accounts.models import User
from onboarding.apis import services as apis
from onboarding.apis.models import Api, ApiClaim, Scope
from onboarding.core.environments import Environment
from onboarding.suppliers.models import Membership, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from onboarding.systems.states import ApplicationType, Selection
from portal.demo_systems import make_system

TEST: Final = Environment.TEST
PRODUCTION: Final = Environment.PRODUCTION
SUPPLIER: Final = "310993514"
CUSTOMER: Final = "315774209"
SYSTEM: Final = "Fyrlykta Journal"


def make(people: Mapping[str, User], access: Scope, messages: Scope, at: datetime) -> None:
    """Make the real organisations, the APIs of production, and a client system in test.

    The owner of the APIs is real too. Its APIs in production were there before the portal was:
    they have no case.
    """
    owner = access.api.organization
    owner.is_synthetic = False
    owner.save(update_fields=["is_synthetic"])
    supplier = _organization(SUPPLIER, "Fyrlykta Journal AS", at)
    customer = _organization(CUSTOMER, "Solbakken legesenter", at)
    for person, organization, environment in (
        ("tora", supplier, TEST),
        ("tora", supplier, PRODUCTION),
        ("live", customer, PRODUCTION),
        ("solveig", owner, PRODUCTION),
    ):
        Membership.objects.create(
            user=people[person],
            organization=organization,
            environment=environment,
            role=Role.ADMIN,
            created_at=at,
        )
    _mark_sensitive(messages, people["solveig"], at)
    for api in (access.api, messages.api):
        _in_production(api, at)
    make_system(
        supplier.pk,
        SYSTEM,
        ApplicationType.SERVER,
        {access.pk: Selection.PRESELECTED, messages.pk: Selection.AVAILABLE},
        person=people["tora"],
        at=at,
    )


def _organization(number: str, name: str, at: datetime) -> Organization:
    return Organization.objects.create(number=number, name=name, created_at=at)


def _mark_sensitive(scope: Scope, owner: User, at: datetime) -> None:
    apis.change_scope(
        scope_id=scope.pk,
        description=scope.description,
        needs_approval=scope.needs_approval,
        is_sensitive=True,
        by=actor_for(owner),
        at=at,
    )


def _in_production(api: Api, at: datetime) -> None:
    known = {name: getattr(api, name) for name in ("name", "short_name", "description", "dpop")}
    live = Api.objects.create(
        environment=PRODUCTION,
        organization=api.organization,
        test_url=api.test_url.replace(
            f"{settings.BASE_URL}/test/", f"{settings.BASE_URL}/production/"
        ),
        created_at=at,
        changed_at=at,
        **known,
    )
    for scope in api.scopes.order_by("name"):
        Scope.objects.create(
            api=live,
            environment=PRODUCTION,
            name=scope.name,
            description=scope.description,
            needs_approval=scope.needs_approval,
            is_sensitive=scope.is_sensitive,
            created_at=at,
        )
    for claim in api.claims.order_by("claim_type"):
        ApiClaim.objects.create(
            api=live,
            claim_type=claim.claim_type,
            label=claim.label,
            help_text=claim.help_text,
            is_required=claim.is_required,
            created_at=at,
        )
