"""What is watched, what is wrong, and who was told?"""

from alerts.models.alerts import Alert, AlertQuerySet
from alerts.models.channels import Channel, Delivery
from alerts.models.rules import Rule, Watch

__all__ = [
    "Alert",
    "AlertQuerySet",
    "Channel",
    "Delivery",
    "Rule",
    "Watch",
]
