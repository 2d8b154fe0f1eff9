"""What happens to alerts: observations move them, the outbox tells people."""

from collections.abc import Sequence
from datetime import datetime

from alerts.rules import Observation


def observe(observations: Sequence[Observation], *, now: datetime) -> None:
    """Judge a batch of observations by every rule for their signals.

    Call it in the transaction that stores the measurement. Safe to repeat: an observation not
    newer than the last one judged for its rule and subject changes nothing.
    """
