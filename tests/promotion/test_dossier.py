"""A dossier verifies by itself, and nothing in it can be changed, removed or swapped unseen."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.promotion import dossier
from onboarding.promotion.models import Case
from onboarding.promotion.queries.gathering import dossier_of
from tests.constants import NOON
from tests.promotion import making

pytestmark = pytest.mark.django_db
Files = dict[str, bytes]


@pytest.fixture
def packed() -> bytes:
    case, _person = making.make_live()
    return dossier_of(case, NOON)


def unpack(packed: bytes) -> Files:
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repack(files: Files) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, octets in files.items():
            archive.writestr(name, octets)
    return packed.getvalue()


def anew(files: Files) -> bytes:
    """The same files with a manifest that fits them: what somebody would do who can program."""
    case = json.loads(files[dossier.MANIFEST])["case"]
    return dossier.pack(case, {name: files[name] for name in files if name != dossier.MANIFEST})


def edit(files: Files, name: str, change: Callable[[Any], None]) -> Files:
    value = json.loads(files[name])
    change(value)
    return files | {name: dossier.canonical(value)}


def test_it_holds_everything_and_verifies(packed: bytes) -> None:
    files = unpack(packed)

    head = dossier.verify(packed)

    assert head == json.loads(files["manifest.json"])["head"]
    assert set(files) == {
        *("manifest.json", "case.json", "checklist.json", "answers.json", "judgements.json"),
        *("comments.json", "materials.json", "decisions.json", "releases.json", "events.json"),
        "case.pdf",
    }
    assert files["case.pdf"].startswith(b"%PDF-")
    (decision,) = json.loads(files["decisions.json"])
    assert [row["item"] for row in decision["snapshot"]["evidence"]["items"]] == ["Z01", "Z02"]
    kinds = [event["content"]["kind"] for event in json.loads(files["events.json"])]
    assert kinds[0] == "promotion.begin"
    assert kinds[-1] == "promotion.go_live"


def test_the_same_facts_give_the_same_octets() -> None:
    case, _person = making.make_live()

    assert dossier_of(case, NOON) == dossier_of(Case.objects.get(pk=case.pk), NOON)


def test_every_byte_of_every_file_counts(packed: bytes) -> None:
    files = unpack(packed)

    for name, octets in files.items():
        for place in {0, len(octets) // 2, len(octets) - 1}:
            changed = octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]
            with pytest.raises(dossier.BadDossier):
                dossier.verify(repack(files | {name: changed}))


def test_nothing_is_removed_or_added_unseen(packed: bytes) -> None:
    files = unpack(packed)

    for name in files:
        with pytest.raises(dossier.BadDossier, match="missing"):
            dossier.verify(repack({key: files[key] for key in files if key != name}))
    with pytest.raises(dossier.BadDossier, match="not in the manifest"):
        dossier.verify(repack(files | {"more.json": b"{}"}))


def test_nothing_is_swapped_unseen(packed: bytes) -> None:
    files = unpack(packed)
    swapped = {"answers.json": files["comments.json"], "comments.json": files["answers.json"]}

    with pytest.raises(dossier.BadDossier, match="has been changed"):
        dossier.verify(repack(files | swapped))
    order = edit(files, "manifest.json", lambda manifest: manifest["files"].reverse())
    with pytest.raises(dossier.BadDossier, match="the chain breaks"):
        dossier.verify(repack(order))


def _set(value: Any, field: str, new: Any) -> None:
    value[field] = new


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (
            "decisions.json",
            lambda rows: _set(rows[0]["snapshot"]["shown"], "setup_hash", "x"),
            "decision 1 is not about",
        ),
        ("decisions.json", lambda rows: rows.clear(), "no decision is about"),
        ("case.json", lambda case: _set(case, "digest", "0" * 64), "no decision is about"),
        ("case.json", lambda case: _set(case, "id", "another"), "of another case"),
        (
            "events.json",
            lambda rows: _set(rows[2]["content"], "actor", "somebody else"),
            "has been changed",
        ),
        ("events.json", lambda rows: rows.reverse(), "wrong place"),
    ],
)
def test_a_manifest_made_anew_does_not_hide_it(
    packed: bytes, name: str, change: Callable[[Any], None], says: str
) -> None:
    with pytest.raises(dossier.BadDossier, match=says):
        dossier.verify(anew(edit(unpack(packed), name, change)))


def test_what_can_be_made_anew_shows_by_its_head(packed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "dossier.zip"
    file.write_bytes(packed)
    head = dossier.verify(packed)
    said = StringIO()

    call_command("dossier_verify", str(file), head=head, stdout=said)
    assert f"head {head}" in said.getvalue()
    changed = edit(unpack(packed), "answers.json", lambda rows: _set(rows[0], "text", "x"))
    file.write_bytes(anew(changed))

    call_command("dossier_verify", str(file), stdout=said)
    with pytest.raises(CommandError, match="not the one that was noted"):
        call_command("dossier_verify", str(file), head=head)


@pytest.mark.parametrize("octets", [b"", b"no zip", b"PK\x03\x04 broken"])
def test_what_is_no_dossier_is_said_so(octets: bytes, tmp_path: Path) -> None:
    file = tmp_path / "dossier.zip"
    file.write_bytes(octets)

    with pytest.raises(CommandError, match="no ZIP"):
        call_command("dossier_verify", str(file))
    with pytest.raises(CommandError, match="cannot read"):
        call_command("dossier_verify", str(tmp_path / "missing.zip"))


def one_file(octets: bytes, *, at: int = 0, flags: int = 0, method: int = 0) -> bytes:
    """A ZIP of one manifest, with these octets of its two headers changed after the fact."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(dossier.MANIFEST, octets)
    changed = bytearray(packed.getvalue())
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.index(header) + offset
        changed[place] |= flags
        changed[place + 2] ^= method
    if at:
        changed[at] ^= 0xFF
    return bytes(changed)


SHAPES = [
    b"[]",
    b"null",
    b"{}",
    b'{"format": "%s"}',
    b'{"format": "%s", "files": [1]}',
    b"[" * 99999,
]


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(one_file(b"{}" * 50, flags=1), id="encrypted"),
        pytest.param(one_file(b"{}" * 50, method=99), id="unknown compression"),
        pytest.param(one_file(b"{}" * 50, at=44), id="damaged stream"),
        *(
            pytest.param(one_file(text.replace(b"%s", dossier.FORMAT.encode())), id=f"shape {n}")
            for n, text in enumerate(SHAPES)
        ),
    ],
)
def test_whatever_it_is_it_is_refused_in_words(octets: bytes) -> None:
    with pytest.raises(dossier.BadDossier):
        dossier.verify(octets)


def test_both_sides_download_it(client: Client, rita: User, charlie: User) -> None:
    case, person = making.make_live()
    supplier = reverse("promotion:dossier", args=["test", case.organization.number, case.pk])

    for who, address in ((person, supplier), (rita, reverse("desk:dossier", args=[case.pk]))):
        client.force_login(who)
        answer = client.get(address)
        assert answer["Content-Type"] == "application/zip"
        assert answer["Content-Disposition"].startswith("attachment")
        dossier.verify(answer.content)
    client.force_login(charlie)
    assert client.get(supplier).status_code == 404
