"""The demo's organisations, APIs, client systems and clients: made through the services."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction

from onboarding.accounts.demo import make_people
from onboarding.accounts.models import User
from onboarding.apis import services as apis
from onboarding.apis.models import Api, Scope
from onboarding.apis.states import Dpop
from onboarding.clients.services import configurations as clients
from onboarding.core.environments import Environment
from onboarding.suppliers import services as suppliers
from onboarding.suppliers.forms.terms import USUAL
from onboarding.suppliers.models import Membership, Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.queries.texts import example
from onboarding.suppliers.services import terms
from onboarding.suppliers.states import Role
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import ApplicationType, Selection
from portal import demo_production, own_api
from portal.demo_systems import make_system

TEST: Final = Environment.TEST
SUPPLIER: Final = "312345676"
API_OWNER: Final = "315414100"
SURGERY: Final = "313055280"
CP_API: Final = "nhn:cp-api"
MSH: Final = "nhn:msh"


class Member(NamedTuple):
    username: str
    number: str
    role: Role


ORGANIZATIONS: Final = {
    SUPPLIER: "Nordlys EPJ AS",
    API_OWNER: "Helsenettdrift",
    SURGERY: "Fjordbyen legekontor",
    "313662071": "Bratteli og Sandvær-Kristoffersen allmennlegefellesskap DA",
    "314119029": "Skogli kommune",
}
MEMBERS: Final = (
    Member("kari", SUPPLIER, Role.ADMIN),
    Member("kari", "313662071", Role.WRITER),
    Member("kari", "314119029", Role.WRITER),
    Member("petter", SUPPLIER, Role.WRITER),
    Member("marit", SUPPLIER, Role.ADMIN),
    Member("harald", SUPPLIER, Role.READER),
    Member("ola", SURGERY, Role.ADMIN),
    Member("solveig", API_OWNER, Role.ADMIN),
)


@transaction.atomic
def make(at: datetime) -> None:
    """Make the demo's rows. Safe to repeat: what is there stays as people have left it."""
    people = make_people()
    if Organization.objects.filter(number=SUPPLIER).exists():
        own_api.ensure(environment=TEST, organization_id=organization(API_OWNER).pk, at=at)
        return
    for number, name in ORGANIZATIONS.items():
        Organization.objects.create(number=number, name=name, is_synthetic=True, created_at=at)
    for username, number, role in MEMBERS:
        Membership.objects.create(
            user=people[username],
            organization=organization(number),
            environment=TEST,
            role=role,
            created_at=at,
        )
    chief = Membership.objects.get(user=people["marit"])
    suppliers.set_signatory(
        membership_id=chief.pk, may_bind=True, by=actor_for(people["marit"]), at=at
    )
    _publish_terms(people["frida"], at)
    own_api.ensure(environment=TEST, organization_id=organization(API_OWNER).pk, at=at)
    access, messages = _make_apis(people["solveig"], at)
    system = make_system(
        organization(SUPPLIER).pk,
        "Nordlys EPJ",
        ApplicationType.INSTALLED,
        {access.pk: Selection.PRESELECTED, messages.pk: Selection.AVAILABLE},
        person=people["kari"],
        at=at,
    )
    _begin_client(people["ola"], system, at)
    demo_production.make(people, access, messages, at)


def organization(number: str) -> Organization:
    """Return one of the demo's organisations."""
    return Organization.objects.get(number=number)


def _publish_terms(operator: User, at: datetime) -> None:
    """Publish the example of the terms of use, which says of itself that it is one."""
    by, text = actor_for(operator), example()
    wording = terms.Wording(**text, duties=USUAL)
    draft = terms.draft(wording=wording, by=by, at=at)
    terms.publish(terms_id=draft.pk, valid_from=at, seen=0, by=by, at=at)


def _make_apis(owner: User, at: datetime) -> tuple[Scope, Scope]:
    by, owner_id = actor_for(owner), organization(API_OWNER).pk
    register = apis.create_api(
        organization_id=owner_id,
        environment=TEST,
        name="CommunicationParty REST API",
        short_name=CP_API,
        description="Adresseregisteret: hvem som kan motta meldinger, og hvor.",
        dpop=Dpop.ALLOWED,
        test_url=f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents",
        by=by,
        at=at,
    )
    access = apis.add_scope(
        api_id=register.pk,
        name=f"{CP_API}/access",
        description="Lese kommunikasjonsparter og hendelser",
        by=by,
        at=at,
    )
    return access, _make_messaging(owner, owner_id, at)


def _make_messaging(owner: User, owner_id: int, at: datetime) -> Scope:
    by = actor_for(owner)
    api: Api = apis.create_api(
        organization_id=owner_id,
        environment=TEST,
        name="Meldingstjener REST API",
        short_name=MSH,
        description="Sende og hente meldinger mellom virksomheter.",
        dpop=Dpop.REQUIRED,
        by=by,
        at=at,
    )
    apis.add_claim(
        api_id=api.pk,
        claim_type=f"{MSH}/client/claims/herid",
        label="HER-id",
        help_text="Nummeret i Adresseregisteret. 0 betyr alle numrene til virksomheten.",
        is_required=True,
        by=by,
        at=at,
    )
    return apis.add_scope(
        api_id=api.pk,
        name=f"{MSH}/api",
        description="Sende og hente meldinger",
        needs_approval=True,
        by=by,
        at=at,
    )


def _begin_client(customer: User, system: ClientSystem, at: datetime) -> None:
    """Leave a wizard that somebody has begun, so that coming back can be seen."""
    by = actor_for(customer)
    surgery = organization(SURGERY)
    client = clients.begin(environment=TEST, organization_id=surgery.pk, by=by, at=at)
    clients.choose_organization(client_id=client.pk, organization_id=surgery.pk, by=by, at=at)
    clients.choose_system(client_id=client.pk, system_id=system.pk, by=by, at=at)
