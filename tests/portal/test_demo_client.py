"""`manage.py demo_client`: a configuration file on stdout, and its client gets a token at once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from onboarding.clients import snippets
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access, Status
from onboarding.keys.models import Key
from onboarding.systems.models import ClientSystem
from tests.leaks import remember_secret


def demo_client(*arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command("demo_client", *arguments, stdout=out)
    file: dict[str, object] = json.loads(out.getvalue())
    remember_secret(json.loads(str(file["privateJwk"]))["d"])
    return file


@pytest.fixture
def debug() -> Iterator[None]:
    with override_settings(DEBUG=True):
        yield


@pytest.mark.parametrize("alg", ["ES384", "RS256"])
def test_its_client_gets_data_at_once(
    live_server: LiveServer, debug: None, tmp_path: Path, alg: str
) -> None:
    file = demo_client("--alg", alg)
    (tmp_path / "config.json").write_text(json.dumps(file))
    facts = snippets.Facts(
        file="config.json",
        scope="nhn:cp-api/access",
        api=f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents",
        bearer=False,
    )
    (tmp_path / "hent_token.py").write_text(snippets.program("python", facts).text)

    done = subprocess.run(
        [sys.executable, "hent_token.py"], cwd=tmp_path, capture_output=True, text=True
    )

    assert json.loads(str(file["privateJwk"]))["alg"] == alg
    assert json.loads(done.stdout)["communicationParties"]


def test_scopes_that_need_it_are_approved_and_claims_are_filled_in(db: None, debug: None) -> None:
    file = demo_client("--scope", "nhn:msh/api", "--scope", "nhn:cp-api/access")

    client = ClientConfiguration.objects.get(pk=str(file["clientId"]))
    assert file["scopes"] == ["nhn:cp-api/access", "nhn:msh/api"]
    assert client.status == Status.ACTIVE
    assert list(client.scopes.values_list("access", flat=True)) == [Access.OK, Access.OK]
    assert list(client.claims.values_list("value", flat=True)) == ["0"]
    assert "secretType" in file


def test_once_more_makes_another_client_of_the_same_client_system(db: None, debug: None) -> None:
    first, second = demo_client(), demo_client()

    assert first["clientId"] != second["clientId"]
    assert Key.objects.count() == 2
    assert ClientSystem.objects.filter(name="CI nhn:cp-api/access").count() == 1


def test_a_scope_that_nobody_has_is_refused_and_leaves_nothing(db: None, debug: None) -> None:
    with pytest.raises(CommandError, match="nhn:finnes-ikke/x"):
        demo_client("--scope", "nhn:finnes-ikke/x")

    assert not ClientConfiguration.objects.exists()


def test_it_prints_no_keys_where_real_people_are(db: None) -> None:
    with pytest.raises(CommandError, match="DEBUG=1"):
        demo_client()

    assert not ClientConfiguration.objects.exists()
