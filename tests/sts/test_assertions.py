"""Client assertions at the token endpoint, by the rows of part A. All over HTTP."""

from __future__ import annotations

import base64
import hmac
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwcrypto.jwk import JWK

from onboarding.jose import b64
from onboarding.keys.models import Key
from tests.machines import (
    GONE,
    Machine,
    error_of,
    make_machine,
    numbered,
    private_jwk,
    resign,
)

Row = tuple[str, Callable[[Machine], str]]


def parts(text: str) -> list[str]:
    return text.split(".")


def claims(machine: Machine) -> bytes:
    return b64.decode(parts(machine.assertion())[1])


def hmac_signed(machine: Machine, secret: bytes) -> str:
    header = {"alg": "HS256", "kid": machine.private["kid"]}
    text = f"{b64.encode(json.dumps(header).encode())}.{b64.encode(claims(machine))}"
    return f"{text}.{b64.encode(hmac.digest(secret, text.encode(), 'sha256'))}"


def pem(machine: Machine, *, end: bytes = b"\n") -> bytes:
    x, y = (b64.decode(machine.private[name]) for name in ("x", "y"))
    prefix = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
    body = base64.b64encode(prefix + b"\x04" + x + y)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----" + end


def header(**members: Any) -> Callable[[Machine], str]:
    return lambda machine: machine.assertion(header=members)


def claim(**values: Any) -> Callable[[Machine], str]:
    return lambda machine: machine.assertion(**values)


def ahead(**seconds: float) -> Callable[[Machine], str]:
    """Claims that are so many seconds ahead of the clock."""

    def make(machine: Machine) -> str:
        claims: dict[str, Any] = {n: int(time.time() + ahead) for n, ahead in seconds.items()}
        return machine.assertion(**claims)

    return make


def resigned(header: bytes, payload: bytes | None = None) -> Callable[[Machine], str]:
    """A JWS of exactly this header, with KID in it replaced by the machine's own."""

    def make(machine: Machine) -> str:
        members = header.replace(b"KID", machine.private["kid"].encode())
        return resign(members, payload or claims(machine), machine.private)

    return make


def with_text(change: Callable[[str], str]) -> Callable[[Machine], str]:
    return lambda machine: change(machine.assertion())


def with_signature(change: Callable[[bytes], bytes]) -> Callable[[Machine], str]:
    def make(machine: Machine) -> str:
        first, second, third = parts(machine.assertion())
        return f"{first}.{second}.{b64.encode(change(b64.decode(third)))}"

    return make


def unsigned(alg: str, *, signed: bool) -> Callable[[Machine], str]:
    def make(machine: Machine) -> str:
        text = machine.assertion(header={"alg": alg})
        return text if signed else text.rpartition(".")[0] + "."

    return make


def json_serialized(machine: Machine, *, flat: bool) -> str:
    first, second, third = parts(machine.assertion())
    if flat:
        return json.dumps({"payload": second, "protected": first, "signature": third})
    return json.dumps({"payload": second, "signatures": [{"protected": first, "signature": third}]})


