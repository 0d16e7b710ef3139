"""K01 and K05: a private key is recognized in whatever form it is pasted, and never repeated."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from onboarding.jose.algorithms import ec_members, rsa_members
from onboarding.jose.checks import Verdict
from onboarding.jose.keys import read_keys, thumbprint
from tests.jose.making import private_jwk

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
RSA_PRINT = thumbprint(rsa_members(RSA.public_key()))
EC_PRINT = thumbprint(ec_members(EC.public_key()))
JWK = private_jwk("RS256/2048")
PUBLIC = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, form: str, password: str = "") -> str:
    hidden: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        hidden = serialization.BestAvailableEncryption(password.encode())
    chosen = getattr(serialization.PrivateFormat, form)
    return key.private_bytes(serialization.Encoding.PEM, chosen, hidden).decode()


def naked(text: str) -> str:
    return "".join(line for line in text.splitlines() if not line.startswith("-"))


PKCS12 = b64encode(
    pkcs12.serialize_key_and_certificates(
        b"name", RSA, None, None, serialization.BestAvailableEncryption(b"secret")
    )
).decode()
CONFIGURATION = json.dumps({"clientName": "Test", "privateJwk": json.dumps(JWK)})
SLOPPY = json.dumps({**JWK, "n": JWK["n"].replace("-", "+").replace("_", "/") + "=="})


@pytest.mark.parametrize(
    ("text", "prints"),
    [
        pytest.param(json.dumps(JWK), [JWK["kid"]], id="JWK"),
        pytest.param(json.dumps({"keys": [JWK]}), [JWK["kid"]], id="JWKS"),
        pytest.param(SLOPPY, [JWK["kid"]], id="JWK in standard base64"),
        pytest.param(CONFIGURATION, [JWK["kid"]], id="configuration file"),
        pytest.param(json.dumps(JWK)[:-1], [], id="broken JSON"),
        pytest.param('{"kty":"EC","crv":"P-256","\\u0064":"AQ"}', [], id="escaped name"),
        pytest.param(pem(RSA, "PKCS8"), [RSA_PRINT], id="PKCS#8"),
        pytest.param(pem(RSA, "TraditionalOpenSSL"), [RSA_PRINT], id="RSA PRIVATE KEY"),
        pytest.param(pem(EC, "TraditionalOpenSSL"), [EC_PRINT], id="EC PRIVATE KEY"),
        pytest.param(pem(EC, "OpenSSH"), [EC_PRINT], id="OpenSSH"),
        pytest.param(pem(RSA, "PKCS8", "pw"), [], id="ENCRYPTED PRIVATE KEY"),
        pytest.param(PUBLIC.decode() + pem(RSA, "PKCS8"), [RSA_PRINT], id="public, then private"),
        pytest.param(naked(pem(RSA, "PKCS8")), [RSA_PRINT], id="no headers"),
        pytest.param(naked(pem(RSA, "PKCS8", "pw")), [], id="encrypted, no headers"),
        pytest.param(PKCS12, [], id="PKCS#12"),
        pytest.param("PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\nAAAA", [], id="PuTTY"),
        pytest.param("<RSAKeyValue><D>AQ==</D></RSAKeyValue>", [], id="XML"),
        pytest.param("-----begin private  key-----", [], id="anything of that name"),
    ],
)
def test_private_key_is_refused_by_name_and_its_thumbprint_told(
    text: str, prints: list[str]
) -> None:
    upload = read_keys(text)

    verdicts = {check.code: check.verdict for check in upload.checks}
    assert verdicts["key.private"] == Verdict.FAILED
    assert upload.private_thumbprints == prints
    assert upload.keys == []


def test_nothing_private_is_in_the_answer() -> None:
    upload = read_keys(json.dumps({**JWK, "kid": JWK["d"], "x": JWK["p"]}))

    answer = repr(upload)

    assert "key.private" in answer
    for member in ("p", "q", "dp", "dq", "qi"):
        assert JWK[member] not in answer


def test_private_key_of_another_curve_has_no_thumbprint_but_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256K1())

    upload = read_keys(pem(other, "PKCS8"))

    assert upload.private_thumbprints == []
    assert "key.private" in {c.code for c in upload.checks if c.verdict == Verdict.FAILED}
