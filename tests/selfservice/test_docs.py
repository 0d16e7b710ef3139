"""The API's own pages, and its description: what they say is there, and is what is served."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from onboarding.core.programs import Language
from onboarding.selfservice import snippets
from onboarding.selfservice.return_address import Outcome

pytestmark = pytest.mark.django_db
FACTS = snippets.Facts("https://portal.example", "https://portal.example/test/api/v1", "https://i")


def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get("/test/api/v1/openapi.json").content)
    return found


@pytest.mark.parametrize("page", ["", "reference/", "changes/"])
def test_anybody_may_read_the_pages(client: Client, page: str) -> None:
    answer = client.get(f"/test/api/{page}")

    assert answer.status_code == 200
    assert "Selvbetjenings API" in answer.content.decode()
    with override_settings(OPEN_ENVIRONMENTS={"test"}):
        assert client.get(f"/production/api/{page}").status_code == 404


@pytest.mark.parametrize("language", snippets.LANGUAGES.values(), ids=lambda each: each.key)
def test_the_guide_has_a_program_in_each_language(client: Client, language: Language) -> None:
    page = client.get("/test/api/", {"code": language.key}).content.decode()

    assert language.file in page
    assert "<organisation number>" not in page  # escaped, like anything else
    assert f"{settings.BASE_URL}/test/api/v1" in page
    assert "{{" not in page


def test_an_unknown_language_is_the_first(client: Client) -> None:
    page = client.get("/test/api/", {"code": "cobol"}).content.decode()

    assert "onboard.py" in page


def test_the_guide_names_every_outcome(client: Client) -> None:
    page = client.get("/test/api/").content.decode()

    assert all(f"<code>{outcome}</code>" in page for outcome in Outcome)


def test_addresses_are_literals_of_their_language() -> None:
    odd = FACTS._replace(api='https://x.example/"a')

    tree = ast.parse(snippets.program("python", odd).text)

    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert 'https://x.example/"a' in values
    with pytest.raises(KeyError):
        snippets.program("cobol", FACTS)


def test_the_description_is_openapi_3_1_of_what_is_served(client: Client) -> None:
    found = document(client)

    assert found["openapi"].startswith("3.1")
    assert {
        path.removeprefix("/test/api/v1/"): set(operations)
        for path, operations in found["paths"].items()
    } == {
        "client-drafts": {"post"},
        "client-drafts:batch": {"post"},
        "client": {"get", "put", "patch", "delete"},
        "client-status": {"get"},
        "client-secret": {"get", "post"},
        "multi-tenant-delegations": {"get"},
    }


def test_refusals_have_their_media_type_and_operations_their_keys(client: Client) -> None:
    for path, operations in document(client)["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status in (204, "204"):
                    assert "content" not in response
                    continue
                kind = "application/problem+json" if int(status) >= 400 else "application/json"
                assert list(response["content"]) == [kind], path
            schemes = {name for each in operation["security"] for name in each}
            assert schemes == (
                {"automation_key"} if "drafts" in path else {"dpop_token", "dpop_proof"}
            )


def test_writes_tell_of_the_headers_that_they_know(client: Client) -> None:
    paths = document(client)["paths"]

    def headers(path: str, method: str) -> set[str]:
        parameters = paths[f"/test/api/v1/{path}"][method].get("parameters", [])
        return {each["name"] for each in parameters if each["in"] == "header"}

    assert headers("client-drafts", "post") == {"Idempotency-Key"}
    assert headers("client-drafts:batch", "post") == {"Idempotency-Key"}
    assert headers("client", "put") == headers("client", "patch") == {"Idempotency-Key", "If-Match"}
    assert headers("client", "delete") == {"If-Match"}
    assert headers("client", "get") == set()


def test_a_list_is_described_as_drafts(client: Client) -> None:
    schemas = document(client)["components"]["schemas"]

    listed = schemas["ClientDraftsIn"]["properties"]["drafts"]
    assert listed["items"]["properties"] == schemas["ClientDraftIn"]["properties"]
    assert (listed["minItems"], listed["maxItems"]) == (1, 500)
