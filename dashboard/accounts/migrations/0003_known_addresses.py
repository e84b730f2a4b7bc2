"""Whoever has an account already is not asked to show that the address is theirs."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def know_addresses(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    people = apps.get_model("accounts", "User").objects
    apps.get_model("account", "EmailAddress").objects.bulk_create(
        [
            apps.get_model("account", "EmailAddress")(
                user_id=pk, email=email.lower(), verified=True, primary=True
            )
            for pk, email in people.values_list("pk", "email")
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_setup_link"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(know_addresses, migrations.RunPython.noop)]
