"""What does a roster file say, and which of its lines cannot be used? Pure, without Django."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from courses.rules.csvfile import Problem, read_records, shown
from courses.rules.names import is_repository_path, name_key, slug_of

LENGTHS = {"team": 120, "email": 254, "name": 150, "role": 20, "repository": 255, "url": 500}
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
        return Roster([], problems or [Problem(0, "", "", "The file is empty.", "Start from the example.")])
    (header_line, header), *body = records
    columns = [ALIASES.get(key, key) for key in (name_key(cell) for cell in header)]
    problems = [*_header_problems(header_line, columns), *problems]
    if problems:
        return Roster([], problems)
    if not body:
        return Roster([], [Problem(0, "", "", "The file has no line below its header.", "Add the teams.")])
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
            yield Problem(line, shown(column), "", "There is no such column.", f"The columns are {known}.")
        elif column and column in columns[:index]:
            yield Problem(line, column, "", "The column stands here twice.", "Keep one of the two.")
    for column in REQUIRED:
        if column not in columns:
            yield Problem(line, column, "", "The column is missing.", f"Name it in line {line}.")


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
            remedy = "Remove the cell, or put a value that holds the delimiter in quotes."
            problems.append(Problem(line, "", shown(value), "The cell belongs to no column.", remedy))
    cells["email"] = cells["email"].lower()
    cells["role"] = cells["role"].lower() or "student"
    problems += [
        Problem(line, column, shown(cells[column]), reason, remedy)
        for column, reason, remedy in _faults(cells, is_email, is_url)
    ]
    return RosterRow(line, **cells), problems


def _faults(cells: dict[str, str], is_email: Test, is_url: Test) -> Iterator[tuple[str, str, str]]:
    """Give column, reason and remedy for each cell that cannot be used; at most one for a cell."""
    path_remedy = "Write the path alone, such as group/project: no https://, no .git."
    url_remedy = "Write it in full, such as https://team1.example.org, without name and password."
    fits: dict[str, tuple[Test, str, str]] = {
        "email": (is_email, "This is not an e-mail address.", "Write it as name@example.org."),
        "role": (ROLES.__contains__, "There is no such role here.", "Use student or tutor."),
        "repository": (is_repository_path, "This is not the path of a repository.", path_remedy),
        "url": (is_url, "This is not the address of a web page.", url_remedy),
    }
    if not cells["team"]:
        yield "team", "The team is missing.", "Name the team in every line."
    if not cells["email"] and (cells["name"] or cells["role"] != "student"):
        yield "email", "The e-mail address is missing.", "Add it, or leave name and role empty too."
    for column, value in cells.items():
        test, reason, remedy = fits.get(column, (bool, "", ""))
        if len(value) > LENGTHS[column]:
            yield column, f"This is longer than {LENGTHS[column]} characters.", "Shorten it."
        elif any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
            yield column, "This holds a control character.", "Type the value anew."
        elif value and not test(value):
            yield column, reason, remedy


# What to say of a line that contradicts an earlier one: column, reason, remedy.
CLASHES = {
    "line": ("email", "Line {line} says the same.", "Remove one of the two."),
    "slug": (
        "team",
        "The address of this team would be that of “{team}” in line {line}.",
        "Tell the names apart by a letter or a digit.",
    ),
    "student": ("team", "Line {line} puts this student into “{team}”.", "Keep a student in one team."),
    "role": ("role", "Line {line} makes this person a {role}.", "Choose one role."),
    "name": ("name", "Line {line} gives this address another name.", "Choose one name."),
    "repository": ("repository", "Line {line} gives this team another one.", "Keep one of the two."),
    "owner": ("repository", "Line {line} gives this one to “{team}”.", "A repository belongs to one team."),
    "url": ("url", "Line {line} gives this team another address.", "Keep one of the two."),
}


def _clashes(rows: Sequence[RosterRow]) -> Iterator[Problem]:
    """Find lines that contradict an earlier one. The first to claim something is right."""
    first: dict[tuple[str, str], tuple[str, RosterRow]] = {}
    for row in rows:
        for kind, subject, value in _claims(row):
            claimed, earlier = first.setdefault((kind, subject), (value, row))
            if claimed != value:
                column, reason, remedy = CLASHES[kind]
                words = reason.format(line=earlier.line, team=shown(earlier.team), role=earlier.role)
                yield Problem(row.line, column, shown(getattr(row, column)), words, remedy)


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
