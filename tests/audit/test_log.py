"""The event log: nobody changes it in silence, and many can write to it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, close_old_connections, connection, transaction

from onboarding.audit import chain
from onboarding.audit.models import Event
from onboarding.audit.services import head, record, verify
from tests.constants import NOON
from tests.factories import make_organization

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 12


def write(count: int = 1) -> None:
    organization = make_organization()
    for number in range(count):
        with transaction.atomic():
            record(
                "thing.done",
                subject=organization,
                actor="Åse Æ",
                at=NOON,
                organization_id=organization.pk,
                environment="test",
                number=number,
                note="«ja»",
                nothing=None,
                yes=True,
            )


@contextmanager
def without_guard() -> Iterator[None]:
    """Do as somebody does who owns the database: switch the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


def event(seq: int) -> Event:
    return Event.objects.get(seq=seq)


def swap() -> None:
    """Let two events change places."""
    two, three = event(2), event(3)
    Event.objects.filter(pk=two.pk).update(seq=99)
    Event.objects.filter(pk=three.pk).update(seq=2)
    Event.objects.filter(pk=two.pk).update(seq=3)


def alter(**fields: object) -> None:
    Event.objects.filter(seq=3).update(**fields)


def insert() -> None:
    """Put in an event as if it had been written."""
    last = event(5)
    last.pk, last.seq, last.actor = None, 6, "Mallory"
    last.save(force_insert=True)


TAMPERING: dict[str, tuple[Callable[[], object], int]] = {
    "one letter of a name": (lambda: alter(actor="Åse Ø"), 3),
    "a moment": (lambda: alter(occurred_at=NOON.replace(microsecond=1)), 3),
    "a kind": (lambda: alter(kind="thing.undone"), 3),
    "an organisation": (lambda: alter(organization_id=None), 3),
    "an environment": (lambda: alter(environment="production"), 3),
    "a subject": (lambda: alter(subject="a.b:1"), 3),
    "a detail": (lambda: alter(details={"number": 2, "note": "«nei»"}), 3),
    "a chain value": (lambda: alter(chain="0" * 64), 3),
    "the first is gone": (lambda: event(1).delete(), 1),
    "one in the middle is gone": (lambda: event(3).delete(), 3),
    "the last is gone": (lambda: event(5).delete(), 5),
    "all are gone": (lambda: Event.objects.all().delete(), 1),
    "two are swapped": (swap, 2),
    "one was put in": (insert, 6),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_whatever_is_done_to_the_log_shows(name: str) -> None:
    tamper, where = TAMPERING[name]
    write(5)
    noted = head()
    assert verify(noted) is None

    with without_guard():
        tamper()

    assert verify(noted) == where


def test_a_chain_that_is_written_anew_does_not_end_in_the_head_that_was_noted() -> None:
    write(3)
    noted = head()
    with without_guard():
        Event.objects.all().delete()
    write(4)

    assert verify() is None
    assert verify(noted) == 3


def test_the_database_refuses_to_change_the_log() -> None:
    write(2)

    for act in (
        lambda: Event.objects.update(actor="x"),
        lambda: event(1).delete(),
        Event.objects.all().delete,
    ):
        with pytest.raises(IntegrityError, match="events_never_change"), transaction.atomic():
            act()


def test_the_log_is_written_with_its_act_or_not_at_all() -> None:
    organization = make_organization()
    with pytest.raises(RuntimeError):
        record("thing.done", subject=organization, actor="x", at=NOON)
    with transaction.atomic():
        record("thing.done", subject=organization, actor="x", at=NOON)
        transaction.set_rollback(True)

    assert head() == (0, chain.GENESIS)


def test_many_writers_at_once_make_one_chain_without_gaps() -> None:
    def writer(_: int) -> None:
        try:
            write(3)
        finally:
            close_old_connections()
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(writer, range(AT_ONCE)))

    assert head().seq == 3 * AT_ONCE
    assert verify(head()) is None


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("audit_verify", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_a_head_that_the_next_run_takes() -> None:
    write(2)
    found = re.fullmatch(r"2 events, unbroken\. head (2:[0-9a-f]{64})\n", run())
    assert found
    write(1)

    assert run("--head", found[1]).startswith("3 events, unbroken.")


def test_the_command_fails_where_the_chain_is_broken() -> None:
    write(4)
    noted = str(head())
    with without_guard():
        event(4).delete()

    assert run().startswith("3 events")
    with pytest.raises(CommandError, match="Event 4 is not what was written, or missing"):
        run("--head", noted)


@pytest.mark.parametrize("text", ["", "4", "4:", "x:" + "0" * 64, "4:" + "0" * 63, "4:" + "g" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"head|hex"):
        chain.Head.read(text)


def test_an_empty_log_is_whole() -> None:
    assert run() == f"0 events, unbroken. head 0:{chain.GENESIS}\n"
