"""How does an uploaded file become records, and how do records become a file?

Reading is bounded and gives a reason for whatever cannot be read. What is written is harmless to
spreadsheets: a text that they would take for a formula is marked as text.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

MAX_BYTES = 1_000_000
MAX_LINES = 5_000
# What makes a spreadsheet read a cell as a formula, the wide forms of East Asian keyboards included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the file cannot be imported. `line` is 0 and `column` empty where the whole file is meant.

    kind and facts: what `courses.wording` makes a reason and a remedy of.
    """

    line: int
    column: str
    value: str
    kind: str
    facts: Mapping[str, object] = field(default_factory=dict)


def shown(value: str) -> str:
    """Return at most 60 characters of a hostile value, none of them invisible."""
    clean = "".join(letter if letter.isprintable() else "·" for letter in value[:61])
    return clean if len(clean) <= 60 else clean[:59] + "…"


def decode(data: bytes) -> str | Problem:
    """Return the text of an uploaded file, or why it is not text in UTF-8."""
    if len(data) > MAX_BYTES:
        return Problem(0, "", f"{len(data):,} bytes", "too_large")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(0, "", "", "utf_16")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        return Problem(line, "", "", "nul")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Problem(line, "", f"byte {data[error.start]:#04x}", "not_utf_8")


def read_records(text: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Return the non-empty records with the line each starts in, and what stopped the reading."""
    head = text.lstrip().partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append((start, record))
            if len(records) > MAX_LINES + 1:
                return records, [Problem(start, "", "", "too_many_lines", {"most": f"{MAX_LINES:,}"})]
            start = reader.line_num + 1
    except csv.Error as error:
        return records, [Problem(start, "", "", "not_csv", {"error": str(error)})]
    return records, []


def cell(value: object) -> object:
    """Return what to write for `value`: instants in UTC, nothing for None, no text that is a formula."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        clean = value.replace("\0", "")
        return f"'{clean}" if clean.startswith(FORMULA_STARTS) else clean
    return "" if value is None else value


def write_records(records: Iterable[Sequence[object]]) -> bytes:
    """Return the records as lines of CSV in UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([cell(value) for value in record] for record in records)
    return text.getvalue().encode("utf-8", "replace")
