"""«Why was I refused?»: the same verdict as the server's, told to a client's own people only."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.states import Status
from onboarding.core.models import UsedOnce
from onboarding.diagnosis.pasted import recognize
from onboarding.diagnosis.queries.asking import Asker
from onboarding.diagnosis.queries.explaining import diagnose
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.states import Role
from tests.factories import make_client, make_membership, make_system
from tests.machines import GONE, Machine, make_machine, private_jwk, register

Make = Callable[[Machine], str]


@pytest.fixture
def own(acme: Organization) -> Machine:
    """A program of Acme's that has met the server."""
    return make_machine(organization=acme).meet()


def address(organization: Organization, environment: str = "test") -> str:
    return reverse("why", args=[environment, organization.number])


def ask(user: User, organization: Organization, text: str) -> str:
    """The page's answer to a pasted text, without what is written in all of them."""
    browser = Client()
    browser.force_login(user)
    answer = browser.post(address(organization), {"pasted": text})
    assert answer.status_code == 200, answer.content.decode()
    return unescape(answer.content.decode().partition("<main")[2])


def title(page: str) -> str:
    """The heading of the verdict, without its marks for code."""
    heading = page.partition('id="verdict">')[2].partition("</h2>")[0]
    return heading.replace("<code>", "").replace("</code>", "")


def http(machine: Machine, form: dict[str, Any], proof: str | None) -> str:
    """A token request as HTTP text."""
    lines = [f"POST {machine.endpoint} HTTP/1.1", "Content-Type: application/x-www-form-urlencoded"]
    lines += [f"DPoP: {proof}"] if proof is not None else []
    return "\n".join([*lines, "", urlencode(form)])


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


# What is almost right, and the words that tell of it.
NEIGHBOURS: list[tuple[str, Make, str]] = [
    ("slash", lambda m: m.assertion(aud=m.issuer + "/"), "skråstrek for mye"),
    ("endpoint", lambda m: m.assertion(aud=m.endpoint), "tokenendepunktet, ikke utstederen"),
    ("list", lambda m: m.assertion(aud=[m.issuer]), "aud er en liste"),
    ("case", lambda m: m.assertion(aud=m.issuer.upper()), "store og små bokstaver"),
    (
        "environment",
        lambda m: m.assertion(aud=m.issuer.replace("/test/", "/production/")),
        "utstederen i et annet miljø",
    ),
    ("text", lambda m: m.assertion(iat=str(ago(0))), "iat er tekst, og skal være et tall"),
    ("text exp", lambda m: m.assertion(exp=str(ago(-30))), "exp er tekst"),
    ("fast", lambda m: m.assertion(iat=ago(-120), exp=ago(-50)), "for fort, etter iat"),
    ("nbf", lambda m: m.assertion(nbf=ago(-120)), "for fort, etter nbf"),
    ("old", lambda m: m.assertion(iat=ago(300), exp=ago(240)), "Den gikk ut for 24"),
    ("millis", lambda m: m.assertion(iat=ago(0) * 1000), "millisekunder"),
    ("typ", lambda m: m.assertion(header={"typ": "dpop+jwt"}), "et DPoP-bevis"),
    ("at", lambda m: m.assertion(header={"typ": "at+jwt"}), "et tilgangstoken"),
    ("alg", lambda m: m.assertion(header={"alg": "RS256"}), "registrert for ES256"),
    ("iss", lambda m: m.assertion(iss="somebody"), "iss og sub er ikke like"),
    ("kid", lambda m: m.assertion(header={"kid": "nobody"}), "nevner en annen nøkkel"),
    (
        "stranger",
        lambda m: m.assertion(header={"kid": "nobody"}, key=private_jwk("ES256", 77)),
        "aldri vært registrert",
    ),
    (
        "forged",
        lambda m: m.assertion(key=private_jwk("ES256", 77), header={"kid": m.private["kid"]}),
        "ikke laget med nøkkelen som kid nevner",
    ),
    ("htu slash", lambda m: m.proof(htu=m.endpoint + "/"), "skråstrek for mye"),
    ("htu case", lambda m: m.proof(htu=m.endpoint.replace("token", "Token")), "bokstaver i stien"),
    ("htu inside", lambda m: m.proof(htu="http://sts.internal:8080/connect/token"), "intern"),
    ("htu issuer", lambda m: m.proof(htu=m.issuer), "utstederen, ikke"),
    ("proof text", lambda m: m.proof(iat=str(ago(0))), "iat er tekst"),
    ("proof fast", lambda m: m.proof(iat=ago(-90)), "for fort"),
    ("proof typ", lambda m: m.proof(header={"typ": "JWT"}), "uten egen type"),
]


