"""Drafts and status reads of one web process beside a bare Django view, and click to token."""

from __future__ import annotations

import json
import re
import secrets
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median, quantiles
from typing import Any, NamedTuple

import requests
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import environment, load, tokens
from onboarding.apis.models import Scope
from onboarding.clients.states import Access
from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.jose.generation import generate
from onboarding.suppliers.states import Role
from onboarding.systems.states import Selection
from portal import local
from tests import factories
from tests.selfservice.software import OWN, public_of

ROUNDS, WARM_UP, COUNTED, CUSTOMERS = 3, 50, 400, 60
API = "/test/api/v1/"
UNLIMITED = {"API_DRAFTS_PER_MINUTE": "10000000", "API_REQUESTS_PER_MINUTE": "10000000"}
SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
WRITING = re.compile(r"^\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
READING = re.compile(r"^\s*SELECT", re.IGNORECASE)


class Setting(NamedTuple):
    """What there is to measure with: an automation key, a customer, and a client in use."""

    secret: str
    number: str
    person: Any
    subject: tokens.Subject


def rows() -> Iterator[str]:
    """Measure; yield the lines of the report."""
    setting = _setting()
    with tokens.portal_server(**UNLIMITED) as server:
        queries, signed = _queries(setting, server)
        yield "| | portal /s | bare Django /s | ratio |"
        yield "|---|---|---|---|"
        bare = {"BARE_QUERIES": json.dumps(queries), "BARE_SIGNED": json.dumps(signed)}
        port = local.free_port()
        command = ["benchmarks.bare_api:application", "--workers", "1", "--threads", "8"]
        gunicorn = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        run = [sys.executable, *gunicorn, *command]
        with tokens.started(run, bare, port, "/", environment.SERVER_CORE):
            for name, ours, theirs in (
                ("drafts", _drafts(setting, server.port), _drafts(setting, port, "/draft")),
                ("status reads", None, _statuses(setting, server, port, "/status")),
            ):
                measured: dict[str, list[float]] = {"portal": [], "bare": []}
                for _ in range(ROUNDS):
                    mine = ours or _statuses(setting, server, server.port, f"{API}client-status")
                    measured["portal"].append(_per_second(server.port, mine))
                    measured["bare"].append(_per_second(port, theirs))
                pairs = zip(*measured.values(), strict=True)
                ratio = median(mine / other for mine, other in pairs)
                mine, other = (median(found) for found in measured.values())
                yield f"| {name} | {mine:.0f} | {other:.0f} | **{ratio:.2f}** |"
        reads, writes = queries
        yield f"\nReads and writes of one draft: {reads['draft']} and {writes['draft']}; "
        yield f"of one status read: {reads['status']} and {writes['status']}."
        times = [_click_to_token(setting, server) for _ in range(CUSTOMERS)]
        p95 = quantiles(times, n=20)[-1]
        yield f"\nFrom the click to the first token, {CUSTOMERS} customers: median "
        yield f"{median(times) * 1000:.0f} ms, p95 **{p95 * 1000:.0f} ms**."


def _setting() -> Setting:
    supplier = factories.make_organization("Målt EPJ AS")
    surgery = factories.make_organization("Målt legekontor")
    person = factories.make_user(organization=surgery, role=Role.WRITER)
    own = Scope.objects.filter(name=OWN).first() or factories.make_scope(
        factories.make_api(short_name="nhn:selvbetjening"), OWN
    )
    system = factories.make_system(supplier, scopes={own: Selection.PRESELECTED}, by=person)
    secret = secrets.token_urlsafe(32)
    factories.make_automation_key(system, secret=secret, by=person)
    client = factories.make_client(surgery, system=system, scopes={own: Access.OK}, by=person)
    private = PrivateKey(generate("ES256"))
    factories.make_key(
        client,
        kid=private.kid,
        thumbprint=private.kid,
        public_jwk=private.jwk_public(),
        expires_at=timezone.now() + timedelta(days=1),
    )
    return Setting(secret, surgery.number, person, tokens.Subject(str(client.pk), private, OWN))


def _queries(setting: Setting, server: tokens.Server) -> tuple[Any, Any]:
    """How often each operation reads and writes, and what it verifies."""
    counted: tuple[dict[str, int], dict[str, int]] = ({}, {})
    with override_settings(BASE_URL=f"http://localhost:{server.port}"):
        for name, call in (("draft", _one_draft), ("status", _one_status)):
            call(setting, server)  # the first one fills what is kept in memory
            with CaptureQueriesContext(connection) as context:
                call(setting, server)
            asked = [query["sql"] for query in context.captured_queries]
            counted[0][name] = sum(bool(READING.match(sql)) for sql in asked)
            counted[1][name] = sum(bool(WRITING.match(sql)) for sql in asked)
    counted[1]["status"] += 1  # the proof that is used up, by a statement of its own
    token = _token(setting, server)
    signer = PrivateKey(generate("RS256/2048"))
    data = "." * len(token)
    signed = [
        (key.alg, key.jwk_public(), data, key.sign(data.encode()).hex())
        for key in (signer, setting.subject.key)
    ]
    return counted, signed


def _one_draft(setting: Setting, server: tokens.Server) -> None:
    headers = {"api-key": setting.secret}
    answer = Client().post(
        f"{API}client-drafts",
        _body(setting),
        content_type="application/json",
        headers=headers,
        HTTP_HOST="localhost",
    )
    assert answer.status_code == 200, answer.content


def _one_status(setting: Setting, server: tokens.Server) -> None:
    headers = _proved(setting, server, _token(setting, server), f"{API}client-status")
    answer = Client().get(f"{API}client-status", headers=headers, HTTP_HOST="localhost")
    assert answer.status_code == 200, answer.content


def _body(setting: Setting) -> str:
    key = json.dumps(public_of(generate("ES256")))
    return json.dumps({"organizationNumber": setting.number, "publicJwk": key})


def _drafts(setting: Setting, port: int, target: str = f"{API}client-drafts") -> list[bytes]:
    headers = {"api-key": setting.secret, "Content-Type": "application/json"}
    return [
        load.http("POST", target, port, headers, _body(setting)) for _ in range(WARM_UP + COUNTED)
    ]


def _statuses(setting: Setting, server: tokens.Server, port: int, target: str) -> list[bytes]:
    token = _token(setting, server)
    return [
        load.http("GET", target, port, _proved(setting, server, token, target))
        for _ in range(WARM_UP + COUNTED)
    ]


def _per_second(port: int, made: list[bytes]) -> float:
    load.send(port, made[:WARM_UP])
    return load.send(port, made[WARM_UP:]).per_second


def _token(setting: Setting, server: tokens.Server) -> str:
    subject, nonce = setting.subject, None
    for _ in range(2):
        headers, form = tokens.token_request(server, subject, nonce)
        answer = requests.post(
            f"http://localhost:{server.port}{server.path}", form, headers=headers, timeout=10
        )
        nonce = answer.headers["DPoP-Nonce"]
    return str(answer.json()["access_token"])


def _proved(setting: Setting, server: tokens.Server, token: str, target: str) -> dict[str, str]:
    key = setting.subject.key
    jwk = {name: key.jwk_public()[name] for name in ("kty", "crv", "x", "y")}
    claims = {
        "jti": secrets.token_hex(16),
        "iat": int(time.time()),
        "htm": "GET",
        "htu": f"http://localhost:{server.port}{target}",
        "ath": b64.digest(token.encode()),
    }
    proof = sign({"typ": "dpop+jwt", "jwk": jwk}, claims, key)
    return {"Authorization": f"DPoP {token}", "DPoP": proof}


def _click_to_token(setting: Setting, server: tokens.Server) -> float:
    """Seconds from pressing the button to having a token, nonce round included."""
    base, private = f"http://localhost:{server.port}", generate("ES256")
    body = {"organizationNumber": setting.number, "publicJwk": public_of(private)}
    made = requests.post(
        f"{base}{API}client-drafts", json=body, headers={"api-key": setting.secret}, timeout=10
    )
    client_id = made.json()["clientId"]
    browser = requests.Session()
    browser.cookies.set("sid", _session(setting.person), domain="localhost.local")
    page = browser.get(f"{base}/test/confirm-client/{client_id}", timeout=10)
    found = SEEN.search(page.text)
    assert found, page.text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    began = time.perf_counter()
    done = browser.post(page.url, {"seen": found[1], "csrfmiddlewaretoken": token[1]}, timeout=10)
    assert done.status_code == 200, done.text
    subject = tokens.Subject(client_id, PrivateKey(private), OWN)
    assert _token(setting._replace(subject=subject), server)
    return time.perf_counter() - began


def _session(person: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return str(session.session_key)
