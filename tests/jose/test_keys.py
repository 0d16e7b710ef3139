"""Part K of the answers, row by row: what an uploaded key gets, and for which reasons."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, rsa, x25519

from onboarding.jose import b64
from onboarding.jose.checks import Verdict
from onboarding.jose.keys import KINDS, Upload, generate, read_keys, thumbprint
from onboarding.jose.material import CURVES
from tests.jose import weak_keys
from tests.jose.making import ABSENT, changed, private_jwk, private_key, quick, registered

RSA = dict(private_key("RS256/3072").jwk_public())
EC = dict(private_key("ES256").jwk_public())
P384 = dict(private_key("ES384").jwk_public())


def findings(upload: Upload) -> set[str]:
    """The codes of all failures: every finding comes at once."""
    return {check.code for check in upload.checks if check.verdict == Verdict.FAILED}


def found(upload: Upload, code: str) -> str:
    return next(check.found for check in upload.checks if check.code == code)


class Row(NamedTuple):
    """A row's id and case, the key, what is changed in it, and every code that fails."""

    case: str
    key: dict[str, str]
    changes: dict[str, Any]
    fails: set[str]


def weak(case: str, n: int, *fails: str) -> Row:
    return Row(case, weak_keys.rsa_jwk(n), {}, {f"key.{code}" for code in fails})


