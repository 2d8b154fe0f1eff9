"""How are a roster and the people of a course told: what is wrong, what would change, who is who?"""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from courses.rules.csvfile import Problem

UTF_8 = gettext_lazy(
    "In Excel choose “CSV UTF-8 (Comma delimited)”, in LibreOffice the character set “Unicode (UTF-8)”."
)
ONE_OF_TWO = gettext_lazy("Keep one of the two.")
ROLE_REMEDY = gettext_lazy("Correct the roster, or change the role on the page of the course’s people.")

# kind of a problem -> what is wrong, what to do
PROBLEMS = {
    # The file
    "too_large": (gettext_lazy("The file is larger than 1 MB."), gettext_lazy("Split it in two.")),
    "utf_16": (gettext_lazy("The file is in UTF-16, not in UTF-8."), UTF_8),
    "nul": (gettext_lazy("The file holds a NUL byte, so it is not a text file."), UTF_8),
    "not_utf_8": (gettext_lazy("The file is not in UTF-8."), UTF_8),
    "too_many_lines": (
        gettext_lazy("The file has too many lines."),
        gettext_lazy("Import at most %(most)s lines at a time."),
    ),
    "not_csv": (
        gettext_lazy("The line is not valid CSV: %(error)s."),
        gettext_lazy('Close every quote, and double a quote inside a cell: “say ""hi""”.'),
    ),
    "file_empty": (gettext_lazy("The file is empty."), gettext_lazy("Start from the example.")),
    "header_only": (gettext_lazy("The file has no line below its header."), gettext_lazy("Add the teams.")),
    "column_unknown": (
        gettext_lazy("There is no such column."),
        gettext_lazy("The columns are %(known)s."),
    ),
    "column_twice": (gettext_lazy("The column stands here twice."), ONE_OF_TWO),
    "column_missing": (gettext_lazy("The column is missing."), gettext_lazy("Name it in line %(line)s.")),
    # A line by itself
    "cell_spare": (
        gettext_lazy("The cell belongs to no column."),
        gettext_lazy("Remove the cell, or put a value that holds the delimiter in quotes."),
    ),
    "cell_too_long": (
        gettext_lazy("This is longer than %(most)s characters."),
        gettext_lazy("Shorten it."),
    ),
    "cell_has_control": (
        gettext_lazy("This holds a control character."),
        gettext_lazy("Type the value anew."),
    ),
    "team_missing": (gettext_lazy("The team is missing."), gettext_lazy("Name the team in every line.")),
    "email_missing": (
        gettext_lazy("The e-mail address is missing."),
        gettext_lazy("Add it, or leave name and role empty too."),
    ),
    "email_wrong": (
        gettext_lazy("This is not an e-mail address."),
        gettext_lazy("Write it as name@example.org."),
    ),
    "role_wrong": (gettext_lazy("There is no such role here."), gettext_lazy("Use student or tutor.")),
    "repository_wrong": (
        gettext_lazy("This is not the path of a repository."),
        gettext_lazy("Write the path alone, such as group/project: no https://, no .git."),
    ),
    "url_wrong": (
        gettext_lazy("This is not the address of a web page."),
        gettext_lazy("Write it in full, such as https://team1.example.org, without name and password."),
    ),
    "tags_wrong": (
        gettext_lazy("These are more than 10 tags, or one is longer than 40 characters or not readable."),
        gettext_lazy("Write a few words, separated by commas or semicolons: heroku; group-a."),
    ),
    # A line that contradicts an earlier one
    "clash_line": (gettext_lazy("Line %(line)s says the same."), gettext_lazy("Remove one of the two.")),
    "clash_slug": (
        gettext_lazy("The address of this team would be that of “%(team)s” in line %(line)s."),
        gettext_lazy("Tell the names apart by a letter or a digit."),
    ),
    "clash_student": (
        gettext_lazy("Line %(line)s puts this student into “%(team)s”."),
        gettext_lazy("Keep a student in one team."),
    ),
    "clash_role": (
        gettext_lazy("Line %(line)s makes this person a %(role)s."),
        gettext_lazy("Choose one role."),
    ),
    "clash_name": (
        gettext_lazy("Line %(line)s gives this address another name."),
        gettext_lazy("Choose one name."),
    ),
    "clash_repository": (gettext_lazy("Line %(line)s gives this team another one."), ONE_OF_TWO),
    "clash_owner": (
        gettext_lazy("Line %(line)s gives this one to “%(team)s”."),
        gettext_lazy("A repository belongs to one team."),
    ),
    "clash_url": (gettext_lazy("Line %(line)s gives this team another address."), ONE_OF_TWO),
    # A line that contradicts the course
    "team_again": (
        gettext_lazy("Another line already leads to the team “%(team)s”."),
        gettext_lazy("Use one name for one team."),
    ),
    "role_known": (gettext_lazy("This person is a %(role)s of the course already."), ROLE_REMEDY),
    "teams_known": (gettext_lazy("This person is in several teams of the course."), ROLE_REMEDY),
    "owner_known": (
        gettext_lazy("It belongs to the team “%(team)s”."),
        gettext_lazy("Correct one of them."),
    ),
    "projects_known": (
        gettext_lazy("The team has several projects."),
        gettext_lazy("Name the repository, too."),
    ),
    "tags_known": (
        gettext_lazy("With these, the team “%(team)s” would have more than %(most)s tags."),
        gettext_lazy("Name fewer, or take some off on the page that edits the team."),
    ),
    "changed_meanwhile": (
        gettext_lazy("Somebody changed the same people or teams at this moment."),
        gettext_lazy("Import the file again."),
    ),
}

