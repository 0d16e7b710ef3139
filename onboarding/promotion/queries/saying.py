"""What a case wants to put into production, what is there now, and what test says by now."""

from __future__ import annotations

from typing import Any

from onboarding.apis.models import Api, Scope
from onboarding.core.environments import Environment
from onboarding.promotion import content
from onboarding.promotion.models import Case, Release
from onboarding.promotion.states import STEPS, Action
from onboarding.systems import queries as systems
from onboarding.systems.models import Revision
from onboarding.systems.states import UriKind


def of_revision(revision: Revision) -> dict[str, Any]:
    """Return what a version says, with its own redirect URIs. Four queries."""
    return content.of_version(systems.content(revision))


def of_api(api: Api) -> dict[str, Any]:
    """Return what an API says. Two queries."""
    return {
        "kind": "api",
        "name": api.name,
        "short_name": api.short_name,
        "description": api.description,
        "dpop": api.dpop,
        "test_url": api.test_url,
        "scopes": list(
            api.scopes.order_by("name").values(
                "name", "description", "needs_approval", "is_sensitive"
            )
        ),
        "claims": list(
            api.claims.order_by("claim_type").values(
                "claim_type", "label", "help_text", "is_required"
            )
        ),
    }


def wanted(case: Case) -> dict[str, Any]:
    """Return what the case puts into production: fixed once it is sent in."""
    if case.content and case.status not in STEPS[Action.EDIT].sources:
        return dict(case.content)
    return for_production(case)


def for_production(case: Case) -> dict[str, Any]:
    """Return what test says, with the addresses of production in place of test's own."""
    if case.api is not None:
        return of_api(case.api) | {"test_url": case.test_url}
    assert case.revision is not None  # noqa: S101 - a constraint: a version or an API
    uris = list(case.uris.order_by("pk"))
    return of_revision(case.revision) | {
        "redirect_uris": [row.uri for row in uris if row.kind == UriKind.REDIRECT],
        "post_logout_uris": [row.uri for row in uris if row.kind == UriKind.POST_LOGOUT],
    }


def in_test(case: Case) -> dict[str, Any]:
    """Return what test says now, whatever the case was sent in with."""
    if case.api is not None:
        return of_api(case.api)
    assert case.system is not None  # noqa: S101 - a constraint: a version or an API
    current = systems.current(case.system)
    assert current is not None  # noqa: S101 - only what is published gets a case
    return of_revision(current)


def has_moved_on(case: Case) -> bool:
    """Say whether test has a newer version than the one the case is about."""
    if case.api is not None:
        if not case.content:
            return False
        now = of_api(case.api) | {"test_url": case.content["test_url"]}
        return bool(now != case.content)
    assert case.system is not None  # noqa: S101 - a constraint: a version or an API
    return case.system.current_id != case.revision_id


def newest_release(case: Case) -> Release | None:
    """Return what is live of the system or API that the case is about."""
    found = Release.objects.filter(case__system=case.system_id, case__api=case.api_id)
    return found.select_related("case").order_by("-number").first()


def sensitive_scopes(said: dict[str, Any]) -> list[str]:
    """Return those scopes of what is said that an API's owner has marked, in any environment."""
    if said["kind"] == "api":
        return [row["name"] for row in said["scopes"] if row["is_sensitive"]]
    found = Scope.objects.filter(name__in=content.scope_names(said), is_sensitive=True)
    return sorted(set(found.values_list("name", flat=True)))


def missing_scopes(said: dict[str, Any]) -> list[str]:
    """Return the scopes of a system that no API in production has."""
    if said["kind"] == "api":
        return []
    names = content.scope_names(said)
    there = Scope.objects.filter(environment=Environment.PRODUCTION, name__in=names)
    return sorted(set(names) - set(there.values_list("name", flat=True)))
