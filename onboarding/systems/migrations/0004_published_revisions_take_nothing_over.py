"""A part of a draft must not become a published revision's by a change of its revision either."""

from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql

PARENT_WILL_BE_PUBLISHED = (
    "EXISTS (SELECT 1 FROM systems_revision r "
    "WHERE r.id = NEW.revision_id AND r.published_at IS NOT NULL)"
)


class Migration(migrations.Migration):
    dependencies = [("systems", "0003_search_by_name")]

    operations = [
        vendor_sql(
            *refuse(
                f"systems_revision{part}",
                f"published_revision_{part}_takes_nothing_over",
                ("UPDATE",),
                PARENT_WILL_BE_PUBLISHED,
            )
        )
        for part in ("tag", "uri", "scope")
    ]
