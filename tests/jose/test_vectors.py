"""What others have published: RFC 7520, RFC 7638, RFC 8037, RFC 9449."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from onboarding.jose import b64
from onboarding.jose.algorithms import ALGORITHMS, PrivateKey, sign, verify
from onboarding.jose.checks import first_failure
from onboarding.jose.compact import read
from onboarding.jose.keys import read_keys, thumbprint
from onboarding.jose.proof import check_proof, proof_jkt
from tests.jose.making import bare, private_key

VECTORS = Path(__file__).parent / "vectors"
COOKBOOK = ["4_1.rsa_v15_signature", "4_2.rsa-pss_signature", "4_3.ecdsa_signature"]


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COOKBOOK)
def test_signatures_of_rfc_7520(name: str) -> None:
    vector = load(f"cookbook/{name}")
    key, alg = vector["input"]["key"], vector["input"]["alg"]
    signing_input, _, signature = vector["output"]["compact"].rpartition(".")
    raw = b64.decode(signature)

    assert verify(alg, key, signing_input.encode(), raw)
    assert not verify(alg, key, signing_input.encode() + b"x", raw)
    for other in ALGORITHMS.keys() - {alg}:
        assert not verify(other, key, signing_input.encode(), raw)


def test_hmac_of_rfc_7520_is_no_signature_of_ours() -> None:
    vector = load("cookbook/4_4.hmac-sha2_integrity_protection")
    signing_input, _, signature = vector["output"]["compact"].rpartition(".")

    assert not verify(
        "HS256", vector["input"]["key"], signing_input.encode(), b64.decode(signature)
    )


@pytest.mark.parametrize(
    ("name", "fails"),
    [
        ("3_1.ec_public_key", {"key.algorithm", "key.kid"}),
        ("3_3.rsa_public_key", {"key.algorithm", "key.kid"}),
        ("3_2.ec_private_key", {"key.algorithm", "key.kid", "key.private"}),
        ("3_4.rsa_private_key", {"key.algorithm", "key.kid", "key.private"}),
        (
            "3_5.symmetric_key_mac_computation",
            {"key.algorithm", "key.private", "key.type"},
        ),
    ],
)
def test_keys_of_rfc_7520(name: str, fails: set[str]) -> None:
    upload = read_keys(json.dumps(load(f"cookbook/{name}")))

    assert {c.code for c in upload.checks if first_failure([c])} == fails


@pytest.mark.parametrize("name", ["rsa", "okp"])
def test_thumbprints_of_rfc_7638_and_rfc_8037(name: str) -> None:
    vector = load("rfc/jwk_thumbprints")[name]

    assert thumbprint(vector["jwk"]) == vector["expected"]


@pytest.mark.parametrize("index", [0, 1, 3])
def test_proofs_of_rfc_9449(index: int) -> None:
    vector = load("rfc/rfc9449_dpop")
    example = vector["jwts"][index]
    payload = example["payload"]
    reading = read(example["jwt"], prefix="proof")

    checks = check_proof(
        reading,
        method=payload["htm"],
        url=payload["htu"],
        now=payload["iat"],
        nonce=None,
        access_token=vector["access_token"] if "ath" in payload else None,
        jkt=vector["expected_jkt"],
    )

    assert first_failure(checks) is None
    assert proof_jkt(reading) == vector["expected_jkt"]


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_verifies_what_it_signs_and_nothing_else(alg: str) -> None:
    key = private_key(f"{alg}/2048" if alg[0] != "E" else alg)
    reading = read(sign({"typ": "JWT"}, {"a": "å"}, key), prefix="token")

    public = key.jwk_public()

    assert reading.header == {"alg": alg, "kid": key.kid, "typ": "JWT"}
    assert reading.claims == {"a": "å"}
    assert verify(alg, public, reading.signing_input, reading.signature)
    for other in ALGORITHMS.keys() - {alg}:
        assert not verify(other, public, reading.signing_input, reading.signature)


@pytest.mark.parametrize(
    "change", [{"alg": "RS256"}, {"alg": ""}, {"x": "AA"}, {"kty": "oct"}, {"crv": "P-256"}]
)
def test_private_key_that_does_not_fit_is_refused(change: dict[str, str]) -> None:
    jwk = load("cookbook/3_2.ec_private_key")

    with pytest.raises(ValueError, match="does not say"):
        PrivateKey({**jwk, "alg": "ES512", **change})


def test_halves_that_do_not_belong_together_are_refused() -> None:
    jwk = load("cookbook/3_2.ec_private_key")

    with pytest.raises(ValueError, match="Invalid EC key"):
        PrivateKey({**jwk, "alg": "ES512", "d": b64.encode(bytes(65) + b"\1")})


def test_private_key_shows_nothing_private() -> None:
    jwk = load("cookbook/3_2.ec_private_key")
    key = PrivateKey({**jwk, "alg": "ES512"})

    assert repr(key) == "<PrivateKey bilbo.baggins@hobbiton.example ES512>"
    assert key.jwk_public().keys() == {"kty", "crv", "x", "y", "alg", "kid", "use"}
    assert not hasattr(key, "__dict__")


def test_public_half_without_private_members_is_no_private_key() -> None:
    with pytest.raises(ValueError, match="lacks private members"):
        PrivateKey({**bare(private_key("RS256/2048")), "alg": "RS256"})
