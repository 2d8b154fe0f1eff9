from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="environmentstate",
            name="day",
            field=models.CharField(blank=True, default="", max_length=24, verbose_name="last day"),
        ),
        migrations.AddField(
            model_name="environmentstate",
            name="day_until",
            field=models.PositiveIntegerField(default=0, verbose_name="last hour of the day"),
        ),
    ]
