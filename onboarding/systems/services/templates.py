"""What is done to client systems: drafts are filled in step by step, and published as versions.

Whoever changes a draft holds the lock of its system, so steps, publication and discarding come
one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from onboarding.apis.models import Scope
from onboarding.audit.services import record
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.systems import queries, rules, uris
from onboarding.systems.models import (
    ClientSystem,
    Revision,
    RevisionScope,
    RevisionTag,
    RevisionUri,
)
from onboarding.systems.states import (
    Algorithm,
    ApplicationType,
    Selection,
    Step,
    Tag,
    Tenancy,
    UriKind,
)

# What a new version takes over from the one before, beside tags, addresses and scopes.
COPIED = (
    "name",
    "application_type",
    "machine_to_machine",
    "user_login",
    "refresh_tokens",
    "tenancy",
    "algorithm",
)


@transaction.atomic
def create_system(
    *, organization_id: int, environment: str, name: str, by: Actor, at: datetime
) -> ClientSystem:
    """Begin a client system: nobody else sees it before its first version is published.

    Raises NotPermitted.
    """
    rules.check_change(by, organization_id, environment)
    system = ClientSystem.objects.create(
        organization_id=organization_id, environment=environment, name=name, created_at=at
    )
    revision = Revision.objects.create(
        system=system, number=1, name=name, created_at=at, created_by_id=rules.person(by)
    )
    _record("system.create", system, revision, by, at)
    return system


@transaction.atomic
def save_basics(
    *,
    system_id: UUID,
    name: str,
    application_type: str,
    tags: Iterable[str],
    by: Actor,
    at: datetime,
    seen: str | None = None,
) -> Revision:
    """Answer the first step of a draft. `seen` is the fingerprint of the answers one started from.

    Raises NotPermitted, NotPossibleNow without a draft, and rules.Stale.
    """
    system, revision = _locked_draft(system_id, by)
    rules.check_fresh(queries.content(revision), Step.BASICS, seen)
    revision.name = name
    revision.application_type = ApplicationType(application_type)
    revision.save(update_fields=["name", "application_type"])
    revision.tags.all().delete()
    RevisionTag.objects.bulk_create(
        RevisionTag(revision=revision, tag=Tag(tag)) for tag in dict.fromkeys(tags)
    )
    _rename(system, name)
    _record("system.save", revision, revision, by, at, step=Step.BASICS.value)
    return revision


@transaction.atomic
def save_authentication(
    *,
    system_id: UUID,
    machine_to_machine: bool,
    user_login: bool,
    by: Actor,
    at: datetime,
    redirect_uris: Iterable[str] = (),
    post_logout_uris: Iterable[str] = (),
    refresh_tokens: bool = False,
    tenancy: str = Tenancy.SINGLE,
    algorithm: str = Algorithm.PS256,
    seen: str | None = None,
) -> Revision:
    """Answer how clients of a draft get their tokens. `seen` as in save_basics().

    Raises NotPermitted, NotPossibleNow without a draft, rules.Stale, and Invalid for an address
    that may not be registered and for refresh tokens without user login.
    """
    revision = _locked_draft(system_id, by)[1]
    rules.check_fresh(queries.content(revision), Step.AUTHENTICATION, seen)
    if refresh_tokens and not user_login:
        raise Invalid(_("Refresh-token krever brukerpålogging."), field="refresh_tokens")
    revision.machine_to_machine, revision.user_login = machine_to_machine, user_login
    revision.refresh_tokens = refresh_tokens
    revision.tenancy, revision.algorithm = Tenancy(tenancy), Algorithm(algorithm)
    revision.save(
        update_fields=[
            "machine_to_machine",
            "user_login",
            "refresh_tokens",
            "tenancy",
            "algorithm",
        ]
    )
    revision.uris.all().delete()
    _add_uris(revision, UriKind.REDIRECT, "redirect_uris", redirect_uris)
    _add_uris(revision, UriKind.POST_LOGOUT, "post_logout_uris", post_logout_uris)
    _record("system.save", revision, revision, by, at, step=Step.AUTHENTICATION.value)
    return revision


@transaction.atomic
def save_services(
    *,
    system_id: UUID,
    selections: Mapping[UUID, str],
    by: Actor,
    at: datetime,
    seen: str | None = None,
) -> Revision:
    """Choose scopes for a draft: a Selection for each scope's id, "" to leave it out.

    Scopes that are not mentioned stay as they are. `seen` as in save_basics(). Raises
    NotPermitted, NotPossibleNow without a draft, rules.Stale, and Invalid for a scope that does
    not exist in the environment.
    """
    system, revision = _locked_draft(system_id, by)
    rules.check_fresh(queries.content(revision), Step.SERVICES, seen)
    known = Scope.objects.filter(environment=system.environment, pk__in=list(selections))
    if known.count() != len(selections):
        raise Invalid(_("Et scope er fjernet av API-eieren. Last siden på nytt."))
    revision.scopes.filter(scope__in=list(selections)).delete()
    RevisionScope.objects.bulk_create(
        RevisionScope(revision=revision, scope_id=scope, selection=Selection(selection))
        for scope, selection in selections.items()
        if selection
    )
    _record("system.save", revision, revision, by, at, step=Step.SERVICES.value)
    return revision


@transaction.atomic
def publish(*, system_id: UUID, by: Actor, at: datetime, seen: str | None = None) -> Revision:
    """Make the draft the current version. From now on it never changes.

    New clients are made from it; clients of earlier versions keep theirs. Raises NotPermitted,
    NotPossibleNow without a draft, rules.Stale, and Invalid with all that is wrong with it.
    """
    system, revision = _locked_draft(system_id, by)
    content = queries.content(revision)
    rules.check_fresh(content, Step.CHECK, seen)
    rules.check_publish(content)
    revision.published_at, revision.published_by_id = at, rules.person(by)
    revision.save(update_fields=["published_at", "published_by"])
    system.current = revision
    system.save(update_fields=["current"])
    _record("system.publish", system, revision, by, at)
    return revision


@transaction.atomic
def new_version(*, system_id: UUID, by: Actor, at: datetime) -> Revision:
    """Copy the current version into a draft.

    Raises NotPermitted, and NotPossibleNow where a draft exists or nothing is published.
    """
    system = _locked(system_id, by)
    source = rules.check_new_version(system, queries.draft(system))
    numbers = Revision.objects.filter(system=system).aggregate(last=Max("number"))
    revision = Revision.objects.create(
        system=system,
        number=numbers["last"] + 1,
        created_at=at,
        created_by_id=rules.person(by),
        **{name: getattr(source, name) for name in COPIED},
    )
    _copy_parts(source, revision)
    _record("system.new_version", system, revision, by, at)
    return revision


@transaction.atomic
def discard_draft(*, system_id: UUID, by: Actor, at: datetime) -> bool:
    """Throw the draft away. Returns whether the system is still there.

    A system that never had a version goes with its draft. Raises NotPermitted, and
    NotPossibleNow without a draft.
    """
    system, revision = _locked_draft(system_id, by)
    _record("system.discard", system, revision, by, at)
    revision.delete()
    if system.current is None:
        system.delete()
        return False
    _rename(system, system.current.name)
    return True


def _locked(system_id: UUID, by: Actor) -> ClientSystem:
    # No joins: what a lock waited for shows in the locked row only.
    system = ClientSystem.objects.select_for_update().filter(pk=system_id).first()
    if system is None:
        raise NotPossibleNow(_("Klientsystemet er forkastet."))
    rules.check_change(by, system.organization_id, system.environment)
    return system


def _locked_draft(system_id: UUID, by: Actor) -> tuple[ClientSystem, Revision]:
    system = _locked(system_id, by)
    return system, rules.check_draft(queries.draft(system))


def _rename(system: ClientSystem, name: str) -> None:
    if system.name != name:
        system.name = name
        system.save(update_fields=["name"])


def _add_uris(revision: Revision, kind: UriKind, field: str, addresses: Iterable[str]) -> None:
    try:
        found = uris.lines("\n".join(addresses))
    except uris.BadUri as error:
        raise Invalid(str(error), field=field) from error
    RevisionUri.objects.bulk_create(
        RevisionUri(revision=revision, kind=kind, uri=uri) for uri in found
    )


def _copy_parts(source: Revision, copy: Revision) -> None:
    RevisionTag.objects.bulk_create(
        RevisionTag(revision=copy, tag=row.tag) for row in source.tags.order_by("pk")
    )
    RevisionUri.objects.bulk_create(
        RevisionUri(revision=copy, kind=row.kind, uri=row.uri) for row in source.uris.order_by("pk")
    )
    RevisionScope.objects.bulk_create(
        RevisionScope(revision=copy, scope_id=row.scope_id, selection=row.selection)
        for row in source.scopes.order_by("pk")
    )


def _record(
    kind: str,
    subject: ClientSystem | Revision,
    revision: Revision,
    by: Actor,
    at: datetime,
    **details: str,
) -> None:
    system = revision.system
    record(
        kind,
        subject=subject,
        actor=by.name,
        at=at,
        organization_id=system.organization_id,
        environment=system.environment,
        name=revision.name,
        version=revision.number,
        **details,
    )
