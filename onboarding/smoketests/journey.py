"""The token test itself: the six steps of a client, each with what was sent and what came back.

Nothing here knows the database. What a step learns, the next ones use; a step that fails ends it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, NoReturn

from onboarding.core import egress
from onboarding.core.redaction import redact
from onboarding.jose import access_token as tokens
from onboarding.jose import b64
from onboarding.jose.algorithms import PrivateKey, sign
from onboarding.jose.checks import first_failure, printable
from onboarding.jose.compact import numeric_date, read
from onboarding.jose.generation import generate
from onboarding.jose.jwk import pick
from onboarding.smoketests import evidence
from onboarding.smoketests.evidence import answer_text, chosen, request_text
from onboarding.smoketests.exchange import LARGE, Exchange, Outcome, json_object, skew, stop
from onboarding.smoketests.states import StepName, StepStatus

METADATA_PATH = "/.well-known/openid-configuration"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_SKEW_SECONDS = 5


@dataclass(frozen=True)
class Target:
    """What is tested: a client at its issuer, the scopes of one API, and that API's harmless GET.

    `assertion` yields a fresh client assertion for the issuer at each call, or None when there
    are no more. `test_url` is empty where the API has none, and `is_ours` where it is the
    fixed one of an API of this portal: nobody's typing leads to us. `waits_for` names the API's
    owner while he has not approved any of the scopes. `announce` is told what a request of ours
    will carry that no other does, before it is sent; proofs by `Journey.proof_key` need no telling.
    """

    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    audience: str
    test_url: str
    is_ours: bool
    uses_dpop: bool
    waits_for: str
    assertion: Callable[[], str | None]
    announce: Callable[[str], None] = lambda value: None


@dataclass
class Journey:
    """One run of the steps, in the order of `states.ORDER`."""

    target: Target
    exchange: Exchange
    proof_key: PrivateKey = field(default_factory=lambda: PrivateKey(generate("ES256")))
    metadata: dict[str, Any] = field(default_factory=dict)
    issuer_keys: list[Mapping[str, Any]] = field(default_factory=list)
    # The newest nonce of each address that wants them (RFC 9449 §8.2).
    nonces: dict[str, str] = field(default_factory=dict)
    first_assertion: str = ""
    answer: dict[str, Any] = field(default_factory=dict)

    def steps(self) -> Iterator[tuple[StepName, Callable[[], Outcome]]]:
        yield StepName.METADATA, self.fetch_metadata
        yield StepName.JWKS, self.fetch_keys
        yield StepName.ASSERTION, self.take_assertion
        yield StepName.TOKEN, self.fetch_token
        yield StepName.CHECK, self.check_token
        yield StepName.API, self.call_api

    def fetch_metadata(self) -> Outcome:
        """RFC 8414 §3.3: the issuer in the metadata is byte for byte the one we know."""
        url = self.target.issuer + METADATA_PATH
        answer, sent = self.exchange.get(url)
        self.metadata = json_object(answer, sent)
        received = answer_text(answer.status, chosen(self.metadata, evidence.METADATA))
        found = self.metadata.get("issuer")
        if found != self.target.issuer:
            stop("test.issuer", self.target.issuer, found, sent=sent, received=received)
        for name in ("token_endpoint", "jwks_uri"):
            address = self.metadata.get(name)
            if not isinstance(address, str) or not self._is_same_origin(address):
                expected = f"{name}: {self.target.issuer}/…"
                stop("test.metadata", expected, address, sent=sent, received=received)
        seconds = skew(answer)
        if abs(seconds) > MAX_SKEW_SECONDS:
            expected = f"≤ {MAX_SKEW_SECONDS} s"
            return Outcome(
                StepStatus.NOTED, sent, received, "test.clock_skew", expected, f"{seconds:+d} s"
            )
        return Outcome(sent=sent, received=received)

    def fetch_keys(self) -> Outcome:
        """RFC 7517 §5: at least one key, each an object."""
        answer, sent = self.exchange.get(self.metadata["jwks_uri"])
        keys = json_object(answer, sent).get("keys")
        if not isinstance(keys, list) or not keys or not all(isinstance(k, dict) for k in keys):
            stop("test.jwks", '{"keys": [{…}]}', keys, sent=sent, received=str(answer.status))
        self.issuer_keys = keys
        shown = [chosen(key, evidence.KEY) for key in keys]
        return Outcome(sent=sent, received=answer_text(answer.status, {"keys": shown}))

    def take_assertion(self) -> Outcome:
        """Show what was signed. One that waited until it expired is not worth a refusal."""
        self.first_assertion = self._next_assertion()
        reading = read(self.first_assertion, prefix="assertion")
        shown = {"header": reading.header, "claims": reading.claims}
        sent = redact(evidence.json_text(shown))[: evidence.LONGEST]
        now, expiry = time.time(), numeric_date(reading.claims.get("exp"))
        if expiry is not None and expiry < now:
            stop("test.signatures_old", "≤ 60 s", f"+{now - expiry:.0f} s", sent=sent)
        return Outcome(sent=sent)

    def fetch_token(self) -> Outcome:
        """The DPoP nonce round, once: new assertion, new proof (RFC 9449 §8)."""
        rounds = [self._ask_for_token(self.first_assertion)]
        answer, body, _ = rounds[0]
        if answer.status == 400 and body.get("error") == "use_dpop_nonce":
            rounds.append(self._ask_for_token(self._next_assertion()))
            answer, body, _ = rounds[-1]
        shown = Outcome(
            sent="\n\n".join(sent for _, _, sent in rounds),
            received="\n\n".join(
                answer_text(answer.status, chosen(body, evidence.TOKEN))
                for answer, body, _ in rounds
            ),
        )
        if answer.status != 200:
            self._explain_refusal(body, answer.status, shown)
        return self._take_token(body, shown)

    def _take_token(self, body: dict[str, Any], shown: Outcome) -> Outcome:
        """RFC 9449 §5: a token of another type than we asked for is not used at all."""
        sent, received = shown.sent, shown.received
        kind, expected = body.get("token_type"), "DPoP" if self.target.uses_dpop else "Bearer"
        if not isinstance(kind, str) or kind.lower() != expected.lower():
            stop("test.token_type", expected, kind, sent=sent, received=received)
        if not isinstance(body.get("access_token"), str):
            stop("test.answer", "access_token", "", sent=sent, received=received)
        self.answer = body
        if "expires_in" not in body:
            noted = shown._replace(status=StepStatus.NOTED, code="test.expires_in")
            return noted._replace(expected="expires_in")
        return shown

    def check_token(self) -> Outcome:
        """Signature, issuer, audience, lifetime, scopes, and the binding to our proof key."""
        token = str(self.answer["access_token"])
        reading = read(token, prefix="token", limit=tokens.LARGEST)
        checks = tokens.check_access_token(
            reading,
            issuer=self.target.issuer,
            audience=self.target.audience,
            key=self._issuer_key,
            now=time.time(),
        )
        shown = {"header": reading.header, "claims": reading.claims}
        digest = hashlib.sha256(token.encode()).hexdigest()
        received = answer_text(f"SHA-256 {digest}", shown)
        if failed := first_failure(checks):
            stop(failed.code, failed.expected, failed.found, received=received)
        missing = set(self.target.scopes) - tokens.scopes(reading.claims)
        if missing:
            found = " ".join(sorted(tokens.scopes(reading.claims)))
            stop("test.scopes", " ".join(self.target.scopes), found, received=received)
        jkt = self.proof_key.kid if self.target.uses_dpop else ""
        bound_to = tokens.bound_to(reading.claims)
        if bound_to != jkt:
            stop("test.binding", jkt or "–", bound_to or "–", received=received)
        return Outcome(received=received)

    def call_api(self) -> Outcome:
        if not self.target.test_url:
            return Outcome(StepStatus.SKIPPED, code="test.no_url")
        answer, sent = self._call()
        challenge = answer.headers.get("www-authenticate", "")
        if answer.status == 401 and "use_dpop_nonce" in challenge:
            answer, sent = self._call()
            challenge = answer.headers.get("www-authenticate", "")
        if not 200 <= answer.status < 300:
            found = printable(redact(f"{answer.status} {challenge}".strip()))
            stop("test.api_status", "200", found, sent=sent, received=found)
        kind = answer.headers.get("content-type", "")
        received = printable(f"{answer.status} {kind}".strip())
        return Outcome(sent=sent, received=f"{received}, {len(answer.body)} B")

    def _next_assertion(self) -> str:
        assertion = self.target.assertion()
        if assertion is None:
            stop("test.signatures_spent", "2", "0")
        return assertion

    def _is_same_origin(self, url: str) -> bool:
        """Metadata may not send us elsewhere: its addresses stay below the issuer's origin."""
        origin = "/".join(self.target.issuer.split("/")[:3])
        return url.startswith(f"{origin}/")

    def _issuer_key(self, kid: str, alg: str) -> Mapping[str, Any] | None:
        return pick(self.issuer_keys, kid, alg)

    def _proof(self, method: str, url: str, **claims: str) -> str:
        public = self.proof_key.jwk_public()
        jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
        htu = url.partition("?")[0]
        made = {"jti": token_urlsafe(16), "iat": int(time.time()), "htm": method, "htu": htu}
        nonce = {"nonce": self.nonces[url]} if url in self.nonces else {}
        return sign({"typ": "dpop+jwt", "jwk": jwk}, {**made, **nonce, **claims}, self.proof_key)

    def _send(self, method: str, url: str, sent: str, **options: Any) -> egress.Answer:
        answer = self.exchange.send(method, url, sent, **options)
        if nonce := answer.headers.get("dpop-nonce"):
            self.nonces[url] = nonce
        return answer

    def _ask_for_token(self, assertion: str) -> tuple[egress.Answer, dict[str, Any], str]:
        """Return the answer, the object in it, and how the request looked."""
        url = self.metadata["token_endpoint"]
        form = {
            "grant_type": "client_credentials",
            "client_id": self.target.client_id,
            "scope": " ".join(self.target.scopes),
            "client_assertion_type": JWT_BEARER,
            "client_assertion": assertion,
        }
        headers = {"DPoP": self._proof("POST", url)} if self.target.uses_dpop else {}
        sent = request_text("POST", url, headers, form)
        answer = self._send("POST", url, sent, headers=headers, form=form)
        return answer, json_object(answer, sent), sent

    def _explain_refusal(self, body: Mapping[str, Any], status: int, shown: Outcome) -> NoReturn:
        sent, received = shown.sent, shown.received
        error = str(body.get("error", ""))
        if error == "invalid_scope" and self.target.waits_for:
            scopes = " ".join(self.target.scopes)
            waits_for = self.target.waits_for
            stop("test.scope_pending", scopes, waits_for, sent=sent, received=received)
        is_name = error.replace("_", "").isalpha() and error.isascii() and len(error) < 50
        description = body.get("error_description", "")
        found = redact(f"{status} {error} {description}".strip())
        code = f"oauth.{error}" if is_name else "test.answer"
        stop(code, "200", found, sent=sent, received=received)

    def _call(self) -> tuple[egress.Answer, str]:
        token, url = str(self.answer["access_token"]), self.target.test_url
        headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        if self.target.uses_dpop:
            ath = b64.encode(hashlib.sha256(token.encode()).digest())
            proof = self._proof("GET", url, ath=ath)
            headers |= {"Authorization": f"DPoP {token}", "DPoP": proof}
        else:
            self.target.announce(str(read(token, prefix="token").claims.get("jti", "")))
        sent = request_text("GET", url, headers, {})
        typed = not self.target.is_ours
        return self._send("GET", url, sent, headers=headers, limit=LARGE, typed=typed), sent
