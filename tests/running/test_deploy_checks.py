"""`manage.py check --deploy`, with the settings of an installation and with wrong ones."""

from __future__ import annotations

import secrets
import subprocess
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from portal import processes
from tests.portals import plain_environment

COMMAND = ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]


def check(data_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the checks in a process of their own, as an installation does before it starts."""
    environment = plain_environment(
        **{
            "BASE_URL": "https://portal.example",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATA_DIR": str(data_dir),
            **settings,
        }
    )
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE")  # of these tests alone, see tests.environment
    return subprocess.run(
        processes.here(COMMAND),
        cwd=processes.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_an_installation_passes_with_nothing_silenced(tmp_path: Path) -> None:
    done = check(tmp_path, BEHIND_TLS_PROXY="1")

    assert (done.stderr, done.stdout) == (
        "",
        "System check identified no issues (0 silenced).\n",
    )


def test_a_demo_that_others_can_reach_does_not(tmp_path: Path) -> None:
    done = check(tmp_path, DEMO="1")

    assert done.returncode == 1
    assert "portal.E001" in done.stderr


def ids() -> set[str]:
    return {str(message.id) for message in run_checks(include_deployment_checks=True)}


def test_a_demo_on_this_machine_is_nobody_elses_business(settings: Settings) -> None:
    settings.DEMO, settings.BASE_URL = True, "http://localhost:8000"

    assert "portal.E001" not in ids()


@pytest.mark.parametrize("more", ["http://10.0.0.7", "https://other.example"])
def test_workers_may_not_be_let_into_the_network(settings: Settings, more: str) -> None:
    settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL]
    assert "portal.E002" not in ids()

    settings.EGRESS_OWN_ORIGINS = [settings.BASE_URL, more]
    assert "portal.E002" in ids()