@pytest.mark.parametrize(
    ("make", "words"), [row[1:] for row in NEIGHBOURS], ids=[row[0] for row in NEIGHBOURS]
)
def test_what_is_almost_right_is_told_in_words(
    make: Make, words: str, own: Machine, bob: User, acme: Organization
) -> None:
    assert words in title(ask(bob, acme, make(own)))


@pytest.mark.parametrize(
    ("gone", "words"),
    [("revoked", "sperret"), ("expired", "gått ut")],
)
def test_a_key_that_is_no_more_is_named(
    gone: str, words: str, own: Machine, alice: User, acme: Organization
) -> None:
    at = timezone.now() - timedelta(hours=2)
    if gone == "revoked":
        own.registered.revoked_at, own.registered.revoked_by = at, alice
    else:
        own.registered.expires_at = at
    own.registered.save()

    page = ask(alice, acme, own.assertion())

    assert "Signert med en nøkkel som" in title(page)
    assert words in title(page)
    assert own.private["kid"][:8] in page
    assert ("Alice" in page) == (gone == "revoked")


def test_the_key_of_another_own_client_is_named(
    own: Machine, alice: User, acme: Organization
) -> None:
    other = make_client(acme, name="Acme Reise")
    register(other, private_jwk("ES256", 5))

    page = ask(alice, acme, own.assertion(key=private_jwk("ES256", 5)))

    assert title(page).endswith("en annen av klientene deres: «Acme Reise»")


def test_the_key_of_the_other_environment_is_named_to_who_may_see_it(
    own: Machine, alice: User, acme: Organization
) -> None:
    theirs = make_client(acme, system=make_system(environment="production"), name="Acme i drift")
    register(theirs, private_jwk("ES256", 6))
    sent = own.assertion(key=private_jwk("ES256", 6))

    before = ask(alice, acme, sent)
    make_membership(alice, acme, role=Role.READER, environment="production")
    after = ask(alice, acme, sent)

    assert "aldri vært registrert" in title(before)
    assert "Acme i drift" not in before
    assert "«Acme i drift» i et annet miljø" in title(after)


def test_a_client_that_is_stopped_or_of_the_other_environment_is_told_of(
    own: Machine, alice: User, acme: Organization
) -> None:
    make_membership(alice, acme, role=Role.READER, environment="production")
    theirs = make_client(acme, system=make_system(environment="production"), name="Acme i drift")
    ClientConfiguration.objects.filter(pk=own.client.pk).update(status=Status.STOPPED)

    stopped = ask(alice, acme, own.assertion())
    elsewhere = ask(alice, acme, own.assertion(iss=str(theirs.pk), sub=str(theirs.pk)))

    assert "ikke i bruk: stanset" in title(stopped)
    assert "«Acme i drift» hører til et annet miljø" in title(elsewhere)


FOREIGN: list[tuple[str, Make]] = [
    ("right", lambda m: m.assertion()),
    ("revoked", lambda m: m.assertion()),
    (
        "forged",
        lambda m: m.assertion(header={"kid": m.private["kid"]}, key=private_jwk("ES256", 8)),
    ),
    ("audience", lambda m: m.assertion(aud=m.endpoint)),
    ("request", lambda m: http(m, m.form(), m.proof())),
    ("used", lambda m: http(m, {**m.form(), "client_assertion": used(m)}, m.proof())),
]


