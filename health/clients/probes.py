"""What do environments answer?"""

from collections.abc import Iterator, Sequence

from courses.netguard import Fault, Outgoing, Reply, fetch_as_ready

# Enough to know that an answer really comes; an endless body ends here.
MAX_BYTES = 65_536


def probe_as_ready(targets: Sequence[tuple[str, float]]) -> Iterator[list[tuple[int, Reply | Fault]]]:
    """Ask every (URL, timeout in seconds) at once; yield (place, outcome) in lots as they come in."""
    return fetch_as_ready(
        [Outgoing(url, timeout_s=timeout_s, max_bytes=MAX_BYTES) for url, timeout_s in targets]
    )
