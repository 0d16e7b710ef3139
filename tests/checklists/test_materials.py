"""Files and links that a supplier shows: told by content, kept under our names, only downloaded."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.checklists import reading
from onboarding.checklists.models import Material, Subject
from onboarding.checklists.services import materials
from onboarding.checklists.states import MediaType
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from tests.checklists.making import shown, take_up
from tests.constants import NOON
from tests.machines import private_jwk

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def subject(alice: User, acme: Organization, files: Path) -> Subject:
    return take_up(alice, acme)


def add(subject: Subject, by: User, content: bytes, title: str = "Skisse") -> Material:
    return materials.add_file(
        subject_id=subject.pk,
        item_key="K05",
        title=title,
        content=content,
        by=actor_for(by),
        at=NOON,
    )


def link(subject: Subject, by: User, url: str) -> Material:
    return materials.add_link(
        subject_id=subject.pk, item_key="K05", title="Rutine", url=url, by=actor_for(by), at=NOON
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", MediaType.PDF),
        (PNG, MediaType.PNG),
        (b"\xff\xd8\xff\xe0" + bytes(9), MediaType.JPEG),
        ("# Grense\n\tnøkler".encode(), MediaType.TEXT),
        (b"\xef\xbb\xbftekst", MediaType.TEXT),
        (b"<script>alert(1)</script>", MediaType.TEXT),
        (b'{"a": [1]}', MediaType.JSON),
        (b" [1, 2]\n", MediaType.JSON),
        (b"{broken", MediaType.TEXT),
        (b"[" * 100_000, MediaType.TEXT),
        (b"", None),
        (b"GIF89a" + bytes(9), None),
        (b"PK\x03\x04" + bytes(9), None),
        (b"\x7fELF" + bytes(9), None),
        ("blåbær".encode("latin-1"), None),
        ("blåbær".encode("utf-16"), None),
        (b"text with \x1b[31m colour", None),
        (b" %PDF-1.7", MediaType.TEXT),
    ],
)
def test_a_file_is_told_by_its_content(content: bytes, kind: MediaType | None) -> None:
    assert reading.kind_of(content) == kind


@pytest.mark.parametrize(
    ("title", "kind", "name"),
    [
        ("Skisse av grensen", "application/pdf", "Skisse-av-grensen.pdf"),
        ("rutine.pdf", "application/pdf", "rutine.pdf"),
        ("../../etc/passwd", "text/plain", "etc-passwd.txt"),
        ("side.html", "text/plain", "side.html.txt"),
        ('a"; filename="b.exe', "application/json", "a---filename--b.exe.json"),
        ("…", "image/png", "vedlegg.png"),
    ],
)
def test_a_download_has_a_harmless_name(title: str, kind: str, name: str) -> None:
    assert reading.file_name(title, kind) == name


def test_a_file_is_kept_under_a_name_of_ours(subject: Subject, alice: User, files: Path) -> None:
    material = add(subject, alice, PNG, title="../../../evil.png")

    (path,) = files.iterdir()
    assert path.name == material.stored_as
    assert len(material.stored_as) == 32
    assert path.read_bytes() == PNG
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (material.size, material.sha256) == (len(PNG), hashlib.sha256(PNG).hexdigest())
    assert Event.objects.filter(kind="material.add", details__sha256=material.sha256).exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04" + bytes(9), id="zip"),
        pytest.param(b"", id="empty"),
        pytest.param(PNG + bytes(10 * 1024 * 1024), id="large"),
        pytest.param(str(private_jwk("ES256")).replace("'", '"').encode(), id="private key"),
    ],
)
def test_nothing_is_left_of_a_refused_file(
    content: bytes, subject: Subject, alice: User, files: Path
) -> None:
    with pytest.raises(Invalid) as caught:
        add(subject, alice, content)

    assert caught.value.field == "file"
    assert Material.objects.count() == 0
    assert not files.exists()


def test_who_may_not_write_leaves_no_file(subject: Subject, bob: User, files: Path) -> None:
    with pytest.raises(NotPermitted):
        add(subject, bob, PNG)

    assert list(files.iterdir()) == []


def test_ten_megabytes_are_let_in(subject: Subject, alice: User) -> None:
    assert add(subject, alice, PNG + bytes(reading.LARGEST - len(PNG))).size == reading.LARGEST


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://wiki.acme.example/rutine", True),
        ("http://wiki.acme.example/rutine", False),
        ("javascript:alert(1)", False),
        ("https://me:secret@wiki.acme.example/", False),
        ("https://wiki.acme.example/?to=me@acme.example", True),
    ],
)
def test_links_are_https(url: str, good: bool, subject: Subject, alice: User) -> None:
    if good:
        assert link(subject, alice, url).url == url
        return
    with pytest.raises(Invalid):
        link(subject, alice, url)
    with pytest.raises(IntegrityError), transaction.atomic():
        Material.objects.create(
            subject=subject,
            item_key="K05",
            url=url.replace("https:", "ftp:"),
            added_at=NOON,
            added_by=alice,
        )


def test_there_is_an_end_to_what_an_item_takes(subject: Subject, alice: User) -> None:
    made = [link(subject, alice, "https://acme.example/") for _ in range(materials.MOST)]

    with pytest.raises(NotPossibleNow):
        link(subject, alice, "https://acme.example/")
    materials.withdraw(material_id=made[0].pk, by=actor_for(alice), at=NOON)
    assert link(subject, alice, "https://acme.example/")


def test_what_is_withdrawn_stays_and_says_so(subject: Subject, alice: User) -> None:
    material = add(subject, alice, PNG)

    materials.withdraw(material_id=material.pk, by=actor_for(alice), at=NOON)

    material.refresh_from_db()
    assert material.withdrawn_at == NOON
    assert materials.content_of(material) == PNG
    with pytest.raises(NotPossibleNow):
        materials.withdraw(material_id=material.pk, by=actor_for(alice), at=NOON)


def test_a_changed_file_is_not_handed_out(subject: Subject, alice: User, files: Path) -> None:
    material = add(subject, alice, PNG)
    (files / material.stored_as).write_bytes(PNG + b"!")

    with pytest.raises(materials.Damaged):
        materials.content_of(material)


def address(name: str, subject: Subject, *rest: object) -> str:
    return reverse(name, args=["test", subject.organization.number, *rest])


def test_a_file_is_handed_out_as_a_download_only(
    subject: Subject, alice: User, client: Client
) -> None:
    material = shown(subject, by=alice, title="Sider <b>")
    client.force_login(alice)

    answer = client.get(address("evidence:download", subject, material.pk))

    assert answer.status_code == 200
    assert answer.content == b"%PDF-1.7 sketch"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="Sider--b.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_the_page_takes_files_and_links(subject: Subject, alice: User, client: Client) -> None:
    client.force_login(alice)
    page = address("evidence:item", subject, subject.pk, "K05")
    upload = SimpleUploadedFile("evil.exe", b"# Grense", content_type="text/html")

    client.post(f"{page}file/", {"title": "Grense", "file": upload})
    client.post(f"{page}link/", {"title": "Rutine", "url": "https://wiki.acme.example/r"})
    text = client.get(page).content.decode()

    assert Material.objects.get(title="Grense").media_type == MediaType.TEXT
    link = '<a class="ds-link strong" href="https://wiki.acme.example/r"'
    assert f'{link} rel="noopener noreferrer nofollow">Rutine</a>' in text
    assert "Grense" in text


def test_what_is_wrong_with_a_file_stands_at_its_field(
    subject: Subject, alice: User, client: Client
) -> None:
    client.force_login(alice)
    upload = SimpleUploadedFile("x.pdf", b"PK\x03\x04\x00")
    page = address("evidence:add_file", subject, subject.pk, "K05")

    answer = client.post(page, {"title": "Grense", "file": upload})

    assert answer.status_code == 422
    assert "Forventet PDF, PNG, JPEG, JSON eller ren tekst" in answer.content.decode()


def test_an_item_that_does_not_apply_takes_nothing(
    subject: Subject, alice: User, client: Client
) -> None:
    client.force_login(alice)

    for key in ("L01", "X99"):
        page = address("evidence:item", subject, subject.pk, key)
        assert client.get(page).status_code == 404
        sent = {"title": "Rutine", "url": "https://wiki.acme.example/r"}
        assert client.post(f"{page}link/", sent).status_code == 404

    assert Material.objects.count() == 0
