"""Where the documents that rules come from can be read."""

from __future__ import annotations

import re
from typing import NamedTuple

_RFC = re.compile(r"RFC (\d+)")
_SECTION = re.compile(r"§([\d.]*\d)")
_CVE = re.compile(r"CVE-\d{4}-\d+")


class Link(NamedTuple):
    """A document and perhaps its section; `url` is "" where we know of no lasting address."""

    text: str
    url: str


def links(origin: str) -> list[Link]:
    """Return the documents of an origin such as "RFC 7523 §3(4), §5, CVE-2017-15361"."""
    found, rfc = [], ""
    for part in filter(None, origin.split(", ")):
        if named := _RFC.search(part):
            rfc = named[1]
        elif not part.startswith("§"):
            rfc = ""
        found.append(Link(part, _address(part, rfc)))
    return found


def _address(part: str, rfc: str) -> str:
    if rfc:
        section = _SECTION.search(part)
        anchor = f"#section-{section[1]}" if section else ""
        return f"https://www.rfc-editor.org/rfc/rfc{rfc}{anchor}"
    if cve := _CVE.fullmatch(part):
        return f"https://nvd.nist.gov/vuln/detail/{cve[0]}"
    return part if part.startswith("https://") else ""
