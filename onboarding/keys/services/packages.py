"""From a package to a client that only waits for a yes: answers of the wizard, given at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.clients.models import ClientConfiguration
from onboarding.clients.queries import offers
from onboarding.clients.services import configurations
from onboarding.core.refusals import NotPossibleNow
from onboarding.keys.kinds import usual
from onboarding.keys.services.setup import plan_making
from onboarding.suppliers.actors import Actor
from onboarding.systems.models import Package

LIFETIME_DAYS = 365


@transaction.atomic
def begin_from_package(
    *, package_id: UUID, organization_id: int, by: Actor, at: datetime
) -> ClientConfiguration:
    """Begin a client for an organisation with the choices of a package; the portal makes its key.

    What is left is the wizard's last page; before it, the one for values that the APIs need filled
    in. Raises NotPermitted, and NotPossibleNow for a package that has ended or whose scopes the
    client system has ceased to offer.
    """
    package = Package.objects.select_related("system__current").get(pk=package_id)
    current = package.system.current
    if package.ended_at or current is None:
        raise NotPossibleNow(_("Pakken er avsluttet. Be leverandøren om en ny lenke."))
    client = configurations.begin(
        environment=package.system.environment, organization_id=organization_id, by=by, at=at
    )
    configurations.choose_organization(
        client_id=client.pk, organization_id=organization_id, by=by, at=at
    )
    configurations.choose_system(client_id=client.pk, system_id=package.system_id, by=by, at=at)
    wanted = set(package.scopes.values_list("pk", flat=True))
    offered = set(current.scopes.values_list("scope", flat=True))
    if not wanted <= offered:
        raise NotPossibleNow(
            _("Pakken passer ikke lenger med fagsystemet. Be leverandøren om en ny lenke.")
        )
    chosen = configurations.choose_scopes(client_id=client.pk, scope_ids=wanted, by=by, at=at)
    if not offers.claims_needed(chosen):
        kind = usual(current.algorithm).name
        plan_making(client_id=client.pk, kind=kind, lifetime_days=LIFETIME_DAYS, by=by, at=at)
    return ClientConfiguration.objects.select_related("organization").get(pk=client.pk)
