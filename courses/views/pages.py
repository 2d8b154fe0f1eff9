"""What do the pages of the catalogue have in common: their place, a form, a question?"""

from collections.abc import Sequence

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import queries
from courses.http import Request
from courses.models import Course, Project, Team, User

Place = Course | Team | Project
Crumb = tuple[str, str] | tuple[str, str, Place]
Crumbs = Sequence[Crumb]
Tabs = list[tuple[str, str, bool]]
ROWS = 50
NAME_TAKEN = gettext_lazy("This name, or one very much like it, is taken. Choose another.")


def crumbs_to(*places: Place) -> Crumbs:
    """Return labels, addresses and places from the list of courses down to the last of `places`."""
    crumbs: list[Crumb] = [(_("Courses"), reverse("courses:course_list"))]
    for place in places:
        is_same = str(place) == crumbs[-1][0]  # a team's only project often has its name
        text = _("Project %(name)s") % {"name": place} if is_same else str(place)
        crumbs.append((text, place.get_absolute_url(), place))
    return crumbs


def course_tabs(course: Course, user: User, current: str) -> Tabs:
    """Return the pages of a course that `user` may open, for `ui/_tabs.html`; none where there is but one.

    current: the name of the page that is shown.
    """
    rights = queries.courses_with_rights(user).get(pk=course.pk)
    pages = [
        (_("Teams"), "courses:course_detail", True),
        (_("People"), "courses:member_list", rights.is_staffed),
        (_("API keys"), "courses:key_list", rights.may_edit),
        (_("Jobs"), "courses:job_list", rights.is_staffed),
        (_("Set-up"), "dashboard:course_setup", rights.may_edit and not course.is_sample),
        (_("Settings"), "courses:course_edit", rights.may_edit),
    ]
    tabs = [(text, reverse(name, args=[course.slug]), name == current) for text, name, may in pages if may]
    return tabs if len(tabs) > 1 else []


def is_mail_filed() -> bool:
    """Whether mail is written to files and reaches nobody."""
    return str(settings.EMAIL_BACKEND).endswith("filebased.EmailBackend")


def form_page(
    request: Request,
    form: BaseForm,
    *,
    title: str,
    crumbs: Crumbs,
    action: str,
    tabs: Sequence[tuple[str, str, bool]] = (),
) -> HttpResponse:
    """Show a form. `action` is the word on its button; cancelling leads to the last crumb."""
    context = {
        "form": form,
        "title": title,
        "crumbs": crumbs,
        "action": action,
        "back": crumbs[-1][1],
        "tabs": tabs,
    }
    return render(request, "courses/form.html", context)


def confirm_page(
    request: Request,
    *,
    title: str,
    text: str | Promise,
    crumbs: Crumbs,
    action: str,
    is_harmless: bool = False,
) -> HttpResponse:
    """Ask before something that cannot be undone. is_harmless: whether nothing is lost by it."""
    context = {
        "title": title,
        "text": text,
        "crumbs": crumbs,
        "action": action,
        "back": crumbs[-1][1],
        "is_harmless": is_harmless,
    }
    return render(request, "courses/confirm.html", context)
