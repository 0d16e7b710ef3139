"""A flood is counted to the last request, and leaves no more rows than there is room for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import Sum
from django.utils import timezone
from pytest_django import Settings

from onboarding.jose.checks import judge
from onboarding.traffic import facts
from onboarding.traffic.models import Announced, DayCount, Trace
from onboarding.traffic.seen import Seen
from onboarding.traffic.services import recording, room, writing
from onboarding.traffic.services.announcing import announce
from onboarding.traffic.services.forgetting import forget
from onboarding.traffic.services.recording import Recorder, flush, note
from tests.machines import Machine, make_machine


def refused(machine: Machine, *, error: str = "invalid_scope", signed: bool = True) -> Seen:
    """What is seen of a request; only what is counted and kept of it matters here."""
    checks = [judge("assertion.signature", signed, "", "")]
    return Seen(
        machine.client.environment,
        timezone.now(),
        claimed=machine.client_id,
        checks=checks,
        status=400,
        error=error,
    )


def noted(*requests: Seen) -> None:
    """Have requests noted and written down, in this order."""
    for seen in requests:
        note(seen)
    flush()


def counted() -> dict[str, int]:
    return DayCount.objects.aggregate(count=Sum("count"), dropped=Sum("dropped"))


def test_flood_keeps_as_many_rows_as_there_is_room_for(settings: Settings) -> None:
    settings.TRAFFIC_ROWS_PER_CLIENT = 10
    machine = make_machine()

    noted(*(refused(machine) for _ in range(40)))
    noted(*(refused(machine) for _ in range(40)))

    # Ten, and one as a sample of its kind and minute.
    assert Trace.objects.count() == 11
    assert counted() == {"count": 80, "dropped": 69}


def test_each_kind_of_refusal_is_seen_in_a_flood(settings: Settings) -> None:
    settings.TRAFFIC_ROWS_PER_CLIENT = 1
    machine = make_machine()

    noted(*(refused(machine) for _ in range(5)))
    noted(refused(machine, error="invalid_target"))

    assert Trace.objects.filter(error="invalid_target").count() == 1


def test_flood_of_one_client_leaves_room_for_the_others(settings: Settings) -> None:
    settings.TRAFFIC_ROWS_PER_CLIENT = 3
    flooding, quiet = make_machine(), make_machine(which=2)

    noted(*(refused(flooding) for _ in range(20)), refused(quiet))

    assert Trace.objects.filter(client=quiet.client).count() == 1


def test_stranger_does_not_use_up_the_room_of_the_client(settings: Settings) -> None:
    settings.TRAFFIC_UNSIGNED_PER_CLIENT = 2
    machine = make_machine()

    noted(*(refused(machine, signed=False) for _ in range(50)))
    noted(*(refused(machine) for _ in range(4)))

    assert Trace.objects.filter(signed=False).count() == 3
    assert Trace.objects.filter(signed=True).count() == 4


def test_all_together_there_is_an_end_too(settings: Settings) -> None:
    settings.TRAFFIC_ROWS_PER_DAY = 0
    machines = [make_machine(which=number) for number in range(2)]
    noted(*(refused(machine) for machine in machines))

    noted(*(refused(machine) for machine in machines for _ in range(5)))

    # The first, before it was known that there is no room, and then a sample of each.
    assert Trace.objects.count() == 4


def test_room_that_another_process_filled_is_full(settings: Settings) -> None:
    settings.TRAFFIC_ROWS_PER_CLIENT = 4
    machine, one, other = make_machine(), Recorder(), Recorder()
    for recorder in (one, other, one, other):
        for _ in range(3):
            recorder.note(refused(machine))
        recorder.flush()

    # Three and three before they knew of each other, one that the first still had room for by what
    # it knew, and a sample of each.
    assert Trace.objects.count() == 9
    assert counted() == {"count": 12, "dropped": 3}


def test_new_day_brings_new_room(settings: Settings) -> None:
    settings.TRAFFIC_ROWS_PER_CLIENT = 2
    machine, day = make_machine(), timedelta(days=1)
    for n in range(2):
        requests = [refused(machine) for _ in range(6)]
        for seen in requests:
            seen.at += n * day
        noted(requests[0])
        noted(*requests[1:])

    # Two and a sample; then the first, which was the sample of its minute too, and one more.
    assert [row.count - row.dropped for row in DayCount.objects.order_by("day")] == [3, 2]


def test_ids_that_somebody_made_up_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_KINDS", 5)
    found = room.Room()

    for n in range(100):
        found.take(f"{n}", signed=False)

    assert len(found._left) <= 5


def test_memory_has_an_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recording, "MOST_WAITING", 3)
    recorder, machine = Recorder(), make_machine()

    for _ in range(10):
        recorder.note(refused(machine))

    assert recorder.flush() == 3
    assert "7 requests left no trace" in caplog.text


def test_fault_in_a_trace_costs_nobody_a_token(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    machine = make_machine().meet()
    monkeypatch.setattr(facts, "row", fail)

    assert machine.token()
    assert "A trace could not be made" in caplog.text


def test_what_could_not_be_written_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, machine = Recorder(), make_machine()
    recorder.note(refused(machine))

    def away(*_: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(writing, "write", away)
        with pytest.raises(DatabaseError):
            recorder.flush()

    assert recorder.flush() == 1
    assert Trace.objects.count() == 1


def test_what_comes_in_while_it_writes_waits_for_the_next_time() -> None:
    """Else a writer under load never rests, and writes a few at a time."""
    recorder, machine = Recorder(), make_machine()
    recorder.note(refused(machine))

    more = [refused(machine) for _ in range(3)]

    def meanwhile(execute: Callable[..., Any], *arguments: Any) -> Any:
        if more:
            recorder.note(more.pop())
        return execute(*arguments)

    with connection.execute_wrapper(meanwhile):
        assert recorder.flush() == 1

    assert Trace.objects.count() == 1
    assert recorder.flush() == 3


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, machine = Recorder(), make_machine()
    recorder.note(refused(machine))

    def away(*_: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(writing, "_count", away)
        with pytest.raises(DatabaseError):
            recorder.flush()

    assert not Trace.objects.exists()


def test_what_is_old_goes_in_small_steps(settings: Settings) -> None:
    now, machine = timezone.now(), make_machine()
    for days in (0, 29, 31, 40, 50):
        seen = refused(machine)
        seen.at = now - timedelta(days=days)
        noted(seen)
    announce(["old"], at=now - timedelta(days=2))
    announce(["new"], at=now)

    assert forget(at=now, at_once=2, most=2) == 5
    assert (Trace.objects.count(), DayCount.objects.count()) == (3, 3)
    assert forget(at=now) == 2

    assert Trace.objects.count() == DayCount.objects.count() == 2
    assert Announced.objects.count() == 1


def test_rows_sort_by_the_time_of_the_request() -> None:
    now, machine = timezone.now(), make_machine()
    for seconds in (3, 1, 2):
        seen = refused(machine)
        seen.at = now + timedelta(seconds=seconds)
        noted(seen)

    by_id = list(Trace.objects.order_by("pk").values_list("at", flat=True))

    assert by_id == sorted(by_id)
    assert {trace.pk.version for trace in Trace.objects.all()} == {7}
