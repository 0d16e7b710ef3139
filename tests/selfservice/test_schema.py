"""Schemathesis over the API's own description: nothing breaks, and answers are as described."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from django.conf import settings as portal
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from onboarding.selfservice.openapi import document
from tests.machines import GONE
from tests.selfservice.software import Own, Software, public_of

PREFIX = "/test/api/v1/"
schema = schemathesis.openapi.from_dict(document(PREFIX))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def dressed(case: Case[Any], own: Own, software: Software) -> dict[str, str]:
    """The header fields that let a call in, each with a proof of its own."""
    host = {"Host": urlsplit(portal.BASE_URL).netloc}
    if "client-drafts" in case.path:
        return host | {"api-key": software.secret}
    url = f"{portal.BASE_URL}{case.path}"
    proof = own.machine.proof(token=own.token, htm=case.method.upper(), htu=url, nonce=GONE)
    return host | {"Authorization": f"DPoP {own.token}", "DPoP": proof}


def sent(case: Case[Any], headers: dict[str, str]) -> Response:
    """The answer of the portal in this process, in the form that Schemathesis judges."""
    kwargs = case.as_transport_kwargs(base_url=portal.BASE_URL, headers=headers)
    names = ("method", "url", "params", "headers", "json", "data", "cookies")
    asked = requests.Request(**{name: kwargs[name] for name in names if name in kwargs}).prepare()
    body = asked.body or b""
    got = Client().generic(
        str(asked.method),
        str(asked.url).removeprefix(portal.BASE_URL),
        body,
        content_type=asked.headers.get("Content-Type", ""),
        headers=dict(asked.headers),
    )
    return Response(
        status_code=got.status_code,
        headers={name: [value] for name, value in got.items()},
        content=got.content,
        request=asked,
        elapsed=0.0,
        verify=False,
    )


@schema.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.django_db
def test_whatever_comes_is_answered_as_described(
    case: Case[Any], own: Own, software: Software
) -> None:
    response = sent(case, dressed(case, own, software))

    case.validate_response(response, checks=CHECKS)


def test_whoever_is_let_in_gets_an_answer(own: Own, software: Software) -> None:
    """The other test means nothing if nobody gets past the door."""
    made = software.post(software.body(publicJwk=public_of(software.private)))

    assert json.loads(made.content)["clientId"]
    assert own.call("GET", "client").status_code == 200
