"""How does all that is known of a course get into one file to keep? As a ZIP of CSV tables, step by step.

Each app registers its tables when it is ready. A step reads some rows of one table, by primary key,
and adds them to the ZIP; the checkpoint holds the few numbers that the next step needs. So a course
of any size takes little memory, and a killed worker costs one step. Keys, tokens and the addresses
of channels are in no table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from courses.models import Course, Job, User
from courses.rules.csvfile import write_records
from courses.rules.zipping import Entry, Zip, added, directory, ended, opened
from courses.services.jobs import JobKind, Progress, Write, append_result, counting, start_job
from courses.services.timeline import record_events, settings_event

KIND = "courses.archive"
STEP_ROWS = 2000
# By what somebody knows the course again: a table, and the word for one of it.
KNOWN_BY = {
    "teams": "team",
    "people": "person",
    "projects": "project",
    "pipelines": "pipeline",
    "alerts": "alert",
    "experiments": "experiment",
}
BOM = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for something else


@dataclass(frozen=True, slots=True)
class ArchiveTable:
    """A table of a course's archive.

    name: of its file, without `.csv`.
    rows: the course's rows.
    columns: heading of each column, and the field it shows, as in `values_list`.
    spread: makes the lines from the fields of one row, where a row is not one line;
    headings: of those lines.
    """

    name: str
    rows: Callable[[Course], QuerySet[Any]]
    columns: Mapping[str, str]
    spread: Callable[[Sequence[Any]], Iterable[Sequence[Any]]] | None = None
    headings: Sequence[str] = ()


_tables: dict[str, ArchiveTable] = {}


def register_tables(tables: Iterable[ArchiveTable]) -> None:
    """Add an app's tables to every archive."""
    _tables.update({table.name: table for table in tables})


def start_archive(course: Course, *, actor: User, now: datetime) -> tuple[Job, bool]:
    """Return the job that makes the course's archive, and whether it is new."""
    return start_job(course, kind=KIND, asked_by=actor, now=now)


def archive_steps(job: Job) -> Iterator[Write]:
    """Yield the count of all rows, then a step for each few rows, then the end of the ZIP."""
    if not job.checkpoint:
        yield partial(_count, job)
    while job.checkpoint["tables"]:
        yield partial(_add, job)
    if not job.result_name:
        yield partial(_close, job)


def _count(job: Job, now: datetime) -> Progress:
    total = sum(table.rows(job.course).count() for table in _tables.values())
    return Progress(0, total, {"tables": list(_tables), "after": None, "zip": asdict(Zip())})


def _add(job: Job, now: datetime) -> Progress:
    """Add some rows of the table at hand; with the last ones, close it."""
    told = job.checkpoint
    table, zipped = _tables[told["tables"][0]], _zip(told["zip"])
    rows = _rows(table, job.course, told["after"])
    if told["after"] is None:
        zipped = _put(job, opened(zipped, f"{table.name}.csv"))
        zipped = _put(job, added(zipped, BOM + write_records([table.headings or list(table.columns)])))
    lines = [line for _key, *fields in rows for line in (table.spread(fields) if table.spread else [fields])]
    zipped = _put(job, added(zipped, write_records(lines)))
    is_last = len(rows) < STEP_ROWS
    if is_last:
        zipped = _put(job, ended(zipped))
    left = told["tables"][1:] if is_last else told["tables"]
    after = None if is_last else _as_json(rows[-1][0])
    done = job.done + len(rows)
    # Rows may come and go meanwhile: the count of the beginning is only what to expect.
    return Progress(done, max(done, job.total or 0), {"tables": left, "after": after, "zip": asdict(zipped)})


def _close(job: Job, now: datetime) -> Progress:
    append_result(job, directory(_zip(job.checkpoint["zip"])))
    job.result_name = f"{job.course.slug}-{now:%Y-%m-%d}.zip"
    job.result_type = "application/zip"
    title = "Archive of the course made"
    record_events([settings_event(job.course, title=title, actor=job.asked_by, now=now)])
    return Progress(job.done, job.done, job.checkpoint, _held(job.course))


def _held(course: Course) -> str:
    """Return what the archive holds, in words that somebody who knows the course can check."""
    parts = []
    for name, one in KNOWN_BY.items():
        rows = _tables[name].rows(course).order_by()
        count = (rows.values("user").distinct() if name == "people" else rows).count()
        parts += [f"{count:,} {one if count == 1 else name}"] if count else []
    return f"{', '.join(parts) or 'Nothing yet'}."


def _rows(table: ArchiveTable, course: Course, after: Any) -> list[tuple[Any, ...]]:
    """Return the key and the fields of the rows that follow the key `after`."""
    rows = table.rows(course).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=tuple(after) if isinstance(after, list) else after)
    return list(rows.values_list("pk", *table.columns.values())[:STEP_ROWS])


def _as_json(key: Any) -> Any:
    """Return a primary key, which may be of several parts, as JSON holds it without loss."""
    if isinstance(key, tuple):
        return [_as_json(part) for part in key]
    return key.isoformat() if isinstance(key, datetime) else key


def _put(job: Job, piece: tuple[Zip, bytes]) -> Zip:
    append_result(job, piece[1])
    return piece[0]


def _zip(told: Mapping[str, Any]) -> Zip:
    return Zip(told["length"], tuple(Entry(**entry) for entry in told["entries"]))


ARCHIVE = JobKind(
    name=KIND,
    label=_("Course archive"),
    steps=archive_steps,
    counted=counting(ngettext_lazy("%(n)s entry", "%(n)s entries", "count")),
)
