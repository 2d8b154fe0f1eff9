"""What does the clock tick, and how often? Each tick looks for what is due in the database."""

from datetime import timedelta


def tick(task: str, every: timedelta) -> dict[str, object]:
    """Return a beat entry whose message is worthless once the next one is sent."""
    seconds = every.total_seconds()
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


TICKS = {
    "run due checks": tick("health.tasks.run_due_checks", timedelta(seconds=5)),
    "sample hosts": tick("health.tasks.sample_host", timedelta(seconds=15)),
    "poll CI servers": tick("pipelines.tasks.poll_due_servers", timedelta(seconds=10)),
    "analyse experiments": tick("experiments.tasks.analyse_due", timedelta(seconds=20)),
    "deliver alerts": tick("alerts.tasks.deliver_due", timedelta(seconds=5)),
    "plan digests": tick("alerts.tasks.plan_digests", timedelta(minutes=1)),
    "work on jobs": tick("courses.tasks.run_due_jobs", timedelta(seconds=2)),
    "drop old jobs": tick("courses.tasks.drop_old_jobs", timedelta(hours=1)),
    "drop old measurements": tick("health.tasks.drop_old_samples", timedelta(hours=1)),
}
