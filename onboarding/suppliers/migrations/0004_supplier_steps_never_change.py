from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql


class Migration(migrations.Migration):
    dependencies = [("suppliers", "0003_approval")]

    operations = [
        vendor_sql(
            *refuse(
                "suppliers_supplierstep",
                "supplier_steps_never_change",
                ("UPDATE", "DELETE"),
                "1 = 1",
            )
        )
    ]
