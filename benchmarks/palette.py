"""How fast does the command palette open, and how fast does it answer, with 200 teams?

    .venv/bin/python -m benchmarks.palette

Makes the data set of the browser tests in a temporary folder, serves it, and drives the system's
Chromium. The clock runs in the page: from the key to the frame in which the palette stands, and from
the letter to the frame in which its hits stand, with the 30 ms that it waits for the next letter.
"""

import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMES = 40
OPEN_MS, HITS_MS = 100, 150
WORDS = (
    "otters",
    "daring",
    "order button",
    "people",
    "bike share",
    "ada",
    "archive",
    "production",
    "se",
    "d",
)
# `told` gives the milliseconds from the event `begin` to the paint after the change of `of`.
WATCH = """([begin, of, options]) => {
  const node = document.querySelector(of);
  window.told = new Promise(resolve => {
    let from = 0;
    document.addEventListener(begin, () => { from = performance.now(); }, {capture: true, once: true});
    new MutationObserver((_changes, observer) => {
      if (!from) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - from)));
    }).observe(node, options);
  });
}"""


def main() -> None:
    from tests.browser import running_browser  # noqa: PLC0415  # the database is made first
    from tests.interface import sites  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        site = sites.prepared(Path(folder), ["full"])["full"]
        with sites.serving([site]), running_browser() as browser:
            context = browser.new_context(base_url=site.url)
            context.add_cookies([{"name": "sessionid", "value": site.cookies["lecturer"], "url": site.url}])
            page = context.new_page()
            page.goto("/")
            print("| what | limit ms | p50 ms | p95 ms |\n|---|---|---|---|")
            print(row("the palette opens", OPEN_MS, [opening_ms(page) for _ in range(TIMES)]))
            print(row("its hits stand", HITS_MS, hits_ms(page)))


def row(name: str, limit: int, times: list[float]) -> str:
    p95 = statistics.quantiles(times, n=20)[-1]
    return f"| {name} | ≤ {limit} | {statistics.median(times):.0f} | {p95:.0f} |"


def opening_ms(page: "Page") -> float:
    page.evaluate(WATCH, ["keydown", "#palette", {"attributes": True, "attributeFilter": ["open"]}])
    page.keyboard.press("Control+k")
    taken: float = page.evaluate("told")
    page.keyboard.press("Escape")
    return taken


def hits_ms(page: "Page") -> list[float]:
    """Return how long the hits took for each of the words, asked in turn."""
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search or jump to")
    page.wait_for_load_state("networkidle")
    taken = []
    for n in range(TIMES):
        page.evaluate(WATCH, ["input", "#palette-hits", {"childList": True}])
        field.fill(WORDS[n % len(WORDS)])
        taken.append(page.evaluate("told"))
    return taken


if __name__ == "__main__":
    main()
