"""Load the small course of `make demo`: safe to repeat, loses nothing."""

import ipaddress
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dashboard import demo_course


class Command(BaseCommand):
    help = "Make a small course whose teams, apps and visitors are programs on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=demo_course.USUAL_PORT, help="the first port of the demo's programs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not ipaddress.ip_address(settings.BIND_ADDRESS).is_loopback:
            raise CommandError(
                "The demo's passwords are public, so it runs only where BIND_ADDRESS is 127.0.0.1."
            )
        path = settings.DATA_DIR / "demo-keys.json"
        roster = (settings.BASE_DIR / "demo" / "roster.csv").read_text(encoding="utf-8")
        try:
            found = demo_course.load(
                roster=roster, known_keys=_kept_keys(path), port=options["port"], now=timezone.now()
            )
        except demo_course.RosterRefusedError as error:
            raise CommandError(
                f"The demo course no longer fits its roster: {error} "
                f"Delete {settings.DATA_DIR} to start the demo afresh."
            ) from None
        _keep_keys(path, found)
        people = "\n".join(f"    {email}" for email in demo_course.SHOWN)
        self.stdout.write(
            f"\n  The demo's people, each with the password {demo_course.PASSWORD}:\n{people}\n"
        )
        page = f"http://{demo_course.HERE}:{options['port'] + demo_course.MAIL_PAGE}/"
        self.stdout.write(f"  What the site mails and posts is shown at {page}\n")
        self.stdout.flush()


def _kept_keys(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(key) for name, key in kept.items()} if isinstance(kept, dict) else {}


def _keep_keys(path: Path, found: dict[str, str]) -> None:
    """Write the keys for the apps, readable by this user alone, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(found))
    draft.replace(path)
