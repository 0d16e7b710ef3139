"""Drafts and addresses for the tests of client systems."""

from typing import Any

from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems import queries, services
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import ApplicationType, Selection, Tag
from tests.constants import NOON
from tests.factories import make_scope

BASICS = {"name": "Nordlys EPJ", "application_type": "web", "tags": ["epj", "lab"]}
AUTHENTICATION = {"machine_to_machine": "on", "tenancy": "single-tenant", "algorithm": "PS256"}


def url(name: str, system: ClientSystem) -> str:
    return reverse(name, args=["test", system.organization.number, system.pk])


def list_url(name: str, organization: Organization) -> str:
    return reverse(name, args=["test", organization.number])


def begin(user: User, organization: Organization, **fields: Any) -> ClientSystem:
    """A client system with an empty draft."""
    known: dict[str, Any] = {"name": "Nordlys EPJ", "environment": "test"} | fields
    by = actor_for(user)
    return services.create_system(organization_id=organization.pk, by=by, at=NOON, **known)


def fill(system: ClientSystem, by: Actor) -> ClientSystem:
    """Answer every step, so that the draft can be published."""
    services.save_basics(
        system_id=system.pk,
        name=system.name,
        application_type=ApplicationType.SERVER,
        tags=[Tag.EPJ],
        by=by,
        at=NOON,
    )
    services.save_authentication(
        system_id=system.pk, machine_to_machine=True, user_login=False, by=by, at=NOON
    )
    services.save_services(
        system_id=system.pk,
        selections={make_scope().pk: Selection.PRESELECTED},
        by=by,
        at=NOON,
    )
    return system


def publish(user: User, organization: Organization) -> ClientSystem:
    """A client system whose first version is published."""
    by = actor_for(user)
    system = fill(begin(user, organization), by)
    services.publish(system_id=system.pk, by=by, at=NOON)
    return ClientSystem.objects.get(pk=system.pk)


def draft(system: ClientSystem) -> Revision:
    found = queries.draft(system)
    assert found
    return found
