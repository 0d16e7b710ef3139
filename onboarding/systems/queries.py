"""Reads over client systems and their revisions."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from onboarding.apis.models import Api, Scope
from onboarding.audit.models import Event
from onboarding.systems.content import Change, ChosenScope, Content, changes
from onboarding.systems.models import (
    AutomationKey,
    AutomationKeyQuerySet,
    ClientSystem,
    Package,
    PackageQuerySet,
    Revision,
    RevisionQuerySet,
    RevisionScope,
)
from onboarding.systems.states import Tag, UriKind

HISTORY = 10  # versions on one page
KEYS = 50  # automation keys on one page: 20 may be in use, the others have ended
OFFERED = 20  # APIs on one page: more is a matter for the search


def with_content(revisions: RevisionQuerySet) -> RevisionQuerySet:
    """Return `revisions` so that content() of each costs nothing more (three queries for all)."""
    return revisions.prefetch_related("tags", "uris", "scopes__scope")


def content(revision: Revision) -> Content:
    """Return what a revision says. Four queries, none after with_content()."""
    tags = {row.tag for row in revision.tags.all()}
    uris = sorted(revision.uris.all(), key=lambda row: row.pk)
    scopes = sorted(ChosenScope(row.scope.name, row.selection) for row in revision.scopes.all())
    return Content(
        name=revision.name,
        application_type=revision.application_type,
        tags=tuple(tag for tag in Tag.values if tag in tags),
        machine_to_machine=revision.machine_to_machine,
        user_login=revision.user_login,
        redirect_uris=tuple(row.uri for row in uris if row.kind == UriKind.REDIRECT),
        post_logout_uris=tuple(row.uri for row in uris if row.kind == UriKind.POST_LOGOUT),
        refresh_tokens=revision.refresh_tokens,
        tenancy=revision.tenancy,
        algorithm=revision.algorithm,
        scopes=tuple(scopes),
    )


def draft(system: ClientSystem) -> Revision | None:
    """Return the revision being worked on, with its content; None where all are published."""
    found = with_content(Revision.objects.filter(system=system, published_at=None))
    return found.select_related("system").first()


def current(system: ClientSystem) -> Revision | None:
    """Return the newest published revision, with its content."""
    if system.current_id is None:
        return None
    found = with_content(Revision.objects.filter(pk=system.current_id))
    return found.select_related("published_by").first()


def selections(revision: Revision) -> dict[UUID, str]:
    """Return the chosen scopes of a revision: its Selection for each scope's id."""
    return {row.scope_id: row.selection for row in revision.scopes.all()}


def offered_apis(environment: str, *, text: str, chosen: Iterable[UUID]) -> QuerySet[Api]:
    """Return APIs to choose scopes from: those chosen already, then by name.

    `text` narrows to a part of the name, the short name or the owner's name. OFFERED at most.
    """
    scopes = Prefetch("scopes", Scope.objects.order_by("name"))
    mine = Api.objects.published(environment).filter(scopes__in=list(chosen))
    others = Api.objects.published(environment).filter(
        Q(name__icontains=text)
        | Q(short_name__icontains=text)
        | Q(organization__name__icontains=text)
    )
    ids = [*mine.values_list("pk", flat=True).distinct(), *_first(others)]
    found = Api.objects.filter(pk__in=ids).select_related("organization")
    return found.prefetch_related(scopes).order_by("name", "short_name")


def _first(apis: QuerySet[Api]) -> list[UUID]:
    return list(apis.order_by("name", "short_name").values_list("pk", flat=True)[:OFFERED])


def last_saved(revision: Revision) -> Event | None:
    """Return the event that tells who saved a draft last, and when."""
    label = f"{revision._meta.label_lower}:{revision.pk}"
    return Event.objects.filter(subject=label).order_by("-seq").first()


def with_drafts(systems: Iterable[ClientSystem]) -> set[UUID]:
    """Return the ids of those that have a draft."""
    drafts = Revision.objects.filter(system__in=list(systems), published_at=None)
    return set(drafts.values_list("system_id", flat=True))


class Version(NamedTuple):
    """A revision in the history of its system, with what it changed; None for the first."""

    revision: Revision
    changes: list[Change] | None


def history(revisions: RevisionQuerySet, *, before: int | None) -> tuple[list[Version], int | None]:
    """Return versions of one system, newest first, and the number to go on before, if any.

    `before` is a version number to begin below. Five queries, however many versions there are.
    """
    ordered = with_content(revisions).select_related("created_by", "published_by")
    if before is not None:
        ordered = ordered.filter(number__lt=before)
    found = list(ordered.order_by("-number")[: HISTORY + 1])
    said = [content(revision) for revision in found]
    shown = [
        Version(revision, changes(older, newer) if older else None)
        for revision, newer, older in zip_longest(found[:HISTORY], said[:HISTORY], said[1:])
        if revision
    ]
    return shown, shown[-1].revision.number if len(found) > HISTORY else None


def newest_keys(keys: AutomationKeyQuerySet) -> list[AutomationKey]:
    """Return automation keys, the newest first, with who made and ended them. KEYS at most."""
    related = keys.select_related("created_by", "ended_by")
    return list(related.order_by("-created_at", "-pk")[:KEYS])


def newest_packages(packages: PackageQuerySet) -> list[Package]:
    """Return packages, those in use first, with their scopes and people. KEYS at most."""
    related = packages.select_related("created_by", "ended_by").prefetch_related("scopes")
    in_use_first = F("ended_at").desc(nulls_first=True)
    return list(related.order_by(in_use_first, "-created_at", "-pk")[:KEYS])


def offered_scopes(system: ClientSystem) -> list[RevisionScope]:
    """Return what the published version offers, by API and name. One query."""
    rows = RevisionScope.objects.filter(revision=system.current_id)
    return list(rows.select_related("scope__api").order_by("scope__api__name", "scope__name"))


def automation_key(digest: str, environment: str) -> AutomationKey | None:
    """Return the key in use with that digest, with its system and the system's current version."""
    keys = AutomationKey.objects.select_related("system__current", "system__organization")
    found = keys.filter(digest=digest, ended_at=None, system__environment=environment)
    # Not `first()`, which has one row be sorted.
    return next(iter(found), None)
