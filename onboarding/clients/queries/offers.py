"""What the wizard can offer: organisations, client systems, scopes by API, and claims."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from django.db.models import Case, IntegerField, Q, QuerySet, When

from onboarding.apis.models import Api, ApiClaim
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.rules import configurations as rules
from onboarding.clients.states import Access
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.rules import may
from onboarding.suppliers.states import Right
from onboarding.systems.models import ClientSystem, Revision, RevisionScope
from onboarding.systems.states import Selection

SHOWN = 20


class OfferedScope(NamedTuple):
    """A scope of the client system, and what this client's owner would get at once."""

    row: RevisionScope
    preselected: bool
    access: Access


class OfferedApi(NamedTuple):
    """An API of the client system; its owner decides about scopes that need approval."""

    api: Api
    scopes: list[OfferedScope]

    @property
    def waits(self) -> bool:
        return any(scope.access == Access.PENDING for scope in self.scopes)


def organizations(actor: Actor, environment: str) -> QuerySet[Organization]:
    """Return those that the actor may make clients for, by name."""
    known = actor.reach(Right.USE).get(environment, frozenset())
    here = [pk for pk in known if may(Right.USE, actor, pk, environment)]
    return Organization.objects.filter(pk__in=here).order_by("name", "pk")


def systems(environment: str, text: str, organization_id: int) -> list[ClientSystem]:
    """Return client systems whose name, or whose supplier's name, contains `text`; one's own first.

    With `current`, its tags and the supplier, `SHOWN` at most. Three queries.
    """
    found = ClientSystem.objects.offered(environment)
    if text:
        suppliers = Organization.objects.filter(name__icontains=text).values_list("pk", flat=True)
        found = found.filter(Q(name__icontains=text) | Q(organization__in=list(suppliers[:50])))
    own_first = Case(
        When(organization=organization_id, then=0), default=1, output_field=IntegerField()
    )
    related = found.select_related("current", "organization").prefetch_related("current__tags")
    return list(related.order_by(own_first, "name", "pk")[:SHOWN])


def revision_scopes(client: ClientConfiguration) -> list[RevisionScope]:
    """Return what the client system's version offers, by API and name. One query."""
    rows = RevisionScope.objects.filter(revision=client.revision_id)
    related = rows.select_related("scope__api__organization")
    return list(related.order_by("scope__api__name", "scope__api", "scope__name"))


def apis(client: ClientConfiguration) -> list[OfferedApi]:
    """Return what the client system's version offers, grouped by API. One query."""
    return [
        OfferedApi(
            api,
            [
                OfferedScope(
                    row,
                    row.selection == Selection.PRESELECTED,
                    rules.access(row.scope, client.organization_id),
                )
                for row in rows
            ],
        )
        for api, rows in groupby(revision_scopes(client), key=lambda row: row.scope.api)
    ]


def claims_needed(client: ClientConfiguration) -> list[ApiClaim]:
    """Return the claims that the APIs of the chosen scopes want filled in. One query."""
    chosen = client.scopes.values("scope__api")
    claims = ApiClaim.objects.filter(api__in=chosen).select_related("api")
    return list(claims.order_by("api__name", "label", "claim_type"))


def newer_revision(client: ClientConfiguration) -> Revision | None:
    """Return the version that the client system has got since it was chosen, if any.

    `client.revision.system.current` is loaded.
    """
    chosen = client.revision
    current = chosen.system.current if chosen else None
    return current if current != chosen else None
