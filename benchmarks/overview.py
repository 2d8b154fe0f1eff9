"""How many queries, how long and how large is the overview with 20, 200 and 1,000 teams?

    .venv/bin/python -m benchmarks.overview

Writes to a database of its own in a temporary folder and to nothing else. Each figure stands
beside its limit. Times are the median of 15 requests through the whole middleware in one process: as
readers get the page, the teams rendered once in eight seconds for all of them; and with the teams
read and rendered anew for each request, which the first of them pays.
"""

import gzip
import os
import statistics
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django  # noqa: PLC0415  # settings read the environment set above

        django.setup()
        measure()


def measure() -> None:
    """Print the table."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks import course  # noqa: PLC0415
    from courses.models import Course, User  # noqa: PLC0415

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.STATIC_ROOT.mkdir()
    call_command("migrate", verbosity=0)
    admin = User.objects.create_superuser("admin@example.org", "benchmark")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(admin)
    print("| teams | queries (≤ 15) | median ms (≤ 60) | rendered anew, ms | HTML kB | gzip kB (≤ 60) |")
    print("|---|---|---|---|---|---|")
    for teams in (2, 20, 200, 1000):
        Course.objects.all().delete()
        course.make(teams, now=timezone.now())
        print(f"| {teams:,} | {row(client)} |")


def row(client: "Client") -> str:
    """Return what one table row says of the overview as `client` sees it."""
    from django.core.cache import cache  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from courses import live  # noqa: PLC0415

    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/?view=grid")
    assert answer.status_code == 200, answer.status_code
    count = len(queries)  # before other requests empty the log
    shared = median_ms(client)
    live.FRESH_S, fresh_s = 0.0, live.FRESH_S
    anew = median_ms(client)
    live.FRESH_S = fresh_s
    page = answer.content
    packed = len(gzip.compress(page, 6)) / 1000
    return f"{count} | {shared:.0f} | {anew:.0f} | {len(page) / 1000:.0f} | {packed:.0f}"


def median_ms(client: "Client") -> float:
    """Return the median time of 15 requests."""
    spans = []
    for _ in range(15):
        begun = time.perf_counter()
        client.get("/?view=grid")
        spans.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spans)


if __name__ == "__main__":
    main()