POINT = "key.point"
ROWS = [
    Row("K42 RSA 3072", RSA, {}, set()),
    Row("K42 P-256", EC, {}, set()),
    Row("K01 RSA d", RSA, {"d": "AQ"}, {"key.private"}),
    Row("K01 EC d", EC, {"d": "AQ"}, {"key.private"}),
    Row("K01 D", EC, {"D": "AQ"}, {"key.private"}),
    Row("K01 dp", RSA, {"dp": "AQ"}, {"key.private"}),
    Row("K01 oth", RSA, {"oth": []}, {"key.private"}),
    Row("K01 d null", RSA, {"d": None}, {"key.private"}),
    Row("K01 OKP", EC, {"kty": "OKP", "d": "AQ"}, {"key.private", "key.type", "key.algorithm"}),
    weak("K06 1024", weak_keys.bits(1024), "bits"),
    weak("K06 2047", weak_keys.bits(2047), "bits"),
    weak("K06 2048", weak_keys.bits(2048)),
    weak("K06 2049", weak_keys.bits(2049), "bits"),
    weak("K07 8192", 2**8192 - 1, "bits"),
    weak("K07 65536", 2**65536 - 1, "bits"),
    *(
        Row(
            f"K08 e of {e.bit_length()} bits, {e & 255}",
            weak_keys.rsa_jwk(weak_keys.bits(2048), e),
            {},
            {"key.exponent"},
        )
        for e in (1, 3, 17, 65536, 2**64 + 1, 2**2050 + 1)
    ),
    Row("K08 e = 0", RSA, {"e": "AA"}, {"key.exponent"}),
    Row("K08 negative", RSA, {"e": "-1"}, {"key.base64url"}),
    weak("K09 even", weak_keys.even(), "modulus", "small_factors"),
    weak("K09 0", 0, "bits"),
    weak("K09 1", 1, "bits"),
    weak("K09 prime", weak_keys.prime(2048), "modulus"),
    weak("K09 square", weak_keys.square(), "modulus", "fermat"),
    weak("K09 small factor", weak_keys.small_factor(), "small_factors"),
    weak("K10 ROCA", weak_keys.roca(), "roca"),
    weak("K11 close primes", weak_keys.close_primes(), "fermat"),
    weak("K14 repeated octets", weak_keys.repeated_octets(), "pattern"),
    Row("K15 off curve", EC, {"y": EC["x"]}, {POINT}),
    Row("K15 (0,0)", EC, {"x": b64.encode(bytes(32)), "y": b64.encode(bytes(32))}, {POINT}),
    Row("K15 x >= p", EC, {"x": b64.octets(CURVES["P-256"].prime + 5)}, {POINT}),
    Row("K15 short", EC, {"x": b64.encode(b64.decode(EC["x"])[1:])}, {POINT}),
    Row("K15 long", EC, {"x": b64.encode(b"\0" + b64.decode(EC["x"]))}, {POINT}),
    Row("K15 huge", EC, {"x": "A" * 4000}, {POINT}),
    Row("K17 secp256k1", EC, {"crv": "secp256k1"}, {"key.curve", "key.algorithm"}),
    Row("K17 P-224", EC, {"crv": "P-224"}, {"key.curve", "key.algorithm"}),
    Row("K17 absent", EC, {"crv": ABSENT}, {"key.curve", "key.algorithm"}),
    Row("K17 other's point", EC, {"crv": "P-384"}, {POINT, "key.algorithm"}),
    Row("K19 ES384 for P-256", EC, {"alg": "ES384"}, {"key.algorithm"}),
    Row("K19 RS256 for EC", EC, {"alg": "RS256"}, {"key.algorithm"}),
    Row("K19 ES256 for RSA", RSA, {"alg": "ES256"}, {"key.algorithm"}),
    Row("K19 ES521", P384, {"alg": "ES521"}, {"key.algorithm"}),
    Row("K19 EdDSA", EC, {"kty": "OKP", "alg": "EdDSA"}, {"key.type", "key.algorithm"}),
    Row("K20 none", RSA, {"alg": "none"}, {"key.algorithm"}),
    Row("K20 HS256", RSA, {"alg": "HS256"}, {"key.algorithm"}),
    Row("K20 RSA1_5", RSA, {"alg": "RSA1_5"}, {"key.algorithm"}),
    Row("K20 RSA-OAEP", RSA, {"alg": "RSA-OAEP"}, {"key.algorithm"}),
    Row("K20 absent", RSA, {"alg": ABSENT}, {"key.algorithm"}),
    Row("K20 list", RSA, {"alg": ["RS256"]}, {"key.algorithm"}),
    Row("K21 enc", RSA, {"use": "enc"}, {"key.use"}),
    Row("K21 null", RSA, {"use": None}, {"key.use"}),
    Row("K21 verify", RSA, {"key_ops": ["verify"]}, set()),
    Row("K21 no verify", RSA, {"key_ops": []}, {"key.operations"}),
    Row("K21 sign", RSA, {"key_ops": ["verify", "sign"]}, {"key.operations"}),
    Row("K21 encrypt", RSA, {"key_ops": ["encrypt"]}, {"key.operations"}),
    Row("K21 twice", RSA, {"key_ops": ["verify", "verify"]}, {"key.operations"}),
    Row("K21 string", RSA, {"key_ops": "verify"}, {"key.operations"}),
    Row("K23 number", RSA, {"kid": 1}, {"key.kid"}),
    Row("K23 empty", RSA, {"kid": ""}, {"key.kid"}),
    Row("K23 129 characters", RSA, {"kid": "k" * 129}, {"key.kid"}),
    Row("K23 128 characters", RSA, {"kid": "k" * 128}, set()),
    Row("K23 HTML", RSA, {"kid": "<b>"}, {"key.kid"}),
    Row("K23 bidi", RSA, {"kid": "a\u202eb"}, {"key.kid"}),
    Row("K23 newline", RSA, {"kid": "abc\n"}, {"key.kid"}),
    Row("K29 unknown", RSA, {"exp": 1, "x5u": "https://e.example", "jku": "x"}, set()),
    Row("K30 x5c", RSA, {"x5c": ["MIIB"]}, {"key.certificate"}),
    Row("K31 x5t", RSA, {"x5t": "a"}, {"key.certificate"}),
    Row("K31 x5t#S256", RSA, {"x5t#S256": "a"}, {"key.certificate"}),
    Row("K32 padding", EC, {"x": EC["x"] + "="}, {"key.base64url"}),
    Row("K32 unused bits", EC, {"x": EC["x"][:-1] + "B"}, {"key.base64url"}),
    Row("K32 leading zero", RSA, {"e": "AAEAAQ"}, {"key.base64url"}),
    Row("K32 n of a number", RSA, {"n": 5}, {"key.base64url"}),
    Row("K32 no n", RSA, {"n": ABSENT}, {"key.base64url"}),
    Row("K04 oct", RSA, {"kty": "oct", "k": "AQ"}, {"key.type", "key.private", "key.algorithm"}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case)
def test_row(row: Row) -> None:
    text = json.dumps(changed(row.key, row.changes))

    with quick():
        upload = read_keys(text)

    assert findings(upload) == row.fails
    assert len(upload.keys) == (0 if row.fails else 1)


def test_k06_2048_bits_are_noted() -> None:
    upload = read_keys(json.dumps(dict(private_key("PS256/2048").jwk_public())))

    assert [c.code for c in upload.checks if c.verdict == Verdict.NOTED] == ["key.bits"]


def test_k14_bias_is_noted() -> None:
    upload = read_keys(json.dumps(weak_keys.rsa_jwk(weak_keys.biased())))

    noted = [check.code for check in upload.checks if check.verdict == Verdict.NOTED]
    assert noted == ["key.bits", "key.bias"]


def test_k20_missing_algorithm_is_asked_for_and_never_guessed() -> None:
    text = json.dumps(changed(RSA, {"alg": ABSENT}))

    upload = read_keys(text)
    answered = read_keys(text, alg="PS384")

    rsa_only = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
    assert upload.needs_alg == {thumbprint(RSA): rsa_only}
    assert [key.alg for key in answered.keys] == ["PS384"]
    assert answered.needs_alg == {}
    assert findings(read_keys(text, alg="ES256")) == {"key.algorithm"}
    assert [key.alg for key in read_keys(json.dumps(RSA), alg="PS384").keys] == ["RS256"]


def test_k29_unknown_members_are_listed_and_dropped() -> None:
    upload = read_keys(json.dumps({**EC, "exp": 1, "x5u": "https://e.example"}))

    assert found(upload, "key.unknown_members") == "exp x5u"
    assert upload.keys[0].jwk == {**EC, "use": "sig"}


def test_name_is_the_thumbprint_unless_said() -> None:
    upload = read_keys(json.dumps(changed(EC, {"kid": ABSENT})))

    assert upload.keys[0].kid == upload.keys[0].jwk["kid"] == thumbprint(EC)


def jwks(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys})


