"""By which link does the reader of a mail stop such mails, without signing in?

The link never runs out: a mailbox may keep a mail for years. It can do nothing but stop.
"""

from enum import StrEnum

from django.core.signing import BadSignature, Signer
from django.urls import reverse

SIGNER = Signer(salt="alerts.stop", sep=".")


class Mails(StrEnum):
    """What can be stopped by itself."""

    ALERTS = "alerts"
    DIGEST = "digest"


def stop_path(channel_id: int, mails: Mails) -> str:
    """Return the address of the page that stops `mails` of a personal channel."""
    return reverse("alerts:stop", args=[SIGNER.sign(f"{channel_id}-{mails}")])


def read_stop_token(token: str) -> tuple[int, Mails] | None:
    """Return which channel's mails a token of ours stops, or None for one that is not ours."""
    try:
        channel_id, _, mails = SIGNER.unsign(token).partition("-")
    except BadSignature:
        return None
    return int(channel_id), Mails(mails)
