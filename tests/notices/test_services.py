"""A thing is told once, in the transaction of the act; its letter goes out until it is taken."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from onboarding.accounts.models import User
from onboarding.notices import queries
from onboarding.notices.models import PAUSES, Notice
from onboarding.notices.services import deliver, notify, open_all, open_notice
from onboarding.suppliers.queries import actor_for
from tests.constants import NOON
from tests.factories import make_user

BROKEN = "tests.notices.test_services.Broken"


class Broken(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone, with a secret")


def tell(**changes: Any) -> int:
    given: dict[str, Any] = {
        "kind": "terms.new",
        "subject": "Nye bruksvilkår",
        "text": "De gjelder fra i morgen.",
        "url": "/notices/",
        "dedupe_key": "terms:1",
        "at": NOON,
    } | changes
    with transaction.atomic():
        return notify(**given)


@pytest.fixture
def ada(db: None) -> User:
    return make_user("ada")


def test_each_is_told_once_for_a_key(ada: User) -> None:
    other = make_user("odd")

    assert tell(users=[ada, ada]) == 1
    assert tell(users=[ada, other], emails=["Drift@acme.example"]) == 2
    assert tell(users=[ada, other], emails=["drift@acme.example"]) == 0
    assert tell(users=[ada], dedupe_key="terms:2") == 1

    assert sorted(Notice.objects.values_list("recipient", "dedupe_key")) == sorted(
        [
            (f"user:{ada.pk}", "terms:1"),
            (f"user:{ada.pk}", "terms:2"),
            (f"user:{other.pk}", "terms:1"),
            ("mail:drift@acme.example", "terms:1"),
        ]
    )


def test_the_database_holds_it_too(ada: User) -> None:
    tell(users=[ada])
    notice = Notice.objects.get()

    with pytest.raises(IntegrityError, match="a_thing_is_told_once"), transaction.atomic():
        Notice.objects.create(
            user=ada, recipient=notice.recipient, words={}, dedupe_key="terms:1",
            created_at=NOON, send_at=NOON,
        )  # fmt: skip
    for url in ("https://elsewhere.example/", "//elsewhere.example/"):
        with pytest.raises(IntegrityError, match="page_of_ours"), transaction.atomic():
            Notice.objects.filter(pk=notice.pk).update(url=url)
    with pytest.raises(IntegrityError, match="has_a_recipient"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(user=None, email="")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_of_what_was_undone() -> None:
    ada = make_user("ada")
    with transaction.atomic():
        tell(users=[ada])
        transaction.set_rollback(True)

    assert not Notice.objects.exists()
    with pytest.raises(RuntimeError, match="transaction"):
        notify(users=[ada], kind="k", subject="s", text="t", dedupe_key="d", at=NOON)


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example", "notices/"])
def test_a_notice_leads_nowhere_else(ada: User, url: str) -> None:
    with pytest.raises(ValueError, match="this site"):
        tell(users=[ada], url=url)

    assert not Notice.objects.exists()


def test_who_cannot_log_in_is_told_nothing_and_who_has_no_address_gets_no_letter(ada: User) -> None:
    gone = make_user("gone", is_active=False)
    silent = make_user("silent", email="")

    assert tell(users=[ada, gone, silent], emails=[""]) == 2

    assert queries.waiting(NOON) == [Notice.objects.get(user=ada).pk]
    assert not deliver(notice_id=Notice.objects.get(user=silent).pk, at=NOON)


def test_a_letter_goes_out_once_in_the_language_of_its_reader(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(language="en")
    subject: Callable[[], str] = lambda: _("Varsler")  # noqa: E731 - as callers write it
    tell(users=[ada], emails=["drift@acme.example"], subject=subject)
    later = NOON + timedelta(seconds=5)

    for notice_id in queries.waiting(later):
        assert deliver(notice_id=notice_id, at=later)
        assert not deliver(notice_id=notice_id, at=later + timedelta(days=9))

    assert queries.waiting(later + timedelta(days=9)) == []
    assert {(letter.to[0], letter.subject) for letter in mail.outbox} == {
        ("ada@acme.example", "Notices"),
        ("drift@acme.example", "Varsler"),
    }
    for letter in mail.outbox:
        assert f"{settings.BASE_URL}/notices/" in letter.body
        assert letter.content_subtype == "plain"
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 2


def test_the_page_speaks_the_language_that_is_read(ada: User) -> None:
    tell(users=[ada], subject=lambda: _("Varsler"))
    notice = Notice.objects.get()

    with override("en"):
        assert notice.subject == "Notices"
    with override("nb"):
        assert notice.subject == "Varsler"
    assert notice.said_in("fr") == ("Varsler", "De gjelder fra i morgen.")


def test_a_mail_server_that_is_away_is_tried_again_ever_more_seldom(
    ada: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = BROKEN
    tell(users=[ada])
    notice_id, at = Notice.objects.get().pk, NOON
    caplog.set_level(logging.WARNING)

    for pause in PAUSES:
        assert queries.waiting(at) == [notice_id]
        assert not deliver(notice_id=notice_id, at=at)
        assert queries.waiting(at + pause - timedelta(seconds=1)) == []
        at += pause

    assert queries.waiting(at + timedelta(days=99)) == []
    assert f"Gave up sending the letter of notice {notice_id}." in caplog.text
    assert "secret" not in caplog.text
    assert ada.email not in caplog.text


def test_a_sender_that_died_is_followed_by_another(ada: User) -> None:
    tell(users=[ada])
    notice = Notice.objects.get()
    assert Notice.objects.claim(notice, NOON)  # and then nothing more was heard of it

    assert not deliver(notice_id=notice.pk, at=NOON + timedelta(seconds=59))
    assert deliver(notice_id=notice.pk, at=NOON + timedelta(seconds=61))

    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_senders_one_sends() -> None:
    tell(users=[make_user("ada")])
    notice_id = Notice.objects.get().pk

    def send(_number: int) -> bool:
        try:
            return deliver(notice_id=notice_id, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(send, range(4)))

    assert sorted(results) == [False, False, False, True]
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_tell_the_same_at_once_one_row_is_left() -> None:
    ada = make_user("ada")

    def say(_number: int) -> None:
        try:
            tell(users=[ada])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(say, range(4)))

    assert Notice.objects.count() == 1


def test_reading_is_noted_once(ada: User) -> None:
    tell(users=[ada])
    tell(users=[ada], dedupe_key="terms:2")
    first, _second = Notice.objects.order_by("dedupe_key")

    open_notice(notice_id=first.pk, at=NOON)
    open_notice(notice_id=first.pk, at=NOON + timedelta(days=1))
    assert Notice.objects.get(pk=first.pk).opened_at == NOON
    assert [notice.dedupe_key for notice in queries.unread(actor_for(ada))] == ["terms:2"]

    assert open_all(user_id=ada.pk, at=NOON) == 1
    assert not queries.unread(actor_for(ada)).exists()