def used(machine: Machine) -> str:
    """An assertion that got a token."""
    text = machine.assertion()
    assert machine.post(machine.form(client_assertion=text)).status_code == 200
    return text


def without_ids(text: str, machine: Machine) -> str:
    """A page without what was in the question, and without what is new in every page."""
    text = re.sub(r"\b\d{10}\b", "MOMENT", text)
    lines = text.replace(machine.client_id, "CLIENT").replace(machine.private["kid"], "KID")
    kept = [line for line in lines.splitlines() if "csrf" not in line and '"' not in line[:4]]
    return "\n".join(kept)


@pytest.mark.parametrize(("name", "make"), FOREIGN, ids=[row[0] for row in FOREIGN])
def test_a_foreign_client_is_told_of_as_one_that_does_not_exist(
    name: str, make: Make, own: Machine, charlie: User
) -> None:
    mine = charlie.memberships.get().organization
    text = make(own)
    if name == "revoked":
        own.registered.revoked_at, own.registered.revoked_by = timezone.now(), charlie
        own.registered.save()

    known = ask(charlie, mine, text)
    own.registered.delete()
    own.client.delete()
    unknown = ask(charlie, mine, text)

    assert title(known) == "Dere har ingen klient med denne ID-en her"
    assert without_ids(known, own) == without_ids(unknown, own)
    assert "Acme" not in known


def test_a_foreign_token_is_not_judged(own: Machine, charlie: User, alice: User) -> None:
    token = own.token()
    mine = charlie.memberships.get().organization

    theirs = ask(charlie, mine, token)
    ours = ask(alice, own.client.organization, token)

    assert title(theirs) == "Dere har ingen klient med denne ID-en her"
    assert "token.signature" not in theirs
    assert title(ours) == "Alt vi kan kontrollere, er i orden"
    assert "token.signature" in ours


def test_a_right_request_would_get_a_token_and_is_not_used_up(
    own: Machine, bob: User, acme: Organization
) -> None:
    form, proof = own.form(), own.proof()
    rows = UsedOnce.objects.count()

    before = ask(bob, acme, http(own, form, proof))
    assert UsedOnce.objects.count() == rows
    sent = own.post(form, proof=proof)
    after = ask(bob, acme, http(own, form, proof))

    assert title(before) == "Sendt nå ville forespørselen gitt et token"
    assert sent.status_code == 200
    assert "invalid_client" in after
    assert "assertion.replay" in after


def test_what_was_wrong_from_the_start_comes_before_what_is_old(
    own: Machine, bob: User, acme: Organization
) -> None:
    text = own.assertion(aud=own.endpoint, iat=ago(900), exp=ago(850))

    page = ask(bob, acme, text)

    assert "tokenendepunktet" in title(page)
    assert "assertion.expiry" in page


def test_what_only_another_server_knows_is_not_judged(
    own: Machine, bob: User, acme: Organization, settings: Any
) -> None:
    theirs = "https://sts.elsewhere.example"
    form, proof = own.form(), own.proof(nonce="theirs", htu=f"{theirs}/connect/token")
    form["client_assertion"] = own.assertion(aud=theirs)
    token = own.token()
    settings.ISSUERS = settings.ISSUERS | {"test": theirs}

    request = ask(bob, acme, http(own, form, proof))
    old = ask(bob, acme, token)

    assert title(request) == "Alt vi kan kontrollere, er i orden"
    assert request.count("Ikke kontrollert:") == 2
    assert "proof.nonce<" not in request
    assert "token.signature" not in old


@pytest.mark.parametrize("secret", ['{"kty":"EC","d":"hemmelig"}', "-----BEGIN PRIVATE KEY-----"])
def test_a_private_key_is_refused_by_name_and_not_shown_again(
    secret: str, bob: User, acme: Organization, client: Client
) -> None:
    client.force_login(bob)

    answer = client.post(address(acme), {"pasted": secret})

    assert answer.status_code == 422
    assert "Dette er en privat nøkkel" in answer.content.decode()
    assert "hemmelig" not in answer.content.decode()
    assert "BEGIN" not in answer.content.decode()


