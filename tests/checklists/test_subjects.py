"""What is judged, by which clients' traffic, and from when on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.checklists import queries, services
from onboarding.checklists.models import EvidencePeriod, Subject
from onboarding.checklists.queries import subjects
from onboarding.clients.models import ClientLeniency
from onboarding.clients.states import Leniency, Status
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems.states import Selection
from tests.checklists.making import measured, take_up
from tests.constants import NOON
from tests.factories import make_api, make_claim, make_client, make_scope, make_system

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def test_a_version_is_taken_up_once(alice: User, acme: Organization) -> None:
    subject = take_up(alice, acme)

    again = services.take_up(revision_id=subject.revision_id, by=actor_for(alice), at=LATER)

    assert again == subject
    assert subject.revision
    assert queries.subject_of(subject.revision) == subject
    assert [event.kind for event in Event.objects.order_by("seq")] == ["evidence.take_up"]


def test_an_api_is_taken_up(alice: User, acme: Organization) -> None:
    api = make_api(acme)

    subject = services.take_up(api_id=api.pk, by=actor_for(alice), at=NOON)

    assert (subject.api, subject.revision) == (api, None)
    assert queries.subject_of(api) == subject


def test_neither_a_draft_nor_production_is_taken_up(
    alice: User, acme: Organization, charlie: User
) -> None:
    draft = make_system(acme, published=False, by=alice).revisions.get()
    published = make_system(acme, by=alice).current
    assert published

    with pytest.raises(NotPossibleNow):
        services.take_up(revision_id=draft.pk, by=actor_for(alice), at=NOON)
    with pytest.raises(NotPermitted):
        services.take_up(revision_id=published.pk, by=actor_for(charlie), at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subject.objects.create(
            revision=draft, organization=acme, environment="test", created_at=NOON
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Subject.objects.create(organization=acme, environment="test", created_at=NOON)


def test_naming_the_first_client_begins_a_period(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)

    period = subjects.period(subject)

    assert period
    assert (period.started_at, period.instances) == (NOON, 1)
    assert period.setup_hash == queries.setup_hash(subject)
    assert [row.client for row in subject.evidence_clients.all()] == [client]


def test_only_active_clients_of_the_version_can_be_named(alice: User, acme: Organization) -> None:
    subject = take_up(alice, acme)
    assert subject.revision
    stopped = make_client(acme, system=subject.revision.system, status=Status.STOPPED, by=alice)
    other = make_client(acme, by=alice)

    for wanted in ([], [stopped.pk], [other.pk]):
        with pytest.raises(Invalid):
            services.name_clients(
                subject_id=subject.pk, client_ids=wanted, by=actor_for(alice), at=NOON
            )

    assert subjects.period(subject) is None


def test_a_test_exception_begins_a_new_period(alice: User, acme: Organization) -> None:
    subject, client = measured(alice, acme)
    before = queries.setup_hash(subject)

    assert services.keep_periods(at=LATER) == 0
    ClientLeniency.objects.create(
        client=client,
        environment="test",
        name=Leniency.IAT_STRING,
        switched_at=LATER,
        switched_by=alice,
    )
    assert services.keep_periods(at=LATER) == 1
    assert services.keep_periods(at=LATER) == 0

    period = subjects.period(subject)
    assert period
    assert period.started_at == LATER
    assert period.setup_hash == queries.setup_hash(subject) != before
    assert EvidencePeriod.objects.filter(subject=subject, ended_at=LATER).count() == 1


def test_who_named_nobody_is_left_alone(alice: User, acme: Organization) -> None:
    subject = take_up(alice, acme)

    assert services.keep_periods(at=LATER) == 0
    with pytest.raises(NotPossibleNow):
        services.begin_period(
            subject_id=subject.pk,
            software_version="1.2",
            instances=1,
            by=actor_for(alice),
            at=LATER,
        )


def test_the_supplier_begins_a_period_with_his_version(alice: User, acme: Organization) -> None:
    subject, _ = measured(alice, acme)

    services.begin_period(
        subject_id=subject.pk,
        software_version="4.2.1",
        instances=3,
        by=actor_for(alice),
        at=LATER,
    )

    period = subjects.period(subject)
    assert period
    assert (period.software_version, period.instances) == ("4.2.1", 3)
    assert subject.periods.count() == 2


def test_the_hash_follows_what_steers_the_protocol_and_nothing_else(
    alice: User, acme: Organization
) -> None:
    api = make_api(acme)
    scope = make_scope(api)
    subject, client = measured(alice, acme, scopes={scope: Selection.PRESELECTED})
    seen = [queries.setup_hash(subject)]

    client.name = "Another name"
    client.save()
    api.name = "Another name"
    api.save()
    assert queries.setup_hash(subject) == seen[0]
    make_claim(api)
    seen.append(queries.setup_hash(subject))
    api.dpop = "allowed"
    api.save()
    seen.append(queries.setup_hash(subject))

    assert len(set(seen)) == 3
