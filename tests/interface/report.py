"""Measure every page and write docs/interface.md: `python -m tests.interface.report`.

The test run asserts what is the same on every machine. Here the clock is read, too, one page at a
time; the program fails when a page misses a bar, and writes the table all the same.
"""

import asyncio
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.browser import chromium
from tests.interface import sites
from tests.interface.shots import take_looks
from tests.interface.walk import MOST_LCP_MS, How, Visit, walk

DOCS = sites.ROOT / "docs"
VISITED = tuple(name for name in sites.SETS if name != "pseudo")
BY_HAND = "## Measured once"
HEAD = """# The interface, measured

Every page of the site in a browser, written by

```
.venv/bin/python -m tests.interface.report{flag}
```

The list of pages comes from the URL configuration; a page with several looks (an alert that fires, one
that is resolved) counts with its worst figure. Each page is loaded cold: {count} visits on four sites, with
200 teams, where everything fails or is stale, with a course that holds nothing, and without a course.
axe-core looks at {views}
with all rules of WCAG 2.2 AA and all best practices; forms are looked at again after they refused
nonsense. Weights are what goes over the wire, in kB. LCP and CLS are Chromium's, on this
machine and without throttling, with 200 teams.

| bar | limit | worst |
|---|---|---|
"""


VIEWS = {
    How.THOROUGH: "each in light and dark, at 1280 and 390 px,",
    How.QUICK: "each in light and dark, at 1280 and 390 px (`--quick`: of two of the four at colours alone),",
}


def main() -> int:
    how = How.QUICK if "--quick" in sys.argv else How.THOROUGH
    with tempfile.TemporaryDirectory() as name:
        made = sites.prepared(Path(name), VISITED)
        with sites.serving(list(made.values())):
            seen = asyncio.run(_measure(made, how))
            looks = take_looks(made["full"])
    bars = _bars(seen)
    text = HEAD.format(
        flag=" --quick" if how is How.QUICK else "", count=len(seen), views=VIEWS[how]
    ) + "".join(f"| {' | '.join(row)} |\n" for row, _ in bars)
    text += looks + _tables(seen) + _left_out(made["full"])
    page = DOCS / "interface.md"
    page.write_text(text + _by_hand(page), encoding="utf-8")
    missed = [row for row, is_met in bars if not is_met]
    print("\n".join(" | ".join(row) for row in missed) or "Every page meets every bar.")
    return 1 if missed else 0


async def _measure(made: dict[str, sites.Site], how: How) -> list[Visit]:
    """Examine all pages, then time those of the full course one by one."""
    seen = await walk(list(made.values()), chromium(), workers=os.cpu_count() or 1, how=how)
    timed = await walk([made["full"]], chromium(), workers=1, how=How.TIMED)
    lcp = {visit.label: visit.lcp_ms for visit in timed}
    for visit in seen:
        visit.lcp_ms = lcp.get(visit.label)
    return seen


def _bars(seen: list[Visit]) -> list[tuple[tuple[str, str, str], bool]]:
    """Return each bar with its limit and the worst page, and whether it is met."""
    product = [visit for visit in seen if visit.site == "full"]

    def worst(name: str, limit: float, value, rows: Iterable[Visit], unit: str = ""):
        found = max(rows, key=value)
        words = (name, f"≤ {limit:g}{unit}", f"{value(found):.3g}{unit} ({found.path})")
        return words, value(found) <= limit

    return [
        worst("violations of accessibility", 0, _broken, seen),
        worst("weight", 150, lambda visit: visit.bytes / 1000, seen, " kB"),
        worst("scripts", 40, lambda visit: visit.script_bytes / 1000, seen, " kB"),
        worst("requests", 10, lambda visit: visit.requests, seen),
        worst("largest contentful paint", MOST_LCP_MS, lambda visit: visit.lcp_ms or 0, product, " ms"),
        worst("layout shift", 0.05, lambda visit: visit.cls, seen),
        worst("queries", 15, lambda visit: visit.queries, product),
        worst("pages that scroll sideways at 320 px", 0, lambda visit: len(visit.sideways), seen),
        worst("complaints in the console", 0, lambda visit: len(visit.complaints), seen),
    ]


def _broken(visit: Visit) -> int:
    return sum(rule["count"] for found in visit.violations.values() for rule in found)


def _tables(seen: list[Visit]) -> str:
    """Return a table of the pages and one of the administration's."""
    groups: dict[str, list[Visit]] = defaultdict(list)
    for visit in seen:
        groups[visit.name if visit.name != "error page" else f"error page {visit.path[8:-1]}"].append(visit)
    head = (
        "| page | looks | kB | requests | scripts kB | nodes | LCP ms | CLS | queries | axe |\n" + "|---" * 10
    )
    panel = {name: rows for name, rows in groups.items() if name.startswith("admin:")}
    pages = {name: rows for name, rows in groups.items() if name not in panel}
    return "".join(
        f"\n## {title}\n\n{head}|\n" + "".join(_row(name, rows) for name, rows in sorted(part.items()))
        for title, part in (("Pages", pages), ("Administration", panel))
    )


def _row(name: str, rows: list[Visit]) -> str:
    lcp = [visit.lcp_ms for visit in rows if visit.lcp_ms]
    cells = [
        name,
        len({(visit.site, visit.path, visit.role) for visit in rows}),
        f"{max(visit.bytes for visit in rows) / 1000:.0f}",
        max(visit.requests for visit in rows),
        f"{max(visit.script_bytes for visit in rows) / 1000:.0f}",
        f"{max(visit.nodes for visit in rows):,}",
        f"{max(lcp):.0f}" if lcp else "–",
        f"{max(visit.cls for visit in rows):.3f}",
        max(visit.queries for visit in rows),
        sum(map(_broken, rows)),
    ]
    return f"| {' | '.join(map(str, cells))} |\n"


def _left_out(site: sites.Site) -> str:
    shown = {page["name"] for page in site.pages}
    rows = {row["name"]: row["reason"] for row in site.left_out if row["name"] not in shown}
    lines = "".join(f"| {name} | {reason} |\n" for name, reason in sorted(rows.items()))
    return f"\n## Addresses that show no page\n\n| address | what it does |\n|---|---|\n{lines}"


def _by_hand(page: Path) -> str:
    """Return what of the page was written by hand, from its heading to the end."""
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    _, heading, rest = old.partition(BY_HAND)
    return f"\n{heading}{rest}" if heading else ""


if __name__ == "__main__":
    sys.exit(main())
