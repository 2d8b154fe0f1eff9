"""What do the pages of the catalogue have in common: their place, a form, a question?"""

from collections.abc import Sequence

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from courses.http import Request
from courses.models import Course, Project, Team

Crumbs = Sequence[tuple[str, str]]
ROWS = 100
NAME_TAKEN = "This name, or one very much like it, is taken. Choose another."


def crumbs_to(*places: Course | Team | Project) -> Crumbs:
    """Return labels and addresses from the list of courses down to the last of `places`."""
    crumbs = [("Courses", reverse("courses:course_list"))]
    for place in places:
        is_same = str(place) == crumbs[-1][0]  # a team's only project often has its name
        crumbs.append((f"Project {place}" if is_same else str(place), place.get_absolute_url()))
    return crumbs


def is_mail_filed() -> bool:
    """Whether mail is written to files and reaches nobody."""
    return str(settings.EMAIL_BACKEND).endswith("filebased.EmailBackend")


def form_page(request: Request, form: BaseForm, *, title: str, crumbs: Crumbs, action: str) -> HttpResponse:
    """Show a form. `action` is the word on its button; cancelling leads to the last crumb."""
    context = {"form": form, "title": title, "crumbs": crumbs, "action": action, "back": crumbs[-1][1]}
    return render(request, "courses/form.html", context)


def confirm_page(request: Request, *, title: str, text: str, crumbs: Crumbs, action: str) -> HttpResponse:
    """Ask before something that cannot be undone."""
    context = {"title": title, "text": text, "crumbs": crumbs, "action": action, "back": crumbs[-1][1]}
    return render(request, "courses/confirm.html", context)
