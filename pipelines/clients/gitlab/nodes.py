"""How does GraphQL tell rows and their numbers?"""

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Nodes(msgspec.Struct, Generic[T]):
    nodes: list[T | None] | None = None

    def __iter__(self) -> Iterator[T]:
        return (node for node in self.nodes or () if node is not None)


def number(gid: str | None) -> int:
    """Return the number of `gid://gitlab/Ci::Pipeline/123`, 0 when there is none."""
    digits = (gid or "").rpartition("/")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0
