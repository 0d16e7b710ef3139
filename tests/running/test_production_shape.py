"""The portal on PostgreSQL, Redis, two web processes and two workers, by settings alone."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page

from portal import processes
from portal.processes import BASE_DIR
from tests.browser import journey
from tests.portals import Portal, production_shape

COMPOSE: dict[str, Any] = yaml.safe_load((BASE_DIR / "compose.yaml").read_text())
OURS = {"migrate", "web", "worker", "scheduler"}


@pytest.fixture(scope="module")
def shape(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """That portal, running."""
    with production_shape(tmp_path_factory.mktemp("shape")) as portal:
        yield portal


def test_two_web_processes_and_two_workers_serve(shape: Portal) -> None:
    health = shape.health()

    assert health is not None
    assert (health["ok"], health["database"], health["redis"]) == (True, True, True)
    assert shape.logs().count("Booting worker with pid") == 2
    assert shape.logs().count(" ready.") == 2


def test_the_journey_goes_through(page: Page, shape: Portal, tmp_path: Path) -> None:
    journey.log_in(page, shape.url)
    journey.describe_system(page, "Fjordjournal")
    made = journey.configure_client(page, "Fjordjournal", tmp_path)
    journey.test_token(page, made.file)

    assert journey.run_snippet(page, tmp_path)["communicationParties"]


def test_files_are_served_under_names_that_change_with_their_content(shape: Portal) -> None:
    manifest = json.loads((shape.data_dir / "static" / "staticfiles.json").read_text())
    served = manifest["paths"]["portal.css"]

    answer = subprocess.run(
        ["curl", "-sS", "--head", f"{shape.url}/static/{served}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert served != "portal.css"
    assert "200 OK" in answer.stdout
    assert "immutable" in answer.stdout


@pytest.mark.parametrize(
    ("service", "command"),
    [
        ("migrate", processes.migrate()),
        ("web", processes.web(bind="0.0.0.0:8000", processes=2)),
        ("worker", processes.worker(name="worker@%h")),
        ("scheduler", processes.scheduler(schedule=Path("/tmp/schedule"))),  # noqa: S108 - a tmpfs
    ],
)
def test_compose_starts_what_this_test_starts(service: str, command: list[str]) -> None:
    assert COMPOSE["services"][service]["command"] == command


def test_the_image_is_a_web_process_unless_told_otherwise() -> None:
    text = (BASE_DIR / "Dockerfile").read_text().replace("\\\n", "")
    command = json.loads(text.rsplit("\nCMD ", 1)[1])

    assert command == COMPOSE["services"]["web"]["command"]


def test_compose_has_two_workers_and_one_scheduler() -> None:
    services = COMPOSE["services"]

    assert services["worker"]["deploy"] == {"replicas": 2}
    assert "deploy" not in services["scheduler"]
    assert set(services) == OURS | {"postgres", "redis"}


@pytest.mark.parametrize("service", sorted(OURS))
def test_a_container_can_change_nothing_of_itself(service: str) -> None:
    settings = COMPOSE["services"][service]

    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]


def test_secrets_are_files_and_no_image_is_the_latest() -> None:
    for service in COMPOSE["services"].values():
        names = {name for name in service.get("environment", {}) if "PASS" in name or "KEY" in name}
        assert {name for name in names if not name.endswith("_FILE")} == set()
        assert ":" in service["image"]
        assert not service["image"].endswith(":latest")


def test_redis_forgets_nothing_that_is_queued() -> None:
    command = COMPOSE["services"]["redis"]["command"]
    settings = processes.redis_settings(port=1, folder=Path("/data"), password="x").splitlines()

    for name in ("appendonly", "appendfsync", "maxmemory", "maxmemory-policy"):
        value = command[command.index(f"--{name}") + 1]
        assert f"{name} {value}" in settings
