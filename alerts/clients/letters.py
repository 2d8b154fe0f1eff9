"""What is a message, before it is known how it travels?"""

from collections.abc import Sequence
from dataclasses import dataclass

SEND_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in plain words.

    subject: one line.
    tone: `bad` when something fires, `good` when it is over, `neutral` for a test.
    key: the same for every copy of this message, and for no other; letters and digits.
    thread: the same for all messages about one alert.
    list_name: what mailboxes may sort by, a host name that need not exist.
    stop_url: a post to it ends such messages, see RFC 8058; empty where there is none.
    """

    subject: str
    body: str
    tone: str
    key: str
    thread: str
    list_name: str
    stop_url: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message was not taken, in words that hold no secret; unbounded.

    is_silent: nobody answered, so the next message would not be taken either.
    """

    words: str
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a letter goes: mail addresses, or one Apprise URL."""

    addresses: Sequence[str] = ()
    url: str = ""