def test_nothing_that_was_pasted_is_logged_or_shown_whole(
    own: Machine, bob: User, acme: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    text = own.assertion(aud=own.endpoint)

    with caplog.at_level(logging.DEBUG):
        page = ask(bob, acme, text)

    assert text.rpartition(".")[2] not in caplog.text + page
    assert text.partition(".")[0] not in caplog.text + page


MUTATIONS: dict[str, list[Any]] = {
    "aud": [GONE, "issuer", "endpoint", 1, []],
    "exp": [GONE, "soon", 0, -5, 20, 59, 300],
    "iat": [GONE, "now", 0, -300, 20],
    "nbf": [GONE, "now", 0, 20],
    "jti": [GONE, "", "again", "x" * 300],
    "iss": [GONE, "other", ""],
    "sub": [GONE, "other", str(uuid4())],
}
HEADERS: dict[str, list[Any]] = {
    "typ": [GONE, "JWT", "dpop+jwt", "application/client-authentication+jwt"],
    "kid": [GONE, "other", 1],
    "alg": ["ES256", "RS256", "none"],
    "crit": [["b64"]],
    "jwk": [{}],
}
PROOFS: dict[str, list[Any]] = {
    "htm": [GONE, "GET", "post"],
    "htu": [GONE, "https://elsewhere.example/", 3],
    "iat": [GONE, "now", 0, -70, 20],
    "jti": [GONE, "", "again"],
    "nonce": [GONE, "old", ""],
}
FORMS: dict[str, list[Any]] = {
    "grant_type": [GONE, "password"],
    "client_id": [GONE, "other"],
    "client_assertion_type": [GONE, "other"],
    "scope": ["nhn:cp-api/access", "nobody:knows", "a  b"],
    "resource": ["nhn:cp-api", "other"],
    "client_secret": ["x"],
}


def some(table: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """At most one thing of a table changed."""
    one = st.sampled_from([(name, value) for name in table for value in table[name]])
    return st.one_of(st.just({}), one.map(lambda pair: {pair[0]: pair[1]}))


def moments(values: dict[str, Any], machine: Machine) -> dict[str, Any]:
    """Numbers of times as moments from now; addresses by their names."""
    named = {"issuer": machine.issuer, "endpoint": machine.endpoint, "soon": str(ago(-30))}
    moved = {
        name: ago(-value) if name in ("exp", "iat", "nbf") and isinstance(value, int) else value
        for name, value in values.items()
    }
    return {n: named.get(v, v) if isinstance(v, str) else v for n, v in moved.items()}


@tries(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    claims=some(MUTATIONS),
    header=some(HEADERS),
    proof=st.one_of(st.none(), some(PROOFS)),
    form=some(FORMS),
)
def test_decision_and_diagnosis_are_the_same(
    own: Machine,
    acme: Organization,
    claims: dict[str, Any],
    header: dict[str, Any],
    proof: dict[str, Any] | None,
    form: dict[str, Any],
) -> None:
    assertion = own.assertion(header=header, **moments(claims, own))
    sent = own.form(client_assertion=assertion, **form)
    dpop = None if proof is None else own.proof(**moments(proof, own))
    actor = Actor("alice", roles={(acme.pk, "test"): Role.READER})
    asker = Asker(actor, "test", acme.pk, timezone.now())

    explained = diagnose(recognize(http(own, sent, dpop)), asker)
    answer = own.post(sent, proof=GONE if dpop is None else dpop)

    told = json.loads(answer.content)
    refusal = explained.refusal
    assert (told.get("error"), told.get("error_description")) == (
        (refusal.error, refusal.description) if refusal else (None, None)
    )
    assert answer.status_code == (refusal.status if refusal else 200)
    assert (explained.finding is None) == (refusal is None)
