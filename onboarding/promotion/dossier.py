"""The dossier of a case as one file: how its parts hang together, and whether they still do. Pure.

A ZIP of JSON for machines and a PDF for people. `manifest.json` lists the other files with their
SHA-256, each chained to the one before (onboarding.audit.chain); `head` covers all of them. Every
decision has the SHA-256 of what was shown, and every event its place in the chain of the log.
Whoever builds all of it anew can make it fit together again: compare `head` with the portal's.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from onboarding.audit.chain import GENESIS, link

FORMAT: Final = "selvbetjening-dossier-1"
MANIFEST: Final = "manifest.json"
MOST: Final = 50 * 1024 * 1024  # octets of one file: more is no dossier of ours
# What zipfile raises for a file that is damaged, compressed in a way it does not know
# (NotImplementedError), or encrypted (RuntimeError).
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
# Nothing of the moment goes in: what is made twice of the same facts is the same octets.
_WHEN: Final = (2026, 1, 1, 0, 0, 0)


class BadDossier(ValueError):
    """What is no dossier at all, or is one no longer; says the first thing that is wrong."""


def canonical(value: object) -> bytes:
    """Return JSON as it is hashed and stored."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def digest(value: object) -> str:
    """Return the SHA-256 (hex) of a value, as decisions have it of what was shown."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def pack(case_id: str, files: Mapping[str, bytes]) -> bytes:
    """Return the ZIP of these files, in their order, with the manifest first."""
    rows, chain = [], GENESIS
    for name, octets in files.items():
        sha256 = hashlib.sha256(octets).hexdigest()
        chain = link(chain, {"name": name, "sha256": sha256})
        rows.append({"name": name, "sha256": sha256, "chain": chain})
    manifest = {"format": FORMAT, "case": case_id, "files": rows, "head": chain}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in ({MANIFEST: canonical(manifest)} | dict(files)).items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), octets, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def verify(octets: bytes) -> str:
    """Return the head of a dossier in which everything fits. Raises BadDossier."""
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            found = dict(_contents(archive))
    except BadDossier:
        raise
    except (*_UNREADABLE, ValueError) as error:
        raise BadDossier(f"the file is no ZIP that can be read: {error}") from error
    try:
        return _verify(found)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        # JSON of another shape than ours: a member is missing, or is something else.
        raise BadDossier(f"the parts have not the shape of a dossier: {error}") from error


def _verify(found: Mapping[str, bytes]) -> str:
    manifest = _json(found, MANIFEST)
    if manifest.get("format") != FORMAT:
        raise BadDossier("the manifest is not of a format that is known here")
    head = _check_files(manifest, found)
    _check_case(manifest, _json(found, "case.json"))
    _check_decisions(_json(found, "case.json"), _json(found, "decisions.json"))
    _check_events(_json(found, "events.json"))
    return head


def _contents(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    names = [info.filename for info in archive.infolist()]
    if len(set(names)) != len(names):
        raise BadDossier("a name stands twice in the ZIP")
    for info in archive.infolist():
        if info.file_size > MOST:
            raise BadDossier(f"{info.filename} is too large")
        yield info.filename, archive.read(info)


def _json(found: Mapping[str, bytes], name: str) -> Any:
    try:
        return json.loads(found[name])
    except KeyError:
        raise BadDossier(f"{name} is missing") from None
    except (ValueError, RecursionError) as error:
        raise BadDossier(f"{name} is no JSON") from error


def _check_files(manifest: Mapping[str, Any], found: Mapping[str, bytes]) -> str:
    listed = [str(row["name"]) for row in manifest["files"]]
    if missing := sorted(set(listed) - set(found)):
        raise BadDossier(f"{missing[0]} is missing")
    if extra := sorted(set(found) - set(listed) - {MANIFEST}):
        raise BadDossier(f"{extra[0]} is not in the manifest")
    chain = GENESIS
    for row in manifest["files"]:
        sha256 = hashlib.sha256(found[row["name"]]).hexdigest()
        if sha256 != row["sha256"]:
            raise BadDossier(f"{row['name']} has been changed")
        chain = link(chain, {"name": row["name"], "sha256": sha256})
        if chain != row["chain"]:
            raise BadDossier(f"the chain breaks at {row['name']}")
    if chain != manifest["head"]:
        raise BadDossier("the head does not cover the files")
    return chain


def _check_case(manifest: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    if case.get("id") != manifest["case"]:
        raise BadDossier("case.json is of another case than the manifest")


def _check_decisions(case: Mapping[str, Any], decisions: list[Mapping[str, Any]]) -> None:
    for number, decision in enumerate(decisions, 1):
        shown = decision["snapshot"]["shown"]
        if digest(shown) != decision["digest"]:
            raise BadDossier(f"decision {number} is not about what stands there")
        if shown["case"] != case["id"]:
            raise BadDossier(f"decision {number} is about another case")
    made = {decision["digest"] for decision in decisions}
    if case["digest"] and case["digest"] not in made:
        raise BadDossier("no decision is about what the case was decided on")


def _check_events(events: list[Mapping[str, Any]]) -> None:
    last = 0
    for event in events:
        seq = int(event["content"]["seq"])
        if seq <= last:
            raise BadDossier(f"event {seq} stands in the wrong place")
        if link(event["previous"], event["content"]) != event["chain"]:
            raise BadDossier(f"event {seq} has been changed")
        last = seq
