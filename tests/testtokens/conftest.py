"""What the tests of the test token service share."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onboarding.suppliers.models import Organization
from onboarding.testtokens.models import TokenKey
from onboarding.testtokens.services.keys import digest
from tests.machines import make_signing_key

SECRET = "k" * 43
ADDRESS = "/test/ttt/v2/create-test-token-with-key"


@pytest.fixture
def key(acme: Organization) -> TokenKey:
    """A key that works, and the issuer's key to sign with."""
    make_signing_key()
    now = timezone.now()
    return TokenKey.objects.create(
        organization=acme,
        name="CI",
        digest=digest(SECRET),
        created_at=now,
        expires_at=now + timedelta(days=1),
    )


Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(key: TokenKey) -> Ask:
    """Ask for a token; return the status and the body."""

    def send(
        body: Any, *, address: str = ADDRESS, secret: str = SECRET, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        sent = {"X-Auth-Key": secret} if secret else {}
        data = body if isinstance(body, str) else json.dumps(body)
        answer = Client().post(
            address, data, content_type="application/json", headers={**sent, **headers}
        )
        return answer.status_code, json.loads(answer.content)

    return send
