"""What happens to alerts: observations move them, people handle them, the outbox tells people."""

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

__all__ = [
    "acknowledge",
    "close_alerts",
    "close_forgotten",
    "delete_channel",
    "deliver_due",
    "observe",
    "save_channel",
    "save_rule",
    "send_test",
    "unacknowledge",
]
