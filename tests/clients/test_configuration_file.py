"""The configuration file, with and without a key; Python and the browser give the same text."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from jwcrypto import jwk
from playwright.sync_api import Page, Route

from onboarding.clients import configuration_file as files
from onboarding.clients import queries
from onboarding.clients.states import Access
from onboarding.jose.generation import generate
from onboarding.suppliers.models import Organization
from onboarding.systems.models import RevisionUri
from onboarding.systems.states import UriKind
from tests.factories import make_api, make_claim, make_client, make_scope, make_system
from tests.leaks import remember_secret

MODULE = Path(__file__).parents[2] / "static" / "js" / "configuration-file.mjs"
EXPIRES = datetime(2027, 11, 24, 23, 30, tzinfo=UTC)
FILE: dict[str, Any] = {
    "name": "HelseID Configuration 313055280-Nordlys EPJ.json",
    "content": {"clientName": 'Sørøya \u2028 "AS" - Nordlys', "scopes": [], "pkceRequired": True},
}


def a_key(kind: str) -> dict[str, Any]:
    key = dict(generate(kind))
    remember_secret(key["d"])
    return key


def a_short_key() -> dict[str, Any]:
    """An RSA key whose `d` begins with a zero octet, which a JWK leaves out and .NET wants."""
    made = a_key("PS256/3072")
    return made | {"d": made["d"][4:], "dp": made["dp"][4:]}


def test_the_file_without_a_key(acme: Organization) -> None:
    api = make_api(short_name="nhn:cp-api")
    scopes = {
        make_scope(api, "nhn:cp-api/access"): Access.OK,
        make_scope(api, "nhn:cp-api/wait"): Access.PENDING,
        make_scope(api, "nhn:cp-api/no"): Access.DECLINED,
    }
    client = make_client(acme, system=make_system(acme, name="Nordlys EPJ"), scopes=scopes)

    assert queries.blank_file(client) == {
        "name": f"HelseID Configuration {acme.number}-Nordlys EPJ.json",
        "content": {
            "clientName": "Acme EPJ AS - Nordlys EPJ",
            "authority": settings.ISSUERS["test"],
            "clientId": str(client.pk),
            "grantTypes": ["client_credentials"],
            "scopes": ["nhn:cp-api/access", "nhn:cp-api/wait"],
        },
    }


def test_the_file_of_a_client_where_people_log_in(acme: Organization) -> None:
    system = make_system(
        acme, published=False, machine_to_machine=False, user_login=True, refresh_tokens=True
    )
    revision = system.revisions.get()
    for kind, uri in (
        (UriKind.REDIRECT, "https://acme.example/b"),
        (UriKind.REDIRECT, "https://acme.example/a"),
        (UriKind.POST_LOGOUT, "https://acme.example/bye"),
    ):
        RevisionUri.objects.create(revision=revision, kind=kind, uri=uri)
    system.current = revision
    content = queries.configuration_file(make_client(acme, system=system))

    assert content["grantTypes"] == ["authorization_code", "refresh_token"]
    assert content["scopes"] == ["openid", "profile", "offline_access"]
    assert content["redirectUris"] == ["https://acme.example/a", "https://acme.example/b"]
    assert content["postLogoutRedirectUris"] == ["https://acme.example/bye"]
    assert content["pkceRequired"] is True


def test_an_rsa_key_in_the_file() -> None:
    key = a_key("PS256/3072")
    content = json.loads(files.build(FILE, key | {"ext": True, "key_ops": ["sign"]}, EXPIRES).text)

    inner = json.loads(content["privateJwk"])
    assert isinstance(content["privateJwk"], str)
    assert inner == {name: key[name] for name in files.MEMBERS if name in key}
    assert (inner["alg"], inner["kid"]) == (key["alg"], key["kid"])
    assert content["secretType"] == "private_key_jwt:RsaPrivateKeyJwtSecret"
    assert content["rsaKeyExpiryDate"] == "24.11.2027"
    assert content["rsaKeySizeBits"] == 3072
    assert jwk.JWK.from_json(content["privateJwk"]).has_private


def test_an_ec_key_in_the_file() -> None:
    key = a_key("ES384")
    content = json.loads(files.build(FILE, key, EXPIRES).text)

    assert list(content) == [*FILE["content"], "secretType", "privateJwk"]
    assert content["secretType"] == "private_key_jwt:EcPrivateKeyJwtSecret"
    assert json.loads(content["privateJwk"])["alg"] == "ES384"


def test_dotnet_gets_every_number_at_full_length() -> None:
    content = json.loads(files.build(FILE, a_short_key(), EXPIRES).text)

    parts = ElementTree.fromstring(content["rsaPrivateKey"])  # noqa: S314 - our own text
    assert {part.tag: len(b64decode(part.text or "")) for part in parts} == {
        "Modulus": 384,
        "Exponent": 3,
        "P": 192,
        "Q": 192,
        "DP": 192,
        "DQ": 192,
        "InverseQ": 192,
        "D": 384,
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Nordlys EPJ", "HelseID Configuration 313055280-Nordlys EPJ.json"),
        ('a/b\\c:"d"', "HelseID Configuration 313055280-a-b-c--d-.json"),
        ("Ærlig/../..", "HelseID Configuration 313055280-Ærlig-..-...json"),
    ],
)
def test_file_names_that_every_file_system_takes(name: str, expected: str) -> None:
    assert files.name("313055280", name) == expected


@pytest.mark.parametrize("kind", ["PS256/3072", "ES256", "ES512", "short"])
def test_the_browser_builds_the_same_file(page: Page, kind: str) -> None:
    key = a_short_key() if kind == "short" else a_key(kind)
    key |= {"ext": True, "key_ops": ["sign"]}

    page.route("**/*", serve)
    page.goto("http://localhost/page.html")
    built = page.evaluate(
        "async ([file, key, expires]) => (await import('/configuration-file.mjs'))"
        ".build(file, key, expires)",
        [FILE, key, EXPIRES.isoformat()],
    )

    assert built == files.build(FILE, key, EXPIRES)._asdict()


def serve(route: Route) -> None:
    is_module = route.request.url.endswith(".mjs")
    route.fulfill(
        body=MODULE.read_text() if is_module else "",
        content_type="text/javascript" if is_module else "text/html",
    )


def test_the_fingerprint_follows_what_tokens_depend_on(acme: Organization) -> None:
    api = make_api(short_name="nhn:cp-api")
    scope = make_scope(api, "nhn:cp-api/access")
    client = make_client(acme, scopes={scope: Access.PENDING})
    before = queries.configuration_hash(client)

    client.scopes.update(access=Access.OK)
    approved = queries.configuration_hash(client)
    client.claims.create(claim=make_claim(api), value="8140227")
    claimed = queries.configuration_hash(client)
    client.name = "Et annet navn"

    assert len({before, approved, claimed}) == 3
    assert queries.configuration_hash(client) == claimed
    assert queries.configuration(client)["claims"] == {"herid": "8140227"}


def test_granted_scopes_are_those_that_give_tokens(acme: Organization) -> None:
    api = make_api()
    scopes = {make_scope(api, f"{api.short_name}/{access}"): access for access in Access}
    client = make_client(acme, scopes=scopes)

    assert [scope.name for scope in queries.granted_scopes(client)] == [f"{api.short_name}/ok"]
