"""What does a roster file say, and which of its lines cannot be used? Pure, without Django."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from courses.rules.csvfile import Problem, read_records, shown
from courses.rules.names import is_repository_path, name_key, slug_of
from courses.rules.tags import are_tags

LENGTHS = {"team": 120, "email": 254, "name": 150, "role": 20, "repository": 255, "url": 500, "tags": 500}
REQUIRED = ("team", "email")
ROLES = ("student", "tutor")
ALIASES = {
    "e-mail": "email",
    "member e-mail": "email",
    "member email": "email",
    "repository path": "repository",
    "environment url": "url",
}
Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line: a person in a team, or a team alone when `email` is empty."""

    line: int
    team: str
    email: str = ""
    name: str = ""
    role: str = "student"
    repository: str = ""
    url: str = ""
    tags: str = ""  # of the team, see courses.rules.tags

    @property
    def project_name(self) -> str:
        """The project the line is about: the end of its repository's path, else the team's name."""
        return self.repository.rpartition("/")[2] or self.team


@dataclass(frozen=True, slots=True)
class Roster:
    """What was read. The rows are fit for use only if there are no problems."""

    rows: Sequence[RosterRow]
    problems: Sequence[Problem]


def read_roster(text: str, *, is_email: Test, is_url: Test) -> Roster:
    """Read the file and check every line by itself and against the lines before it.

    Columns are separated by commas or semicolons; the first line names them.
    is_email, is_url: what the site accepts as an address.
    """
    records, problems = read_records(text.removeprefix("\ufeff"))
    if not records:
        return Roster([], problems or [Problem(0, "", "", "file_empty")])
    (header_line, header), *body = records
    columns = [ALIASES.get(key, key) for key in (name_key(cell) for cell in header)]
    problems = [*_header_problems(header_line, columns), *problems]
    if problems:
        return Roster([], problems)
    if not body:
        return Roster([], [Problem(0, "", "", "header_only")])
    rows = []
    for line, record in body:
        row, found = _row(line, columns, record, is_email, is_url)
        rows.append(row)
        problems += found
    problems += _clashes(rows)
    return Roster(rows, sorted(problems, key=lambda problem: problem.line))


def _header_problems(line: int, columns: Sequence[str]) -> Iterator[Problem]:
    known = ", ".join(LENGTHS)
    for index, column in enumerate(columns):
        if column and column not in LENGTHS:
            yield Problem(line, shown(column), "", "column_unknown", {"known": known})
        elif column and column in columns[:index]:
            yield Problem(line, column, "", "column_twice")
    for column in REQUIRED:
        if column not in columns:
            yield Problem(line, column, "", "column_missing", {"line": line})


def _row(
    line: int, columns: Sequence[str], record: Sequence[str], is_email: Test, is_url: Test
) -> tuple[RosterRow, list[Problem]]:
    cells = dict.fromkeys(LENGTHS, "")
    problems = []
    for index, cell in enumerate(record):
        column = columns[index] if index < len(columns) else ""
        value = " ".join(cell.split())
        if column:
            cells[column] = value
        elif value:
            problems.append(Problem(line, "", shown(value), "cell_spare"))
    cells["email"] = cells["email"].lower()
    cells["role"] = cells["role"].lower() or "student"
    problems += [
        Problem(line, column, shown(cells[column]), kind, {"most": LENGTHS[column]})
        for column, kind in _faults(cells, is_email, is_url)
    ]
    return RosterRow(line, **cells), problems


def _faults(cells: dict[str, str], is_email: Test, is_url: Test) -> Iterator[tuple[str, str]]:
    """Give the column and what is wrong for each cell that cannot be used; at most one for a cell."""
    fits: dict[str, Test] = {
        "email": is_email,
        "role": ROLES.__contains__,
        "repository": is_repository_path,
        "url": is_url,
        "tags": are_tags,
    }
    if not cells["team"]:
        yield "team", "team_missing"
    if not cells["email"] and (cells["name"] or cells["role"] != "student"):
        yield "email", "email_missing"
    for column, value in cells.items():
        if len(value) > LENGTHS[column]:
            yield column, "cell_too_long"
        elif any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
            yield column, "cell_has_control"
        elif value and not fits.get(column, bool)(value):
            yield column, f"{column}_wrong"


# The column in which a line contradicts an earlier one.
CLASHES = {
    "line": "email",
    "slug": "team",
    "student": "team",
    "role": "role",
    "name": "name",
    "repository": "repository",
    "owner": "repository",
    "url": "url",
}


def _clashes(rows: Sequence[RosterRow]) -> Iterator[Problem]:
    """Find lines that contradict an earlier one. The first to claim something is right."""
    first: dict[tuple[str, str], tuple[str, RosterRow]] = {}
    for row in rows:
        for kind, subject, value in _claims(row):
            claimed, earlier = first.setdefault((kind, subject), (value, row))
            if claimed != value:
                column = CLASHES[kind]
                facts = {"line": earlier.line, "team": shown(earlier.team), "role": earlier.role}
                yield Problem(row.line, column, shown(getattr(row, column)), f"clash_{kind}", facts)


def _claims(row: RosterRow) -> Iterator[tuple[str, str, str]]:
    """Give what a line claims: which kind of thing, of whom or what, and its value."""
    slug = slug_of(row.team)
    if row.team:
        yield "slug", slug, name_key(row.team)
    if row.email:
        yield "line", f"{row.email} {slug}", str(row.line)  # claimed by every line anew
        yield "role", row.email, row.role
    if row.email and row.name:
        yield "name", row.email, row.name
    if row.email and row.role == "student":
        yield "student", row.email, slug
    if row.repository:
        yield "repository", slug, row.repository
        yield "owner", row.repository.lower(), slug
    if row.url:
        yield "url", slug, row.url
