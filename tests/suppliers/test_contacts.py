"""Contact points, followers and changes: what is known of how an organisation keeps up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.notices.models import Notice
from onboarding.suppliers import tokens
from onboarding.suppliers.models import (
    Acknowledgement,
    ChangeNotice,
    ContactPoint,
    Follower,
    Organization,
)
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.queries.contacts import Records, records_of
from onboarding.suppliers.rules import Gone
from onboarding.suppliers.rules.contacts import LIFETIME, MOST
from onboarding.suppliers.services import contacts as services
from onboarding.suppliers.states import Reach
from tests.constants import NOON
from tests.factories import make_user
from tests.suppliers.making import make_supplier

DAY = timedelta(days=1)
WORDS = services.ChangeWording(
    title_nb="Ny algoritme", title_en="New algorithm", text_nb="Bytt.", text_en="Change.",
    is_profile_change=True, applies_from=None,
)  # fmt: skip


def add(acme: Organization, by: User, email: str, **changes: Any) -> services.Asked:
    given: dict[str, Any] = {
        "organization_id": acme.pk,
        "purpose": Reach.OPERATIONS,
        "email": email,
        "by": actor_for(by),
        "at": NOON,
    }
    return services.add(**(given | changes))


def verified(acme: Organization, by: User, email: str, **changes: Any) -> ContactPoint:
    asked = add(acme, by, email, **changes)
    return services.verify(digest=tokens.digest(asked.token), at=NOON)


def announce(olav: User, at: Any = NOON, **changes: Any) -> ChangeNotice:
    by = actor_for(olav)
    change = services.write_change(change_id=None, wording=WORDS._replace(**changes), by=by, at=at)
    return services.publish_change(change_id=change.pk, by=by, at=at)


class TestContactPoints:
    def test_an_address_counts_once_its_link_was_used(
        self, acme: Organization, alice: User
    ) -> None:
        asked = add(acme, alice, "drift@acme.example")
        assert records_of(acme.pk, NOON).contact_points == 0
        digest = tokens.digest(asked.token)

        assert services.verify(digest=digest, at=NOON).verified_at == NOON
        assert services.verify(digest=digest, at=NOON + DAY).verified_at == NOON

        assert records_of(acme.pk, NOON).contact_points == 1
        assert asked.token not in str(ContactPoint.objects.values().get())

    def test_a_link_ends_and_a_newer_one_takes_its_place(
        self, acme: Organization, alice: User
    ) -> None:
        first = add(acme, alice, "drift@acme.example")
        second = services.ask_again(point_id=first.point.pk, by=actor_for(alice), at=NOON + DAY)
        for token, at in (
            (first.token, NOON + DAY),
            (second.token, NOON + DAY + LIFETIME),
            ("never", NOON),
        ):
            with pytest.raises(Gone):
                services.verify(digest=tokens.digest(token), at=at)

        assert services.verify(digest=tokens.digest(second.token), at=NOON + 2 * DAY)

    def test_writers_write_and_others_do_not(
        self, acme: Organization, alice: User, bob: User, charlie: User, olav: User
    ) -> None:
        asked = add(acme, alice, "drift@acme.example")
        for other in (bob, charlie, olav):
            by = actor_for(other)
            with pytest.raises(NotPermitted):
                add(acme, other, "annen@acme.example")
            with pytest.raises(NotPermitted):
                services.ask_again(point_id=asked.point.pk, by=by, at=NOON)
            with pytest.raises(NotPermitted):
                services.remove(point_id=asked.point.pk, by=by, at=NOON)

        services.remove(point_id=asked.point.pk, by=actor_for(alice), at=NOON)
        assert not ContactPoint.objects.exists()

    def test_an_address_stands_once_for_a_purpose_and_there_is_an_end(
        self, acme: Organization, alice: User
    ) -> None:
        add(acme, alice, "drift@acme.example")
        with pytest.raises(Invalid) as refusal:
            add(acme, alice, "Drift@acme.example")
        assert refusal.value.field == "email"
        assert add(acme, alice, "drift@acme.example", purpose=Reach.SECURITY)
        for number in range(MOST - 2):
            add(acme, alice, f"nr{number}@acme.example")
        with pytest.raises(NotPossibleNow):
            add(acme, alice, "en@acme.example")


def test_what_the_checklist_asks(acme: Organization, alice: User, bob: User, olav: User) -> None:
    Organization.objects.filter(pk=acme.pk).update(created_at=NOON - 365 * DAY)
    assert records_of(acme.pk, NOON) == Records(0, 0, 0, 0, 0)
    announce(olav, at=NOON - 400 * DAY)  # before the organisation came
    old = announce(olav, at=NOON - 31 * DAY)
    announce(olav, at=NOON - 29 * DAY)
    announce(olav, at=NOON - 40 * DAY, is_profile_change=False)
    verified(acme, alice, "drift@acme.example")
    verified(acme, alice, "drift@acme.example", purpose=Reach.SECURITY)
    verified(acme, alice, bob.email.upper())
    add(acme, alice, "ubekreftet@acme.example")
    for user in (alice, bob, make_user(organization=acme, email="")):
        services.follow(organization_id=acme.pk, by=actor_for(user), at=NOON)

    assert records_of(acme.pk, NOON) == Records(
        contact_points=2,
        shared_contact_points=1,
        security_contact_points=1,
        followers=2,
        unacknowledged=1,
    )
    services.acknowledge(change_id=old.pk, organization_id=acme.pk, by=actor_for(bob), at=NOON)
    bob.memberships.all().delete()
    assert records_of(acme.pk, NOON)[3:] == (1, 0)
    assert records_of(acme.pk, NOON + 2 * DAY).unacknowledged == 1


class TestChanges:
    def test_followers_are_told_and_where_there_are_none_the_administrators(
        self, acme: Organization, alice: User, anna: User, bob: User, olav: User
    ) -> None:
        make_supplier(acme)
        verified(acme, alice, "drift@acme.example")

        announce(olav)
        assert set(Notice.objects.values_list("recipient", flat=True)) == {
            f"user:{anna.pk}", "mail:drift@acme.example"
        }  # fmt: skip
        assert "Ingen følger" in Notice.objects.filter(user=anna)[0].said_in("nb")[1]
        Notice.objects.all().delete()
        services.follow(organization_id=acme.pk, by=actor_for(bob), at=NOON)
        announce(olav)

        assert set(Notice.objects.values_list("recipient", flat=True)) == {
            f"user:{bob.pk}", "mail:drift@acme.example"
        }  # fmt: skip
        notice = Notice.objects.get(user=bob)
        assert notice.said_in("nb")[0] == "Ny algoritme"
        assert notice.said_in("en")[0] == "New algorithm"

    def test_members_follow_and_acknowledge_once(
        self, acme: Organization, bob: User, alice: User, charlie: User, olav: User
    ) -> None:
        change = announce(olav)
        where: dict[str, Any] = {"organization_id": acme.pk, "at": NOON}
        for other in (charlie, olav):
            with pytest.raises(NotPermitted):
                services.follow(by=actor_for(other), **where)
            with pytest.raises(NotPermitted):
                services.acknowledge(change_id=change.pk, by=actor_for(other), **where)

        for user in (bob, alice, bob):
            services.follow(by=actor_for(user), **where)
            services.acknowledge(change_id=change.pk, by=actor_for(user), **where)
        services.unfollow(by=actor_for(alice), **where)
        services.unfollow(by=actor_for(alice), **where)

        assert Follower.objects.get().user == bob
        assert Acknowledgement.objects.get().name == "Bob"

    def test_what_is_published_never_changes(
        self, acme: Organization, bob: User, olav: User
    ) -> None:
        change, by = announce(olav), actor_for(olav)
        services.acknowledge(
            change_id=change.pk, organization_id=acme.pk, by=actor_for(bob), at=NOON
        )
        with pytest.raises(NotPossibleNow):
            services.write_change(change_id=change.pk, wording=WORDS, by=by, at=NOON)
        with pytest.raises(NotPossibleNow):
            services.publish_change(change_id=change.pk, by=by, at=NOON)

        with pytest.raises(IntegrityError, match="changes_never_change"), transaction.atomic():
            ChangeNotice.objects.update(text_nb="Noe annet.")
        with pytest.raises(IntegrityError, match="ments_never_change"), transaction.atomic():
            Acknowledgement.objects.all().delete()

    def test_operators_alone_announce(self, anna: User, rita: User) -> None:
        for other in (anna, rita):
            with pytest.raises(NotPermitted):
                announce(other)
        assert not ChangeNotice.objects.exists()


class TestPages:
    def page(self, acme: Organization) -> str:
        return reverse("contacts:list", args=["production", acme.number])

    def test_an_address_is_added_and_confirmed_without_a_login(
        self, client: Client, acme: Organization, alice: User
    ) -> None:
        client.force_login(alice)
        add_page = reverse("contacts:add", args=["test", acme.number])
        assert client.post(add_page, {"purpose": "operations", "email": "x"}).status_code == 422
        answer = client.post(add_page, {"purpose": "operations", "email": "drift@acme.example"})
        assert "Lenken er sendt til drift@acme.example" in answer.content.decode()
        (letter,) = mail.outbox
        path = letter.body[letter.body.index("/contact-points/") :].split()[0]
        client.logout()

        assert "Bekreft adressen" in client.get(path).content.decode()
        assert ContactPoint.objects.get().verified_at is None
        assert "er bekreftet" in client.post(path).content.decode()
        assert ContactPoint.objects.get().verified_at is not None
        assert client.get("/contact-points/never/").status_code == 410
        assert client.post("/contact-points/never/").status_code == 410

    def test_a_member_follows_and_acknowledges(
        self, client: Client, acme: Organization, bob: User, olav: User
    ) -> None:
        change = announce(olav)
        client.force_login(bob)
        assert "Ikke kvittert" in client.get(self.page(acme)).content.decode()

        client.post(reverse("contacts:follow", args=["test", acme.number]), {"follow": "1"})
        client.post(reverse("contacts:acknowledge", args=["test", acme.number, change.pk]))

        shown = client.get(self.page(acme)).content.decode()
        assert "Slutt å følge" in shown
        assert "Bob kvitterte" in shown
        assert "Nytt kontaktpunkt" not in shown

    @pytest.mark.parametrize(
        ("who", "status"), [("charlie", 404), ("anna", 404), ("rita", 403), ("olav", 200)]
    )
    def test_the_desk_is_the_operators(
        self, client: Client, who: str, status: int, request: Any
    ) -> None:
        client.force_login(request.getfixturevalue(who))

        assert client.get(reverse("suppliers:changes")).status_code == status
        assert client.get(reverse("suppliers:change_new")).status_code == status

    def test_an_operator_writes_and_publishes(self, client: Client, olav: User) -> None:
        client.force_login(olav)
        given = {key: str(value) for key, value in WORDS._asdict().items() if value}
        assert client.post(reverse("suppliers:change_new"), {}).status_code == 422
        client.post(reverse("suppliers:change_new"), given | {"is_profile_change": "on"})
        change = ChangeNotice.objects.get()
        edit = reverse("suppliers:change_edit", args=[change.pk])
        assert "Ny algoritme" in client.get(edit).content.decode()
        client.post(edit, given | {"title_nb": "Enda nyere algoritme"})

        client.post(reverse("suppliers:change_publish", args=[change.pk]))

        assert ChangeNotice.objects.get().published_by == olav
        shown = client.get(reverse("suppliers:changes")).content.decode()
        assert "Enda nyere algoritme" in shown
        assert client.post(edit, given).status_code == 409
