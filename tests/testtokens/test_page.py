"""The page Integrasjonstesting: presets, all options, the token decoded beside the command."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.apis.models import Api
from onboarding.apis.states import Dpop
from onboarding.suppliers.models import Organization
from onboarding.testtokens.catalogue import FAULTS
from onboarding.testtokens.explanations import EXPLANATIONS
from tests.factories import make_api, make_scope
from tests.machines import claims_of, make_signing_key, private_jwk

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(acme: Organization) -> Api:
    make_signing_key()
    made = make_api(acme, name="Registeret", test_url="https://api.example.no/things?kind=one")
    make_scope(made)
    return made


def url(acme: Organization, name: str = "page") -> str:
    return reverse(f"testtokens:{name}", args=["test", acme.number])


def post(client: Client, about: Api, status: int = 200, **data: Any) -> str:
    fields = {"api": str(about.pk), "preset": "valid", "method": "GET", **data}
    answer = client.post(url(about.organization), fields)
    assert answer.status_code == status
    return answer.content.decode()


def command(page: str) -> list[str]:
    found = re.search(r'<code id="curl">(.*?)</code>', page, re.DOTALL)
    assert found
    return shlex.split(unescape(found[1]).replace("\\\n", ""))


def sent(page: str) -> dict[str, str]:
    """The header fields of the command."""
    words = command(page)
    pairs = (words[n + 1].partition(": ") for n, word in enumerate(words) if word == "-H")
    return {name: value for name, _, value in pairs}


def test_a_valid_token_is_for_the_api_as_it_is_registered(
    client: Client, alice: User, api: Api
) -> None:
    client.force_login(alice)
    page = post(client, api)

    scheme, _, token = sent(page)["Authorization"].partition(" ")
    claims = claims_of(token)
    assert (scheme, claims["aud"]) == ("DPoP", api.short_name)
    assert claims["scope"] == [f"{api.short_name}/access"]
    proof = claims_of(sent(page)["DPoP"])
    assert (proof["htu"], proof["htm"]) == ("https://api.example.no/things", "GET")
    assert command(page)[-5:][0] == "https://api.example.no/things?kind=one"
    for name in claims:
        assert f"<code>{name}</code>" in page
    assert "<code>200</code>" in page


PRESETS = ("H04", "H03", "H02", "H01", "H25", "D26", "H20", "H35")


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_says_the_answer_that_is_due(
    client: Client, alice: User, api: Api, preset: str
) -> None:
    client.force_login(alice)
    page = post(client, api, preset=preset)

    assert ("403" if preset == "H25" else "401 error=&quot;invalid") in page
    if preset == "D26":
        assert sent(page)["Authorization"].startswith("Bearer ")
        assert "DPoP" not in sent(page)


@pytest.mark.parametrize("fault", [fault.id for fault in FAULTS])
def test_the_whole_catalogue_can_be_had(client: Client, alice: User, api: Api, fault: str) -> None:
    client.force_login(alice)

    assert command(post(client, api, fault=fault))[:3] == ["curl", "-i", "-X"]


def test_all_options_of_the_service_behind_more(client: Client, alice: User, api: Api) -> None:
    client.force_login(alice)
    options = {
        "ClientClaimsParameters": {"OrgnrParent": "310000038"},
        "dpopproofparameters": {"htmclaimvalue": "PUT"},
        "apiSpecificClaims": [{"type": "herid", "value": "80"}],
    }
    page = post(
        client,
        api,
        seconds="60",
        has_user="on",
        has_care="on",
        options=json.dumps(options),
        url="https://api.example.no/a'b",
    )

    claims = claims_of(sent(page)["Authorization"].partition(" ")[2])
    assert claims["exp"] - claims["iat"] == 60
    assert claims["herid"] == "80"
    assert claims["helseid://claims/client/claims/orgnr_parent"] == "310000038"
    assert "tillitsrammeverk" in claims
    assert "helseid://claims/identity/pid" in claims
    assert claims_of(sent(page)["DPoP"])["htm"] == "PUT"
    assert "https://api.example.no/a'b" in command(page)


def test_an_api_without_dpop_gets_plain_tokens_and_no_faults_of_proofs(
    client: Client, alice: User, api: Api
) -> None:
    Api.objects.update(dpop=Dpop.NONE)
    client.force_login(alice)

    assert sent(post(client, api))["Authorization"].startswith("Bearer ")
    assert "bruker ikke DPoP" in post(client, api, 422, fault="H12")


def test_another_audience(client: Client, alice: User, api: Api) -> None:
    client.force_login(alice)
    page = post(client, api, api="", audience="nhn:other")

    claims = claims_of(sent(page)["Authorization"].partition(" ")[2])
    assert claims["aud"] == "nhn:other"
    assert "Fant ingen av delene" in post(client, api, 422, api="")
    assert "real registrations" in post(client, api, 422, api="", audience="nhn:selvbetjening")


@pytest.mark.parametrize("options", ["[", "[1]", '{"headerParameters": {"typ": "x"}}'])
def test_options_that_cannot_be_read_are_not_said_back(
    client: Client, alice: User, api: Api, options: str
) -> None:
    client.force_login(alice)

    assert "Forventet et JSON-objekt" in post(client, api, 422, options=options)


def test_a_private_key_is_refused_and_not_said_back(client: Client, alice: User, api: Api) -> None:
    client.force_login(alice)
    private = private_jwk("ES256", 83)
    options = {"dPoPProofParameters": {"privateKeyForProofCreation": private}}
    page = post(client, api, 422, options=json.dumps(options))

    assert "Forventet ingen privat nøkkel" in page
    assert private["d"] not in page


def test_a_reader_sees_the_page_and_makes_nothing(client: Client, bob: User, api: Api) -> None:
    client.force_login(bob)

    assert "Lag et testtoken" not in client.get(url(api.organization)).content.decode()
    post(client, api, 403)


def test_an_api_of_others_is_no_choice(client: Client, alice: User, api: Api) -> None:
    theirs = make_api(name="Deres")
    client.force_login(alice)

    assert "Deres" not in client.get(url(api.organization)).content.decode()
    post(client, api, 422, api=str(theirs.pk))


def test_the_decoder_has_nothing_to_send(client: Client, bob: User, acme: Organization) -> None:
    client.force_login(bob)
    page = client.get(url(acme, "decode")).content.decode()
    main = page[page.index("data-decoder") : page.index("</main>")]

    assert "<form" not in main
    assert 'name="' not in main.replace('data-says="', "")
    assert "Uten JavaScript" in page
    for name in EXPLANATIONS:
        assert f'data-explains="{name}"' in main
