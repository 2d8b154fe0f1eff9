"""Which addresses may this site connect to?"""

import ipaddress
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# What `is_global` lets through although nobody's public site lives there: 6to4 relays and
# protocol assignments; in IPv6 tunnels that carry another address, and documentation.
NEVER = [
    ipaddress.ip_network(text)
    for text in ("192.88.99.0/24", "192.0.0.0/24", "2001::/23", "2002::/16", "3fff::/20")
]
# The one part of IPv6 from which public addresses are given out. Outside it lie IPv4-compatible
# and translated, NAT64, site-local and segment-routing addresses, which `is_global` may pass.
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
NOT_PUBLIC = "is not a public address"


class AddressRefusedError(OSError):
    """The name resolves only to addresses that this site does not reach."""


def is_public(address: IPAddress) -> bool:
    """Whether `address` is one a public site can live at."""
    embedded = getattr(address, "ipv4_mapped", None)
    if embedded is not None:
        return is_public(embedded)
    if address.version == 6 and address not in PUBLIC_IPV6:
        return False
    is_listed = any(address in network for network in NEVER if network.version == address.version)
    return address.is_global and not address.is_multicast and not is_listed


@cache
def _allowed_networks(entries: tuple[str, ...]) -> list[tuple[Any, int | None]]:
    networks = []
    for entry in entries:
        address, _, rest = entry.partition("/")
        length, _, port = rest.partition(":")
        networks.append((ipaddress.ip_network(f"{address}/{length}"), int(port) if port else None))
    return networks


def may_reach(address: IPAddress, port: int) -> bool:
    """Whether the site may connect there: public web ports, or what `OUTBOUND_ALLOW` names."""
    for network, allowed_port in _allowed_networks(tuple(settings.OUTBOUND_ALLOW)):
        if address.version == network.version and address in network and allowed_port in (None, port):
            return True
    return is_public(address) and (port in (80, 443) or port >= 1024)


def vet(host: str, addresses: Sequence[str], port: int) -> list[str]:
    """Return those of `addresses` that may be reached; raise AddressRefusedError if none may."""
    vetted = [text for text in addresses if may_reach(ipaddress.ip_address(text.partition("%")[0]), port)]
    if not vetted:
        place = f"[{host}]" if ":" in host else host
        raise AddressRefusedError(f"{place}:{port} {NOT_PUBLIC}.")
    return vetted


def entry_for(address: str) -> str:
    """Return what allows the host and port of `address` in `OUTBOUND_ALLOW`; empty where a name hides it.

    address: a URL, or words that begin with `host:port` as those of `vet` do.
    """
    try:
        parts = urlsplit(address if "://" in address else f"//{address.partition(' ')[0]}")
        literal = ipaddress.ip_address("127.0.0.1" if parts.hostname == "localhost" else parts.hostname or "")
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ""
    return f"{literal}/{literal.max_prefixlen}:{port}"
