"""A published version never changes: the database says so, whatever the code does."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from onboarding.checklists import queries
from onboarding.checklists.models import ChecklistVersion, Item
from tests.checklists.making import first_version
from tests.constants import NOON

pytestmark = pytest.mark.django_db


def refused(statement: str, *params: int) -> None:
    """Run a statement that the database has to refuse."""
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_the_migrations_load_and_publish_the_first_version() -> None:
    version = first_version()

    assert queries.current_version() == version
    assert [item.key for item in queries.items(version)][:2] == ["P01", "P02"]
    assert len(queries.items(version)) == 48


def test_a_published_version_and_its_items_never_change() -> None:
    version = first_version()
    draft = ChecklistVersion.objects.create(number=2, created_at=NOON)
    item = Item.objects.filter(version=version).first()
    assert item
    block = item.block | {"id": "Z01"}
    loose = Item.objects.create(version=draft, key="Z01", position=1, block=block)

    refused("UPDATE checklists_checklistversion SET number = 7 WHERE id = %s", version.pk)
    refused("DELETE FROM checklists_item WHERE id = %s", item.pk)
    refused("UPDATE checklists_item SET position = 99 WHERE id = %s", item.pk)
    refused("UPDATE checklists_item SET version_id = %s WHERE id = %s", version.pk, loose.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(version=version, key="Z02", position=99, block=block | {"id": "Z02"})

    assert Item.objects.filter(version=version).count() == 48


def test_a_draft_may_change_and_there_is_one() -> None:
    first_version()
    draft = ChecklistVersion.objects.create(number=2, created_at=NOON)
    item = Item.objects.create(version=draft, key="Z01", position=1, block={"id": "Z01"})
    item.position = 2
    item.save()

    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistVersion.objects.create(number=3, created_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(version=draft, key="Z03", position=3, block={"id": "Z04"})

    assert queries.items(draft) == [item]
