"""What stands on the list of first steps: what each is for, and where it is done or looked at?"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course


@dataclass(frozen=True, slots=True)
class Line:
    """One step. action, url: where it is done, or looked at once it is; empty while it has to wait."""

    name: str
    title: str
    text: str
    action: str
    url: str
    is_done: bool
    is_next: bool


def lines(
    course: Course | None, steps: Mapping[str, bool], remarks: Mapping[str, bool], *, staff: int = 0
) -> list[Line]:
    """Return the steps in order. The first that is not done comes next.

    course: None while there is none. remarks: what else is known, and staff: how many have
    signed in, see `dashboard.queries.setup.Setup`.
    """
    texts, places = _texts(remarks, staff), _places(course, remarks)
    first = next((name for name, is_done in steps.items() if not is_done), "")
    return [
        _line(name, texts[name], places.get(name), is_done, name == first) for name, is_done in steps.items()
    ]


def _line(
    name: str, texts: tuple[str, str], place: tuple[str, str, str] | None, is_done: bool, is_next: bool
) -> Line:
    action, url, done_url = place or ("", "", "")
    return Line(
        name, *texts, _("Look") if is_done else action, done_url if is_done else url, is_done, is_next
    )


def _texts(remarks: Mapping[str, bool], staff: int) -> dict[str, tuple[str, str]]:
    """Return the title and the explanation of each step."""
    return {
        "course": (_("Add the course"), _("It holds the teams, their people and what they see.")),
        "roster": (
            _("Import the roster"),
            _(
                "A CSV file with teams, members, repositories and addresses. You see a preview before "
                "anything is written."
            ),
        ),
        "server": (
            _("Connect the CI server"),
            _("With a token that may read, the pipelines of every team are read once a minute."),
        ),
        "environments": (_("Say where the apps run"), _environments(remarks)),
        "channel": (_("Say who is told"), _channel(remarks)),
        "staff": (_("Bring in the staff"), _staff(remarks, staff)),
    }


def _environments(remarks: Mapping[str, bool]) -> str:
    if remarks["is_refused"]:
        return _("No app could be asked yet: its check says why.")
    if remarks["has_places"] and not remarks["has_answers"]:
        return _("The first answer is on its way; this step is then done by itself.")
    return _("Each address is checked once a minute; the first chart has points two minutes later.")


def _channel(remarks: Mapping[str, bool]) -> str:
    if not remarks["is_filed"]:
        return _("Add a channel and send a test message: it is done when one has arrived.")
    text = _(
        "The mail was only written to a file on the server, so nobody is told yet: name a mail server "
        "(%(name)s), or add a channel that needs none."
    )
    return mark_safe(text % {"name": "<code>EMAIL_URL</code>"})  # noqa: S308  # nothing of it was typed


def _staff(remarks: Mapping[str, bool], staff: int) -> str:
    if staff:
        return ngettext(
            "%(n)s lecturer or tutor has signed in, besides whoever added the course.",
            "%(n)s lecturers and tutors have signed in, besides whoever added the course.",
            staff,
        ) % {"n": staff}
    if remarks["has_invited"]:
        return _(
            "They have a role here and have not signed in yet: invite them by mail, or hand them a link. "
            "It is done when one has."
        )
    return _(
        "Lecturers edit the course, tutors their teams. It is done when one has signed in, besides "
        "whoever added the course."
    )


def _places(course: Course | None, remarks: Mapping[str, bool]) -> dict[str, tuple[str, str, str]]:
    """Return for each step the button's words, where it is done, and where what was done stands."""
    if course is None:
        return {"course": (_("Add the course"), reverse("courses:course_add"), "")}
    slug = course.slug
    here = f"?course={slug}"
    people = reverse("courses:member_list", args=[slug])
    return {
        "course": ("", "", course.get_absolute_url()),
        "roster": (
            _("Import the roster"),
            reverse("courses:roster_import", args=[slug]),
            course.get_absolute_url(),
        ),
        "server": (
            _("Add a CI server"),
            reverse("pipelines:server_add") + here,
            reverse("pipelines:server_list"),
        ),
        "environments": _place_of_environments(course, remarks),
        "channel": (
            _("Add a channel"),
            reverse("alerts:channel_add") + here,
            reverse("alerts:channel_list"),
        ),
        "staff": (_("Invite them"), people, people)
        if remarks["has_invited"]
        else (_("Add a person"), reverse("courses:member_add", args=[slug]), people),
    }


def _place_of_environments(course: Course, remarks: Mapping[str, bool]) -> tuple[str, str, str]:
    here = f"?course={course.slug}"
    there = reverse("health:environment_list") + here
    if remarks["has_places"]:
        return _("See the checks"), there, there
    return _("Add an environment"), reverse("courses:environment_place") + here, there
