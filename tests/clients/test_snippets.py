"""The code examples are run exactly as they are shown, against a portal that runs."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.clients import configuration_file, snippets
from onboarding.clients.models import ClientConfiguration, ClientScope
from onboarding.clients.queries import blank_file, programs
from onboarding.clients.snippets import Facts
from onboarding.clients.states import Access
from tests.constants import NOON
from tests.factories import make_api, make_client, make_organization, make_scope, make_system
from tests.machines import private_jwk, register

KINDS = ["PS256/3072", "RS512/3072", "ES256", "ES384", "ES512"]
NASTY = 'Nord\'s "$(touch x)" `id` \\ {0} %s EPJ'


@pytest.fixture
def live(live_server: LiveServer) -> str:
    assert live_server.url == settings.BASE_URL
    return str(live_server.url)


def a_client(*, dpop: Dpop = Dpop.ALLOWED, name: str = "Nordlys EPJ") -> ClientConfiguration:
    url = f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents"
    api = make_api(short_name="nhn:cp-api", test_url=url, dpop=dpop)
    scopes = {make_scope(api, "nhn:cp-api/access"): Access.OK}
    supplier = make_organization("Nordlys EPJ AS")
    return make_client(supplier, system=make_system(supplier), scopes=scopes, name=name)


def rows(client: ClientConfiguration) -> list[ClientScope]:
    return list(client.scopes.select_related("scope__api__organization"))


def lay_out(folder: Path, client: ClientConfiguration, kind: str) -> Path:
    """Put the downloaded file and all programs into a folder, as a person would."""
    key = private_jwk(kind)
    register(client, key)
    expires = timezone.now() + timedelta(days=365)
    file = configuration_file.build(blank_file(client), key, expires)
    (folder / file.name).write_text(file.text, encoding="utf-8")
    example = programs.example(client, rows(client))
    assert example is not None
    for language in snippets.LANGUAGES:
        program = snippets.program(language, example.facts)
        (folder / program.language.file).write_text(program.text, encoding="utf-8")
    return folder / file.name


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_python_program_gets_data(live: str, tmp_path: Path, kind: str) -> None:
    client = a_client()
    lay_out(tmp_path, client, kind)

    done = run([sys.executable, "hent_token.py"], tmp_path)

    assert (done.returncode, done.stderr) == (0, "Fikk token, gyldig i 600 sekunder\n")
    assert json.loads(done.stdout)["communicationParties"]
    client.refresh_from_db()
    assert client.last_token_at is not None


def test_the_python_program_takes_the_file_from_elsewhere(live: str, tmp_path: Path) -> None:
    file = lay_out(tmp_path, a_client(), "ES256")
    moved = shutil.move(file, tmp_path / "config.json")

    done = run([sys.executable, "hent_token.py", moved], tmp_path)

    assert json.loads(done.stdout)["communicationParties"]


def test_names_that_people_type_stay_text(live: str, tmp_path: Path) -> None:
    lay_out(tmp_path, a_client(name=NASTY), "ES256")

    python = run([sys.executable, "hent_token.py"], tmp_path)
    shell = run(["bash", "kall.sh"], tmp_path)

    assert json.loads(python.stdout)["communicationParties"]
    assert json.loads(shell.stdout)["communicationParties"]
    assert not (tmp_path / "x").exists()


def test_an_api_without_dpop_gets_a_bearer_token(live: str, tmp_path: Path) -> None:
    lay_out(tmp_path, a_client(dpop=Dpop.NONE), "PS256/3072")

    done = run([sys.executable, "hent_token.py"], tmp_path)

    assert "dpop" not in (tmp_path / "hent_token.py").read_text().lower().replace(
        "bruker ikke dpop", ""
    )
    assert json.loads(done.stdout)["communicationParties"]


@pytest.mark.parametrize("dpop", [Dpop.REQUIRED, Dpop.ALLOWED, Dpop.NONE])
def test_the_curl_line_gets_data(live: str, tmp_path: Path, dpop: Dpop) -> None:
    lay_out(tmp_path, a_client(dpop=dpop), "PS256/3072")

    done = run(["bash", "kall.sh"], tmp_path)

    assert done.returncode == 0
    assert json.loads(done.stdout)["communicationParties"]


@pytest.mark.parametrize("command", [[sys.executable, "hent_token.py"], ["bash", "kall.sh"]])
def test_a_refusal_is_told_in_the_servers_words(
    live: str, tmp_path: Path, command: list[str | Path]
) -> None:
    client = a_client()
    lay_out(tmp_path, client, "ES256")
    client.keys.update(expires_at=timezone.now() - timedelta(seconds=1), created_at=NOON)

    done = run(command, tmp_path)

    assert done.returncode != 0
    assert "invalid_client" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("bearer", [True, False])
@pytest.mark.parametrize("api", ["https://api.example/x?a=1", ""])
def test_every_variant_is_a_whole_program(api: str, bearer: bool) -> None:
    facts = Facts(file=f"{NASTY}.json", scope="a/b a/c", api=api, bearer=bearer)
    texts = {key: snippets.program(key, facts).text for key in snippets.LANGUAGES}

    tree = ast.parse(texts["python"])
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id.isupper()
    }
    expected = {"FILE": facts.file, "SCOPE": facts.scope} | ({"API": api} if api else {})
    assert values == expected
    assert ("DPoP {token}" in texts["python"]) is (bool(api) and not bearer)
    assert ("Bearer {token}" in texts["python"]) is (bool(api) and bearer)
    assert subprocess.run(["bash", "-n"], input=texts["curl"], text=True).returncode == 0
    assert texts["csharp"].count("{") == texts["csharp"].count("}")
    for text in texts.values():
        assert "{%" not in text
        assert "&quot;" not in text


def test_the_example_is_of_an_api_that_can_be_called_now(db: None) -> None:
    waiting = make_api(name="A", short_name="a", test_url="https://a.example/")
    silent = make_api(name="B", short_name="b")
    ready = make_api(name="C", short_name="c", test_url="https://c.example/", dpop=Dpop.NONE)
    scopes = {
        make_scope(waiting, "a/1"): Access.PENDING,
        make_scope(silent, "b/1"): Access.OK,
        make_scope(ready, "c/2"): Access.OK,
        make_scope(ready, "c/1"): Access.OK,
        make_scope(ready, "c/3"): Access.PENDING,
        make_scope(ready, "c/4"): Access.DECLINED,
    }
    client = make_client(scopes=scopes)

    assert example_of(client) == (ready, "c/1 c/2", "https://c.example/", True, True)
    client.scopes.filter(access=Access.OK).update(access=Access.PENDING)
    assert example_of(client) == (waiting, "a/1", "https://a.example/", False, False)
    decided = {"decided_at": client.created_at, "decided_by": client.created_by}
    client.scopes.update(access=Access.DECLINED, **decided)
    assert programs.example(client, rows(client)) is None


def example_of(client: ClientConfiguration) -> tuple[Api, str, str, bool, bool]:
    example = programs.example(client, rows(client))
    assert example is not None
    facts = example.facts
    return example.api, facts.scope, facts.api, facts.bearer, example.is_ready
