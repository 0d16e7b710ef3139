"""Drafts, publication, new versions; and that a published version never changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import SYSTEM
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems import content, queries, services
from onboarding.systems.models import (
    ClientSystem,
    Revision,
    RevisionScope,
    RevisionTag,
    RevisionUri,
)
from onboarding.systems.states import Selection, Step, Tag, UriKind
from tests.constants import NOON
from tests.factories import (
    make_organization,
    make_revision,
    make_scope,
    make_system,
    make_user,
)
from tests.systems.making import begin, draft, fill, publish


def change(system: ClientSystem, by: User) -> None:
    services.save_authentication(
        system_id=system.pk,
        machine_to_machine=True,
        user_login=True,
        redirect_uris=["https://epj.example/callback"],
        post_logout_uris=["https://epj.example/ut"],
        refresh_tokens=True,
        algorithm="ES384",
        by=actor_for(by),
        at=NOON,
    )


def test_publishing_makes_the_draft_current_and_leaves_a_trace(
    alice: User, acme: Organization
) -> None:
    system = publish(alice, acme)

    assert system.current
    assert (system.current.published_at, system.current.published_by) == (NOON, alice)
    assert queries.draft(system) is None
    event = Event.objects.latest("seq")
    assert (event.kind, event.organization_id, event.actor) == ("system.publish", acme.pk, "Alice")
    assert event.details == {"name": "Nordlys EPJ", "version": 1}


def test_a_new_version_is_a_copy_under_the_next_number(alice: User, acme: Organization) -> None:
    system = begin(alice, acme)
    fill(system, actor_for(alice))
    services.save_basics(
        system_id=system.pk,
        name="Nordlys EPJ",
        application_type="web",
        tags=[Tag.LAB, Tag.EPJ],
        by=actor_for(alice),
        at=NOON,
    )
    change(system, alice)
    first = services.publish(system_id=system.pk, by=actor_for(alice), at=NOON)

    second = services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)

    assert second.number == 2
    assert second.is_draft
    assert queries.content(second) == queries.content(Revision.objects.get(pk=first.pk))


def test_clients_of_the_first_version_are_not_moved_by_the_second(
    alice: User, acme: Organization
) -> None:
    system = publish(alice, acme)
    assert system.current
    before = queries.content(system.current)
    services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)
    services.save_basics(
        system_id=system.pk,
        name="Nytt navn",
        application_type="web",
        tags=[Tag.LAB],
        by=actor_for(alice),
        at=NOON,
    )
    services.publish(system_id=system.pk, by=actor_for(alice), at=NOON)

    first, second = Revision.objects.order_by("number")
    assert queries.content(first) == before
    assert [item.label for item in content.changes(before, queries.content(second))] == [
        "Navn",
        "Applikasjonstype",
        "Merkelapper",
    ]
    system.refresh_from_db()
    assert system.name == "Nytt navn"


def test_a_second_draft_is_refused(alice: User, acme: Organization) -> None:
    system = publish(alice, acme)
    services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)

    with pytest.raises(NotPossibleNow, match="har allerede en kladd"):
        services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)


def test_discarding_a_new_version_leaves_the_published_one(alice: User, acme: Organization) -> None:
    system = publish(alice, acme)
    services.new_version(system_id=system.pk, by=actor_for(alice), at=NOON)
    services.save_basics(
        system_id=system.pk,
        name="Nytt navn",
        application_type="web",
        tags=[Tag.LAB],
        by=actor_for(alice),
        at=NOON,
    )

    assert services.discard_draft(system_id=system.pk, by=actor_for(alice), at=NOON) is True

    system.refresh_from_db()
    assert system.name == "Nordlys EPJ"
    assert Revision.objects.count() == 1


def test_discarding_what_was_never_published_removes_the_system(
    alice: User, acme: Organization
) -> None:
    system = begin(alice, acme)

    assert services.discard_draft(system_id=system.pk, by=actor_for(alice), at=NOON) is False

    assert not ClientSystem.objects.exists()
    assert Event.objects.latest("seq").kind == "system.discard"
    with pytest.raises(NotPossibleNow, match="er forkastet"):
        services.publish(system_id=system.pk, by=actor_for(alice), at=NOON)


def test_faults_stop_publication_and_leave_no_trace(alice: User, acme: Organization) -> None:
    system = begin(alice, acme)
    events = Event.objects.count()

    with pytest.raises(Invalid, match="Velg applikasjonstype"):
        services.publish(system_id=system.pk, by=actor_for(alice), at=NOON)

    assert draft(system).is_draft
    assert Event.objects.count() == events


@pytest.mark.parametrize("who", ["bob", "charlie", "rita"])
def test_only_writers_of_the_owner_change_it(
    request: pytest.FixtureRequest, alice: User, acme: Organization, who: str
) -> None:
    system = begin(alice, acme)
    before = queries.content(draft(system))
    by = actor_for(request.getfixturevalue(who))

    with pytest.raises(NotPermitted):
        fill(system, by)
    with pytest.raises(NotPermitted):
        services.publish(system_id=system.pk, by=by, at=NOON)
    with pytest.raises(NotPermitted):
        services.discard_draft(system_id=system.pk, by=by, at=NOON)
    with pytest.raises(NotPermitted):
        services.new_version(system_id=system.pk, by=by, at=NOON)

    assert queries.content(draft(system)) == before


def test_a_person_stands_behind_every_version(acme: Organization) -> None:
    with pytest.raises(NotPermitted, match="en person som står bak"):
        services.create_system(
            organization_id=acme.pk, environment="test", name="X", by=SYSTEM, at=NOON
        )


def test_a_role_in_test_gives_nothing_in_production(alice: User, acme: Organization) -> None:
    with pytest.raises(NotPermitted):
        begin(alice, acme, environment="production")


def test_a_scope_of_another_environment_is_refused(alice: User, acme: Organization) -> None:
    from_production = make_scope(environment="production")
    system = begin(alice, acme)

    with pytest.raises(Invalid, match="Last siden på nytt"):
        services.save_services(
            system_id=system.pk,
            selections={from_production.pk: Selection.AVAILABLE},
            by=actor_for(alice),
            at=NOON,
        )


def test_addresses_are_checked_whoever_calls(alice: User, acme: Organization) -> None:
    system = begin(alice, acme)

    with pytest.raises(Invalid, match="Fant javascript") as refusal:
        services.save_authentication(
            system_id=system.pk,
            machine_to_machine=False,
            user_login=True,
            redirect_uris=["javascript:alert(1)"],
            by=actor_for(alice),
            at=NOON,
        )

    assert refusal.value.field == "redirect_uris"
    assert not RevisionUri.objects.exists()


@pytest.fixture
def published(acme: Organization) -> Revision:
    system = make_system(acme, scopes={make_scope(): Selection.AVAILABLE}, published=False)
    revision = Revision.objects.get(system=system)
    RevisionUri.objects.create(revision=revision, kind=UriKind.REDIRECT, uri="https://a.example/")
    revision.published_at, revision.published_by = NOON, make_user()
    revision.save()
    return revision


def refused(name: str) -> pytest.RaisesExc[IntegrityError]:
    return pytest.raises(IntegrityError, match=name)


def test_the_database_refuses_to_change_a_published_version(published: Revision) -> None:
    revisions = Revision.objects.filter(pk=published.pk)
    with refused("published_revision_never_changes"), transaction.atomic():
        revisions.update(name="Noe annet")
    with refused("published_revision_never_changes"), transaction.atomic():
        revisions.update(published_at=None, published_by=None)
    with refused("published_revision_never_changes"), transaction.atomic():
        revisions._raw_delete("default")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("tag", {"tag": Tag.OTHER}),
        ("uri", {"uri": "https://evil.example/"}),
        ("scope", {"selection": Selection.PRESELECTED}),
    ],
)
def test_the_database_refuses_to_change_or_remove_parts_of_it(
    published: Revision, part: str, change: dict[str, str]
) -> None:
    models = {"tag": RevisionTag, "uri": RevisionUri, "scope": RevisionScope}
    rows = models[part]._default_manager.filter(revision=published)
    assert rows.count() == 1

    with refused(f"published_revision_{part}_never_changes"), transaction.atomic():
        rows.update(**change)
    with refused(f"published_revision_{part}_never_changes"), transaction.atomic():
        rows.delete()


def test_the_database_refuses_to_add_parts_to_it(published: Revision) -> None:
    with refused("published_revision_tag_never_grows"), transaction.atomic():
        RevisionTag.objects.create(revision=published, tag=Tag.OTHER)
    with refused("published_revision_uri_never_grows"), transaction.atomic():
        RevisionUri.objects.create(revision=published, kind=UriKind.REDIRECT, uri="https://b/")
    with refused("published_revision_scope_never_grows"), transaction.atomic():
        RevisionScope.objects.create(
            revision=published, scope=make_scope(), selection=Selection.AVAILABLE
        )


def test_the_database_refuses_to_move_parts_of_a_draft_into_it(published: Revision) -> None:
    other = make_revision(published.system, number=2, published=False)
    tags = RevisionTag.objects.filter(revision=other)

    with refused("published_revision_tag_takes_nothing_over"), transaction.atomic():
        tags.update(revision=published)

    assert tags.count() == 1


def test_the_database_allows_one_draft_for_each_system(alice: User, acme: Organization) -> None:
    system = begin(alice, acme)

    with refused("one_draft_revision_for_each_system"), transaction.atomic():
        Revision.objects.create(
            system=system, number=2, name="X", created_at=NOON, created_by=alice
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_give_one_version() -> None:
    acme = make_organization()
    people = [make_user(name, organization=acme) for name in ("alice", "petter")]
    system = fill(begin(people[0], acme), actor_for(people[0]))
    seen = queries.content(draft(system)).fingerprint(Step.CHECK)
    together = Barrier(2)

    def publish(person: User) -> str:
        try:
            together.wait(5)
            services.publish(system_id=system.pk, by=actor_for(person), at=NOON, seen=seen)
        except NotPossibleNow:
            return "refused"
        else:
            return "published"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(publish, people))

    assert sorted(outcomes) == ["published", "refused"]
    assert Event.objects.filter(kind="system.publish").count() == 1
