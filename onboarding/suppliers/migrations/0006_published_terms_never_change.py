from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql

PARENT_IS_PUBLISHED = (
    "EXISTS (SELECT 1 FROM suppliers_terms t "
    "WHERE t.id = {row}.terms_id AND t.published_at IS NOT NULL)"
)


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0005_terms_of_use")]

    operations = [
        vendor_sql(
            *refuse(
                "suppliers_terms",
                "published_terms_never_change",
                ("UPDATE", "DELETE"),
                "OLD.published_at IS NOT NULL",
            )
        ),
        vendor_sql(
            *refuse(
                "suppliers_termsduty",
                "duties_of_published_terms_never_change",
                ("UPDATE", "DELETE"),
                PARENT_IS_PUBLISHED.format(row="OLD"),
            )
        ),
        vendor_sql(
            *refuse(
                "suppliers_termsduty",
                "duties_of_published_terms_never_grow",
                ("INSERT",),
                PARENT_IS_PUBLISHED.format(row="NEW"),
            )
        ),
        vendor_sql(
            *refuse(
                "suppliers_acceptance",
                "acceptances_never_change",
                ("UPDATE", "DELETE"),
                "1 = 1",
            )
        ),
    ]
