"""Which addresses a browser may be sent back to."""

import pytest

from onboarding.systems import uris

GOOD = [
    "https://epj.nordlys.example/callback",
    "https://epj.nordlys.example:8443/callback?tenant=1",
    "https://10.0.0.1/callback",
    "http://localhost/callback",
    "http://localhost:1337/callback",
    "http://127.0.0.1:1337/callback",
    "http://[::1]:1337/callback",
    "https://epj.example/" + "x" * 480,
]
BAD = [
    ("", "hel adresse"),
    ("callback", "hel adresse"),
    ("//epj.example/callback", "hel adresse"),
    ("http://epj.example/callback", "Bare localhost kan bruke http."),
    ("http://localhost.evil.example/callback", "Bare localhost kan bruke http."),
    ("http://127.0.0.1.evil.example/", "Bare localhost kan bruke http."),
    ("https://", "vertsnavn"),
    ("https:///callback", "vertsnavn"),
    ("javascript:alert(1)", "Fant javascript:."),
    ("JavaScript:alert(1)", "Fant javascript:."),
    ("data:text/html,x", "Fant data:."),
    ("com.example.app:/callback", "Fant com.example.app:."),
    ("https://kari:passord@epj.example/", "uten brukernavn og passord"),
    ("https://@epj.example/", "uten brukernavn og passord"),
    ("https://epj.example/callback#token", "uten #"),
    ("https://epj.example/callback#", "uten #"),
    ("https://*.epj.example/callback", "uten *"),
    ("https://epj.example:0/", "hel adresse"),
    ("https://epj.example:99999/", "hel adresse"),
    ("https://epj.example:port/", "hel adresse"),
    ("https://[::1/callback", "hel adresse"),
    ("https://epj.example\\@evil.example/", "U+005C på plass 20"),
    ("https://epj.example/a b", "U+0020 på plass 22"),
    ("https://epj.example/\u202egnp", "U+202E på plass 21"),
    ("https://epj.example/\u0430", "U+0430"),
    ("https://epj.example/\ta", "U+0009"),
    ("https://epj.example/\x00", "U+0000"),
    ("https://epj.example/" + "x" * 481, "høyst 500 tegn. Fant 501"),
]


@pytest.mark.parametrize("uri", GOOD)
def test_good_addresses(uri: str) -> None:
    assert uris.lines(uri) == (uri,)


@pytest.mark.parametrize(("uri", "says"), BAD)
def test_bad_addresses_say_what_was_expected(uri: str, says: str) -> None:
    with pytest.raises(uris.BadUri) as refusal:
        uris.check(uri)

    assert says in str(refusal.value)


def test_lines_are_trimmed_ordered_and_without_doubles() -> None:
    assert uris.lines(" https://b.example/\r\n\nhttps://a.example/\nhttps://b.example/ ") == (
        "https://b.example/",
        "https://a.example/",
    )


def test_no_lines_are_no_addresses() -> None:
    assert uris.lines(" \n\r\n") == ()


def test_the_bad_line_is_named() -> None:
    with pytest.raises(uris.BadUri, match="Adresse nummer 2: "):
        uris.lines("https://a.example/\nftp://b.example/")


def test_there_is_a_limit() -> None:
    many = "\n".join(f"https://a.example/{number}" for number in range(21))

    with pytest.raises(uris.BadUri, match=r"høyst 20 adresser\. Fant 21"):
        uris.lines(many)
