"""Who keeps the processes of one machine alive, and ends them all together?

Each child leads a process group of its own, so that Ctrl-C reaches the supervisor alone and
what a dead child leaves behind can be ended with it. On Linux the kernel sends every child
SIGTERM when the supervisor dies, however it dies.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

STEADY_AFTER_S = 60.0
LONGEST_PAUSE_S = 30.0
PR_SET_PDEATHSIG = 1


def _die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)  # the parent was gone before the kernel knew to tell


@dataclass
class Child:
    """One process to keep running: started again after 1, 2, 4 … 30 s when it ends by itself."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    grace_s: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    not_before: float = 0.0
    pause_s: float = field(default=1.0)

    def start(self) -> None:
        parent = os.getpid()
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            start_new_session=True,
            preexec_fn=lambda: _die_with_parent(parent),  # noqa: PLW1509  # one thread only
        )

    def keep(self, say: Callable[[str], None]) -> None:
        """Start again what has ended, after a pause that doubles while it keeps ending."""
        now = time.monotonic()
        if self.process is not None and (code := self.process.poll()) is not None:
            self._end_group()
            is_steady = now - self.started_at > STEADY_AFTER_S
            self.pause_s = 1.0 if is_steady else min(self.pause_s * 2, LONGEST_PAUSE_S)
            self.not_before = now + self.pause_s
            self.process = None
            say(f"{self.name} ended with code {code}; it starts again in {self.pause_s:.0f} s")
        if self.process is None and now >= self.not_before:
            self.start()

    def stop(self) -> None:
        """Ask the process to end, and end its whole group when it has not after `grace_s`."""
        if self.process is None:
            return
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.grace_s)
        self._end_group()
        self.process.wait()

    def _end_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Starts `children` in order, keeps them running, and stops them in reverse."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.is_stopping = False

    def request_stop(self, *_: object) -> None:
        self.is_stopping = True

    def run(self, each_turn: Callable[[], None]) -> None:
        """Run until a signal asks to stop; `each_turn` is called about five times a second."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self.request_stop)
        try:
            while not self.is_stopping:
                for child in self.children:
                    child.keep(self.say)
                each_turn()
                time.sleep(0.2)
        finally:
            for child in reversed(self.children):
                child.stop()