def der(raw: bytes) -> bytes:
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    numbers = b"".join(
        b"\x02" + bytes([len(n)]) + n
        for n in (value.to_bytes(33, "big").lstrip(b"\0").rjust(33, b"\0") for value in (r, s))
    )
    return b"\x30" + bytes([len(numbers)]) + numbers


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DUPLICATE = b'{"alg":"ES256","kid":"KID","alg":"ES256"}'
REFUSED: list[Row] = [
    ("A12", lambda m: json_serialized(m, flat=False)),
    ("A12", lambda m: json_serialized(m, flat=True)),
    ("A13", with_signature(lambda raw: b"")),
    *[("A14", unsigned(alg, signed=s)) for alg in ("none", "None", "nOnE") for s in (True, False)],
    ("A15", lambda m: hmac_signed(m, pem(m))),
    ("A15", lambda m: hmac_signed(m, pem(m, end=b""))),
    ("A16", lambda m: hmac_signed(m, json.dumps(m.registered.public_jwk).encode())),
    ("A16", lambda m: hmac_signed(m, b64.decode(m.private["x"]))),
    ("A16", lambda m: hmac_signed(m, b"")),
    ("A16", lambda m: hmac_signed(m, b"secret")),
    *[("A19", header(alg=alg)) for alg in ("ES384", "ES512", "ES256K", "RS256", "PS256")],
    *[("A20", header(alg=alg)) for alg in ("es256", " ES256", "ES256 ", 256, None, ["ES256"])],
    ("A21", lambda m: m.assertion(header={"jwk": attacker_public()}, key=attacker(m))),
    ("A21", lambda m: m.assertion(header={"jwk": m.registered.public_jwk})),
    ("A23", header(x5u="https://attacker.example/chain.pem")),
    ("A23", header(x5c=["MII"])),
    ("A25", header(kid="never-registered")),
    ("A26", header(kid=GONE)),
    *[
        ("A29", header(kid=kid))
        for kid in ("../../../../dev/null", "' UNION SELECT 1 --", "|id", "a\0b", "k" * 10_000, "")
    ],
    ("A29", header(kid=7)),
    ("A31", header(crit=["bork"], bork=1)),
    ("A31", header(crit=[])),
    ("A33", header(b64=False)),
    ("A33", header(b64=False, crit=["b64"])),
    ("A33", header(b64=True)),
    ("A34", header(zip="DEF")),
    ("A36", resigned(DUPLICATE)),
    ("A36", resigned(b'{"alg":"ES256","kid":"KID"}', b'{"iss":"a","iss":"a"}')),
    *[
        ("A39", header(typ=typ))
        for typ in (
            "at+jwt",
            "dpop+jwt",
            "oauth-authz-req+jwt",
            "logout+jwt",
            "secevent+jwt",
            "token-introspection+jwt",
            "application/at+jwt",
            7,
        )
    ],
    *[("A41", claim(iss=value)) for value in (GONE, "", None, 7, ["a"])],
    *[("A42", claim(sub=value)) for value in (GONE, "", None, 7, {})],
    *[("A45", claim(aud=value)) for value in (GONE, "", None, 7, {"a": 1}, [])],
    ("A46", lambda m: m.assertion(aud=m.endpoint)),
    ("A47", lambda m: m.assertion(aud=f"{m.issuer}/connect/par")),
    ("A48", claim(aud="https://another.example/sts")),
    ("A48", lambda m: m.assertion(aud=m.issuer.replace("/test/", "/production/"))),
    ("A48", lambda m: m.assertion(aud=f"{m.issuer}/")),
    ("A48", lambda m: m.assertion(aud=m.issuer.upper())),
    ("A50", lambda m: m.assertion(aud=[m.issuer])),
    ("A51", lambda m: m.assertion(aud=[m.issuer, "https://evil.example"])),
    ("A52", claim(exp=GONE)),
    ("A53", ahead(exp=-300)),
    ("A53", ahead(exp=-12)),
    ("A55", ahead(exp=24 * 3600)),
    ("A55", ahead(iat=-20, exp=45)),
    ("A55", lambda m: m.assertion(iat=GONE, exp=int(time.time()) + 75)),
    *[
        ("A56", claim(exp=value))
        for value in (int(time.time() * 1000), 253402300800, -1, True, "1", None, 10**400)
    ],
    *[
        ("A56", resigned(b'{"alg":"ES256","kid":"KID"}', b'{"exp":' + value + b"}"))
        for value in (b"1e400", b"NaN", b"Infinity", b"9" * 6000)
    ],
    ("A59", ahead(nbf=61)),
    ("A59", ahead(iat=61, exp=90)),
    *[("A63", claim(jti=value)) for value in (GONE, "", None, 7, ["a"])],
    ("A70", claim(jti="j" * 257)),
    ("A70", claim(jti="j" * 10_000)),
    ("A73", with_text(lambda text: text + "=")),
    ("A73", with_text(lambda text: text + "\n")),
    ("A73", with_text(lambda text: " " + text)),
    ("A73", with_text(lambda text: text.replace(".", "=.", 1))),
    ("A73", with_text(lambda text: text[:-4] + "+/+/")),
    ("A74", with_signature(der)),
    ("A74", with_signature(lambda raw: bytes(64))),
    ("A74", with_signature(lambda raw: raw[:32] + ORDER.to_bytes(32, "big"))),
    ("A74", with_signature(lambda raw: raw + b"\0")),
    ("A74", with_signature(lambda raw: raw[:-1])),
    ("A77", claim(padding="x" * 9000)),
    ("A77", lambda m: "." * 9000),
    ("A77", lambda m: "x.y.z"),
]


