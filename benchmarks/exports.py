"""How much memory and time does the export of a timeline of 100,000 entries take?

    .venv/bin/python -m benchmarks.exports

Writes to a database of its own in a temporary folder and to nothing else. The file is read in a
process of its own, whose memory is noted before and at its highest (Linux).
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ENTRIES = 100_000


def main() -> None:
    if os.environ.get("DATA_DIR") and sys.argv[1:] == ["read"]:
        set_up()
        read()
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        os.environ.pop("DATABASE_URL", None)
        set_up()
        fill()
        subprocess.run([sys.executable, "-m", "benchmarks.exports", "read"], check=True)


def set_up() -> None:
    import django  # noqa: PLC0415  # settings read the environment set above

    django.setup()


def fill() -> None:
    """Make a course in which much has happened."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from courses.models import Course, Event, User  # noqa: PLC0415

    settings.STATIC_ROOT.mkdir()
    call_command("migrate", verbosity=0)
    User.objects.create_superuser("admin@example.org", "benchmark")
    course, now = Course.objects.create(name="Course", slug="course"), timezone.now()
    rows = (
        Event(
            course=course,
            at=now - timedelta(seconds=n),
            kind="note",
            title=f"Entry {n}",
            detail="Words. " * 10,
        )
        for n in range(ENTRIES)
    )
    Event.objects.bulk_create(rows, batch_size=2000)


def read() -> None:
    """Print the table."""
    from django.test import Client  # noqa: PLC0415

    from courses.models import User  # noqa: PLC0415

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get())
    path = "/courses/course/?format=csv&part=timeline"
    b"".join(client.get(f"{path}&kind=import").streaming_content)  # everything is imported and connected
    Path("/proc/self/clear_refs").write_text("5")  # the highest so far is forgotten
    before, begun = memory_mb("VmRSS"), time.perf_counter()
    size = sum(len(chunk) for chunk in client.get(path).streaming_content)
    span = time.perf_counter() - begun
    print("| rows | file MB | seconds | memory + MB (≤ 30) |")
    print("|---|---|---|---|")
    print(f"| {ENTRIES:,} | {size / 1e6:.0f} | {span:.1f} | {memory_mb('VmHWM') - before:.0f} |")


def memory_mb(name: str) -> float:
    """Return what Linux says of this process's memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


if __name__ == "__main__":
    main()
