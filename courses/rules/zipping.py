"""What does a ZIP file look like that is written in pieces, by several processes after each other? Pure.

Every piece is compressed by itself and ends at a whole byte, so pieces joined are one valid stream;
what is needed to go on after a piece are the few numbers in `Zip`. Sizes follow each entry in a
descriptor, as in any ZIP that is written to a pipe. Source: PKWARE APPNOTE 6.3.10, 4.3 and 4.4.
"""

import struct
import zlib
from dataclasses import dataclass, field, replace

NEEDED = 20  # version 2.0: deflate
FLAGS = 0x0808  # sizes in the descriptor; names in UTF-8
DEFLATE = 8
LAST_BLOCK = b"\x03\x00"  # an empty deflate block that says: nothing follows
DATE = (2026 - 1980) << 9 | 1 << 5 | 1  # one date for all, so that the same content is the same file


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the ZIP: where it begins, and what was written of it."""

    name: str
    offset: int
    crc: int = 0
    packed: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Zip:
    """How far a ZIP was written."""

    length: int = 0
    entries: tuple[Entry, ...] = field(default=())


def opened(state: Zip, name: str) -> tuple[Zip, bytes]:
    """Return the bytes that begin an entry, and the state after them."""
    raw = name.encode()
    head = struct.pack("<4s5H3L2H", b"PK\3\4", NEEDED, FLAGS, DEFLATE, 0, DATE, 0, 0, 0, len(raw), 0) + raw
    return Zip(state.length + len(head), (*state.entries, Entry(name, state.length))), head


def added(state: Zip, data: bytes) -> tuple[Zip, bytes]:
    """Return the bytes that add `data` to the open entry, the last one."""
    press = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = press.compress(data) + press.flush(zlib.Z_FULL_FLUSH)
    *closed, entry = state.entries
    entry = replace(
        entry,
        crc=zlib.crc32(data, entry.crc),
        packed=entry.packed + len(packed),
        size=entry.size + len(data),
    )
    return Zip(state.length + len(packed), (*closed, entry)), packed


def ended(state: Zip) -> tuple[Zip, bytes]:
    """Return the bytes that end the open entry."""
    *closed, entry = state.entries
    entry = replace(entry, packed=entry.packed + len(LAST_BLOCK))
    tail = LAST_BLOCK + struct.pack("<4s3L", b"PK\7\10", entry.crc, entry.packed, entry.size)
    return Zip(state.length + len(tail), (*closed, entry)), tail


def directory(state: Zip) -> bytes:
    """Return the bytes that end the file: where every entry is."""
    rows = b"".join(_row(entry) for entry in state.entries)
    count = len(state.entries)
    return rows + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(rows), state.length, 0)


def _row(entry: Entry) -> bytes:
    raw = entry.name.encode()
    sizes = (entry.crc, entry.packed, entry.size)
    fields = (NEEDED, NEEDED, FLAGS, DEFLATE, 0, DATE, *sizes, len(raw), 0, 0, 0, 0, 0, entry.offset)
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *fields) + raw