@pytest.mark.parametrize(
    ("case", "text", "fails"),
    [
        ("K24 two keys", jwks(RSA, EC), set()),
        ("K24 name twice", jwks(RSA, {**EC, "kid": RSA["kid"]}), {"key.duplicate"}),
        ("K24 key twice", jwks(EC, {**EC, "kid": "b"}), {"key.duplicate"}),
        ("K04 mixed", jwks(EC, {"kty": "oct", "k": "AQ", "kid": "o"}), {"key.private", "key.type"}),
        ("K26 two n", '{"kty":"RSA","n":"AQ","n":"AQ"}', {"key.json"}),
        ("K32 no keys", jwks(), {"key.shape"}),
        ("K32 eleven keys", jwks(*[EC] * 11), {"key.shape"}),
        ("K32 not objects", '{"keys":[1]}', {"key.shape"}),
        ("K32 not a list", '{"keys":{}}', {"key.shape"}),
        ("K32 both", '{"keys":[],"kty":"RSA"}', {"key.shape"}),
        ("K32 array", f"[{json.dumps(EC)}]", {"key.shape"}),
        ("K32 string", '"RSA"', {"key.shape"}),
        ("K32 empty object", "{}", {"key.shape"}),
        ("K32 64 kB", " " * 65537, {"key.size"}),
        ("K32 deep", '{"a":' * 6 + "1" + "}" * 6, {"key.json"}),
        ("K32 very deep", '{"a":' + "[" * 60000, {"key.json"}),
        ("K32 long number", f'{{"a":{"9" * 10_000}}}', {"key.json"}),
        ("K32 NaN", '{"a":NaN}', {"key.json"}),
        ("K32 Infinity", '{"a":-Infinity}', {"key.json"}),
        ("K32 surrogate escape", r'{"a":"\ud800"}', {"key.json"}),
        ("K32 surrogate", '{"a":"\ud800"}', {"key.encoding", "key.shape"}),
        ("K32 BOM", "\ufeff" + json.dumps(EC), {"key.encoding", "key.pem"}),
        ("K32 UTF-16", json.dumps(EC).encode("utf-16-le").decode(), {"key.encoding", "key.json"}),
        ("K32 nothing", "", {"key.pem"}),
        ("K32 broken", "{", {"key.json"}),
    ],
)
def test_text(case: str, text: str, fails: set[str]) -> None:

    with quick():
        upload = read_keys(text)

    assert findings(upload) - {"key.algorithm"} == fails
    assert bool(upload.keys) is not bool(fails)


def pem(key: Any, form: str = "SubjectPublicKeyInfo") -> str:
    formats = serialization.PublicFormat
    data: bytes = key.public_bytes(serialization.Encoding.PEM, getattr(formats, form))
    return data.decode()


def certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


SECRET = rsa.generate_private_key(65537, 2048)
PUBLIC = SECRET.public_key()
SPKI = pem(PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SPKI, id="K34 SPKI"),
        pytest.param(pem(PUBLIC, "PKCS1"), id="K34 PKCS#1"),
        pytest.param(certificate(SECRET), id="K34 certificate"),
        pytest.param(SPKI.replace("\n", "\r\n"), id="K34 CRLF"),
        pytest.param(f"\n  {SPKI}\n\n", id="K34 white space around"),
    ],
)
def test_k34_pem_gives_the_key_that_its_jwk_gives(text: str) -> None:
    numbers = PUBLIC.public_numbers()
    jwk = {"kty": "RSA", "n": b64.octets(numbers.n), "e": "AQAB"}

    upload = read_keys(text, alg="PS256")

    assert findings(upload) == set()
    assert [key.thumbprint for key in upload.keys] == [thumbprint(jwk)]
    assert upload.keys[0].jwk == {**jwk, "alg": "PS256", "kid": thumbprint(jwk), "use": "sig"}


