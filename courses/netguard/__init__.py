"""May this address be reached, and what did it answer?

The one client for addresses that people enter. An address is resolved once, every result is
vetted, and the connection goes to a vetted result: a name that changes its mind between the
look and the call gains nothing. Each redirect is vetted again; time, redirects and bytes are
bounded. What goes wrong outside comes back as a `Fault`, never as an exception.
"""

from courses.netguard.following import vet_url
from courses.netguard.loop import close, fetch, fetch_all, fetch_as_ready
from courses.netguard.messages import Fault, FaultKind, Outgoing, Reply

__all__ = [
    "Fault",
    "FaultKind",
    "Outgoing",
    "Reply",
    "close",
    "fetch",
    "fetch_all",
    "fetch_as_ready",
    "vet_url",
]
