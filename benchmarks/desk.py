"""The review desk's first page with 50 cases that wait and with 5,000: its queries and its times.

Each size has a database of its own, and the two are asked in turn, so that what else the machine
does meets both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from benchmarks.numbers import ratio
from onboarding.promotion.models import Case
from onboarding.suppliers.states import Role
from tests import factories, servers
from tests.promotion.making import make_checklist

FEW, MANY = 50, 5_000
ROUNDS, REQUESTS, UNCOUNTED = 30, 12, 2
NAMES = {FEW: "desk_few", MANY: "desk_many"}


def rows() -> Iterator[str]:
    """Yield the report. The cases are of fifty suppliers."""
    own = str(connection.settings_dict["NAME"])
    for name in NAMES.values():
        _copy(own, name)
    try:
        people = {count: _filled(count) for count in NAMES}
        queries = {count: _queries(count, client) for count, client in people.items()}
        times: dict[int, list[float]] = {FEW: [], MANY: []}
        for _ in range(ROUNDS):
            for count, client in people.items():
                times[count] += _asked(count, client)
    finally:
        _use(own)
    p95 = {count: quantiles(found, n=20)[-1] for count, found in times.items()}
    middle = {count: median(found) for count, found in times.items()}
    yield f"| first page of the desk | at {FEW} cases | at {MANY:,} | ratio |"
    yield "|---|---|---|---|"
    yield f"| queries | {queries[FEW]} | {queries[MANY]} | |"
    for name, found in (("median", middle), ("p95", p95)):
        yield (
            f"| {name} (ms) | {found[FEW]:.1f} | {found[MANY]:.1f} "
            f"| **{ratio(found[MANY], found[FEW])}** |"
        )


def _copy(own: str, name: str) -> None:
    """Make a database like the one of this run, which nobody may use meanwhile.

    What was measured before may have left a thread with a connection of its own.
    """
    connection.close()
    url = servers.postgresql().rpartition("/")[0] + "/template1"
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [own]
        )
        other.execute(f'CREATE DATABASE "{name}" TEMPLATE "{own}"'.encode())


def _use(name: str) -> None:
    """Ask this database from now on."""
    connection.close()
    connection.settings_dict["NAME"] = name


def _filled(count: int) -> Client:
    """Send in so many cases; return a browser in which a reviewer is logged in."""
    _use(NAMES[count])
    person = factories.make_user()
    checklist = make_checklist().pk
    for _ in range(FEW):
        organization = factories.make_organization("Stor leverandør AS")
        factories.make_membership(person, organization, role=Role.ADMIN)
        values: dict[str, Any] = {
            "organization": organization.pk,
            "person": person.pk,
            "checklist": checklist,
            "count": count // FEW,
        }
        with connection.cursor() as cursor:
            for statement in STATEMENTS:
                cursor.execute(statement, values)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert Case.objects.in_queue().count() == count
    client = Client()
    client.force_login(factories.make_user(is_reviewer=True))
    return client


def _queries(count: int, client: Client) -> int:
    _use(NAMES[count])
    _get(client)  # what is read once for each connection and process
    with CaptureQueriesContext(connection) as captured:
        _get(client)
    queries = len(captured)  # now: the next request empties the log
    assert queries, "no query was seen"
    return queries


def _asked(count: int, client: Client) -> list[float]:
    """Return the times of one round, in milliseconds, without those that begin it."""
    _use(NAMES[count])
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        _get(client)
        times.append((time.perf_counter() - began) * 1000)
    return times[UNCOUNTED:]


def _get(client: Client) -> None:
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        assert client.get(reverse("desk:queue")).status_code == 200


# A case begins as a draft and is then sent in: triggers refuse anything else.
STATEMENTS = (
    """WITH made AS (
            INSERT INTO systems_clientsystem (id, environment, organization_id, name, created_at)
            SELECT gen_random_uuid(), 'test', %(organization)s, 'Fagsystem ' || n,
                now() - random() * interval '30 days'
            FROM generate_series(1, %(count)s) n RETURNING id, name, created_at)
        INSERT INTO systems_revision (id, system_id, number, name, application_type,
            machine_to_machine, user_login, refresh_tokens, tenancy, algorithm, created_at,
            created_by_id, published_at, published_by_id)
        SELECT gen_random_uuid(), id, 1, name, 'server', true, false, false, 'single-tenant',
            'PS256', created_at, %(person)s, created_at, %(person)s FROM made""",
    """UPDATE systems_clientsystem s SET current_id = r.id FROM systems_revision r
        WHERE r.system_id = s.id AND s.current_id IS NULL""",
    """INSERT INTO promotion_case (id, organization_id, number, name, system_id, revision_id,
            checklist_id, status, created_at, created_by_id, round, test_url, content, turn_since,
            our_seconds, their_seconds, risk, is_sensitive, reviewers_needed, fails, warns, digest,
            passed_through, spot_check)
        SELECT gen_random_uuid(), %(organization)s, row_number() OVER (ORDER BY s.id),
            s.name, s.id, s.current_id, %(checklist)s, 'draft', s.created_at, %(person)s, 0, '',
            '{}', s.created_at, 0, 0, 'normal', false, 1, 0, 1, '', false, ''
        FROM systems_clientsystem s WHERE s.organization_id = %(organization)s""",
    """UPDATE promotion_case SET status = 'submitted', round = 1, submitted_at = created_at,
            submitted_by_id = created_by_id WHERE status = 'draft'""",
)
