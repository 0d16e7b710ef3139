"""Load and publish the version of the checklist that comes with the portal."""

from datetime import UTC, datetime

from django.db import migrations

from onboarding.checklists.items import shipped


def load(apps, schema_editor):
    version = apps.get_model("checklists", "ChecklistVersion")
    item = apps.get_model("checklists", "Item")
    now = datetime.now(UTC)
    first = version.objects.create(number=1, created_at=now)
    item.objects.bulk_create(
        item(version=first, key=block["id"], position=position, block=block)
        for position, block in enumerate(shipped(1), 1)
    )
    version.objects.filter(pk=first.pk).update(published_at=now)


class Migration(migrations.Migration):
    dependencies = [("checklists", "0002_published_versions_never_change")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
