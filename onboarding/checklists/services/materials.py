"""Files and links that a supplier shows for an item.

A file lies below `settings.FILES_DIR`, outside the web root, under a name of our own. It is
written before its row, so a row always has its file; a file without a row is nobody's.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.checklists import reading, rules
from onboarding.checklists.models import Material, Subject
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers.actors import Actor

MOST = 20  # for one item


class Damaged(Exception):
    """A stored file is another one than was added: somebody or something has changed it."""


def add_file(
    *, subject_id: UUID, item_key: str, title: str, content: bytes, by: Actor, at: datetime
) -> Material:
    """Keep a file for an item. Its type is told by its content.

    Raises NotPermitted, NotPossibleNow for too many, and Invalid for a file that is too large, of
    another type, or holds a private key.
    """
    if len(content) > reading.LARGEST:
        raise Invalid(
            _("Filen er større enn 10 MB. Del den opp, eller legg ved en lenke."), field="file"
        )
    kind = reading.kind_of(content)
    if kind is None:
        raise Invalid(
            _("Forventet PDF, PNG, JPEG, JSON eller ren tekst (UTF-8). Filen er noe annet."),
            field="file",
        )
    if reading.has_private_key(content, kind):
        raise Invalid(
            _("Filen inneholder en privat nøkkel. Ta den ut, og bytt nøkkelen."), field="file"
        )
    stored_as = uuid4().hex
    path = _write(stored_as, content)
    try:
        return _add(
            subject_id,
            item_key,
            by,
            at,
            title=title,
            stored_as=stored_as,
            media_type=kind,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def add_link(
    *, subject_id: UUID, item_key: str, title: str, url: str, by: Actor, at: datetime
) -> Material:
    """Keep a link for an item. Raises NotPermitted, NotPossibleNow, Invalid for no https."""
    if not url.startswith("https://") or "@" in url.partition("://")[2].partition("/")[0]:
        raise Invalid(_("Lenken må begynne med https:// og ikke ha brukernavn i seg."), field="url")
    return _add(subject_id, item_key, by, at, title=title, url=url)


@transaction.atomic
def withdraw(*, material_id: UUID, by: Actor, at: datetime) -> Material:
    """Say that a file or link does not count any more; it stays for what rested on it.

    Raises NotPermitted, and NotPossibleNow the second time.
    """
    material = Material.objects.select_for_update().get(pk=material_id)
    subject = Subject.objects.get(pk=material.subject_id)
    rules.check_subject(subject, by)
    if material.withdrawn_at:
        raise NotPossibleNow(_("Vedlegget er allerede trukket tilbake."))
    material.withdrawn_at = at
    material.save(update_fields=["withdrawn_at"])
    _record("material.withdraw", material, subject, by, at)
    return material


def content_of(material: Material) -> bytes:
    """Return a file as it was added.

    Raises ValueError for a link, FileNotFoundError where the file is gone, and Damaged where it
    is not the one that was added.
    """
    if not material.stored_as:
        raise ValueError("a link has no file")
    content = (Path(settings.FILES_DIR) / material.stored_as).read_bytes()
    if hashlib.sha256(content).hexdigest() != material.sha256:
        raise Damaged(material.stored_as)
    return content


@transaction.atomic
def _add(subject_id: UUID, item_key: str, by: Actor, at: datetime, **fields: str | int) -> Material:
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    rules.check_subject(subject, by)
    there = Material.objects.filter(subject=subject, item_key=item_key, withdrawn_at=None)
    if there.count() >= MOST:
        raise NotPossibleNow(_("Punktet har så mange vedlegg som det kan ha. Trekk ett tilbake."))
    material = Material.objects.create(
        subject=subject, item_key=item_key, added_at=at, added_by_id=rules.person(by), **fields
    )
    _record("material.add", material, subject, by, at)
    return material


def _write(stored_as: str, content: bytes) -> Path:
    folder = Path(settings.FILES_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / stored_as
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return path


def _record(kind: str, material: Material, subject: Subject, by: Actor, at: datetime) -> None:
    record(
        kind,
        subject=material,
        actor=by.name,
        at=at,
        organization_id=subject.organization_id,
        environment=subject.environment,
        item=material.item_key,
        title=material.title,
        sha256=material.sha256,
    )
