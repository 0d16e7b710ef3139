"""Token tests: one worker beside the same HTTP and cryptography in a bare loop."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from secrets import token_urlsafe

import requests
from django.conf import settings
from django.utils import timezone

from benchmarks.numbers import ratio
from benchmarks.tokens import portal_server
from onboarding.apis.states import Dpop
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.core.jobs import JobStatus
from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey, sign, verify
from onboarding.jose.compact import read
from onboarding.jose.generation import generate
from onboarding.keys.models import Key
from onboarding.smoketests.models import Run
from onboarding.smoketests.services import client_assertion, start
from onboarding.suppliers.actors import SYSTEM
from portal import processes
from portal.celery import app
from tests import factories

COUNT = 40
ISSUER = f"{settings.BASE_URL}/test/sts"
API = f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents"


def rows() -> Iterator[str]:
    """Yield the report: the worker and the loop in turn, each with its own fresh assertions."""
    clients = _clients()
    with portal_server():
        bare = [_bare(clients)]
        worker = _worker(clients)
        bare.append(_bare(clients))
    loop = sum(bare) / len(bare)
    yield "| token tests | /s |"
    yield "|---|---|"
    yield f"| one worker (one process), all steps in rows | {worker:.1f} |"
    yield f"| the same HTTP and cryptography in a bare loop | {loop:.1f} |"
    yield f"| ratio | **{ratio(worker, loop)}** |"


def _clients() -> list[tuple[ClientConfiguration, Key, PrivateKey]]:
    api = factories.make_api(short_name="nhn:cp-api", test_url=API, dpop=Dpop.ALLOWED)
    scope = factories.make_scope(api, "nhn:cp-api/access")
    made = []
    for _ in range(COUNT):
        client, private = factories.make_client(scopes={scope: Access.OK}), generate("PS256/2048")
        signer = PrivateKey(private)
        key = factories.make_key(
            client,
            kid=signer.kid,
            alg="PS256",
            kty="RSA",
            thumbprint=signer.kid,
            public_jwk=signer.jwk_public(),
            expires_at=timezone.now() + timedelta(days=1),
        )
        made.append((client, key, signer))
    return made


def _worker(clients: list[tuple[ClientConfiguration, Key, PrivateKey]]) -> float:
    app.control.purge()
    command = processes.here(processes.worker(name="bench@localhost", concurrency=1))
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=processes.BASE_DIR
    )
    try:
        while not app.control.ping(timeout=1):
            assert process.poll() is None, "the worker ended before it worked"
        for client, key, signer in clients:
            signed = [client_assertion(signer, str(client.pk), ISSUER) for _ in range(2)]
            start(
                client_id=client.pk,
                key_id=key.pk,
                api_id=None,
                assertions=signed,
                by=SYSTEM,
                at=timezone.now(),
            )
        while Run.objects.filter(status__in=(JobStatus.QUEUED, JobStatus.RUNNING)).exists():
            time.sleep(0.05)
    finally:
        process.terminate()
        process.wait(30)
    failed = Run.objects.exclude(status=JobStatus.PASSED).values_list("failure", flat=True)
    assert not failed, f"token tests failed: {list(failed)}"
    times = Run.objects.order_by("finished_at").values_list("started_at", "finished_at")
    first, last = times[0][0], times[len(times) - 1][1]
    return COUNT / (last - first).total_seconds()


def _bare(clients: list[tuple[ClientConfiguration, Key, PrivateKey]]) -> float:
    prepared = [
        (str(client.pk), [client_assertion(signer, str(client.pk), ISSUER) for _ in range(2)])
        for client, _, signer in clients
    ]
    began = time.monotonic()
    for client_id, assertions in prepared:
        _bare_test(client_id, assertions)
    return COUNT / (time.monotonic() - began)


def _bare_test(client_id: str, assertions: list[str]) -> None:
    proof_key = PrivateKey(generate("ES256"))
    metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=10).json()
    keys = requests.get(metadata["jwks_uri"], timeout=10).json()["keys"]
    endpoint = metadata["token_endpoint"]
    first = _ask(endpoint, client_id, assertions[0], _proof(proof_key, "POST", endpoint))
    assert first.status_code == 400, first.text
    proof = _proof(proof_key, "POST", endpoint, nonce=first.headers["DPoP-Nonce"])
    token = _ask(endpoint, client_id, assertions[1], proof).json()["access_token"]
    reading = read(token, prefix="token", limit=16384)
    key = next(key for key in keys if key["kid"] == reading.header["kid"])
    assert verify("RS256", key, reading.signing_input, reading.signature)
    ath = b64.encode(hashlib.sha256(token.encode()).digest())
    headers = {"Authorization": f"DPoP {token}", "DPoP": _proof(proof_key, "GET", API, ath=ath)}
    answer = requests.get(API, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text


def _ask(endpoint: str, client_id: str, assertion: str, proof: str) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "scope": "nhn:cp-api/access",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    return requests.post(endpoint, data=form, headers={"DPoP": proof}, timeout=10)


def _proof(key: PrivateKey, method: str, url: str, **claims: str) -> str:
    public = key.jwk_public()
    jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
    made = {"jti": token_urlsafe(16), "iat": int(time.time()), "htm": method, "htu": url}
    return sign({"typ": "dpop+jwt", "jwk": jwk}, {**made, **claims}, key)
