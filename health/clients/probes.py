"""What do environments answer?"""

from collections.abc import Sequence

from courses.netguard import Fault, Outgoing, Reply, fetch_all

# Enough to know that an answer really comes; an endless body ends here.
MAX_BYTES = 65_536


def probe_all(targets: Sequence[tuple[str, float]]) -> list[Reply | Fault]:
    """Ask every (URL, timeout in seconds) at once; return the outcomes in the same order."""
    return fetch_all([Outgoing(url, timeout_s=timeout_s, max_bytes=MAX_BYTES) for url, timeout_s in targets])
