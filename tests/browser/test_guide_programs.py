"""The programs of the onboarding guide, as they stand there, from the first line to the last."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from onboarding.clients.models import ClientConfiguration
from onboarding.keys.models import Key
from onboarding.selfservice import snippets
from tests.browser.test_onboarding import ISSUER, SURGERY, automation_key, log_in
from tests.browsing import Problems
from tests.leaks import remember_secret

__all__ = ["automation_key"]
FACTS = snippets.Facts(f"{settings.BASE_URL}/test", f"{settings.BASE_URL}/test/api/v1", ISSUER)
# How each is run. There is no test of the C# one.
COMMANDS = {
    "python": [sys.executable, "-u"],
    "curl": ["bash"],
    "java": ["java"],
}


@contextmanager
def started(
    key: str, secret: str, folder: Path, arguments: Sequence[str] = (SURGERY,)
) -> Iterator[subprocess.Popen[str]]:
    """A program of the guide at work, in a folder of its own."""
    program = snippets.program(key, FACTS)
    file = folder / program.language.file
    file.write_text(program.text)
    with subprocess.Popen(
        [*COMMANDS[key], file, *arguments],
        env=os.environ | {"AUTOMATION_KEY": secret, "BROWSER": "true"},
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("key", COMMANDS)
def test_it_onboards_a_customer(
    key: str, page: Page, automation_key: str, tmp_path: Path, problems: Problems
) -> None:
    problems.allow("favicon.ico")  # the programs listen for one answer, no longer
    with started(key, automation_key, tmp_path) as running:
        assert running.stdout
        first = running.stdout.readline().strip()
        assert first.startswith(f"{FACTS.portal}/confirm-client/"), first + running.stdout.read()
        client_id = first.rpartition("/")[2]
        log_in(page, client_id)
        page.get_by_role("button", name="Bekreft for Fjordbyen legekontor").click()
        said = running.communicate("\n", timeout=120)[0]

    for file in tmp_path.iterdir():
        remember(file)
        assert file.suffix not in (".json", ".pem") or file.stat().st_mode & 0o077 == 0
    assert running.returncode == 0, said
    assert ClientConfiguration.objects.get(pk=client_id).name == "Nordlys Journal"
    if key == "java":  # it goes as far as the client works
        assert "status=Success" in said
        return
    assert '"scope": "nhn:selvbetjening/client"' in said
    assert said.strip().endswith("OK")
    keys = Key.objects.filter(client__pk=client_id)
    assert keys.count() == 2
    assert all(each.proved_at for each in keys)


@pytest.mark.parametrize("key", COMMANDS)
def test_it_says_what_is_wrong_and_ends(key: str, automation_key: str, tmp_path: Path) -> None:
    with started(key, automation_key, tmp_path, ["123456789"]) as running:
        said = running.communicate(timeout=120)[0]

    for file in tmp_path.iterdir():
        remember(file)
    assert running.returncode != 0
    assert "api.organization" in said
    assert "/confirm-client/" not in said


def remember(file: Path) -> None:
    """Have the search for secrets in logs know the private keys that a program left."""
    text = file.read_text()
    if file.suffix == ".json":
        remember_secret(json.loads(json.loads(text)["privateJwk"])["d"])
    if file.suffix == ".pem":
        remember_secret(re.sub(r"-----[^-]+-----|\s", "", text)[:64])
