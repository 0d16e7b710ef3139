"""Who lets a multi-tenant client act for them, and who of these has signed the terms of use."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onboarding.accounts.models import User
from onboarding.clients.states import Access
from onboarding.selfservice.queries import status
from onboarding.suppliers.models import Delegation, Organization
from onboarding.suppliers.states import Right
from onboarding.systems.states import Tenancy
from tests import factories
from tests.constants import NOON
from tests.selfservice.software import OWN, REGISTER, Own, own_client, scope
from tests.suppliers.making import make_acceptance, make_terms

LATER = NOON + timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def acts_for_others(acme: Organization, alice: User) -> Own:
    system = factories.make_system(acme, by=alice, tenancy=Tenancy.MULTI)
    granted = {scope(OWN): Access.OK, scope(REGISTER): Access.PENDING}
    return own_client(factories.make_client(acme, system=system, scopes=granted))


def lets(delegator: Organization, acme: Organization, by: User) -> None:
    Delegation.objects.create(
        delegator=delegator,
        environment="test",
        right=Right.USE,
        to_organization=acme,
        created_at=timezone.now(),
        created_by=by,
    )


def delegations(own: Own) -> Any:
    answer = own.call("GET", "multi-tenant-delegations")
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def test_each_delegator_with_the_terms_and_whether_it_has_signed(
    acts_for_others: Own, acme: Organization, alice: User
) -> None:
    signed, unsigned = (factories.make_organization(name) for name in ("Fjordbyen", "Vika"))
    factories.make_organization("En annen")
    for each in (signed, unsigned):
        lets(each, acme, alice)
    old, terms = make_terms(version="1"), make_terms(version="2", valid_from=LATER)
    make_acceptance(signed, terms, alice)
    make_acceptance(unsigned, old, alice)

    def expected(organization: Organization, has_signed: bool) -> dict[str, Any]:
        return {
            "delegator": {
                "organizationNumber": organization.number,
                "name": organization.name,
                "isHelsenettMember": True,
            },
            "serviceTerms": [
                {
                    "uri": f"{settings.BASE_URL}/test/{organization.number}/terms/",
                    "name": "Terms of use 2",
                    "delegatorHasSigned": has_signed,
                    "scopes": [REGISTER, OWN],
                }
            ],
        }

    found = sorted(delegations(acts_for_others), key=lambda each: each["delegator"]["name"])
    assert found == [expected(signed, True), expected(unsigned, False)]


def test_before_there_are_terms_there_are_none_to_sign(
    acts_for_others: Own, acme: Organization, alice: User
) -> None:
    lets(factories.make_organization("Fjordbyen"), acme, alice)
    make_terms(valid_from=timezone.now() + timedelta(days=60))

    assert [each["serviceTerms"] for each in delegations(acts_for_others)] == [[]]


def test_many_delegators_take_no_more_queries_than_one(
    acts_for_others: Own, acme: Organization, alice: User
) -> None:
    make_terms()
    counts = []
    for number in (1, 3):
        for _ in range(number):
            lets(factories.make_organization("Kunde"), acme, alice)
        with CaptureQueriesContext(connection) as queries:
            status.delegations(acts_for_others.machine.client, timezone.now())
        counts.append(len(queries))

    assert counts == [4, 4]


def test_a_single_tenant_client_acts_for_its_owner_alone(own: Own) -> None:
    assert delegations(own) == []