ROLES = {
    "student": gettext_lazy("student"),
    "tutor": gettext_lazy("tutor"),
    "lecturer": gettext_lazy("lecturer"),
}
# What an import makes or changes: counted and by itself, in the order in which it is told.
COUNTED = {
    "team": ngettext_lazy("%d team", "%d teams"),
    "tag": ngettext_lazy("%d tag", "%d tags"),
    "person": ngettext_lazy("%d person", "%d people"),
    "membership": ngettext_lazy("%d role", "%d roles"),
    "project": ngettext_lazy("%d project", "%d projects"),
    "environment": ngettext_lazy("%d environment", "%d environments"),
}
NAMES = {
    "team": gettext_lazy("team"),
    "tag": gettext_lazy("tag"),
    "person": gettext_lazy("person"),
    "membership": gettext_lazy("role"),
    "project": gettext_lazy("project"),
    "environment": gettext_lazy("environment"),
}


def reason_of(problem: Problem) -> str:
    """Return what is wrong."""
    return str(PROBLEMS[problem.kind][0]) % _facts(problem)


def remedy_of(problem: Problem) -> str:
    """Return what to do about it."""
    return str(PROBLEMS[problem.kind][1]) % _facts(problem)


def told(problem: Problem) -> str:
    """Return all of it in one paragraph."""
    words = f"{reason_of(problem)} {remedy_of(problem)}"
    return _("Line %(line)s: %(words)s") % {"line": problem.line, "words": words} if problem.line else words


def _facts(problem: Problem) -> Mapping[str, object]:
    role = str(problem.facts.get("role", ""))
    return {**problem.facts, "role": ROLES.get(role, role)}


def amounts(counts: Mapping[str, int]) -> str:
    """Return how many things of which kind are `new team` or `changed team`, in words: `3 teams new; …`."""
    parts = []
    for action, sentence in (("new", _("%(things)s new")), ("changed", _("%(things)s changed"))):
        found = [(what, counts.get(f"{action} {what}", 0)) for what in COUNTED]
        things = ", ".join(COUNTED[what] % n for what, n in found if n)
        parts += [sentence % {"things": things}] if things else []
    return "; ".join(parts)


def role_chips(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return (role, words, how many) for everybody and for each role."""
    words = {"all": _("all"), "lecturer": _("lecturers"), "tutor": _("tutors"), "student": _("students")}
    return [(role.replace("all", ""), word, counts[role]) for role, word in words.items()]
