"""Which of our environments does a server mean?"""

import re
from collections.abc import Iterable


def place_of(name: str, external_url: str, places: Iterable[tuple[int, str, str, str]]) -> int | None:
    """Return the key of the place that a server's environment is; None when it is none of ours.

    places: (key, name, slug, URL). The name decides, as it is written or as a slug; else the URL does.
    """
    rows = list(places)
    said, slug = name.casefold(), re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    named = [key for key, its_name, its_slug, _ in rows if said == its_name.casefold() or slug == its_slug]
    address = external_url.casefold().rstrip("/")
    there = [key for key, _, _, url in rows if address and url.casefold().rstrip("/") == address]
    return next(iter(named or there), None)
