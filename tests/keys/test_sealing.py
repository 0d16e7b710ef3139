"""What a private key is sealed to, and that it opens there only."""

import json

import pytest
from jwcrypto.jwe import JWE, InvalidJWEData
from jwcrypto.jwk import JWK

from onboarding.jose.keys import KINDS as ENGINE_KINDS
from onboarding.jose.keys import generate
from onboarding.keys.kinds import KINDS, usual
from onboarding.keys.sealing import PrivateKey, read_recipient
from onboarding.systems.states import Algorithm
from tests.keys.conftest import recipient


def test_the_seal_opens_with_the_recipients_key_and_no_other() -> None:
    public, browser = recipient()
    _, other = recipient()
    jwk = generate("ES384")

    sealed = PrivateKey(jwk).seal(read_recipient(json.dumps(public)))

    opened = JWE()
    opened.deserialize(sealed, browser)
    assert json.loads(opened.payload) == jwk
    assert opened.jose_header["alg"] == "ECDH-ES+A256KW"
    assert opened.jose_header["enc"] == "A256GCM"
    with pytest.raises(InvalidJWEData):
        JWE().deserialize(sealed, other)


def test_a_private_key_shows_nothing_of_itself() -> None:
    jwk = generate("ES256")
    private = PrivateKey(jwk)

    assert jwk["d"] not in f"{private} {private!r} {vars(type(private))}"
    assert set(private.public()) == {"kty", "crv", "x", "y", "alg", "kid", "use"}


P256 = recipient()[0]
P384 = JWK.generate(kty="EC", crv="P-384").export_public(as_dict=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"x"',
        "{",
        json.dumps(P384),
        json.dumps({**P256, "x": P256["y"]}),
        json.dumps({**P256, "crv": "P-384"}),
        json.dumps({**P256, "d": P256["x"]}),
        json.dumps({**P256, "x": 5}),
        json.dumps({"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
        json.dumps({"kty": "oct", "k": "AAAA"}),
        json.dumps({**P256, "crv": ["P-256"]}),
        json.dumps(P256)[:-1] + ', "x": "AA"}',
        "\ud800",
        " " * 3000,
    ],
)
def test_what_is_no_public_p256_key_is_no_recipient(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is the promise
        read_recipient(text)


def test_only_the_members_of_a_recipient_are_kept() -> None:
    assert read_recipient(json.dumps({**P256, "ext": True, "key_ops": []})) == P256


def test_every_kind_offered_is_one_the_engine_makes() -> None:
    assert set(KINDS) <= set(ENGINE_KINDS)
    assert {usual(alg).alg for alg in Algorithm.values} == set(Algorithm.values)
    assert usual("PS256").label == "PS256, RSA 3072"
    assert usual("ES512").label == "ES512, P-521"
