"""Run the whole site on this machine: web, worker, beat and, without REDIS_URL, the broker."""

import fcntl
import http.client
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard import processes
from dashboard.supervisor import Supervisor


class Command(BaseCommand):
    help = "Run web, worker, beat and the embedded broker together; Ctrl-C stops them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--also", type=Path, metavar="PROCFILE", help="run its processes as well")

    def handle(self, *args: Any, **options: Any) -> None:
        lock = (settings.DATA_DIR / "serve.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"Courseops runs already with the data in {settings.DATA_DIR}.") from None
        self._require_free_port()
        try:
            children = processes.children(options["also"])
        except processes.NoBrokerError as error:
            raise CommandError(str(error)) from None
        self.is_announced = False
        Supervisor(children, self._say).run(self._announce)
        self._say("Courseops has stopped.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _require_free_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.BIND_ADDRESS, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"Port {settings.PORT} cannot be used ({error.strerror}). Set PORT to another one: "
                    "make run PORT=8001"
                ) from None

    def _announce(self) -> None:
        """Print the address once it really answers."""
        if self.is_announced:
            return
        is_everywhere = settings.BIND_ADDRESS in ("0.0.0.0", "::")  # noqa: S104  # compared, not bound
        host = "127.0.0.1" if is_everywhere else settings.BIND_ADDRESS
        connection = http.client.HTTPConnection(host, settings.PORT, timeout=1)
        try:
            connection.request("GET", "/health/live", headers=self._headers())
            if connection.getresponse().status == http.HTTPStatus.OK:
                self.is_announced = True
                self._say(f"Courseops answers at {settings.SITE_URL}/ (Ctrl-C stops it)")
        except (OSError, http.client.HTTPException):
            pass  # not yet: the next turn asks again
        finally:
            connection.close()

    @staticmethod
    def _headers() -> dict[str, str]:
        site = urlsplit(settings.SITE_URL)
        return {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
