"""The strict readers: one reading of a text, or none; and nothing secret in what is shown."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding import jose
from onboarding.jose import b64
from onboarding.jose.checks import LONGEST, fail, first_failure, judge, note, passed, printable
from onboarding.jose.compact import numeric_date, read
from onboarding.jose.sources import SOURCES
from onboarding.jose.strict import BadJson, strict_json
from onboarding.jose.urls import same_target

ROOT = Path(jose.__file__).parent
UNHURRIED = settings(deadline=None)


@UNHURRIED
@given(st.binary(max_size=300))
def test_base64url_goes_there_and_back(data: bytes) -> None:
    assert b64.decode(b64.encode(data)) == data


@UNHURRIED
@given(st.text(alphabet="ABZaz09-_+/= \n\u0141", max_size=12))
def test_base64url_has_one_form(text: str) -> None:
    try:
        data = b64.decode(text)
    except ValueError:
        return
    assert b64.encode(data) == text


@pytest.mark.parametrize("text", ["", "AAEAAQ", "AQ=="])
def test_number_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="canonical"):
        b64.unsigned(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[1,]",
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":1,"\\u0061":2}',
        b"NaN",
        b"-Infinity",
        b"1e400",
        b"-1e400",
        b"1" * 33,
        b"1" * 10_000,
        b"0." + b"1" * 10_000,
        b'"\\ud800"',
        b'{"\\udfff":1}',
        b'"\\u0000"',
        b'"a\0"',
        b"[" * 9 + b"]" * 9,
        b"[" * 100_000,
        b'{"a":' * 9 + b"1" + b"}" * 9,
    ],
)
def test_bad_json_is_refused(text: bytes) -> None:
    with pytest.raises(BadJson):
        strict_json(text)


@pytest.mark.parametrize(
    "value",
    [{}, [], 1, -2.5, 1e300, "å\U0001f600", "\\u0041", None, {"a": [{}] * 9}, [[[[[[[[]]]]]]]]],
)
def test_good_json_is_read(value: object) -> None:
    assert strict_json(json.dumps(value).encode()) == value
    assert strict_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize("value", [True, "1", None, -1, 253402300800, 1e300, [], {}])
def test_what_is_no_date(value: object) -> None:
    assert numeric_date(value) is None


@UNHURRIED
@given(st.text(max_size=400))
def test_reading_never_raises(text: str) -> None:
    reading = read(text, prefix="token")

    assert first_failure(reading.checks) is not None
    assert reading[1:] == ({}, {}, b"", b"")


@UNHURRIED
@given(st.text(max_size=400))
def test_shown_is_short_and_printable(text: str) -> None:
    shown = printable(text)

    assert len(shown) <= LONGEST
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("eyJhbGciOiJub25lIn0.e30.", "(left out)"),
        ("-----BEGIN PRIVATE KEY-----", "(left out)"),
        ('{"d":"AQ"}', "(left out)"),
        (["a", "eyJhbGciOiJub25lIn0.e30."], "(left out)"),
        ({"d": "AQ"}, "object"),
        ([{"d": "AQ"}], "array"),
        (["a", "b"], "[a b]"),
        (None, ""),
        (True, "true"),
        (1.5, "1.5"),
        ("a\nb\u202e", "a\ufffdb\ufffd"),
        ("x" * 201, "x" * 199 + "…"),
    ],
)
def test_shown_holds_nothing_secret(value: object, shown: str) -> None:
    assert printable(value) == shown


def test_decision_is_a_view_of_the_list() -> None:
    good, noted, bad = (
        judge("key.use", True, "sig", "sig"),
        note("key.bits", "3072", 2048),
        fail("key.kid", "a", "b"),
    )

    assert passed([good, noted])
    assert first_failure([good, noted]) is None
    assert first_failure([good, bad, noted]) == bad
    assert bad.source == "RFC 7517 §4.5"


def test_every_code_is_used_and_has_its_source() -> None:
    constants = {
        node.value
        for path in ROOT.glob("*.py")
        if path.name != "sources.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # Codes that all kinds of token share are put together from their prefix.
    used = {code for code in SOURCES if code in constants}
    shared = {code for code in SOURCES if f".{code.partition('.')[2]}" in constants}

    assert used | shared == SOURCES.keys()
    assert "key.private" in used
    assert "proof.size" in shared - used


@pytest.mark.parametrize(
    "htu", [None, 1, "", "a" * 3000, "https://", "//x", "ftp://a/", "https://å.no/"]
)
def test_what_is_no_target(htu: object) -> None:
    assert not same_target(htu, "https://a.no/")


def test_targets_without_a_path_are_the_root() -> None:
    assert same_target("https://a.no", "https://a.no/")
    assert same_target("https://a.no?x", "https://a.no/")
    assert not same_target("https://a.no/%2f", "https://a.no//")
