"""What may be uploaded as a public key, through the form. Names are the rows of the decisions."""

from __future__ import annotations

import json
import logging
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.clients.models import ClientConfiguration
from onboarding.jose.keys import thumbprint
from onboarding.keys.models import BarredThumbprint, Key
from tests.jose import weak_keys
from tests.jose.making import private_jwk
from tests.leaks import remember_secret

PRIVATE = "Dette er en privat nøkkel, og den rakk å komme fram til oss."
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER
PKCS8 = serialization.PrivateFormat.PKCS8
TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL
OPENSSH = serialization.PrivateFormat.OpenSSH
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PKCS1 = serialization.PublicFormat.PKCS1
PLAIN = serialization.NoEncryption()


def private(kind: str = "ES256") -> dict[str, Any]:
    jwk = private_jwk(kind)
    remember_secret(jwk["d"])
    return dict(jwk)


def public(kind: str = "ES256", **changes: Any) -> dict[str, Any]:
    members = {
        name: value
        for name, value in private(kind).items()
        if name not in ("d", "p", "q", "dp", "dq", "qi")
    }
    return {k: v for k, v in (members | changes).items() if v is not None}


def weak(n: int, e: int = 65537) -> dict[str, Any]:
    return weak_keys.rsa_jwk(n, e, "PS256")


def spki(key: Any) -> str:
    text: bytes = key.public_key().public_bytes(PEM, SPKI)
    return text.decode()


def pss_spki() -> str:
    """An RSA key that says that it is for RSASSA-PSS only (RFC 4055 §1.2)."""
    der = RSA_KEY.public_key().public_bytes(DER, SPKI)
    plain, restricted = (bytes.fromhex(f"06092a864886f70d0101{last}") for last in ("01", "0a"))
    body = b64encode(der.replace(plain, restricted)).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


def pem(key: Any, form: Any, encryption: Any = PLAIN) -> str:
    text: bytes = key.private_bytes(PEM, form, encryption)
    return text.decode()


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "acme")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, EC_KEY.public_key(), 1, now, now + timedelta(9))
    return builder.sign(EC_KEY, hashes.SHA256()).public_bytes(PEM).decode()


def request_for_certificate() -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "acme")])
    made = x509.CertificateSigningRequestBuilder(name).sign(EC_KEY, hashes.SHA256())
    return made.public_bytes(PEM).decode()


