"""Reads over consents: what a version needs, and what an API's owner is asked."""

from __future__ import annotations

from onboarding.apis.models import Scope
from onboarding.clients.models import Consent, ConsentQuerySet
from onboarding.clients.states import Access
from onboarding.core.environments import Environment
from onboarding.systems.models import Revision

SHOWN = 50


def guarded(revision: Revision) -> list[Scope]:
    """Return the scopes of production that a version needs its owners' yes to, by name.

    Production's own scopes say so, by the names that the version has. Nobody is asked for his
    own. One query.
    """
    names = revision.scopes.values("scope__name")
    found = Scope.objects.filter(
        environment=Environment.PRODUCTION, name__in=names, needs_approval=True
    )
    others = found.exclude(api__organization=revision.system.organization_id)
    return list(others.select_related("api__organization").order_by("name"))


def answers(revision: Revision) -> dict[object, Consent]:
    """Return what owners have said of the version's system, by the id of the scope. One query."""
    found = Consent.objects.filter(system=revision.system_id).select_related("decided_by")
    return {row.scope_id: row for row in found}


def listed(consents: ConsentQuerySet, *, decided: bool) -> list[Consent]:
    """Return those that wait, the oldest first, or those that are answered, the newest first.

    SHOWN at most, with all that the page shows. One query.
    """
    if decided:
        rows = consents.exclude(access=Access.PENDING).order_by("-decided_at", "pk")
    else:
        rows = consents.waiting().order_by("asked_at", "pk")
    return list(in_full(rows)[:SHOWN])


def in_full(consents: ConsentQuerySet) -> ConsentQuerySet:
    return consents.select_related(
        "scope__api", "system__organization", "system__current", "asked_by", "decided_by"
    )


def guarded_in_test_only(revision: Revision) -> list[Scope]:
    """Return guarded scopes of the version that production has none of that name of. One query."""
    there = Scope.objects.filter(environment=Environment.PRODUCTION).values("name")
    mine = revision.scopes.values("scope")
    found = Scope.objects.filter(pk__in=mine, needs_approval=True).exclude(name__in=there)
    others = found.exclude(api__organization=revision.system.organization_id)
    return list(others.select_related("api__organization").order_by("name"))
