"""No code without its page and no page without its code; what the pages may say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from onboarding.diagnosis import catalogue
from onboarding.diagnosis.catalogue.entry import Entry
from onboarding.diagnosis.catalogue.links import Link, links
from onboarding.jose.sources import SOURCES
from onboarding.keys.advice import WORDS
from onboarding.smoketests.advice import ADVICE

ROOT = Path(__file__).parents[2] / "onboarding"
CODE = re.compile(r"(?:api|assertion|egress|key|oauth|pop|proof|test|token)\.[a-z][a-z0-9_]*")
OAUTH = re.compile(r"(?:invalid|insufficient|use)_[a-z_]+|[a-z]+_(?:error|unavailable)")
# HelseID's own, without a code of ours yet; 1007 and 1008 are names of one.
NUMBERS = {f"hid.{number}" for number in (1001, 1002, 1003, 1004, 1005, 1006, 1009, 1010)}
# Nothing that the reader does is wrong here, so there is no example of it.
OURS = {
    *("key.making_gave_up", "oauth.server_error"),
    *("test.overtaken", "test.interrupted", "test.fault", "test.too_slow", "test.host_busy"),
}
# As in tests/leaks.py, and a token of any kind.
SECRET = re.compile(r"""eyJ|PRIVATE\ KEY|["'](?:d|p|q|dp|dq|qi|k)["']\s*:|[A-Za-z0-9_-]{40,}""")


def sources(*folders: str) -> Iterator[ast.Module]:
    """The programs of the product that may name a code; not the catalogue itself."""
    for folder in folders or ("",):
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).parts
            # What webhooks tell of are events, which have a catalogue of their own.
            if not {"migrations", "diagnosis", "webhooks"} & set(parts):
                yield ast.parse(path.read_text())


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """The calls of functions whose name is, or matches, `name`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)):
                if re.fullmatch(name, called):
                    yield node


def strings(node: ast.AST) -> Iterator[str]:
    for found in ast.walk(node):
        if isinstance(found, ast.Constant) and isinstance(found.value, str):
            yield found.value


def named() -> set[str]:
    """Codes written out somewhere, but for those that name an event of the log or a letter."""
    found = set()
    for tree in sources():
        events = {
            id(part)
            for call in calls(tree, r"_?record\w*|notify")
            for part in ast.walk(call.args[0] if call.args else call)
        }
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and id(node) not in events
            and isinstance(node.value, str)
            and CODE.fullmatch(node.value)
        }
    return found


def refused() -> set[str]:
    """What the authorization server answers, and the calls that leave by the one door."""
    found = set()
    for tree in sources("sts"):
        errors = (call.args[0] for call in calls(tree, "Refusal"))
        found |= {f"oauth.{text}" for error in errors for text in strings(error)}
    for tree in sources("core"):
        for call in calls(tree, "Failed"):
            found |= {f"egress.{text}" for text in strings(call)}
    return found


def denied() -> set[str]:
    """What a protected API answers."""
    tree = ast.parse((ROOT / "jose" / "resource_server.py").read_text())
    return {f"oauth.{text}" for text in strings(tree) if OAUTH.fullmatch(text)}


def test_the_search_for_codes_finds_each_kind() -> None:
    assert {"oauth.invalid_client", "oauth.not_found", "egress.tls"} <= refused()
    assert {"test.fault", "key.making_gave_up", "key.barred", "token.header"} <= named()
    assert {"oauth.insufficient_scope", "oauth.invalid_token"} <= denied()
    assert not {"key.proved", "key.revoked"} & named()


def test_no_code_lacks_its_page_and_no_page_its_code() -> None:
    known = {*SOURCES, *WORDS, *ADVICE, *named(), *refused(), *denied(), *NUMBERS}

    assert known - catalogue.ENTRIES.keys() == set()
    assert catalogue.ENTRIES.keys() - known == set()


def test_every_code_has_its_group() -> None:
    assert {entry.group for entry in catalogue.ENTRIES.values()} == {
        group.name for group in catalogue.GROUPS
    }


@pytest.mark.parametrize("entry", catalogue.ENTRIES.values(), ids=lambda entry: entry.code)
def test_a_page_is_whole(entry: Entry) -> None:
    texts = [entry.title, entry.meaning, *entry.reasons, *entry.fixes]

    assert entry.reasons
    assert entry.fixes
    assert all(str(text).count("`") % 2 == 0 for text in texts)
    assert not str(entry.title).endswith(".")
    assert all(str(text).endswith(".") for text in texts[1:])
    assert len(set(map(str, texts))) == len(texts)
    assert bool(entry.wrong) is bool(entry.right) is (entry.code not in OURS)
    assert entry.wrong != entry.right or entry.code in OURS


@pytest.mark.parametrize("entry", catalogue.ENTRIES.values(), ids=lambda entry: entry.code)
def test_no_page_quotes_what_looks_secret(entry: Entry) -> None:
    texts = (entry.meaning, *entry.reasons, *entry.fixes, entry.wrong, entry.right)

    assert [str(text) for text in texts if SECRET.search(str(text))] == []


@pytest.mark.parametrize("text", ["eyJhbGciOi", "-----BEGIN PRIVATE KEY-----", '{"d": "x"}'])
def test_the_search_for_secrets_bites(text: str) -> None:
    assert SECRET.search(text)


def test_each_sentence_of_ours_stands_in_one_place() -> None:
    """What two pages share is one object, from words.py or from the advice of another app."""
    told = {id(words.fix) for words in WORDS.values()} | {id(told.fix) for told in ADVICE.values()}
    seen: dict[str, object] = {}
    for entry in catalogue.ENTRIES.values():
        for text in (entry.meaning, *entry.reasons, *entry.fixes):
            if id(text) in told:
                continue
            assert seen.setdefault(str(text), text) is text, f"{entry.code}: {text}"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("assertion.audience", "assertion.audience"),
        ("Assertion.Audience", "assertion.audience"),
        ("invalid_client", "oauth.invalid_client"),
        ("HID-1008", "oauth.invalid_client"),
        ("hid1007", "oauth.invalid_client"),
        ("1004", "hid.1004"),
        ("HID-1004", "hid.1004"),
        ("hid.1004", "hid.1004"),
    ],
)
def test_a_code_is_found_by_its_other_names(name: str, code: str) -> None:
    found = catalogue.find(name)

    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("number", range(1001, 1011))
def test_every_old_number_leads_somewhere(number: int) -> None:
    assert catalogue.find(f"HID-{number}")


@pytest.mark.parametrize("name", ["", "assertion", "HID-1011", "hid", "1004 1005"])
def test_what_is_no_code_is_not_found(name: str) -> None:
    assert catalogue.find(name) is None


def test_names_are_no_two_codes_own() -> None:
    names = [name for entry in catalogue.ENTRIES.values() for name in (entry.code, *entry.names)]

    assert len(names) == len(set(names))


def test_what_is_called_so_comes_first() -> None:
    assert [entry.code for entry in catalogue.search("assertion.audience")] == [
        "assertion.audience"
    ]
    assert catalogue.search("1008")[0].code == "oauth.invalid_client"
    assert catalogue.search("klokken")[0].code == "assertion.issued_at"
    assert catalogue.search("nøkkel tullball") == []
    assert len(catalogue.search("")) == len(catalogue.ENTRIES)


@pytest.mark.parametrize("entry", catalogue.ENTRIES.values(), ids=lambda entry: entry.code)
def test_what_a_page_leads_to_exists(entry: Entry) -> None:
    related = catalogue.related(entry)

    assert len(related) >= len(entry.see)
    assert entry not in related


def test_refusal_of_a_client_leads_to_every_rule_of_its_assertion() -> None:
    entry = catalogue.ENTRIES["oauth.invalid_client"]

    assert {other.code for other in catalogue.related(entry)} == {
        code for code in SOURCES if code.startswith("assertion.")
    }


def test_documents_are_linked_to_their_sections() -> None:
    rfc = "https://www.rfc-editor.org/rfc/"
    assert links("RFC 7523 §3(4), §5, FAPI 2.0 §5.4.1, CVE-2017-15361, https://badkeys.info") == [
        Link("RFC 7523 §3(4)", f"{rfc}rfc7523#section-3"),
        Link("§5", f"{rfc}rfc7523#section-5"),
        Link("FAPI 2.0 §5.4.1", ""),
        Link("CVE-2017-15361", "https://nvd.nist.gov/vuln/detail/CVE-2017-15361"),
        Link("https://badkeys.info", "https://badkeys.info"),
    ]
    assert links("RFC 7517 §4.1.11") == [Link("RFC 7517 §4.1.11", f"{rfc}rfc7517#section-4.1.11")]
    assert links("") == []
