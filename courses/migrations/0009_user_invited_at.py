from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0008_event_tones"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="invited_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="invited"),
        ),
    ]
