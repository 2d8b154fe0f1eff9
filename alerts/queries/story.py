"""What happened to one alert?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from alerts import wording
from alerts.models import Alert, Channel, Delivery
from courses.models import Event

LENGTH = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an alert's story."""

    at: datetime
    tone: str
    word: str
    text: str
    detail: str = ""


def story(alert: Alert, deliveries: Collection[Delivery], *, is_mail_filed: bool) -> list[Step]:
    """Return what happened to `alert`, newest first: its signs, what people did, what went out."""
    first = Step(alert.pending_since, "busy", _("first sign"), alert.rule.name)
    steps = []
    events = Event.objects.filter(
        project=alert.project_id,
        kind=Event.Kind.ALERT,
        url=alert.get_absolute_url(),
        at__gte=alert.pending_since,
    ).select_related("actor")
    for event in events.latest_first()[:LENGTH]:
        tone, word, text = wording.step_of(event.title, event.tone)
        # What a person did needs no title: it is that of the page.
        steps.append(Step(event.at, tone, word, str(event.actor or text), event.detail))
    for delivery in deliveries:
        if delivery.sent_at:
            is_filed = is_mail_filed and delivery.channel.kind == Channel.Kind.EMAIL
            word = _("filed") if is_filed else _("told")
            text = wording.told(delivery.transition, delivery.channel.name, is_filed=is_filed)
            steps.append(Step(delivery.sent_at, "idle", word, text))
    return [*sorted(steps, key=lambda step: step.at, reverse=True), first]
