"""How long does a reader wait for the server, with 200 teams?

    .venv/bin/python -m benchmarks.served

Makes the data set of the browser tests in a temporary folder, serves it by one web process as the
product does, and asks for the heaviest pages with `wrk` (of the package of this name): two signed-in
readers, each asking again as soon as the page is there, for 15 seconds a page.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

READERS, SECONDS, MOST_MS = 2, 15, 150
PAGES = (
    "/",
    "/?view=table",
    "/pipelines/",
    "/health/",
    "/alerts/",
    "/courses/se/teams/team-3/",
    "/health/environments/4/",
    "/experiments/2/",
)
P95 = """done = function(summary, latency)
  local p50, p95 = latency:percentile(50) / 1000, latency:percentile(95) / 1000
  io.write(string.format("told %.1f %.1f %d %d\\n", p50, p95,
    summary.requests, summary.errors.status + summary.errors.timeout))
end
"""


def main() -> int:
    from tests.interface import sites  # noqa: PLC0415  # the database is made first

    if not shutil.which("wrk"):
        print("wrk is not installed: apt-get install wrk")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "p95.lua"
        script.write_text(P95)
        site = sites.prepared(Path(folder), ["full"])["full"]
        with sites.serving([site]):
            print(f"| page | p50 ms | p95 ms (≤ {MOST_MS}) | requests | failed |\n|---|---|---|---|---|")
            for path in PAGES:
                print(row(site.url + path, path, site.cookies["lecturer"], script))
    return 0


def row(url: str, path: str, session: str, script: Path) -> str:
    """Return the line of the table for one page."""
    told = subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{READERS}",
            f"-d{SECONDS}s",
            "-s",
            script,
            "-H",
            f"Cookie: sessionid={session}",
            url,
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS + 30,
    ).stdout
    figures = re.search(r"told (\S+) (\S+) (\d+) (\d+)", told)
    assert figures, told
    p50, p95, requests, failed = figures.groups()
    return f"| `{path}` | {float(p50):.0f} | {float(p95):.0f} | {requests} | {failed} |"


if __name__ == "__main__":
    sys.exit(main())
