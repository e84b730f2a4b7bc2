import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tracking", "0019_sites_of_teams"),
    ]

    operations = [
        migrations.AlterField(
            model_name="site",
            name="team",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="sites", to="tracking.team"),
        ),
        migrations.RemoveField(
            model_name="site",
            name="members",
        ),
        migrations.DeleteModel(
            name="Membership",
        ),
    ]
