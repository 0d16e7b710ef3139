"""Redis or PostgreSQL goes away, for real: what people and programs get, and what comes after."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from django.db import connection

from onboarding.clients.models import ClientConfiguration
from onboarding.core.jobs import JobStatus
from onboarding.keys.models import KeyMaking
from onboarding.suppliers.models import Organization
from portal import local, probe, processes
from portal.supervisor import Child, Supervisor
from tests import portals, servers
from tests.factories import make_client, make_organization, make_system, make_user
from tests.keys.conftest import recipient

SOON = 3.0  # seconds: what a person takes for an answer


class Shape(NamedTuple):
    """A web process, a worker and a scheduler on the tests' database, with a Redis of their own."""

    url: str
    redis: Child
    supervisor: Supervisor


class Person:
    """A browser without a window, logged in."""

    def __init__(self, url: str, username: str) -> None:
        self.url, self.session, self.slowest = url, requests.Session(), 0.0
        self.post("/login/demo/", form="/login/", username=username)

    def get(self, address: str) -> requests.Response:
        return self._timed("GET", address)

    def post(self, address: str, *, form: str = "", **data: str) -> requests.Response:
        """Send a form as its page does; `form` is that page, the address itself if left out."""
        page = self.get(form or address).text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[-1]
        return self._timed("POST", address, csrfmiddlewaretoken=token, **data)

    def _timed(self, method: str, address: str, **data: str) -> requests.Response:
        began = time.monotonic()
        answer = self.session.request(method, self.url + address, data=data, timeout=30)
        self.slowest = max(self.slowest, time.monotonic() - began)
        return answer


@pytest.fixture
def shape(transactional_db: None, tmp_path: Path) -> Iterator[Shape]:
    port, redis_port = local.free_port(), local.free_port()
    folder = tmp_path / "redis"
    folder.mkdir()
    database = urlsplit(servers.postgresql())._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = portals.plain_environment(
        DEMO="1",
        SECRET_KEY=os.environ["SECRET_KEY"],
        BASE_URL=f"http://localhost:{port}",
        DATA_DIR=str(tmp_path),
        DATABASE_URL=database.geturl(),
        REDIS_URL=f"redis://:secret@127.0.0.1:{redis_port}/0",
    )
    portals.run(["python", "manage.py", "collectstatic", "--noinput"], environment)
    configuration = processes.redis_settings(port=redis_port, folder=folder, password="secret")
    redis = Child(
        "redis",
        [processes.redis_server() or "", "-"],
        environment,
        servers.log(f"own-redis-{port}"),
        configuration,
    )
    commands = {
        "web": processes.web(bind=f"127.0.0.1:{port}", processes=1),
        "worker": processes.worker(name=f"worker-{port}@localhost"),
        "scheduler": processes.scheduler(schedule=tmp_path / "schedule"),
    }
    with Supervisor(cwd=processes.BASE_DIR) as supervisor:
        supervisor.add(redis)
        for name, command in commands.items():
            log = servers.log(f"faults-{name}-{port}")
            supervisor.add(Child(name, processes.here(command), environment, log))
        shape = Shape(f"http://localhost:{port}", redis, supervisor)
        portals.wait_for(lambda: is_well(port))
        yield shape


def is_well(port: int) -> bool:
    health = probe.health(port)
    return bool(health and health["ok"] and health["worker"] is not None)


@pytest.fixture
def acme(transactional_db: None) -> Organization:
    return make_organization()


@pytest.fixture
def clients(acme: Organization) -> list[ClientConfiguration]:
    """Four clients in use, each of which may have a key made."""
    kari = make_user("kari", organization=acme, is_demo=True)
    return [
        make_client(acme, system=make_system(acme, name=f"System {n}", by=kari), by=kari)
        for n in range(4)
    ]


def ask_for_key(person: Person, client: ClientConfiguration) -> KeyMaking:
    address = f"/test/{client.organization.number}/clients/{client.pk}/keys/new/"
    public = json.dumps(recipient()[0])
    answer = person.post(address, way="portal", kind="ES256", lifetime="365", recipient=public)
    assert answer.status_code == 200
    return KeyMaking.objects.get(client=client)


def are_made(makings: list[KeyMaking]) -> bool:
    found = KeyMaking.objects.filter(pk__in=[making.pk for making in makings])
    return set(found.values_list("status", flat=True)) == {JobStatus.PASSED}


def has_redis_again(shape: Shape, person: Person) -> bool:
    shape.supervisor.tend()
    return bool(person.get("/healthz").json()["redis"])


def test_without_redis_people_go_on_and_their_keys_are_made_when_it_is_back(
    shape: Shape, clients: list[ClientConfiguration]
) -> None:
    first, second, third, fourth = clients
    kari = Person(shape.url, "kari")
    home = f"/test/{first.organization.number}/"
    made = [ask_for_key(kari, first)]
    portals.wait_for(lambda: are_made(made))

    shape.redis.signal(signal.SIGKILL)
    made.append(ask_for_key(kari, second))
    assert kari.get(home).status_code == 200
    assert kari.get("/healthz").json()["redis"] is False
    portals.wait_for(lambda: has_redis_again(shape, kari))
    shape.redis.signal(signal.SIGSTOP)  # takes connections and never answers
    made.append(ask_for_key(kari, third))
    made.append(ask_for_key(kari, fourth))
    assert kari.get(home).status_code == 200
    assert kari.get("/healthz").status_code == 503
    assert kari.slowest < SOON
    assert not are_made(made)
    shape.redis.signal(signal.SIGCONT)

    portals.wait_for(lambda: are_made(made), patience=60)


@pytest.fixture
def database_away() -> Iterator[Callable[[bool], None]]:
    """A function that shuts everybody out of the tests' database (True), or lets them in again."""
    name = connection.settings_dict["NAME"]

    def shut(away: bool) -> None:
        with psycopg.connect(servers.postgresql(), autocommit=True) as server:
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {not away}'.encode())
            if away:
                connection.close()
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    [name],
                )

    yield shut
    shut(False)


def test_without_postgresql_everybody_is_told_to_come_back_and_can(
    shape: Shape,
    clients: list[ClientConfiguration],
    database_away: Callable[[bool], None],
) -> None:
    client = clients[0]
    home = f"/test/{client.organization.number}/"
    kari = Person(shape.url, "kari")

    database_away(True)
    page = kari.get(home)
    programs = [
        kari.get("/test/sts/.well-known/openid-configuration/jwks"),
        kari.get("/test/cp-api/CommunicationPartyEvents"),
        requests.post(f"{shape.url}/test/sts/connect/token", data=token_request(), timeout=10),
        kari.get("/healthz"),
    ]
    metadata = kari.get("/test/sts/.well-known/openid-configuration")
    database_away(False)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "Vi kan ikke svare akkurat nå" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert [answer.status_code for answer in programs] == [503] * len(programs)
    assert all("json" in answer.headers["Content-Type"] for answer in programs)
    assert all("Retry-After" in answer.headers for answer in programs[:3])
    assert metadata.status_code == 200
    assert kari.slowest < SOON
    assert kari.get(home).status_code == 200
    making = ask_for_key(kari, client)
    portals.wait_for(lambda: are_made([making]), patience=60)


def token_request() -> dict[str, str]:
    """A request that is well-formed; whose it is, only the database could tell."""
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    header, claims = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ", "eyJzdWIiOiJhIiwiaXNzIjoiYSJ9"
    assertion = f"{header}.{claims}.{'A' * 86}"
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": kind,
        "client_assertion": assertion,
    }
