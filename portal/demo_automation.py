"""A client system in the demo that customers are onboarded with, and a fresh automation key."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from onboarding.accounts.models import User
from onboarding.apis.models import Scope
from onboarding.selfservice.names import SCOPE
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.queries import actor_for
from onboarding.systems import services as systems
from onboarding.systems.models import ClientSystem
from onboarding.systems.services.automation import Made
from onboarding.systems.states import ApplicationType, Selection, Tag
from portal import demo

NAME: Final = "Nordlys Journal"
MAKER: Final = "kari"
# Where published clients listen for the answer.
CALLBACK: Final = "http://localhost:1337/callback"
PRESELECTED: Final = (SCOPE, f"{demo.CP_API}/access")
AVAILABLE: Final = (f"{demo.MSH}/api",)
# Of the keys made here this many work at once: the oldest ends when one more is made.
KEPT: Final = 15


@transaction.atomic
def make(at: datetime) -> Made:
    """Make an automation key for the demo's system for installed software; the system, if need be.

    The system asks for what the portal's own API and the address register give, and may ask for
    messages, which need approval and a HER-id.
    """
    demo.make(at)
    by = actor_for(User.objects.get(username=MAKER))
    system = _system(by, at)
    in_use = system.automation_keys.filter(ended_at=None).order_by("-created_at", "-pk")
    for old in in_use[KEPT - 1 :]:
        systems.end_key(key_id=old.pk, by=by, at=at)
    return systems.make_key(system_id=system.pk, name=f"Demo {at:%Y-%m-%d %H:%M}", by=by, at=at)


def _system(by: Actor, at: datetime) -> ClientSystem:
    supplier = demo.organization(demo.SUPPLIER)
    own = ClientSystem.objects.of(demo.TEST, supplier.pk).filter(current__isnull=False)
    if earlier := own.filter(name=NAME).first():
        return earlier
    where: dict[str, Any] = {"by": by, "at": at}
    system = systems.create_system(
        organization_id=supplier.pk, environment=demo.TEST, name=NAME, **where
    )
    systems.save_basics(
        system_id=system.pk,
        name=NAME,
        application_type=ApplicationType.INSTALLED,
        tags=[Tag.EPJ],
        **where,
    )
    systems.save_authentication(
        system_id=system.pk,
        machine_to_machine=True,
        user_login=True,
        redirect_uris=[CALLBACK],
        **where,
    )
    systems.save_services(
        system_id=system.pk,
        selections=_ids(PRESELECTED, Selection.PRESELECTED) | _ids(AVAILABLE, Selection.AVAILABLE),
        **where,
    )
    systems.publish(system_id=system.pk, **where)
    return system


def _ids(names: tuple[str, ...], selection: Selection) -> dict[Any, str]:
    found = Scope.objects.filter(environment=demo.TEST, name__in=names)
    return {scope.pk: selection for scope in found}
