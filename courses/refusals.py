"""What did the network guard refuse, in words, and what would allow it?"""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.networks import NOT_PUBLIC, entry_for


def unchecked(urls: Sequence[str]) -> str:
    """Return the warning about addresses, at least one, that the network guard does not let the site ask."""
    words = ngettext(
        "%(url)s will not be checked: the site reaches public addresses only.",
        "These addresses will not be checked: the site reaches public addresses only.",
        len(urls),
    )
    return f"{words % {'url': urls[0]}} {how_to_allow(*urls)}"


def how_to_allow(*addresses: str) -> str:
    """Return what lets the site reach addresses the network guard refused; see `networks.entry_for`."""
    entries = [entry_for(address) for address in addresses]
    if not all(entries):
        return _(
            "To allow it, an administrator names its network in the environment variable OUTBOUND_ALLOW, "
            "such as 10.20.0.0/16, and restarts the site."
        )
    return _(
        "To allow it, an administrator sets the environment variable OUTBOUND_ALLOW=%(entries)s "
        "and restarts the site."
    ) % {"entries": ",".join(dict.fromkeys(entries))}


def cure_of(detail: str) -> str:
    """Return what to do about `detail`, the words of a fault; empty unless an address was not public."""
    return how_to_allow(detail) if NOT_PUBLIC in detail else ""


def told(detail: str) -> str:
    """Return `detail` with what to do about it."""
    return f"{detail} {cure_of(detail)}".rstrip()
