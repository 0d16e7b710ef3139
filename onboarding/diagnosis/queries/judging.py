"""The checks of what was pasted: the server's own functions, the server's own data."""

from __future__ import annotations

from onboarding.apis.models import Api
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core import replay
from onboarding.core.environments import Environment
from onboarding.core.models import UsedOnce
from onboarding.diagnosis.pasted import FORM, Kind, Pasted, Request
from onboarding.diagnosis.queries import neighbours
from onboarding.diagnosis.queries.asking import Asker, Judged, Part, visible_client
from onboarding.jose import access_token, assertion, proof
from onboarding.jose.assertion import RegisteredKey
from onboarding.jose.checks import Check, fail, first_failure
from onboarding.jose.compact import Reading, read
from onboarding.keys.models import Key
from onboarding.sts import issuers, parameters, refusal, rules
from onboarding.sts.queries import registrations, signing_keys
from onboarding.sts.refusal import Refusal


def judge(pasted: Pasted, asker: Asker) -> Judged:
    """Judge what was pasted. Reads only: nothing is used up, stored or logged."""
    if pasted.request is not None:
        return _judge_request(pasted.request, asker)
    judged = Judged(pasted.kind)
    if pasted.kind == Kind.PROOF:
        judged.parts.append(_proof_alone(pasted.token, asker))
    elif pasted.kind == Kind.TOKEN:
        _judge_token(pasted.token, asker, judged)
    else:
        part, judged.client = _assertion(pasted.token, None, asker)
        judged.parts.append(part)
        _look_up_assertion(part, judged.client, asker)
    return judged


def _judge_request(request: Request, asker: Asker) -> Judged:
    judged = Judged(Kind.REQUEST)
    try:
        form = _form(request)
        parameters.check_grant(form)
        text = parameters.assertion_of(form, request.headers.get("authorization"))
    except Refusal as refused:
        judged.refusal = refused
        return judged
    part, judged.client = _assertion(text, form.get("client_id"), asker)
    judged.parts.append(part)
    judged.refusal = _answer(judged, request, form, asker)
    return judged


