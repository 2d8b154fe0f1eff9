"""Which rules does a new installation start with?"""

from django.db import migrations

# Two failures and two successes in a row: one lost packet is no outage, one lucky answer no repair.
# A p-value wanders over its limit and back: three good ones before the mismatch counts as gone.
RULES = [
    {
        "signal": "health.environment.down",
        "name": "Environment down",
        "comparison": "at_least",
        "threshold": 1.0,
        "bad_in_a_row": 2,
        "good_in_a_row": 2,
        "severity": "critical",
    },
    {
        "signal": "pipelines.default_branch.red",
        "name": "Default branch red",
        "comparison": "at_least",
        "threshold": 1.0,
        "bad_in_a_row": 1,
        "good_in_a_row": 1,
        "severity": "warning",
    },
    {
        "signal": "experiments.sample_ratio",
        "name": "Sample-ratio mismatch",
        "comparison": "at_most",
        "threshold": 0.001,
        "bad_in_a_row": 1,
        "good_in_a_row": 3,
        "severity": "warning",
    },
]


def seed(apps, schema_editor):
    """Add what is missing; a rule that somebody changed stays as it is."""
    rule = apps.get_model("alerts", "Rule")
    for fields in RULES:
        if not rule.objects.filter(course=None, signal=fields["signal"]).exists():
            rule.objects.create(**fields)


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
