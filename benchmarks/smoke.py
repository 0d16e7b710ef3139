"""Token tests: one worker beside the same HTTP and cryptography in a bare loop."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from secrets import token_urlsafe
from statistics import median

import requests
from django.conf import settings
from django.utils import timezone

from benchmarks import environment
from benchmarks.numbers import ratio
from benchmarks.tokens import portal_server
from onboarding.apis.states import Dpop
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Access
from onboarding.core.jobs import OPEN, JobStatus
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

Tested = tuple[ClientConfiguration, Key, PrivateKey]
COUNT, WARM_UP = 80, 10
PROCESSES = 2  # the default of `processes.worker`
ISSUER = f"{settings.BASE_URL}/test/sts"
API = f"{settings.BASE_URL}/test/cp-api/CommunicationPartyEvents"


def rows() -> Iterator[str]:
    """Yield the report: loops and workers in turn, each with its own fresh assertions.

    All cores are everyone's here: the loop and the workers call the same server, which has a
    process of its own.
    """
    environment.pin(set(environment.CORES))
    clients = _clients()
    with portal_server(cores=set(environment.CORES)):
        _bare(clients)  # the first use of a key is written down, which costs the server once
        bare = [_bare(clients)]
        one = _worker(clients, concurrency=1)
        bare.append(_bare(clients))
        two = _worker(clients, concurrency=PROCESSES)
        bare.append(_bare(clients))
    loop = median(bare)
    yield "| token tests | /s | beside the loop |"
    yield "|---|---|---|"
    yield f"| the same HTTP and cryptography in a bare loop | {loop:.1f} | |"
    yield f"| one worker with one process | {one:.1f} | {ratio(one, loop)} |"
    as_is = f"one worker as it is started ({PROCESSES} processes)"
    yield f"| {as_is} | {two:.1f} | **{ratio(two, loop)}** |"
    environment.pin(environment.OTHER_CORES)


def _clients() -> list[Tested]:
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


def _worker(clients: list[Tested], *, concurrency: int) -> float:
    """Return tests a second of a worker that finds them all queued, the first few left out."""
    app.control.purge()
    ours = [_queued(client, key, signer).pk for client, key, signer in clients]
    runs = Run.objects.filter(pk__in=ours)
    command = processes.here(processes.worker(name="bench@localhost", concurrency=concurrency))
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=processes.BASE_DIR
    )
    try:
        while runs.filter(status__in=OPEN).exists():
            assert process.poll() is None, "the worker ended before its work was done"
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(30)
    failed = runs.exclude(status=JobStatus.PASSED).values_list("failure", flat=True)
    assert not failed, f"token tests failed: {list(failed)}"
    finished = sorted(run.finished_at.timestamp() for run in runs if run.finished_at)
    counted = finished[WARM_UP:]
    return (len(counted) - 1) / (counted[-1] - counted[0])


def _queued(client: ClientConfiguration, key: Key, signer: PrivateKey) -> Run:
    signed = [client_assertion(signer, str(client.pk), ISSUER) for _ in range(2)]
    now = timezone.now()
    return start(
        client_id=client.pk, key_id=key.pk, api_id=None, assertions=signed, by=SYSTEM, at=now
    )


def _bare(clients: list[Tested]) -> float:
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
