from django.db import migrations, models


def put_away(apps, schema_editor):
    """Courses that stood before there was a list of first steps need none."""
    apps.get_model("courses", "Course").objects.update(is_set_up=True)


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_jobs")]

    operations = [
        migrations.AddField(
            model_name="course",
            name="is_set_up",
            field=models.BooleanField(default=False, verbose_name="first steps put away"),
        ),
        migrations.RunPython(put_away, migrations.RunPython.noop),
    ]
