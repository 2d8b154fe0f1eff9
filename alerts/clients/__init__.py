"""How does a message travel? One module for each way."""

from alerts.clients import apprise, mail
from alerts.clients.letters import Failure, Letter, Target

__all__ = ["Failure", "Letter", "Target", "send"]


def send(target: Target, letter: Letter) -> Failure | None:
    """Send `letter`, and return why it was not taken, or None when it was. Takes seconds."""
    if target.addresses:
        return mail.send(target.addresses, letter)
    return apprise.send(target.url, letter)
