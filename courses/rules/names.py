"""Which names are well formed, and what do they become in an address? Pure, without Django."""

import re
import unicodedata
import zlib

SLUG_LENGTH = 50
_SEGMENT = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]*(?<!\.)(?<!\.git)(?<!\.atom)"
# What GitLab and GitHub accept as the path of a repository: group/project, any depth of groups.
REPOSITORY_PATH = rf"^{_SEGMENT}(?:/{_SEGMENT})+\Z"


def slug_of(name: str) -> str:
    """Return the part of an address that stands for `name`: 1 to 50 of a-z, 0-9 and hyphens.

    A name without a single Latin letter or digit gets a stable checksum instead.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:SLUG_LENGTH].strip("-")
    return slug or f"x-{zlib.crc32(name.encode(errors='replace')):08x}"


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: case and spacing do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def row_number(text: str | None) -> int:
    """Return the number of a row that an address names; 0 where it names none."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def is_repository_path(path: str) -> bool:
    """Whether `path` can be the path of a repository: `group/project`."""
    return len(path) <= 255 and re.match(REPOSITORY_PATH, path) is not None