PRIVATE_KEYS = {
    "K01 EC": json.dumps(private()),
    "K01 RSA": json.dumps(private("PS256/2048")),
    "K01 OKP": json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}),
    "K01 in a set": json.dumps({"keys": [public("ES384"), private()]}),
    "K01 broken JSON": json.dumps(private())[:-2],
    "K01 inside a configuration file": json.dumps({"privateJwk": json.dumps(private())}),
    "K01 Python": str(private()),
    "K01 JavaScript": re.sub(r'"(\w+)":', r"\1:", json.dumps(private())),
    "K01 YAML": "".join(f"{name}: {value}\n" for name, value in private().items()),
    "K04 oct": json.dumps({"kty": "oct", "k": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "K04 oct beside EC": json.dumps({"keys": [public(), {"kty": "oct", "k": "AAAAAAAAAAAAAA"}]}),
    "K05 PKCS#8": pem(EC_KEY, PKCS8),
    "K05 RSA": pem(RSA_KEY, TRADITIONAL),
    "K05 EC": pem(EC_KEY, TRADITIONAL),
    "K05 encrypted": pem(EC_KEY, PKCS8, serialization.BestAvailableEncryption(b"x")),
    "K05 OpenSSH": pem(EC_KEY, OPENSSH),
    "K05 PuTTY": "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\nAAAA",
    "K05 public first": spki(EC_KEY) + pem(EC_KEY, PKCS8),
    "K05 .NET": "<RSAKeyValue><Modulus>AA</Modulus><D>AA</D></RSAKeyValue>",
}
REFUSED: dict[str, tuple[str, str]] = {
    "K06 1024": (json.dumps(weak(weak_keys.bits(1024))), "key.bits"),
    "K06 2047": (json.dumps(weak(weak_keys.bits(2048) >> 1 | 1)), "key.bits"),
    "K07 8192": (json.dumps(weak(2**8192 - 1)), "key.bits"),
    "K07 65536": (json.dumps(weak(2**65536 - 1)), "key.bits"),
    "K08 e 1": (json.dumps(weak(weak_keys.bits(2048), 1)), "key.exponent"),
    "K08 e 3": (json.dumps(weak(weak_keys.bits(2048), 3)), "key.exponent"),
    "K08 e even": (json.dumps(weak(weak_keys.bits(2048), 65536)), "key.exponent"),
    "K09 even": (json.dumps(weak(weak_keys.even())), "key.modulus"),
    "K09 square": (json.dumps(weak(weak_keys.square())), "key.modulus"),
    "K09 prime": (json.dumps(weak(weak_keys.prime(2048))), "key.modulus"),
    "K09 small factor": (json.dumps(weak(weak_keys.small_factor())), "key.small_factors"),
    "K10": (json.dumps(weak(weak_keys.roca())), "key.roca"),
    "K11": (json.dumps(weak(weak_keys.close_primes())), "key.fermat"),
    "K14": (json.dumps(weak(weak_keys.repeated_octets())), "key.pattern"),
    "K15 not on the curve": (json.dumps(public(y=public()["x"])), "key.point"),
    "K15 zero": (json.dumps(public(x="A" * 43, y="A" * 43)), "key.point"),
    "K17 secp256k1": (json.dumps(public(crv="secp256k1")), "key.curve"),
    "K17 PEM": (spki(ec.generate_private_key(ec.SECP256K1())), "key.curve"),
    "K19 ES384 on P-256": (json.dumps(public(alg="ES384")), "key.algorithm"),
    "K19 RS256 on EC": (json.dumps(public(alg="RS256")), "key.algorithm"),
    "K20 none": (json.dumps(public(alg="none")), "key.algorithm"),
    "K20 HS256": (json.dumps(public(alg="HS256")), "key.algorithm"),
    "K20 RSA-OAEP": (json.dumps(public("PS256/2048", alg="RSA-OAEP")), "key.algorithm"),
    "K21 enc": (json.dumps(public(use="enc")), "key.use"),
    "K21 sign": (json.dumps(public(key_ops=["sign"])), "key.operations"),
    "K21 null": (json.dumps(public() | {"key_ops": None}), "key.operations"),
    "K21 none": (json.dumps(public(key_ops=[])), "key.operations"),
    "K21 contradiction": (json.dumps(public(use="sig", key_ops=["encrypt"])), "key.operations"),
    "K21 twice": (json.dumps(public(key_ops=["verify", "verify"])), "key.operations"),
    "K23 number": (json.dumps(public(kid=5)), "key.kid"),
    "K23 empty": (json.dumps(public(kid="")), "key.kid"),
    "K23 long": (json.dumps(public(kid="k" * 129)), "key.kid"),
    "K23 HTML": (json.dumps(public(kid="<b>")), "key.kid"),
    "K23 bidi": (json.dumps(public(kid="a\u202eb")), "key.kid"),
    "K24 kid twice": (
        json.dumps({"keys": [public(kid="a"), public("ES384", kid="a")]}),
        "key.duplicate",
    ),
    "K24 key twice": (
        json.dumps({"keys": [public(kid="a"), public(kid="b")]}),
        "key.duplicate",
    ),
    "K26": (json.dumps(public())[:-1] + ', "x": "AA"}', "key.json"),
    "K30": (json.dumps(public(x5c=["AA"])), "key.certificate"),
    "K31": (json.dumps(public(x5t="AA")), "key.certificate"),
    "K32 size": (json.dumps(public(more="x" * 66_000)), "key.size"),
    "K32 eleven keys": (json.dumps({"keys": [public()] * 11}), "key.shape"),
    "K32 no keys": (json.dumps({"keys": []}), "key.shape"),
    "K32 nesting": ("[" * 2000 + "]" * 2000, "key.json"),
    "K32 number": ('{"kty": ' + "1" * 10_000 + "}", "key.json"),
    "K32 NaN": ('{"kty": "EC", "x": NaN}', "key.json"),
    "K32 surrogate": ('{"kty": "EC", "kid": "\\ud800"}', "key.json"),
    "K32 NUL": ('{"kty": "EC", "kid": "\\u0000"}', "key.json"),
    "K32 BOM": ("\ufeff" + json.dumps(public()), "key.encoding"),
    "K34 no headers": ("".join(spki(EC_KEY).splitlines()[1:-1]), "key.pem"),
    "K34 text around": ("My key:\n" + spki(EC_KEY), "key.pem"),
    "K34 dashes": (spki(EC_KEY).replace("--", "\N{EM DASH}"), "key.pem"),
    "K34 CSR": (request_for_certificate(), "key.pem"),
    "K34 two": (spki(EC_KEY) + spki(RSA_KEY), "key.pem"),
    "K34 SSH": ("ecdsa-sha2-nistp256 AAAA acme", "key.pem"),
    "K36 Ed25519": (spki(ed25519.Ed25519PrivateKey.generate()), "key.type"),
    "K36 RSASSA-PSS": (pss_spki(), "key.type"),
    "K36 X25519": (spki(x25519.X25519PrivateKey.generate()), "key.type"),
    "K36 Ed448": (spki(ed448.Ed448PrivateKey.generate()), "key.type"),
    "K36 OKP": (json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "AA"}), "key.type"),
    "no key": ("hei", "key.pem"),
    "not an object": ("[1]", "key.shape"),
}
ACCEPTED: dict[str, tuple[str, str]] = {
    "K06 2048": (json.dumps(public("PS256/2048")), ""),
    "K06 4096": (json.dumps(public("RS512/4096")), ""),
    "P-521": (json.dumps(public("ES512")), ""),
    "K21 verify": (json.dumps(public(key_ops=["verify"])), ""),
    "K29": (json.dumps(public(exp=1, jku="https://example.com/keys")), ""),
    "K34 SPKI": (spki(EC_KEY), "ES256"),
    "K34 CRLF": (spki(EC_KEY).replace("\n", "\r\n"), "ES256"),
    "K34 PKCS#1": (RSA_KEY.public_key().public_bytes(PEM, PKCS1).decode(), "PS256"),
    "K34 certificate": (certificate(), "ES256"),
}


