"""How does a list leave the site? As CSV of any length, which a spreadsheet opens without harm.

A view offers the rows of its page, filters and all: `if wants_csv(request): return csv_response(…)`.

- UTF-8 with a byte order mark: without it Excel reads the file in the code page of the machine, and
  every name beyond ASCII is spoilt. LibreOffice, pandas and our own roster import skip the mark.
- Instants in UTC without a letter for the zone, which Excel would not read as an instant; the
  heading says UTC.
- A cell of text that a spreadsheet would take for a formula begins with an apostrophe.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from courses.http import Request
from courses.models import ApiKey, Event, Job, Team, User
from courses.queries import key_state
from courses.rules.csvfile import write_records
from courses.rules.names import slug_of

ROWS_AT_ONCE = 500  # what is in memory: one batch of rows and its text
MARK = "\ufeff".encode()

Text = str | Promise
# (heading, what of a row stands below it)
Columns = Sequence[tuple[Text, Callable[[Any], object]]]


def wants_csv(request: Request) -> bool:
    """Whether the address asks for the list as a file."""
    return request.GET.get("format") == "csv"


def csv_response(name: str, columns: Columns, rows: "QuerySet[Any] | Iterable[Any]") -> HttpResponse:
    """Return `rows` as a file of that name and today's date; a query is read while it is sent."""
    heading: list[object] = [str(title) for title, _read in columns]
    reads = [read for _title, read in columns]
    found = rows.iterator(chunk_size=ROWS_AT_ONCE) if isinstance(rows, QuerySet) else iter(rows)
    response = StreamingHttpResponse(
        _chunks(heading, ([shown(read(row)) for read in reads] for row in found), translation.get_language()),
        content_type="text/csv; charset=utf-8",
    )
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{slug_of(name)}.csv")
    response.headers["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)  # its sibling: views are typed by what most of them return


def shown(value: object) -> object:
    """Return what stands in a list for `value`: instants as Excel reads them, a row as its name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return value if value is None or isinstance(value, int | float) else str(value)


def _chunks(heading: list[object], lines: Iterator[list[object]], language: str | None) -> Iterator[bytes]:
    batch: list[list[object]] = [heading]
    before = MARK
    while batch:
        yield before + write_records(batch)
        # The reader's language ended with the view.
        with translation.override(language):
            before, batch = b"", list(islice(lines, ROWS_AT_ONCE))


TEAMS: Columns = [
    (_("Team"), lambda team: team.name),
    (_("Address"), lambda team: team.slug),
    (_("Students"), lambda team: team.member_count),
    (_("Projects"), lambda team: team.project_count),
    (_("Archived"), lambda team: team.is_archived),
]
PEOPLE: Columns = [
    (_("Name"), lambda user: user.name),
    (_("E-mail address"), lambda user: user.email),
    (_("Roles"), lambda user: ", ".join(dict.fromkeys(part.role for part in user.roles))),
    (_("Teams"), lambda user: ", ".join(part.team.name for part in user.roles if part.team)),
]
COURSES: Columns = [
    (_("Course"), lambda course: course.name),
    (_("Address"), lambda course: course.slug),
    (_("Teams"), lambda course: course.team_count),
    (_("Your role"), lambda course: course.role),
    (_("Archived"), lambda course: course.is_archived),
    (_("Time zone"), lambda course: course.time_zone),
    (_("Since (UTC)"), lambda course: course.created_at),
]
JOBS: Columns = [
    (_("Number"), lambda job: job.pk),
    (_("Kind"), lambda job: job.kind),
    (_("State"), lambda job: job.state),
    (_("Done"), lambda job: job.done),
    (_("Of"), lambda job: job.total),
    (_("Asked for (UTC)"), lambda job: job.created_at),
    (_("By"), lambda job: job.asked_by or ""),
    (_("Begun (UTC)"), lambda job: job.started_at),
    (_("Ended (UTC)"), lambda job: job.finished_at),
    (_("Result"), lambda job: job.outcome),
    (_("File"), lambda job: job.result_name),
    (_("Last error"), lambda job: job.error),
]
SAVED_VIEWS: Columns = [
    (_("Name"), lambda view: view.name),
    (_("Leads to"), lambda view: view.address),
]
TIMELINE: Columns = [
    (_("At (UTC)"), lambda event: event.at),
    (_("Kind"), lambda event: event.kind),
    (_("Tone"), lambda event: event.tone),
    (_("What happened"), lambda event: event.title),
    (_("Details"), lambda event: event.detail),
    (_("Team"), lambda event: event.team or ""),
    (_("Project"), lambda event: event.project or ""),
    (_("Environment"), lambda event: event.environment or ""),
    (_("By"), lambda event: event.actor or ""),
    (_("Link"), lambda event: event.url),
]


def teams_csv(course: Any, rows: QuerySet[Team]) -> HttpResponse:
    """Return the teams as a file, for staff with their tags. course: with whether the reader `is_staffed`."""
    tags = (_("Tags"), lambda team: "; ".join(tag.name for tag in team.shown_tags))
    return csv_response(f"{course.slug}-teams", [*TEAMS, tags] if course.is_staffed else TEAMS, rows)


def people_csv(course: str, rows: QuerySet[User]) -> HttpResponse:
    return csv_response(f"{course}-people", PEOPLE, rows)


def timeline_csv(place: str, rows: QuerySet[Event]) -> HttpResponse:
    return csv_response(f"{place}-timeline", TIMELINE, rows)


def courses_csv(rows: "QuerySet[Any]") -> HttpResponse:
    return csv_response("courses", COURSES, rows)


def jobs_csv(course: str, rows: QuerySet[Job]) -> HttpResponse:
    return csv_response(f"{course}-jobs", JOBS, rows)


def saved_views_csv(rows: "QuerySet[Any]") -> HttpResponse:
    return csv_response("saved-views", SAVED_VIEWS, rows)


def keys_csv(place: str, rows: QuerySet[ApiKey], *, now: datetime) -> HttpResponse:
    """Return the keys by what they begin with; nobody can read more of one."""
    columns: Columns = [
        (_("Key"), lambda key: key.name),
        (_("Begins with"), lambda key: f"co_{key.prefix}_"),
        (_("State"), lambda key: key_state(key, now=now)),
        (_("May"), lambda key: key.scopes),
        (_("Team"), lambda key: key.project.team if key.project else ""),
        (_("Project"), lambda key: key.project or ""),
        (_("Environment"), lambda key: key.environment.name if key.environment else ""),
        (_("Last used (UTC)"), lambda key: key.last_used_at),
        (_("Expires (UTC)"), lambda key: key.expires_at),
        (_("Made (UTC)"), lambda key: key.created_at),
        (_("Made by"), lambda key: key.created_by or ""),
    ]
    return csv_response(f"{place}-keys", columns, rows)