def _csr() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    made = request.sign(SECRET, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def _ssh(form: str = "OpenSSH") -> str:
    data = PUBLIC.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return data.decode()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("".join(SPKI.splitlines()[1:-1]), "", id="K34 no headers"),
        pytest.param(f"my key:\n{SPKI}", "PUBLIC KEY?", id="K34 text before"),
        pytest.param(f"{SPKI}bye", "PUBLIC KEY?", id="K34 text after"),
        pytest.param(SPKI.replace("-----", "—"), "", id="K34 dashes"),
        pytest.param(SPKI[:200], "PUBLIC KEY?", id="K34 cut off"),
        pytest.param(SPKI.replace("MII", "M!I"), "PUBLIC KEY?", id="K34 not base64"),
        pytest.param(SPKI + SPKI, "PUBLIC KEY + PUBLIC KEY", id="K34 two"),
        pytest.param(_csr(), "CERTIFICATE REQUEST", id="K34 CSR"),
        pytest.param(_ssh(), "SSH", id="K34 SSH"),
        pytest.param("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "SSH", id="K34 SSH2"),
        pytest.param("<RSAKeyValue><Modulus>x</Modulus>", "XML", id="K34 XML"),
        pytest.param(
            SPKI.replace("PUBLIC KEY", "CERTIFICATE"), "CERTIFICATE?", id="K34 mislabelled"
        ),
    ],
)
def test_k34_anything_else_is_refused_by_name(text: str, named: str) -> None:
    upload = read_keys(text)

    assert findings(upload) == {"key.pem"}
    assert found(upload, "key.pem") == named


def _pss() -> str:
    """The same key with the type RSASSA-PSS: 1.2.840.113549.1.1.10 in place of …1."""
    der = PUBLIC.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return _armored(der.replace(b"\xf7\x0d\x01\x01\x01", b"\xf7\x0d\x01\x01\x0a"))


def _spki(oid: str) -> str:
    """A key of a type that is known by its object identifier alone."""
    named = bytes.fromhex("06") + bytes([len(oid) // 2]) + bytes.fromhex(oid)
    algorithm = b"\x30" + bytes([len(named)]) + named
    body = algorithm + bytes.fromhex("0303000102")
    return _armored(b"\x30" + bytes([len(body)]) + body)


def _armored(der: bytes) -> str:
    body = b64encode(der).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----"


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        (_pss(), "key.type", "RSASSA-PSS"),
        (_spki("2a8648ce380401"), "key.type", "DSA"),
        (_spki("2a8648ce3e0201"), "key.type", "DH"),
        (_spki("2a85030701010101"), "key.type", "GOST R 34.10-2012"),
        (_spki("2a811ccf5501822d"), "key.type", "1.2.156.10197.1.301"),
        (pem(mldsa.MLDSA65PrivateKey.generate().public_key()), "key.type", "ML-DSA-65"),
        (pem(ed25519.Ed25519PrivateKey.generate().public_key()), "key.type", "Ed25519"),
        (pem(ed448.Ed448PrivateKey.generate().public_key()), "key.type", "Ed448"),
        (pem(x25519.X25519PrivateKey.generate().public_key()), "key.type", "X25519"),
        (pem(ec.generate_private_key(ec.SECP256K1()).public_key()), "key.curve", "secp256k1"),
        (pem(ec.generate_private_key(ec.SECP224R1()).public_key()), "key.curve", "secp224r1"),
    ],
)
def test_k36_other_types_are_refused_by_name(text: str, code: str, named: str) -> None:
    upload = read_keys(text)

    assert findings(upload) == {code}
    assert found(upload, code) == named


def test_k42_thumbprint_ignores_all_but_the_required_members() -> None:
    assert thumbprint(private_jwk("ES256")) == thumbprint(EC) == registered("ES256").kid


@pytest.mark.parametrize(
    "jwk", [{}, {"kty": "oct", "k": "AQ"}, {"kty": []}, {**EC, "x": 1}, {**EC, "x": '","'}]
)
def test_no_thumbprint_without_the_required_members(jwk: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="member"):
        thumbprint(jwk)


@pytest.mark.parametrize("kind", ["ES256", "ES384/384", "ES512/P-521", "RS256/2048", "PS512/2048"])
def test_generated_key_would_be_accepted(kind: str) -> None:
    jwk = generate(kind)

    public = {name: jwk[name] for name in jwk if name in {*RSA, *EC}}

    assert findings(read_keys(json.dumps(public))) == set()
    assert jwk["alg"] == kind.partition("/")[0]
    assert jwk["kid"] == thumbprint(jwk)


@pytest.mark.parametrize("kind", ["", "RS256", "RS256/1024", "ES256/384", "HS256", "RS256/2048/x"])
def test_no_other_kind_is_generated(kind: str) -> None:
    assert kind not in KINDS
    with pytest.raises(ValueError, match="no such"):
        generate(kind)