def attacker(machine: Machine) -> dict[str, str]:
    """A key that nobody registered, under the name of one that somebody did."""
    return {**private_jwk("ES256", 666), "kid": machine.private["kid"]}


def attacker_public() -> dict[str, str]:
    return {name: private_jwk("ES256", 666)[name] for name in ("kty", "crv", "x", "y")}


@pytest.mark.parametrize("make", numbered(REFUSED))
def test_an_assertion_that_is_wrong(machine: Machine, make: Callable[[Machine], str]) -> None:
    answer = machine.post(machine.form(client_assertion=make(machine)))

    assert error_of(answer) == (400, "invalid_client")
    assert answer["Cache-Control"] == "no-store"
    assert "DPoP-Nonce" not in answer


ACCEPTED: list[Row] = [
    ("A38", header(typ=GONE)),
    ("A38", header(typ="JWT")),
    ("A40", header(typ="application/client-authentication+jwt")),
    ("A40", header(typ="Client-Authentication+JWT")),
    ("A54", ahead(exp=-3, iat=-40, nbf=-40)),
    ("A58", ahead(nbf=8)),
    ("A58", ahead(iat=8)),
    ("A60", claim(nbf=GONE)),
    ("A61", claim(iat=GONE)),
    ("A70", claim(jti="j" * 256)),
]


@pytest.mark.parametrize("make", numbered(ACCEPTED))
def test_an_assertion_that_is_good(machine: Machine, make: Callable[[Machine], str]) -> None:
    answer = machine.post(machine.form(client_assertion=make(machine)))

    assert answer.status_code == 200, answer.content


WAYS: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
    ("A01", {"client_assertion": GONE, "client_assertion_type": GONE}, (400, "invalid_client")),
    ("A02", {"client_assertion_type": GONE}, (400, "invalid_request")),
    *[
        ("A03", {"client_assertion_type": kind}, (400, "invalid_client"))
        for kind in (
            "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe",
            "garbage",
        )
    ],
    ("A04", {"client_assertion": GONE}, (400, "invalid_request")),
    ("A04", {"client_assertion": ""}, (400, "invalid_request")),
    ("A05", {"client_assertion": ["a", "b"]}, (400, "invalid_request")),
    ("A07", {"client_secret": "secret"}, (400, "invalid_request")),
    ("A07", {"client_secret": "s", "client_assertion": GONE}, (400, "invalid_request")),
    ("A09", {"client_id": "another"}, (400, "invalid_client")),
    ("A10", {"client_id": GONE}, (200, "")),
]


@pytest.mark.parametrize(("changes", "expected"), numbered(WAYS))
def test_ways_to_authenticate(
    machine: Machine, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert error_of(machine.post(machine.form(**changes))) == expected


def test_a06_two_ways_at_once(machine: Machine) -> None:
    answer = machine.post(headers={"Authorization": "Basic YTpi"})

    assert error_of(answer) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("value", "scheme"), [("Basic YTpi", "Basic"), ("bearer x", "Bearer"), ("<b>", "Basic")]
)
def test_a08_only_the_authorization_header(machine: Machine, value: str, scheme: str) -> None:
    form = machine.form(client_assertion=GONE, client_assertion_type=GONE)
    answer = machine.post(form, headers={"Authorization": value})

    assert error_of(answer) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].split()[0] == scheme


@pytest.mark.parametrize(("registered", "used"), [("RS256", "PS256"), ("PS256", "RS256")])
def test_a17_right_key_with_another_algorithm(db: None, registered: str, used: str) -> None:
    machine = make_machine(kind=f"{registered}/2048")
    wrong = {**machine.private, "alg": used}

    assert machine.meet().token()
    answer = machine.post(machine.form(client_assertion=machine.assertion(key=wrong)))
    assert error_of(answer) == (400, "invalid_client")


