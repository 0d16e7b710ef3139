"""Client systems of the demo: made through the services, as people make them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from onboarding.accounts.models import User
from onboarding.core.environments import Environment
from onboarding.suppliers.queries import actor_for
from onboarding.systems import services as systems
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import ApplicationType, Selection, Tag


def make_system(
    organization_id: int,
    name: str,
    kind: ApplicationType,
    scopes: Mapping[UUID, Selection],
    *,
    person: User,
    at: datetime,
) -> ClientSystem:
    """Make and publish a client system in test that talks to APIs by itself; return it."""
    by = actor_for(person)
    system = systems.create_system(
        organization_id=organization_id, environment=Environment.TEST, name=name, by=by, at=at
    )
    systems.save_basics(
        system_id=system.pk, name=name, application_type=kind, tags=[Tag.EPJ], by=by, at=at
    )
    systems.save_authentication(
        system_id=system.pk, machine_to_machine=True, user_login=False, by=by, at=at
    )
    systems.save_services(system_id=system.pk, selections=scopes, by=by, at=at)
    systems.publish(system_id=system.pk, by=by, at=at)
    return system
