"""A complete client in the demo, made at once through the services: for a supplier's own CI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.clients import configuration_file
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.queries import blank_file, offers
from onboarding.clients.services import access
from onboarding.clients.services import configurations as clients
from onboarding.clients.states import Decision, KeyWay
from onboarding.jose.generation import generate
from onboarding.keys import kinds
from onboarding.keys import services as keys
from onboarding.keys.states import Origin
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from onboarding.systems import services as systems
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import Algorithm, ApplicationType, Selection, Tag
from portal import demo

MAKER: Final = "kari"
# What a required claim gets: for a HER-id it means all of the organisation's.
ANY: Final = "0"
PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e", "alg", "kid", "use")


class UnknownScope(Exception):
    """A scope that no API in the test environment has."""


@transaction.atomic
def make(*, alg: str, scopes: Sequence[str], at: datetime) -> configuration_file.File:
    """Make a client of the demo's supplier that gets tokens at once; return its file.

    `alg` is one of Algorithm; RSA keys get 3072 bits. Scopes that need it are approved by their
    APIs' owners. Raises UnknownScope.
    """
    demo.make(at)
    here = Scope.objects.filter(environment=demo.TEST, name__in=scopes)
    found = {scope.name: scope for scope in here}
    for name in scopes:
        if name not in found:
            raise UnknownScope(name)
    by = actor_for(User.objects.get(username=MAKER))
    supplier = demo.organization(demo.SUPPLIER)
    system = _system(list(found.values()), alg, supplier.pk, by, at)
    client = clients.begin(environment=demo.TEST, organization_id=supplier.pk, by=by, at=at)
    where: dict[str, Any] = {"client_id": client.pk, "by": by, "at": at}
    clients.choose_organization(organization_id=supplier.pk, **where)
    clients.choose_system(system_id=system.pk, **where)
    chosen = clients.choose_scopes(scope_ids=[scope.pk for scope in found.values()], **where)
    needed = offers.claims_needed(chosen)
    clients.fill_claims(values={claim.pk: ANY for claim in needed}, **where)
    return _with_key(client, alg, by, at)


def _with_key(
    client: ClientConfiguration, alg: str, by: Actor, at: datetime
) -> configuration_file.File:
    kind = kinds.usual(alg)
    private = generate(kind.name)
    public = {name: private[name] for name in PUBLIC if name in private}
    where: dict[str, Any] = {"client_id": client.pk, "by": by, "at": at}
    clients.choose_key(way=KeyWay.UPLOAD, kind=kind.name, **where)
    [key] = keys.register(
        text=json.dumps(public),
        alg=None,
        origin=Origin.UPLOAD,
        lifetime_days=kinds.LONGEST_LIFETIME,
        **where,
    )
    finished = keys.finish_setup(recipient=None, **where)
    for row in ClientScope.objects.filter(client=client).waiting().select_related("scope__api"):
        owner = _administrator(row.scope.api.organization_id)
        access.decide(Decision.APPROVE, access_id=row.pk, by=owner, at=at)
    return configuration_file.build(blank_file(finished), private, key.expires_at)


def _system(
    scopes: list[Scope], alg: str, supplier_id: int, by: Actor, at: datetime
) -> ClientSystem:
    """Return the client system for these scopes, made unless an earlier call has made it."""
    name = "CI " + " ".join(sorted(scope.name for scope in scopes))
    where: dict[str, Any] = {"by": by, "at": at}
    own = ClientSystem.objects.of(demo.TEST, supplier_id).filter(current__isnull=False)
    if earlier := own.filter(name=name[:100]).first():
        return earlier
    system = systems.create_system(
        organization_id=supplier_id, environment=demo.TEST, name=name[:100], **where
    )
    systems.save_basics(
        system_id=system.pk,
        name=system.name,
        application_type=ApplicationType.SERVER,
        tags=[Tag.OTHER],
        **where,
    )
    systems.save_authentication(
        system_id=system.pk,
        machine_to_machine=True,
        user_login=False,
        algorithm=Algorithm(alg),
        **where,
    )
    selections = {scope.pk: Selection.PRESELECTED for scope in scopes}
    systems.save_services(system_id=system.pk, selections=selections, **where)
    systems.publish(system_id=system.pk, **where)
    return system


def _administrator(organization_id: int) -> Actor:
    held = User.objects.filter(
        memberships__organization=organization_id,
        memberships__environment=demo.TEST,
        memberships__role=Role.ADMIN,
    )
    return actor_for(held.order_by("pk")[0])
