"""The demo API's description, and the page to try it on."""

import json
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def document() -> Any:
    answer = Client().get("/test/cp-api/openapi.json")
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_openapi_names_the_addresses_and_the_answers(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {
        "/test/cp-api/CommunicationPartyEvents",
        "/test/cp-api/CommunicationPartyExport",
    }
    events = document["paths"]["/test/cp-api/CommunicationPartyEvents"]["get"]
    assert [parameter["name"] for parameter in events["parameters"]] == ["EventId"]
    assert set(events["responses"]) == {"200", "400", "401", "403", "404", "503"}


def test_authorize_takes_a_token_of_either_kind(document: Any) -> None:
    schemes = document["components"]["securitySchemes"]

    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "bearer": "http",
        "dpop_token": "apiKey",
        "dpop_proof": "apiKey",
    }
    assert document["security"] == [{"dpop_token": [], "dpop_proof": []}, {"bearer": []}]


@pytest.mark.django_db
def test_swagger_ui_is_served_from_here() -> None:
    answer = Client().get("/test/cp-api/docs")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert 'data-openapi="/test/cp-api/openapi.json"' in page
    assert "vendor/swagger-ui/swagger-ui-bundle" in page
    assert "https://" not in page.split("<body")[0]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
