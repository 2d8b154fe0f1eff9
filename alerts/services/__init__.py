"""What happens to alerts: observations move them, people handle them, the outbox tells people."""

from alerts.services.digests import plan_digests
from alerts.services.handling import (
    acknowledge,
    close_alerts,
    close_forgotten,
    delete_channel,
    save_channel,
    save_rule,
    unacknowledge,
)
from alerts.services.observing import observe
from alerts.services.outbox import send_test
from alerts.services.sending import deliver_due
from alerts.services.stop_links import Mails, read_stop_token, stop_path
from alerts.services.subscribing import save_subscription, send_test_to, stop_all_mails, stop_mails

__all__ = [
    "Mails",
    "acknowledge",
    "close_alerts",
    "close_forgotten",
    "delete_channel",
    "deliver_due",
    "observe",
    "plan_digests",
    "read_stop_token",
    "save_channel",
    "save_rule",
    "save_subscription",
    "send_test",
    "send_test_to",
    "stop_all_mails",
    "stop_mails",
    "stop_path",
    "unacknowledge",
]
