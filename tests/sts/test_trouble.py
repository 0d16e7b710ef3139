"""Many at once, and what the server needs being out of reach (A65, A71, C16, R10, R11)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext

from onboarding.core.statements import fetch
from onboarding.sts.models import SigningKey
from onboarding.sts.queries import signing_keys
from onboarding.sts.services.signing_keys import ensure_signing_key
from tests.constants import NOON
from tests.machines import error_of, make_machine

AT_ONCE = 12

pytestmark = pytest.mark.django_db(transaction=True)


def in_parallel(act: Callable[[], Any]) -> list[Any]:
    """What `act` returns in as many threads, each with a connection of its own."""
    gate = threading.Barrier(AT_ONCE)
    found: list[Any] = []

    def run() -> None:
        gate.wait()
        try:
            found.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a65_one_assertion_in_parallel_gets_one_token() -> None:
    machine = make_machine().meet()
    form = machine.form()

    answers = in_parallel(lambda: error_of(machine.post(form, proof=machine.proof())))

    assert Counter(answers) == {(200, ""): 1, (400, "invalid_client"): AT_ONCE - 1}


def test_c16_one_proof_in_parallel_gets_one_token() -> None:
    machine = make_machine().meet()
    proof = machine.proof()

    answers = in_parallel(lambda: error_of(machine.post(proof=proof)))

    assert Counter(answers) == {(200, ""): 1, (400, "invalid_dpop_proof"): AT_ONCE - 1}


def test_the_first_signing_key_is_made_once() -> None:
    in_parallel(lambda: ensure_signing_key(environment="test", at=NOON))

    assert SigningKey.objects.count() == 1


def test_a71_used_assertions_cannot_be_remembered() -> None:
    machine = make_machine().meet()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_usedonce RENAME TO core_usedonce_away")
    try:
        answer = machine.post()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_usedonce_away RENAME TO core_usedonce")

    assert error_of(answer) == (503, "temporarily_unavailable")
    assert answer["Retry-After"]
    assert b"access_token" not in answer.content
    assert machine.post().status_code == 200


def test_the_database_is_away() -> None:
    machine = make_machine().meet()
    settings = connection.settings_dict
    port, settings["PORT"] = settings["PORT"], "1"
    connection.close()
    try:
        answer = machine.post()
    finally:
        settings["PORT"] = port

    assert error_of(answer) == (503, "temporarily_unavailable")
    assert machine.post().status_code == 200


def cut(backend: int) -> None:
    """End a connection from outside, as a restart of the database does."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    other.close()


def test_a_connection_that_was_cut_is_no_trouble() -> None:
    machine = make_machine().meet()
    [[backend]] = fetch("SELECT pg_backend_pid()", [])
    cut(backend)

    assert machine.post().status_code == 200


def test_a_statement_that_may_not_be_repeated_says_so() -> None:
    [[backend]] = fetch("SELECT pg_backend_pid()", [])
    cut(backend)

    with pytest.raises(OperationalError):
        fetch("SELECT 1", [])
    connection.close()
    assert fetch("SELECT 1", []) == [(1,)]


def test_d36_unknown_names_of_keys_are_looked_for_once_a_second() -> None:
    machine = make_machine().meet()
    machine.token()
    signing_keys.forget()

    with CaptureQueriesContext(connection) as queries:
        for name in range(50):
            assert signing_keys.public_key("test", f"made-up-{name}", "RS256", NOON) is None

    assert len(queries) <= 2
