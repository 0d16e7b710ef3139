"""Fixed statements: the same rows whichever way they go, and errors as Django names them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from onboarding.core.models import UsedOnce
from onboarding.core.replay import use_once
from onboarding.core.statements import fetch
from tests.constants import NOON

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOON.timestamp() + 60
VALUES: list[Any] = [UUID(int=7), NOON, b"\x00\xff'\\", True, -3, "100 % «æ»", None, 2**40]
ECHO = (
    "SELECT CAST(%s AS uuid), CAST(%s AS timestamptz), CAST(%s AS bytea), CAST(%s AS boolean), "
    "CAST(%s AS integer), CAST(%s AS text), CAST(%s AS text), CAST(%s AS bigint)"
)


def test_values_come_back_as_they_went_in() -> None:
    outside = fetch(ECHO, VALUES)
    with transaction.atomic():
        inside = fetch(ECHO, VALUES)

    assert outside == inside == [tuple(VALUES)]


def test_the_next_values_need_not_be_of_the_same_size() -> None:
    assert fetch("SELECT CAST(%s AS bigint)", [1]) == [(1,)]
    assert fetch("SELECT CAST(%s AS bigint)", [2**40]) == [(2**40,)]


def test_it_is_part_of_the_transaction_around_it() -> None:
    with transaction.atomic():
        assert use_once([("test", "value", LATER)]) == [True]
        transaction.set_rollback(True)

    assert not UsedOnce.objects.exists()


def test_outside_of_a_transaction_it_stays() -> None:
    assert use_once([("test", "value", LATER), ("test", "other", LATER)]) == [True, True]

    connection.close()
    assert use_once([("test", "value", LATER), ("test", "third", LATER)]) == [False, True]
    assert UsedOnce.objects.count() == 3


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("INSERT INTO core_usedonce VALUES (%s, NULL) RETURNING 1", IntegrityError),
        ("SELECT nothing FROM nowhere WHERE x = %s", DatabaseError),
        ("SELECT 1 / length(%s)", DatabaseError),
    ],
)
def test_errors_are_djangos_and_the_connection_goes_on(sql: str, kind: type[DatabaseError]) -> None:
    for _ in range(2):
        with pytest.raises(kind):
            fetch(sql, [b"" if "INSERT" in sql else ""])

    assert fetch("SELECT 1 WHERE %s = 'x'", ["x"]) == [(1,)]