MODULUS = int.from_bytes(b64.decode(private_jwk("RS256/2048", 76)["n"]), "big")


def rsa_signed(text: bytes, padding: Any, hashing: Any = hashes.SHA256) -> bytes:
    """A signature by the registered RSA key, with a padding that is not the algorithm's."""
    jwk = json.dumps({n: v for n, v in private_jwk("RS256/2048", 76).items() if n != "alg"})
    pem = JWK.from_json(jwk).export_to_pem(private_key=True, password=None)
    key = load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(text, padding, hashing())


def pss(salt: int, mgf: Any = hashes.SHA256) -> Any:
    return PSS(mgf=MGF1(mgf()), salt_length=salt)


def raised(raw: bytes) -> bytes:
    """The signature with the modulus added: the same number to whoever does not look."""
    return (int.from_bytes(raw, "big") + MODULUS).to_bytes(257, "big")


def another_padding(raw: bytes) -> bytes:
    """The padding of PKCS #1 with one octet of it changed, signed as it stands."""
    jwk = private_jwk("RS256/2048", 76)
    n, e, d = (int.from_bytes(b64.decode(jwk[name]), "big") for name in ("n", "e", "d"))
    padded = pow(int.from_bytes(raw, "big"), e, n)
    return pow(padded ^ (1 << 1024), d, n).to_bytes(256, "big")


ALTERED: list[tuple[str, str, Callable[[bytes, bytes], bytes]]] = [
    ("A76", "RS256", lambda raw, text: another_padding(raw)),
    ("A76", "RS256", lambda raw, text: rsa_signed(text, PKCS1v15(), hashes.SHA384)),
    ("A76", "RS256", lambda raw, text: rsa_signed(text, pss(32))),
    ("A76", "RS256", lambda raw, text: raised(raw)),
    ("A76", "RS256", lambda raw, text: b"\xff" * 256),
    ("A76", "RS256", lambda raw, text: b"\0" + raw),
    ("A76", "RS256", lambda raw, text: raw[:-1]),
    ("A76", "RS256", lambda raw, text: bytes(255) + b"\1"),
    ("A76", "RS256", lambda raw, text: bytes(256)),
    ("A76", "PS256", lambda raw, text: rsa_signed(text, pss(0))),
    ("A76", "PS256", lambda raw, text: rsa_signed(text, pss(20))),
    ("A76", "PS256", lambda raw, text: rsa_signed(text, pss(222))),
    ("A76", "PS256", lambda raw, text: rsa_signed(text, pss(32, hashes.SHA1))),
    ("A76", "PS256", lambda raw, text: rsa_signed(text, pss(32, hashes.SHA384), hashes.SHA384)),
    ("A76", "PS256", lambda raw, text: rsa_signed(text, PKCS1v15())),
    ("A76", "PS256", lambda raw, text: b"\xff" * 256),
    ("A76", "PS256", lambda raw, text: b"\0" + raw),
]


@pytest.mark.parametrize(("alg", "change"), numbered(ALTERED))
def test_a76_an_rsa_signature_that_is_almost_right(
    db: None, alg: str, change: Callable[[bytes, bytes], bytes]
) -> None:
    machine = make_machine(kind="RS256/2048", which=76)
    Key.objects.update(alg=alg)
    machine.private = {**machine.private, "alg": alg}
    machine.meet()
    text, _, third = machine.assertion().rpartition(".")
    altered = f"{text}.{b64.encode(change(b64.decode(third), text.encode()))}"

    answer = machine.post(machine.form(client_assertion=altered))

    assert error_of(answer) == (400, "invalid_client")
    assert machine.token()


def test_a22_no_address_is_fetched(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/jwks"
        for name in ("jku", "x5u"):
            text = machine.assertion(header={name: url}, key=attacker(machine))
            answer = machine.post(machine.form(client_assertion=text))
            assert error_of(answer) == (400, "invalid_client")

        with pytest.raises(BlockingIOError):
            listener.accept()
