from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql

PARENT_IS_PUBLISHED = (
    "EXISTS (SELECT 1 FROM systems_revision r "
    "WHERE r.id = {row}.revision_id AND r.published_at IS NOT NULL)"
)


class Migration(migrations.Migration):
    dependencies = [("systems", "0001_initial")]

    operations = [
        vendor_sql(
            *refuse(
                "systems_revision",
                "published_revision_never_changes",
                ("UPDATE", "DELETE"),
                "OLD.published_at IS NOT NULL",
            )
        ),
        *(
            vendor_sql(
                *refuse(
                    f"systems_revision{part}",
                    f"published_revision_{part}_never_changes",
                    ("UPDATE", "DELETE"),
                    PARENT_IS_PUBLISHED.format(row="OLD"),
                )
            )
            for part in ("tag", "uri", "scope")
        ),
        *(
            vendor_sql(
                *refuse(
                    f"systems_revision{part}",
                    f"published_revision_{part}_never_grows",
                    ("INSERT",),
                    PARENT_IS_PUBLISHED.format(row="NEW"),
                )
            )
            for part in ("tag", "uri", "scope")
        ),
    ]
