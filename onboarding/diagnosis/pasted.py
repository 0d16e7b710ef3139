"""What a person pasted: one token, or a token request as curl, HTTP or form text. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from enum import StrEnum, auto
from typing import Final, NamedTuple
from urllib.parse import quote_plus

from onboarding.jose.compact import Reading, read

LONGEST: Final = 100_000  # characters
FORM: Final = "application/x-www-form-urlencoded"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_\-+/=]+(?:\.[A-Za-z0-9_\-+/=]*){2}")
_PREFIX: Final = re.compile(r"(?:(?:authorization|dpop)\s*:\s*)?(?:(?:bearer|dpop)\s+)?", re.I)
_START_LINE: Final = re.compile(r"([A-Z]+) (\S+)(?: HTTP/[\d.]+)?\s*")
_HEADER: Final = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*(.*)")
_CONTINUED: Final = re.compile(r"[\\^`][ \t]*\r?\n")
_FORM_TEXT: Final = re.compile(r"(?:^|&)(?:grant_type|client_assertion)=", re.M)

_DATA: Final = frozenset({"-d", "--data", "--data-raw", "--data-ascii", "--data-binary"})
_NAMES: Final = {"-X": "--request", "-H": "--header", "-u": "--user"}
# Options of curl that take a value and say nothing about the request itself.
_ASIDE: Final = frozenset(
    {"-o", "-A", "-e", "-b", "-c", "-m", "-w", "-x", "-E", "--output", "--user-agent", "--cert"}
    | {"--key", "--cacert", "--max-time", "--connect-timeout", "--proxy", "--write-out"}
)


class Kind(StrEnum):
    ASSERTION = auto()
    PROOF = auto()
    TOKEN = auto()
    REQUEST = auto()


class Unreadable(ValueError):
    """It is nothing that we know; `reason` is one of "unknown", "quotes", "file"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Request(NamedTuple):
    """A token request, as far as it was pasted. `url` is "" where only a body was."""

    method: str
    url: str
    headers: dict[str, str]
    body: str


class Pasted(NamedTuple):
    """What it is: `token` for one token, `request` for a request."""

    kind: Kind
    token: str
    request: Request | None


def recognize(text: str) -> Pasted:
    """Tell what a pasted text is. Raises Unreadable."""
    text = text.strip()
    bare = _PREFIX.sub("", text.strip("\"'`,; \t\r\n"), count=1)
    joined = "".join(bare.split())
    if _TOKEN.fullmatch(joined):
        return Pasted(_kind(read(joined, prefix="token", limit=LONGEST)), joined, None)
    return Pasted(Kind.REQUEST, "", _request(text))


def _kind(reading: Reading) -> Kind:
    """By its claims first: that `typ` is another one's is just what may be wrong."""
    claims, typ = reading.claims, reading.header.get("typ")
    if "htm" in claims or "htu" in claims:
        return Kind.PROOF
    if "client_id" in claims or "scope" in claims:
        return Kind.TOKEN
    if "sub" not in claims and typ == "dpop+jwt":
        return Kind.PROOF
    return (
        Kind.TOKEN
        if typ == "at+jwt" and claims.get("iss") != claims.get("sub")
        else (Kind.ASSERTION)
    )


def _request(text: str) -> Request:
    if text.startswith(("curl ", "curl.exe ", "$ curl ")):
        return _curl(text)
    first, _, rest = text.partition("\n")
    if line := _START_LINE.fullmatch(first):
        return _http(line[1], line[2], rest)
    if _FORM_TEXT.search(text):
        return Request("POST", "", {"content-type": FORM}, _one_line(text))
    raise Unreadable("unknown")


def _http(method: str, url: str, rest: str) -> Request:
    lines = rest.splitlines()
    headers: list[tuple[str, str]] = []
    while lines and lines[0].strip():
        line = lines.pop(0)
        if line[0] in " \t" and headers:
            name, value = headers.pop()
            headers.append((name, value + line.strip()))
        elif match := _HEADER.fullmatch(line):
            headers.append((match[1], match[2].strip()))
        else:
            raise Unreadable("unknown")
    return Request(method, url, _joined(headers), _one_line("\n".join(lines)))


def _curl(text: str) -> Request:
    try:
        words = shlex.split(_CONTINUED.sub(" ", text).replace(" $'", " '"))
    except ValueError as error:
        raise Unreadable("quotes") from error
    method = url = ""
    headers: list[tuple[str, str]] = []
    data: list[str] = []
    for name, value in _options(words[words.index("curl") + 1 if "curl" in words else 1 :]):
        if name == "--request":
            method = value
        elif name in ("", "--url"):
            url = value
        elif name == "--user":
            headers.append(("authorization", "Basic"))
        elif name == "--header":
            header, _, content = value.partition(":")
            headers.append((header, content.strip()))
        else:
            data.append(_data(name, value))
    found = _joined(headers)
    if data:
        found.setdefault("content-type", FORM)
    return Request(method or ("POST" if data else "GET"), url, found, "&".join(data))


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The options that matter, by their long names; an address has the name ""."""
    rest = iter(words)
    for word in rest:
        name, value = word, None
        if word.startswith("--"):
            name, equals, after = word.partition("=")
            value = after if equals else None
        elif word.startswith("-") and len(word) > 2 and word[:2] in {*_NAMES, "-d"}:
            name, value = word[:2], word[2:]
        name = _NAMES.get(name, name)
        if name in _DATA or name in ("--data-urlencode", "--url", *_NAMES.values()):
            yield name, next(rest, "") if value is None else value
        elif name in _ASIDE:
            if value is None:
                next(rest, None)
        elif not name.startswith("-"):
            yield "", word


def _data(option: str, value: str) -> str:
    if option != "--data-raw" and value.startswith("@"):
        raise Unreadable("file")
    if option != "--data-urlencode":
        return _one_line(value)
    name, equals, content = value.partition("=")
    return f"{name}={quote_plus(content)}" if equals else quote_plus(value)


def _one_line(body: str) -> str:
    """A form as it is sent: documents break it where it has no space of its own."""
    return "".join(line.strip() for line in body.strip().splitlines())


def _joined(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Header fields by name; several of one name as a server sees them, with commas between."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.strip().lower()
        found[key] = f"{found[key]},{value}" if key in found else value
    return found
