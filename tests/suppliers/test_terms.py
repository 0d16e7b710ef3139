"""Terms of use: versions that never change, and who accepts them for whom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.notices.models import Notice
from onboarding.suppliers.models import Acceptance, Organization, Terms, TermsDuty
from onboarding.suppliers.queries import actor_for, receipts
from onboarding.suppliers.queries import terms as queries
from onboarding.suppliers.queries.standing import standing
from onboarding.suppliers.queries.texts import example
from onboarding.suppliers.services import remove, set_signatory
from onboarding.suppliers.services import terms as services
from onboarding.suppliers.states import Duty, Role, SupplierState
from tests.constants import NOON
from tests.factories import make_membership, make_organization, make_user
from tests.papers import text_of
from tests.suppliers.making import make_signatory, make_supplier, make_terms, wording

DAY = timedelta(days=1)


@pytest.fixture
def signer(acme: Organization) -> User:
    return make_signatory(acme, name="Áilu Čáhci")


def accept(terms: Terms, organization: Organization, by: User, **changes: Any) -> Acceptance:
    given: dict[str, Any] = {
        "terms_id": terms.pk,
        "organization_id": organization.pk,
        "role": "daglig leder",
        "language": "nb",
        "sha256": terms.sha256_nb,
        "by": actor_for(by),
        "at": NOON,
    } | changes
    return services.accept(**given)


class TestWriting:
    def test_operators_alone_write_and_publish(self, olav: User, anna: User, rita: User) -> None:
        draft = services.draft(wording=wording(), by=actor_for(olav), at=NOON)
        for other in (anna, rita, make_user()):
            by = actor_for(other)
            with pytest.raises(NotPermitted):
                services.draft(wording=wording(version="2"), by=by, at=NOON)
            with pytest.raises(NotPermitted):
                services.edit(terms_id=draft.pk, wording=wording(), seen=0, by=by, at=NOON)
            with pytest.raises(NotPermitted):
                services.publish(terms_id=draft.pk, valid_from=NOON, seen=0, by=by, at=NOON)
            assert not Terms.objects.visible_to(by).exists()

        assert Terms.objects.visible_to(actor_for(olav)).get() == draft
        assert draft.published_at is None

    def test_a_draft_changes_and_a_stale_page_does_not_win(self, olav: User) -> None:
        by = actor_for(olav)
        draft = services.draft(wording=wording(), by=by, at=NOON)

        services.edit(terms_id=draft.pk, wording=wording(text_nb="Ny."), seen=0, by=by, at=NOON)
        with pytest.raises(NotPossibleNow, match="endret siden"):
            services.edit(terms_id=draft.pk, wording=wording(), seen=0, by=by, at=NOON)
        with pytest.raises(NotPossibleNow, match="endret siden"):
            services.publish(terms_id=draft.pk, valid_from=NOON, seen=0, by=by, at=NOON)

        assert Terms.objects.get().text_nb == "Ny."

    def test_a_version_is_named_once(self, olav: User) -> None:
        services.draft(wording=wording(), by=actor_for(olav), at=NOON)

        with pytest.raises(Invalid) as refusal:
            services.draft(wording=wording(), by=actor_for(olav), at=NOON)

        assert refusal.value.field == "version"

    def test_publishing_fixes_the_hash_of_each_language(self, olav: User) -> None:
        terms = make_terms(text_nb="Blåbær", text_en="Blueberries")

        assert terms.sha256_nb == hashlib.sha256("Blåbær".encode()).hexdigest()
        assert terms.sha256_en == hashlib.sha256(b"Blueberries").hexdigest()
        event = Event.objects.get(kind="terms.published")
        assert event.details["sha256_nb"] == terms.sha256_nb

    @pytest.mark.parametrize(
        ("days", "is_allowed"), [(0, False), (59, False), (60, True), (61, True)]
    )
    def test_later_versions_give_sixty_days(self, olav: User, days: int, is_allowed: bool) -> None:
        make_terms(version="1")
        by = actor_for(olav)
        draft = services.draft(wording=wording(version="2"), by=by, at=NOON)
        when: dict[str, Any] = {"valid_from": NOON + days * DAY, "at": NOON}

        if is_allowed:
            services.publish(terms_id=draft.pk, seen=0, by=by, **when)
        else:
            with pytest.raises(Invalid, match="60 dager"):
                services.publish(terms_id=draft.pk, seen=0, by=by, **when)

        assert Terms.objects.published().count() == 1 + is_allowed

    def test_a_newer_version_applies_later(self, olav: User) -> None:
        make_terms(version="1")
        make_terms(version="2", valid_from=NOON + 90 * DAY)
        by = actor_for(olav)
        draft = services.draft(wording=wording(version="3"), by=by, at=NOON)

        with pytest.raises(Invalid, match="Versjon 2 gjelder fra"):
            services.publish(terms_id=draft.pk, valid_from=NOON + 70 * DAY, seen=0, by=by, at=NOON)

    def test_each_duty_has_its_place(self, olav: User) -> None:
        by = actor_for(olav)
        duties = dict(wording().duties)
        del duties[Duty.EMERGENCY_PLANS]
        draft = services.draft(wording=wording(duties=duties), by=by, at=NOON)

        with pytest.raises(Invalid, match="fem pliktene"):
            services.publish(terms_id=draft.pk, valid_from=NOON, seen=0, by=by, at=NOON)

    def test_published_versions_never_change(self, olav: User) -> None:
        terms, by = make_terms(), actor_for(olav)
        with pytest.raises(NotPossibleNow, match="endres ikke mer"):
            services.edit(terms_id=terms.pk, wording=wording(), seen=0, by=by, at=NOON)
        with pytest.raises(NotPossibleNow, match="endres ikke mer"):
            services.publish(terms_id=terms.pk, valid_from=NOON, seen=0, by=by, at=NOON)
        duty = TermsDuty(terms=terms, code=Duty.KEEP_CURRENT, section=9)

        changes: dict[str, Callable[[], object]] = {
            "published_terms_never_change": lambda: Terms.objects.update(text_nb="Noe annet."),
            "duties_of_published_terms_never_change": lambda: TermsDuty.objects.update(section=1),
            "duties_of_published_terms_never_grow": duty.save,
        }
        for name, change in changes.items():
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                change()
        for rows in (TermsDuty.objects.all(), Terms.objects.all()):
            with pytest.raises(IntegrityError, match="never_change"), transaction.atomic():
                rows.delete()

    def test_the_example_comes_in_paragraphs_in_both_languages(self) -> None:
        terms = Terms(**example())

        for language in ("nb", "en"):
            paragraphs = terms.paragraphs(language)
            assert [part.heading.partition(".")[0] for part in paragraphs] == list("12345678")
            assert all(part.body for part in paragraphs)
        assert terms.is_example


class TestAccepting:
    def test_the_yes_is_kept_as_it_was_said(self, acme: Organization, signer: User) -> None:
        terms = make_terms()

        acceptance = accept(terms, acme, signer, language="en", sha256=terms.sha256_en)

        User.objects.filter(pk=signer.pk).update(name="Noen Annen")
        kept = Acceptance.objects.get()
        assert (kept.name, kept.role, kept.at) == ("Áilu Čáhci", "daglig leder", NOON)
        assert (kept.language, kept.sha256) == ("en", terms.sha256_en)
        assert acceptance.organization == acme
        assert Event.objects.get(kind="terms.accepted").details["sha256"] == terms.sha256_en
        with pytest.raises(IntegrityError, match="acceptances_never_change"), transaction.atomic():
            Acceptance.objects.update(role="styreleder")
        with pytest.raises(IntegrityError, match="acceptances_never_change"), transaction.atomic():
            Acceptance.objects.all().delete()

    def test_only_who_may_bind_the_organisation(
        self, acme: Organization, anna: User, alice: User, olav: User, charlie: User
    ) -> None:
        terms = make_terms()
        elsewhere = make_signatory(make_organization("Utenfor"))
        for other in (anna, alice, olav, charlie, elsewhere):
            with pytest.raises(NotPermitted, match="En administrator sier hvem"):
                accept(terms, acme, other)
        make_signatory(acme, name="Marit Aune")
        with pytest.raises(NotPermitted, match="Marit Aune"):
            accept(terms, acme, anna)

        assert not Acceptance.objects.exists()

    def test_the_mark_is_an_administrators_to_give_and_goes_with_the_membership(
        self, acme: Organization, anna: User, alice: User, bob: User
    ) -> None:
        membership = bob.memberships.get()
        mark: dict[str, Any] = {"membership_id": membership.pk, "at": NOON}
        with pytest.raises(NotPermitted):
            set_signatory(may_bind=True, by=actor_for(alice), **mark)
        assert actor_for(bob).binds == frozenset()

        set_signatory(may_bind=True, by=actor_for(anna), **mark)
        set_signatory(may_bind=True, by=actor_for(anna), **mark)
        assert actor_for(bob).binds == {acme.pk}
        assert Event.objects.filter(kind="membership.may_bind").count() == 1
        set_signatory(may_bind=False, by=actor_for(anna), **mark)
        assert actor_for(bob).binds == frozenset()
        set_signatory(may_bind=True, by=actor_for(anna), **mark)
        remove(membership_id=membership.pk, by=actor_for(anna), at=NOON)

        make_membership(bob, acme, role=Role.ADMIN)
        assert actor_for(bob).binds == frozenset()

    def test_another_text_than_was_read_is_refused(self, acme: Organization, signer: User) -> None:
        terms = make_terms()
        for wrong in ({"sha256": "0" * 64}, {"sha256": terms.sha256_en}, {"language": "en"}):
            with pytest.raises(NotPossibleNow, match="ikke den du leste"):
                accept(terms, acme, signer, **wrong)

        assert not Acceptance.objects.exists()

    def test_only_what_applies_or_comes_can_be_accepted(
        self, acme: Organization, signer: User, olav: User
    ) -> None:
        old = make_terms(version="1", valid_from=NOON - 100 * DAY)
        current = make_terms(version="2", valid_from=NOON - 10 * DAY)
        coming = make_terms(version="3", valid_from=NOON + 70 * DAY)
        draft = services.draft(wording=wording(version="4"), by=actor_for(olav), at=NOON)
        for wrong in (old, draft):
            with pytest.raises(NotPossibleNow, match="En annen gjelder"):
                accept(wrong, acme, signer)

        accept(current, acme, signer)
        accept(coming, acme, signer)

        assert {row.terms.version for row in queries.acceptances(acme.pk)} == {"2", "3"}

    def test_twice_is_once_and_a_second_signatory_is_told(
        self, acme: Organization, signer: User
    ) -> None:
        terms = make_terms()
        first = accept(terms, acme, signer)

        assert accept(terms, acme, signer, role="styreleder") == first
        with pytest.raises(NotPossibleNow, match="Áilu Čáhci godtok denne versjonen"):
            accept(terms, acme, make_signatory(acme))

        assert Acceptance.objects.get().role == "daglig leder"

    def test_the_receipt_says_who_what_and_which_text(
        self, acme: Organization, signer: User
    ) -> None:
        terms = make_terms(is_example=True)
        acceptance = accept(terms, acme, signer)

        lines = text_of(receipts.receipt(acceptance)).splitlines()
        text = " ".join(lines)

        assert lines[0] == "Kvittering: bruksvilkår versjon 1.0"
        for said in (
            "Jeg, Áilu Čáhci, daglig leder, godtar bruksvilkårene versjon 1.0 på vegne av Acme",
            "05.06.2026 14.00.00 (CEST)",
            terms.sha256_nb,
            str(acceptance.pk),
            "eksempel",
            "1. Det første.",
        ):
            assert said in text.replace("\u00a0", " ")
        assert receipts.receipt(acceptance) == receipts.receipt(Acceptance.objects.get())
        acceptance.language = "en"
        assert "I, Áilu Čáhci, daglig leder, accept version 1.0" in " ".join(
            text_of(receipts.receipt(acceptance)).split()
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_signatories_at_once_one_accepts() -> None:
    acme, terms = make_organization(), make_terms()
    people = [make_signatory(acme) for _ in range(2)]

    def press(user: User) -> bool:
        try:
            accept(terms, acme, user)
        except NotPossibleNow:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, people))

    assert sorted(answers) == [False, True]
    assert Acceptance.objects.get().user == people[answers.index(True)]


class TestStanding:
    def test_nothing_published_nothing_missing(self, acme: Organization, anna: User) -> None:
        found = standing(acme.pk, NOON)

        assert (found.state, found.since) == (SupplierState.NONE, None)
        assert not found.terms.is_missing
        assert found.administrators == ("Anna",)
        assert found.signatories == ()
        assert not found.may_change_production

    @pytest.mark.parametrize("state", SupplierState)
    def test_production_takes_approval_and_terms(
        self, acme: Organization, signer: User, state: SupplierState
    ) -> None:
        make_supplier(acme, state)
        terms = make_terms(valid_from=NOON - DAY)
        assert not standing(acme.pk, NOON).may_change_production

        accept(terms, acme, signer)

        found = standing(acme.pk, NOON)
        assert found.is_approved == (state == SupplierState.APPROVED)
        assert found.may_change_production == found.is_approved
        assert (found.terms.accepted_by, found.terms.accepted_at) == ("Áilu Čáhci", NOON)
        assert found.signatories == ("Áilu Čáhci",)

    def test_a_new_version_counts_from_its_day(self, acme: Organization, signer: User) -> None:
        make_supplier(acme)
        accept(make_terms(version="1", valid_from=NOON - DAY), acme, signer)
        day: datetime = NOON + 70 * DAY
        new = make_terms(version="2", valid_from=day)

        before = standing(acme.pk, day - timedelta(seconds=1))
        assert before.may_change_production
        assert (before.next_terms.version, before.next_terms.valid_from) == ("2", day)
        assert before.next_terms.is_missing
        after = standing(acme.pk, day)
        assert not after.may_change_production
        assert (after.terms.version, after.next_terms.version) == ("2", "")
        accept(new, acme, signer, at=day)
        assert standing(acme.pk, day).may_change_production


def test_notices_of_new_terms_reach_signatories_and_administrators(
    acme: Organization, signer: User, anna: User, bob: User, charlie: User
) -> None:
    make_supplier(acme)
    make_terms(version="7")

    told = Notice.objects.filter(kind="terms.campaign")
    assert {notice.user for notice in told} == {signer, anna}
    assert "versjon 7" in told[0].said_in("nb")[0]
    assert "kan dere ikke opprette eller endre noe i produksjon" in told[0].said_in("nb")[1]