@pytest.fixture
def address(client: Client, alice: User, client_: ClientConfiguration) -> str:
    client.force_login(alice)
    tenant = client_.environment, client_.organization.number
    return reverse("keys:add", args=[*tenant, client_.pk])


def fields(text: str, **more: Any) -> dict[str, Any]:
    return {"way": "upload", "kind": "ES256", "lifetime": "365", "public_key": text} | more


@pytest.mark.parametrize("row", PRIVATE_KEYS)
def test_a_private_key_is_refused_by_name_and_forgotten(
    client: Client, address: str, row: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    text = PRIVATE_KEYS[row]

    response = client.post(address, fields(text))

    page = response.content.decode()
    assert response.status_code == 422
    assert PRIVATE in page
    assert "key.private" in page
    assert not Key.objects.exists()
    secret = [line for line in text.replace('"', "\n").split() if len(line) > 40]
    assert not [line for line in secret if line in page or line in caplog.text]


def test_k01_the_public_half_is_barred_too(client: Client, address: str) -> None:
    client.post(address, fields(json.dumps(private())))

    response = client.post(address, fields(json.dumps(public())))

    assert BarredThumbprint.objects.get().thumbprint == thumbprint(public())
    assert response.status_code == 422
    assert "key.barred" in response.content.decode()


@pytest.mark.parametrize("value", [None, ""])
def test_k01_a_private_member_without_a_value_is_refused_and_bars_nothing(
    client: Client, address: str, value: Any
) -> None:
    """As some serializers write what they do not have: nothing has leaked."""
    refused = client.post(address, fields(json.dumps(public() | {"d": value})))

    assert refused.status_code == 422
    assert PRIVATE in refused.content.decode()
    assert not BarredThumbprint.objects.exists()
    assert client.post(address, fields(json.dumps(public()))).status_code == 302


@pytest.mark.parametrize("way", ["portal", "browser", "", "nonsense"])
def test_k01_whatever_else_was_chosen(client: Client, address: str, way: str) -> None:
    text = json.dumps(private())

    response = client.post(address, fields(text, way=way, lifetime="7"))

    page = response.content.decode()
    assert response.status_code == 422
    assert private()["d"] not in page
    assert PRIVATE in page
    assert BarredThumbprint.objects.count() == 1


def test_k01_also_where_the_field_refuses_the_text(client: Client, address: str) -> None:
    response = client.post(address, fields(json.dumps(private()) + "\0"))

    page = response.content.decode()
    assert response.status_code == 422
    assert private()["d"] not in page
    assert PRIVATE in page


def test_k05_a_key_store_as_a_file(client: Client, address: str) -> None:
    store = pkcs12.serialize_key_and_certificates(b"a", EC_KEY, None, None, PLAIN)
    der = EC_KEY.private_bytes(DER, PKCS8, PLAIN)
    answers = []

    for content in (store, der, b64encode(der)):
        file = SimpleUploadedFile("key.p12", content)
        answers.append(client.post(address, fields("", file=file)))

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all(PRIVATE in answer.content.decode() for answer in answers)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("text", [json.dumps(private()), pem(EC_KEY, PKCS8)], ids=["JWK", "PEM"])
def test_k05_k32_a_private_key_in_another_encoding(
    client: Client, address: str, encoding: str, text: str
) -> None:
    """As consoles write what is sent to a file: named, barred and not shown."""
    file = SimpleUploadedFile("key.json", text.encode(encoding))

    answer = client.post(address, fields("", file=file))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert PRIVATE in page
    assert b64encode(text.encode(encoding)[:60]).decode()[:40] not in page
    assert BarredThumbprint.objects.count() == 1


def test_k32_a_public_key_in_utf_16(client: Client, address: str) -> None:
    file = SimpleUploadedFile("key.json", json.dumps(public()).encode("utf-16"))

    answer = client.post(address, fields("", file=file))

    assert answer.status_code == 422
    assert "<code>key.encoding</code>" in answer.content.decode()


@pytest.mark.parametrize("row", REFUSED)
def test_what_is_no_sound_public_key_is_refused_with_a_reason(
    client: Client, address: str, row: str
) -> None:
    text, code = REFUSED[row]

    response = client.post(address, fields(text))

    page = response.content.decode()
    assert response.status_code == 422
    assert f"<code>{code}</code>" in page
    assert "Slik retter du det" in page
    assert not Key.objects.exists()


@pytest.mark.parametrize("row", ACCEPTED)
def test_what_is_sound_is_registered(client: Client, address: str, row: str) -> None:
    text, alg = ACCEPTED[row]

    response = client.post(address, fields(text, alg=alg))

    assert response.status_code == 302
    assert Key.objects.count() == 1


def test_k20_a_missing_algorithm_is_asked_for_and_what_was_typed_is_kept(
    client: Client, address: str
) -> None:
    file = SimpleUploadedFile("key.pem", spki(EC_KEY).encode())

    asked = client.post(address, fields("", file=file))
    answered = client.post(address, fields(spki(EC_KEY), alg="ES256"))

    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Velg algoritme" in page
    assert spki(EC_KEY).splitlines()[1].replace("+", "+") in page
    assert '<option value="ES256">' in page
    assert '<option value="PS256">' not in page
    assert answered.status_code == 302


def test_k24_a_kid_the_client_has(client: Client, address: str) -> None:
    client.post(address, fields(json.dumps(public(kid="a"))))

    response = client.post(address, fields(json.dumps(public("ES384", kid="a"))))

    assert response.status_code == 422
    assert "key.kid_taken" in response.content.decode()


def test_k29_dropped_members_are_listed(client: Client, address: str) -> None:
    response = client.post(
        address, fields(json.dumps(public(exp=1, jku="https://x.example"))), follow=True
    )

    assert "Vi lagret ikke disse feltene i nøkkelen: exp jku." in response.content.decode()
    assert set(Key.objects.get().public_jwk) == {"kty", "crv", "x", "y", "alg", "kid", "use"}


def test_k39_a_double_click_gives_one_key(client: Client, address: str) -> None:
    answers = [client.post(address, fields(json.dumps(public()))).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Key.objects.count() == 1


def test_k06_a_key_of_2048_bits_is_taken_with_a_warning(client: Client, address: str) -> None:
    response = client.post(address, fields(json.dumps(public("PS256/2048"))), follow=True)

    assert "RSA 2048 virker, men gir mindre enn 128 biters sikkerhet." in response.content.decode()


def test_k42_jwk_and_pem_of_one_key_are_one_key(client: Client, address: str) -> None:
    client.post(address, fields(spki(EC_KEY), alg="ES256"))
    client.post(address, fields(certificate(), alg="ES256"))

    key = Key.objects.get()
    assert key.thumbprint == thumbprint(key.public_jwk) == key.kid


def test_what_was_typed_is_kept_when_it_is_no_secret(client: Client, address: str) -> None:
    response = client.post(address, fields('{"kty": "hei på deg"}'))

    assert "hei på deg" in response.content.decode()
