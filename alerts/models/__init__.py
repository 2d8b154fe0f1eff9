"""What is watched, what is wrong, and who was told?"""

from alerts.models.alerts import Alert, AlertQuerySet
from alerts.models.channels import Channel, Delivery
from alerts.models.rules import Rule, Watch
from alerts.models.subscriptions import Interest, Subscription

__all__ = [
    "Alert",
    "AlertQuerySet",
    "Channel",
    "Delivery",
    "Interest",
    "Rule",
    "Subscription",
    "Watch",
]
