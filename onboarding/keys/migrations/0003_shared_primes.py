from collections.abc import Iterator
from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from onboarding.jose import b64


def add_those_registered(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    keys = apps.get_model("keys", "Key").objects.filter(kty="RSA").order_by("created_at", "pk")
    modulus = apps.get_model("keys", "Modulus")

    def rows() -> Iterator[Any]:
        for thumbprint, jwk in keys.values_list("thumbprint", "public_jwk").iterator():
            yield modulus(thumbprint=thumbprint, octets=b64.decode(jwk["n"]))

    modulus.objects.bulk_create(rows(), batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("keys", "0002_plan_of_the_first_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="Modulus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thumbprint", models.CharField(max_length=43, unique=True)),
                ("octets", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="key",
            name="weak_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(add_those_registered, migrations.RunPython.noop),
    ]
