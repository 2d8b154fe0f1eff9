"""Which alerts are open, who was told, and what could not be sent?"""

from datetime import timedelta

from alerts.models import Alert, Channel, Delivery, Rule
from courses.models import Course, Project, User
from tests.interface.course import MARKUP, UNBROKEN, WORST, Story
from tests.interface.course.people import ROLES

DOWN, RED, SPLIT = "health.environment.down", "pipelines.default_branch.red", "experiments.sample_ratio"
TITLES = {
    DOWN: "production answers with 502 Bad Gateway",
    RED: "main is red: test failed",
    SPLIT: "Experiment “Order button”: the split is off",
}


def make_alerts(story: Story, course: Course, projects: list[Project]) -> list[Alert]:
    """Make alerts in every state; the worst team has three."""
    rules = {signal: Rule.objects.get(signal=signal, course=None) for signal in TITLES}
    Rule.objects.filter(course=None).update(name="")
    for signal, rule in rules.items():
        rule.name = story.text(
            {DOWN: "Environment down", RED: "Default branch red", SPLIT: "Split off"}[signal]
        )
        rule.save()
    Rule.objects.create(
        course=course, name=story.text("Slow"), signal=DOWN, comparison="at_least", threshold=1.0,
        severity="info", is_enabled=False,
    )  # fmt: skip
    worst = WORST % len(projects)
    told = [(worst, signal, "firing") for signal in TITLES]
    for n, _ in enumerate(projects):
        signal = {"down": DOWN, "tls": DOWN, "red": RED, "alert": SPLIT}.get(story.trouble(n))
        if signal:
            told.append((n, signal, "pending" if n % 40 == 37 else "firing"))
        if n % 7 == 2:
            told.append((n, RED, "resolved"))
    rows = Alert.objects.bulk_create(
        _alert(story, projects[n], rules[signal], state, k) for k, (n, signal, state) in enumerate(told)
    )
    _tell(story, course, rows)
    return rows


def _alert(story: Story, project: Project, rule: Rule, state: str, k: int) -> Alert:
    lecturer = User.objects.get(email=ROLES["lecturer"]) if state == "firing" and k % 4 == 3 else None
    title = {0: UNBROKEN[:200], 1: MARKUP}.get(k) if story.is_failing else None
    begun = story.ago(hours=2 + k % 30, minutes=k % 50)
    return Alert(
        rule=rule,
        subject=f"story:{project.pk}:{rule.pk}:{k}",
        project=project,
        state=state,
        bad_count=12,
        last_value=0.0004 if rule.signal == SPLIT else 1.0,
        last_observed_at=story.ago(minutes=1),
        title=title or story.text(TITLES[rule.signal]),
        detail=story.text("Seen by two checks in a row."),
        path=project.get_absolute_url(),
        pending_since=begun,
        fired_at=None if state == "pending" else begun + timedelta(minutes=2),
        resolved_at=begun + timedelta(hours=1) if state == "resolved" else None,
        acknowledged_at=begun + timedelta(minutes=9) if lecturer else None,
        acknowledged_by=lecturer,
        acknowledged_note=story.text("I talk to them at ten.") if lecturer else "",
    )


def _tell(story: Story, course: Course, alerts: list[Alert]) -> None:
    mail = Channel.objects.create(
        course=course, name=story.text("Mail to the staff"), target="lecturer@course.example\ntutor@x.example"
    )
    chat = Channel.objects.create(
        course=course, name=story.text("Chat"), kind="apprise", target="json://chat.example.org/hook"
    )
    Channel.objects.create(course=course, name=story.text("Off"), target="a@x.example", is_enabled=False)
    for role in ("administrator", "student"):
        Channel.objects.create(owner=User.objects.get(email=ROLES[role]))
    fault = story.text("The server did not take it: 550 mailbox unavailable")
    rows = [
        Delivery(
            alert=alert,
            transition="fired",
            channel=channel,
            state="dead" if story.is_failing else ("sent", "sent", "pending", "dead")[k % 4],
            attempts=8 if story.is_failing else k % 4 + 1,
            created_at=alert.fired_at,
            next_attempt_at=story.now + timedelta(days=9),
            last_error=fault if story.is_failing or k % 4 > 1 else "",
            sent_at=alert.fired_at if k % 4 < 2 and not story.is_failing else None,
            dedupe_key=f"story-{k}-{channel.pk}",
        )
        for k, alert in enumerate(alerts)
        if alert.fired_at
        for channel in (mail, chat)
    ]
    test = Delivery(
        transition="test", channel=mail, state="sent", attempts=1, created_at=story.ago(days=1),
        next_attempt_at=story.ago(days=1), sent_at=story.ago(days=1), dedupe_key="story-test",
    )  # fmt: skip
    Delivery.objects.bulk_create([*rows, test])
