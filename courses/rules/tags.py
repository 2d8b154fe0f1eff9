"""What is the tag of a team, and which tags does a text name? Pure, without Django."""

import re
import unicodedata

MOST = 10  # of one team
LENGTH = 40


def tag_name(text: str) -> str:
    """Return how a tag is kept: in small letters with single spaces: no two differ in those alone."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def split_tags(text: str) -> list[str]:
    """Return the tags that stand in `text` between commas or semicolons, each once, in their order."""
    names = (tag_name(part) for part in re.split("[,;]", unicodedata.normalize("NFKC", text)))
    return list(dict.fromkeys(name for name in names if name))


def is_tag(name: str) -> bool:
    """Whether `name`, which comes from `tag_name`, can be a tag: not too long, nothing invisible in it."""
    return 0 < len(name) <= LENGTH and name.isprintable() and not re.search("[,;]", name)


def are_tags(text: str) -> bool:
    """Whether a team can have the tags that stand in `text`."""
    names = split_tags(text)
    return len(names) <= MOST and all(is_tag(name) for name in names)
