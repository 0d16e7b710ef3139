"""Versions of the checklist: a draft is copied from the last one, edited, and published.

Whoever changes a draft holds its lock. A published version never changes: triggers refuse it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from onboarding.audit.services import record
from onboarding.checklists import rules
from onboarding.checklists.items import BadItem, parse
from onboarding.checklists.models import ChecklistVersion, Item
from onboarding.checklists.rules import registry
from onboarding.core.refusals import Invalid, NotPossibleNow
from onboarding.suppliers.actors import Actor


class Stale(NotPossibleNow):
    """Somebody else has saved the same item meanwhile."""


@transaction.atomic
def begin_draft(*, by: Actor, at: datetime) -> ChecklistVersion:
    """Copy the newest published version into a draft.

    Raises NotPermitted, and NotPossibleNow where there is a draft already.
    """
    person = rules.check_edit(by)
    published = ChecklistVersion.objects.published().select_for_update()
    last = published.order_by("-number").first()
    if ChecklistVersion.objects.filter(published_at=None).exists():
        raise NotPossibleNow(_("Sjekklisten har allerede en kladd. Gå videre med den."))
    number = (last.number if last else 0) + 1
    draft = ChecklistVersion.objects.create(number=number, created_at=at, created_by_id=person)
    source = last.items.order_by("position") if last else Item.objects.none()
    Item.objects.bulk_create(
        Item(version=draft, key=item.key, position=item.position, block=item.block)
        for item in source
    )
    _record("checklist.begin", draft, by, at)
    return draft


@transaction.atomic
def save_item(*, block: Mapping[str, Any], by: Actor, at: datetime, seen: str = "") -> Item:
    """Put an item into the draft: in its place where there is one of its key, else at the end.

    `seen` is the fingerprint of the item that one started from, "" for a new one. Raises
    NotPermitted, NotPossibleNow without a draft, Stale, and Invalid for what is no item, or for
    one that only the portal settles but cannot prove.
    """
    draft = _locked_draft(by)
    try:
        spec = parse(block)
    except BadItem as bad:
        text = _("Sjekk «%(field)s». Fant: %(found)s")
        raise Invalid(text % {"field": bad.field, "found": bad.found}, field=bad.field) from bad
    rule = registry.RULES.get(spec.key)
    if spec.needs and spec.fallback is None and (rule is None or rule.judge is None):
        raise Invalid(
            _("Portalen har ingen regel for %(key)s. Velg hvem som avklarer punktet i stedet.")
            % {"key": spec.key},
            field="fallback",
        )
    item = draft.items.filter(key=spec.key).first()
    if item and not seen:
        raise Invalid(_("Nummeret er i bruk. Velg et annet."), field="id")
    if seen != (fingerprint(item) if item else ""):
        raise Stale(_("Punktet er endret etter at du åpnet siden. Ingenting er lagret."))
    if item is None:
        last = draft.items.aggregate(last=Max("position"))["last"] or 0
        item = Item(version=draft, key=spec.key, position=last + 1)
    item.block = dict(block)
    item.save()
    _record("checklist.save_item", draft, by, at, item=spec.key)
    return item


@transaction.atomic
def remove_item(*, key: str, by: Actor, at: datetime) -> None:
    """Take an item out of the draft. Raises NotPermitted, NotPossibleNow where it is not there."""
    draft = _locked_draft(by)
    removed, _parts = draft.items.filter(key=key).delete()
    if not removed:
        raise NotPossibleNow(_("Punktet er ikke i kladden."))
    _record("checklist.remove_item", draft, by, at, item=key)


@transaction.atomic
def publish(*, by: Actor, at: datetime) -> ChecklistVersion:
    """Make the draft the current version: new cases are judged by it. It never changes again.

    Raises NotPermitted, and NotPossibleNow without a draft or with nothing in it.
    """
    draft = _locked_draft(by)
    if not draft.items.exists():
        raise NotPossibleNow(_("En sjekkliste uten punkter kan ikke publiseres."))
    draft.published_at, draft.published_by_id = at, by.user_id
    draft.save(update_fields=["published_at", "published_by"])
    _record("checklist.publish", draft, by, at)
    return draft


@transaction.atomic
def discard_draft(*, by: Actor, at: datetime) -> None:
    """Throw the draft away. Raises NotPermitted, and NotPossibleNow without one."""
    draft = _locked_draft(by)
    _record("checklist.discard", draft, by, at)
    draft.delete()


def fingerprint(item: Item) -> str:
    """Return a short value that changes with the item."""
    return hashlib.sha256(json.dumps(item.block, sort_keys=True).encode()).hexdigest()[:16]


def _locked_draft(by: Actor) -> ChecklistVersion:
    rules.check_edit(by)
    draft = ChecklistVersion.objects.select_for_update().filter(published_at=None).first()
    if draft is None:
        raise NotPossibleNow(_("Sjekklisten har ingen kladd nå. Den kan være publisert."))
    return draft


def _record(kind: str, draft: ChecklistVersion, by: Actor, at: datetime, item: str = "") -> None:
    record(kind, subject=draft, actor=by.name, at=at, version=draft.number, item=item)