def _form(request: Request) -> dict[str, str]:
    """The parameters, refused for what the server's own view refuses."""
    if request.method != "POST":
        raise refusal.method_not_allowed("POST")
    if "?" in request.url:
        raise Refusal("invalid_request", "Parameters belong in the body, none in the address.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refusal("invalid_request", f"The body must be {FORM}.")
    if len(request.body) > parameters.LARGEST_BODY:
        raise Refusal("invalid_request", "The body is too large.", status=413)
    return parameters.read_form(request.body.encode("utf-8", "replace"))


def _answer(judged: Judged, request: Request, form: dict[str, str], asker: Asker) -> Refusal | None:
    """The server's answer, in the order in which it makes up its mind; None for a token."""
    part, client = judged.parts[0], judged.client
    registered = _registration(client, part.reading, asker)
    own = _proof_of_request(request, asker)
    if own is None and registered and not _needs_no_proof(registered, form):
        own = no_proof(registered.leniencies)
    judged.parts += [own] if own else []
    if client is None or registered is None or first_failure(part.checks):
        return refusal.of_assertion(part.checks)
    _look_up_assertion(part, client, asker, first_half=_is_first_half(own))
    if own and own.reading.claims and asker.is_ours and not first_failure(own.checks):
        value = proof.replay_value(own.reading, asker.endpoint)
        own.checks.append(proof.replay(not _used(f"proof:{asker.environment}", value)))
        own.replay_known = True
    for judging, answer in ((part, refusal.of_assertion), (own, _of_proof)):
        if judging and first_failure(judging.checks):
            return answer(judging.checks)
    return _choice_refused(registered, form)


def _of_proof(checks: list[Check]) -> Refusal:
    return refusal.of_proof(checks, "")


def no_proof(leniencies: frozenset[str]) -> Part:
    """Return the proof that was not sent, where one is needed."""
    return Part(Kind.PROOF, read("", prefix="proof"), [proof.none_sent(leniencies)])


def _is_first_half(own: Part | None) -> bool:
    failure = first_failure(own.checks) if own else None
    return failure is not None and failure.code == "proof.nonce"


def _needs_no_proof(registered: registrations.Registration, form: dict[str, str]) -> bool:
    try:
        asked = parameters.scopes_of(form)
        _, scopes = rules.choose(registered.scopes, asked, form.get("resource"))
    except Refusal:
        return False
    return not any(registered.scopes[name].uses_dpop for name in scopes)


def _choice_refused(registered: registrations.Registration, form: dict[str, str]) -> Refusal | None:
    try:
        rules.choose(registered.scopes, parameters.scopes_of(form), form.get("resource"))
    except Refusal as refused:
        return refused
    return None


def _registration(
    client: ClientConfiguration | None, reading: Reading, asker: Asker
) -> registrations.Registration | None:
    if client is None:
        return None
    kid = reading.header.get("kid")
    return registrations.find(asker.environment, str(client.pk), kid, asker.at)


def _assertion(
    text: str, form_client_id: str | None, asker: Asker
) -> tuple[Part, ClientConfiguration | None]:
    reading = read(text, prefix="assertion")
    client = visible_client(asker, assertion.subject_of(reading))
    is_active = (
        client is not None and client.status == Status.ACTIVE and not neighbours.is_stopped(client)
    )
    checks = assertion.check_client_assertion(
        reading,
        client_id=str(client.pk) if client and is_active else None,
        form_client_id=form_client_id,
        issuer=asker.issuer,
        keys=_usable(client, asker) if client and is_active else [],
        now=asker.now,
        leniencies=_leniencies(client),
        token_endpoint=asker.endpoint,
    )
    return Part(Kind.ASSERTION, reading, checks), client


def _leniencies(client: ClientConfiguration | None) -> frozenset[str]:
    """What the token endpoint lets pass for the client; in production that is nothing."""
    if client is None or client.environment != Environment.TEST:
        return frozenset()
    return frozenset(client.leniencies.values_list("name", flat=True))


def _usable(client: ClientConfiguration, asker: Asker) -> list[RegisteredKey]:
    keys = Key.objects.filter(client=client).usable(asker.at).order_by("-created_at", "pk")
    return [RegisteredKey(key.kid, key.alg, key.public_jwk) for key in keys]


def _look_up_assertion(
    part: Part, client: ClientConfiguration | None, asker: Asker, *, first_half: bool = False
) -> None:
    """Say whether it was used, where it would be accepted otherwise: only its owners learn that."""
    if client is None or not asker.is_ours or first_failure(part.checks):
        return
    lenient = assertion.ASSERTION_REUSE in _leniencies(client)
    owner, jti = f"{asker.environment}:{client.pk}", str(part.reading.claims["jti"])
    purposes = assertion.replay_purposes(owner, lenient, first_half)
    new = [not _used(purpose, jti) for purpose in purposes]
    again = lenient and not first_half and not new[1]
    part.checks.append(assertion.replay(new[0], used_in_nonce_round=again))
    part.replay_known = True


def _used(purpose: str, value: str) -> bool:
    return UsedOnce.objects.filter(pk=replay.digest(purpose, value)).exists()


def _proof_of_request(request: Request, asker: Asker) -> Part | None:
    text = request.headers.get("dpop")
    if text is None:
        return None
    if "," in text:
        failed = [fail("proof.count", "1", 1 + text.count(","))]
        return Part(Kind.PROOF, read("", prefix="proof"), failed)
    return _proof(text, asker)


def _proof(text: str, asker: Asker) -> Part:
    """A proof as the token endpoint judges it."""
    reading = read(text, prefix="proof")
    nonces = issuers.nonces(asker.issuer)
    checks = proof.check_proof(
        reading,
        method="POST",
        url=asker.endpoint,
        now=asker.now,
        # Another server's nonces cannot be told from made-up ones.
        nonce=(lambda nonce: nonces.valid(nonce, asker.now)) if asker.is_ours else None,
    )
    return Part(Kind.PROOF, reading, checks)


def _proof_alone(text: str, asker: Asker) -> Part:
    """A proof without its request: with `ath` it is meant for an API, whose address is not told."""
    reading = read(text, prefix="proof")
    if "ath" not in reading.claims:
        return _proof(text, asker)
    method, url = (str(reading.claims.get(name)) for name in ("htm", "htu"))
    checks = proof.check_proof(reading, method=method, url=url, now=asker.now, nonce=None)
    known = [check for check in checks if check.code not in ("proof.method", "proof.url")]
    return Part(Kind.PROOF, reading, known)


def _judge_token(text: str, asker: Asker, judged: Judged) -> None:
    reading = read(text, prefix="token", limit=access_token.LARGEST)
    judged.client = visible_client(asker, reading.claims.get("client_id"))
    if judged.client is None and not first_failure(reading.checks):
        judged.parts.append(Part(Kind.TOKEN, reading, []))
        return
    audience = reading.claims.get("aud")
    known = isinstance(audience, str) and Api.objects.filter(
        environment=asker.environment, short_name=audience[:200].replace("\0", "")
    )
    checks = access_token.check_access_token(
        reading,
        issuer=asker.issuer,
        audience=str(audience) if known else "",
        key=lambda kid, alg: signing_keys.public_key(asker.environment, kid, alg, asker.at),
        now=asker.now,
    )
    if not asker.is_ours:
        # Its keys are not here. What is left out is not said to be in order.
        unknown = ("token.key", "token.signature")
        checks = [check for check in checks if check.code not in unknown]
    judged.parts.append(Part(Kind.TOKEN, reading, checks))
