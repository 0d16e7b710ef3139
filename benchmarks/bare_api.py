"""What the Selvbetjening API is measured beside: bare Django views with as much to do.

The same number of reads and writes, each of one row by its key, and the same cryptography; no
middleware, no validation, no rules. Run by gunicorn as `benchmarks.bare_api:application`.
"""

from __future__ import annotations

import json
import os
import secrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []
application = get_wsgi_application()

from onboarding.jose.algorithms import verify  # noqa: E402 - after the applications are loaded
from onboarding.jose.keys import read_keys  # noqa: E402
from onboarding.selfservice.models import GivenAnswer  # noqa: E402
from onboarding.suppliers.models import Organization  # noqa: E402

READS, WRITES = json.loads(os.environ["BARE_QUERIES"])
SIGNED = json.loads(os.environ["BARE_SIGNED"])


def _reads(count: int) -> None:
    for _ in range(count):
        Organization.objects.filter(pk=1).first()


def _answer(body: dict[str, object]) -> JsonResponse:
    response = JsonResponse(body)
    response["Content-Length"] = str(len(response.content))
    return response


def draft(request: HttpRequest) -> JsonResponse:
    """Judge a key, and ask the database as often as a draft does, in one transaction."""
    upload = read_keys(json.loads(request.body)["publicJwk"])
    _reads(READS["draft"])
    with transaction.atomic():
        for _ in range(WRITES["draft"]):
            GivenAnswer.objects.create(
                caller="bare", digest=secrets.token_hex(16), request="", created_at=timezone.now()
            )
    return _answer({"clientId": upload.keys[0].kid})


def status(request: HttpRequest) -> JsonResponse:
    """Verify a token and a proof, and ask the database as often as a read of the status does."""
    for alg, jwk, data, signature in SIGNED:
        verify(alg, jwk, data.encode(), bytes.fromhex(signature))
    _reads(READS["status"])
    for _ in range(WRITES["status"]):
        GivenAnswer.objects.create(
            caller="bare", digest=secrets.token_hex(16), request="", created_at=timezone.now()
        )
    return _answer({"apiScopes": []})


urlpatterns = [path("draft", draft), path("status", status)]
