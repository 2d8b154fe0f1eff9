"""Which columns do the inbox, the rules, the channels and the delivery log have as files?"""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert, Channel, Delivery, Rule
from alerts.wording import sends_to
from courses.exports import Columns, csv_response

INBOX: Columns = [
    (_("Alert"), lambda row: row.title),
    (_("State"), lambda row: row.state),
    (_("Severity"), lambda row: row.rule.severity),
    (_("Rule"), lambda row: row.rule.name),
    (_("Team"), lambda row: row.project.team),
    (_("Project"), lambda row: row.project),
    (_("Details"), lambda row: row.detail),
    (_("First sign (UTC)"), lambda row: row.pending_since),
    (_("Fired (UTC)"), lambda row: row.fired_at),
    (_("Over (UTC)"), lambda row: row.resolved_at),
    (_("Acknowledged (UTC)"), lambda row: row.acknowledged_at),
    (_("Acknowledged by"), lambda row: row.acknowledged_by or ""),
    (_("Note"), lambda row: row.acknowledged_note),
]
DELIVERIES: Columns = [
    (_("Created (UTC)"), lambda row: row.created_at),
    (_("Channel"), lambda row: row.channel.name),
    (_("Course"), lambda row: row.channel.course or ""),
    (_("Alert"), lambda row: row.alert or ""),
    (_("Told that it"), lambda row: row.transition),
    (_("State"), lambda row: row.state),
    (_("Tries"), lambda row: row.attempts),
    (_("Sent (UTC)"), lambda row: row.sent_at),
    (_("Last error"), lambda row: row.last_error),
]

RULES: Columns = [
    (_("Rule"), lambda row: row.name),
    (_("Signal"), lambda row: row.signal),
    (_("Fires when"), lambda row: row.fires_when),
    (_("Is over after"), lambda row: row.good_in_a_row),
    (_("Severity"), lambda row: row.severity),
    (_("Course"), lambda row: row.course or ""),
    (_("Switched on"), lambda row: row.is_enabled),
    (_("Alerts open"), lambda row: row.open_count or 0),
]
# Never the addresses: they are secrets of the channel, on the page as here.
CHANNELS: Columns = [
    (_("Channel"), lambda row: row.name),
    (_("Course"), lambda row: row.course or ""),
    (_("Sends to"), lambda row: sends_to(row.kind, row.target)),
    (_("Switched on"), lambda row: row.is_enabled),
    (_("Tells of the end, too"), lambda row: row.send_resolved),
    (_("Latest message (UTC)"), lambda row: row.latest_at),
    (_("Its state"), lambda row: row.latest_state),
    (_("Last error"), lambda row: row.latest_error),
]


def inbox_csv(rows: QuerySet[Alert]) -> HttpResponse:
    return csv_response("alerts", INBOX, rows)


def deliveries_csv(rows: QuerySet[Delivery]) -> HttpResponse:
    return csv_response("deliveries", DELIVERIES, rows)


def rules_csv(rows: QuerySet[Rule]) -> HttpResponse:
    return csv_response("rules", RULES, rows)


def channels_csv(rows: QuerySet[Channel]) -> HttpResponse:
    return csv_response("channels", CHANNELS, rows)
