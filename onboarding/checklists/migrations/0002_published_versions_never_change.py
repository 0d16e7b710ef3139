from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql

PARENT_IS_PUBLISHED = (
    "EXISTS (SELECT 1 FROM checklists_checklistversion v "
    "WHERE v.id = {row}.version_id AND v.published_at IS NOT NULL)"
)


class Migration(migrations.Migration):
    dependencies = [("checklists", "0001_initial")]

    operations = [
        vendor_sql(
            *refuse(
                "checklists_checklistversion",
                "published_checklist_never_changes",
                ("UPDATE", "DELETE"),
                "OLD.published_at IS NOT NULL",
            )
        ),
        vendor_sql(
            *refuse(
                "checklists_item",
                "published_item_never_changes",
                ("UPDATE", "DELETE"),
                PARENT_IS_PUBLISHED.format(row="OLD"),
            )
        ),
        # Nor may an item come into a published version: by INSERT, or from a draft by UPDATE.
        vendor_sql(
            *refuse(
                "checklists_item",
                "published_checklist_never_grows",
                ("INSERT", "UPDATE"),
                PARENT_IS_PUBLISHED.format(row="NEW"),
            )
        ),
        vendor_sql(
            *refuse(
                "checklists_subject",
                "subject_is_published",
                ("INSERT", "UPDATE"),
                "NEW.revision_id IS NOT NULL AND NOT EXISTS "
                "(SELECT 1 FROM systems_revision r "
                "WHERE r.id = NEW.revision_id AND r.published_at IS NOT NULL)",
            )
        ),
    ]
