"""Packages: a named choice of a client system's scopes, with a link that customers open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.services.braking import check_change
from onboarding.systems import rules
from onboarding.systems.models import ClientSystem, Package, RevisionScope


@transaction.atomic
def make_package(
    *, system_id: UUID, name: str, scope_ids: Collection[UUID], by: Actor, at: datetime
) -> Package:
    """Make a package of scopes that the published version offers. It never changes; it ends.

    Raises NotPermitted, NotPossibleNow for a system without a published version or with
    rules.MOST_PACKAGES, Invalid for scopes that are not offered and for a name that is taken.
    """
    system = ClientSystem.objects.select_for_update().get(pk=system_id)
    rules.check_write(by, system.organization_id, system.environment)
    check_change(organization_id=system.organization_id, environment=system.environment, at=at)
    rules.check_new_package(system, Package.objects.filter(system=system, ended_at=None).count())
    offered = RevisionScope.objects.filter(revision=system.current_id, scope__in=scope_ids)
    scopes = [row.scope for row in offered.select_related("scope")]
    if not scopes or len(scopes) != len(set(scope_ids)):
        raise Invalid(_("Velg minst ett scope som klientsystemet tilbyr."), field="scope_ids")
    try:
        with transaction.atomic():
            package = Package.objects.create(
                system=system, name=name, created_at=at, created_by_id=rules.person(by)
            )
    except IntegrityError as error:
        raise Invalid(_("Klientsystemet har en pakke med dette navnet."), field="name") from error
    package.scopes.set(scopes)
    _record("package.made", package, system, by, at)
    return package


@transaction.atomic
def end_package(*, package_id: UUID, by: Actor, at: datetime) -> Package:
    """End a package: its link leads nowhere from now on. Clients made with it stay.

    Raises NotPermitted, and NotPossibleNow for one that has ended.
    """
    package = Package.objects.select_for_update(of=("self",)).get(pk=package_id)
    system = ClientSystem.objects.get(pk=package.system_id)
    rules.check_write(by, system.organization_id, system.environment)
    if package.ended_at:
        raise NotPossibleNow(_("Pakken er avsluttet fra før."))
    package.ended_at, package.ended_by_id = at, rules.person(by)
    package.save(update_fields=["ended_at", "ended_by"])
    _record("package.ended", package, system, by, at)
    return package


def _record(kind: str, package: Package, system: ClientSystem, by: Actor, at: datetime) -> None:
    record(
        kind,
        subject=package,
        actor=by.name,
        at=at,
        organization_id=system.organization_id,
        environment=system.environment,
        system=str(system.pk),
        name=package.name,
    )
