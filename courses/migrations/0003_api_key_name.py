from django.db import migrations
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_reading_preferences")]

    operations = [
        migrations.AlterModelOptions(
            name="apikey",
            options={"ordering": ["name", F("created_at").desc()], "verbose_name": "API key"},
        ),
    ]
