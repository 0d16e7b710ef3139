from django.db import migrations

from onboarding.core.vendorsql import refuse, vendor_sql


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        vendor_sql(*refuse("audit_event", "events_never_change", ("UPDATE", "DELETE"), "1 = 1"))
    ]
