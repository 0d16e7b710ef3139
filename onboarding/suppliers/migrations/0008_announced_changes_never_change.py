from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0007_contacts_changes_handovers")]

    operations = [
        vendor_sql(
            *refuse(
                "suppliers_changenotice",
                "published_changes_never_change",
                ("UPDATE", "DELETE"),
                "OLD.published_at IS NOT NULL",
            )
        ),
        vendor_sql(
            *refuse(
                "suppliers_acknowledgement",
                "acknowledgements_never_change",
                ("UPDATE", "DELETE"),
                "1 = 1",
            )
        ),
    ]
