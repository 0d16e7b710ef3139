"""The main lists at a hundred and at a hundred thousand rows: their queries and their p95."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Any, NamedTuple

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from benchmarks.numbers import ratio
from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from tests import factories

FEW, MANY = 100, 100_000
REQUESTS = 80
LISTS = {
    "client configurations": ("clients:list", ""),
    "client configurations, search": ("clients:list", "?q=legekontor+7"),
    "client systems": ("systems:list", ""),
    "APIs": ("apis:list", ""),
    "access requests": ("clients:requests", ""),
}


class Measured(NamedTuple):
    """What a list cost: SQL queries, and the p95 of its time in milliseconds."""

    queries: int
    p95: float


def rows() -> Iterator[str]:
    """Yield the report. One organisation owns all rows, which is the worst case for its lists."""
    organization = factories.make_organization("Stor leverandør AS")
    person = factories.make_user(organization=organization, role=Role.ADMIN)
    client = Client()
    client.force_login(person)
    _fill(organization, person.pk, FEW)
    few = {name: _measure(client, organization, *page) for name, page in LISTS.items()}
    _fill(organization, person.pk, MANY - FEW)
    many = {name: _measure(client, organization, *page) for name, page in LISTS.items()}
    yield "| list | queries at 100 | at 100,000 | p95 at 100 (ms) | at 100,000 (ms) | ratio |"
    yield "|---|---|---|---|---|---|"
    for name, small in few.items():
        large = many[name]
        yield (
            f"| {name} | {small.queries} | {large.queries} | {small.p95:.1f} | {large.p95:.1f} "
            f"| **{ratio(large.p95, small.p95)}** |"
        )


def _measure(client: Client, organization: Organization, view: str, query: str) -> Measured:
    url = reverse(view, args=[factories.TEST, organization.number]) + query
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        queries = len(captured)  # now: the next request empties the log
        assert queries, f"no query was seen for {view}"
        times = []
        for _ in range(REQUESTS):
            began = time.perf_counter()
            client.get(url)
            times.append((time.perf_counter() - began) * 1000)
    return Measured(queries, quantiles(times[REQUESTS // 4 :], n=20)[-1])


def _fill(organization: Organization, person_id: int, count: int) -> None:
    """Insert `count` of everything by SQL, each a minute older than the one before it."""
    scope = factories.make_scope(factories.make_api(organization))
    system = factories.make_system(organization, by=_person(person_id))
    values: dict[str, Any] = {
        "organization": organization.pk,
        "person": person_id,
        "count": count,
    }
    values |= {"revision": system.current_id, "scope": scope.pk, "salt": f"{count}-{scope.pk}"}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")
    assert ClientConfiguration.objects.filter(scopes__access=Access.PENDING).count() >= count


def _person(pk: int) -> User:
    return User.objects.get(pk=pk)


_WHEN = "now() - n * interval '1 minute'"
STATEMENTS = (
    f"""INSERT INTO apis_api (id, environment, organization_id, name, short_name, description,
            dpop, test_url, created_at, changed_at)
        SELECT gen_random_uuid(), 'test', %(organization)s, 'Tjeneste ' || n,
            'bulk:' || n || %(salt)s, '', 'required', '', {_WHEN}, {_WHEN}
        FROM generate_series(1, %(count)s) n""",
    f"""WITH made AS (
            INSERT INTO systems_clientsystem (id, environment, organization_id, name, created_at)
            SELECT gen_random_uuid(), 'test', %(organization)s, 'Fagsystem ' || n, {_WHEN}
            FROM generate_series(1, %(count)s) n RETURNING id, name, created_at)
        INSERT INTO systems_revision (id, system_id, number, name, application_type,
            machine_to_machine, user_login, refresh_tokens, tenancy, algorithm, created_at,
            created_by_id, published_at, published_by_id)
        SELECT gen_random_uuid(), id, 1, name, 'server', true, false, false, 'single-tenant',
            'PS256', created_at, %(person)s, created_at, %(person)s FROM made""",
    """UPDATE systems_clientsystem s SET current_id = r.id FROM systems_revision r
        WHERE r.system_id = s.id AND s.current_id IS NULL""",
    f"""WITH made AS (
            INSERT INTO clients_clientconfiguration (id, environment, organization_id,
                created_for_id, revision_id, name, status, step, key_way, key_kind, created_at,
                created_by_id, finished_at, finished_by_id)
            SELECT gen_random_uuid(), 'test', %(organization)s, %(organization)s, %(revision)s,
                'Nordlys legekontor ' || n, 'active', '', '', '', {_WHEN}, %(person)s, {_WHEN},
                %(person)s
            FROM generate_series(1, %(count)s) n RETURNING id, created_at)
        INSERT INTO clients_clientscope (id, client_id, scope_id, access, created_at, reason)
        SELECT gen_random_uuid(), id, %(scope)s, 'pending', created_at, '' FROM made""",
)
