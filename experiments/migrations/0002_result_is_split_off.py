"""Tells by a column of its own whether the split of an experiment is off."""

from django.db import migrations, models


def read_snapshots(apps, schema_editor):
    """Fill the column from what the analyses have stored."""
    results = apps.get_model("experiments", "Result").objects
    results.filter(snapshot__sample_ratio_p__lt=0.001).update(is_split_off=True)


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="result",
            name="is_split_off",
            field=models.BooleanField(default=False, verbose_name="is split off"),
        ),
        migrations.RunPython(read_snapshots, migrations.RunPython.noop),
    ]
