"""How busy is this machine?"""

import os
import socket
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

SETTLE_S = 0.5  # the span of the first reading, when there is no earlier one to compare with
OLD_S = 300.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a machine. Rates are means since the reading before."""

    name: str
    cpu_count: int
    cpu_percent: float
    load_1m: float
    memory_total_bytes: int
    memory_percent: float
    memory_used_bytes: int
    swap_percent: float
    disk_percent: float
    disk_used_bytes: int
    disk_total_bytes: int
    network_received_bytes_per_s: float
    network_sent_bytes_per_s: float


@dataclass(frozen=True, slots=True)
class _Counters:
    at: float
    busy_s: float
    total_s: float
    received: int
    sent: int


# psutil's own memory of the last call is one for each thread; tasks run in any thread.
_lock = threading.Lock()
_last: list[_Counters] = []


def _counters() -> _Counters:
    cpu = psutil.cpu_times()._asdict()
    # Linux counts guest time in user time already.
    total_s = sum(cpu.values()) - cpu.get("guest", 0.0) - cpu.get("guest_nice", 0.0)
    received, sent = _network()
    busy_s = total_s - cpu["idle"] - cpu.get("iowait", 0.0)
    return _Counters(time.monotonic(), busy_s, total_s, received, sent)


def _network() -> tuple[int, int]:
    """Return the bytes received and sent, without what the machine sends itself: that counts as both."""
    cards = [card for name, card in psutil.net_io_counters(pernic=True).items() if not _is_loopback(name)]
    return sum(card.bytes_recv for card in cards), sum(card.bytes_sent for card in cards)


def _is_loopback(name: str) -> bool:
    return name in ("lo", "lo0") or name.startswith("Loopback")


def _two_counters() -> tuple[_Counters, _Counters]:
    with _lock:
        if not _last or time.monotonic() - _last[0].at > OLD_S:
            _last[:] = [_counters()]
        if time.monotonic() - _last[0].at < SETTLE_S:
            time.sleep(SETTLE_S)
        before, after = _last[0], _counters()
        _last[:] = [after]
    return before, after


def read(disk: Path) -> Reading:
    """Return how busy this machine is, and how full the disk that holds `disk` is."""
    before, after = _two_counters()
    passed_s = after.at - before.at
    total_s = max(after.total_s - before.total_s, 0.001)
    memory, usage = psutil.virtual_memory(), psutil.disk_usage(os.fspath(disk))
    return Reading(
        name=socket.gethostname()[:253],
        cpu_count=psutil.cpu_count() or 1,
        cpu_percent=min(100.0, max(0.0, 100 * (after.busy_s - before.busy_s) / total_s)),
        load_1m=psutil.getloadavg()[0],
        memory_total_bytes=memory.total,
        memory_percent=memory.percent,
        memory_used_bytes=memory.total - memory.available,
        swap_percent=psutil.swap_memory().percent,
        disk_percent=usage.percent,
        disk_used_bytes=usage.used,
        disk_total_bytes=usage.total,
        network_received_bytes_per_s=max(0, after.received - before.received) / passed_s,
        network_sent_bytes_per_s=max(0, after.sent - before.sent) / passed_s,
    )


def to_json(reading: Reading) -> dict[str, Any]:
    """Return `reading` as the site takes it."""
    return asdict(reading)
