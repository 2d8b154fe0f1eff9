"""Which machines may talk to us about a course or a project?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses import queries, services
from courses.exports import keys_csv, wants_csv
from courses.forms import ApiKeyForm
from courses.http import Request
from courses.models import ApiKey, Course, Project, User
from courses.views.pages import Crumbs, confirm_page, course_tabs, crumbs_to, form_page

Place = Course | Project


def _place(user: User, course: str, team: str, project: str) -> Place:
    """Return what the keys are about: a project where the address names one, else the course."""
    if not project:
        return get_object_or_404(Course.objects.editable_by(user), slug=course)
    rows = Project.objects.editable_by(user).select_related("team__course")
    return get_object_or_404(rows, team__course__slug=course, team__slug=team, slug=project)


def _crumbs(place: Place) -> Crumbs:
    if isinstance(place, Course):
        return crumbs_to(place)
    return crumbs_to(place.team.course, place.team, place)


def _crumbs_to_keys(place: Place) -> Crumbs:
    return [*_crumbs(place), (_("API keys"), _address("courses:key_list", place))]


def _address(name: str, place: Place) -> str:
    if isinstance(place, Course):
        return reverse(name, args=[place.slug])
    return reverse(name, args=[place.team.course.slug, place.team.slug, place.slug])


@require_GET
def key_list(request: Request, course: str, team: str = "", project: str = "") -> HttpResponse:
    """The keys of a course, those of its projects included, or of one project."""
    place, now = _place(request.user, course, team, project), timezone.now()
    rows = place.api_keys.select_related("project__team", "environment", "created_by")
    if wants_csv(request):
        return keys_csv(place.slug, rows, now=now)
    context = {
        "place": place,
        "crumbs": _crumbs(place),
        "lines": queries.key_lines(rows, now=now),
        "add_url": _address("courses:key_add", place),
        "tabs": course_tabs(place, request.user, "courses:key_list") if isinstance(place, Course) else [],
    }
    return render(request, "courses/key_list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def key_add(request: Request, course: str, team: str = "", project: str = "") -> HttpResponse:
    """A new key. It is shown in this one answer and never again."""
    place = _place(request.user, course, team, project)
    crumbs = _crumbs_to_keys(place)
    form = ApiKeyForm(request.POST or None)
    if not form.is_valid():
        return form_page(request, form, title=_("Make an API key"), crumbs=crumbs, action=_("Make key"))
    row, key = services.create_api_key(
        place if isinstance(place, Course) else place.team.course,
        project=None if isinstance(place, Course) else place,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.cleaned_data["expires_on"],
        created_by=request.user,
        now=timezone.now(),
    )
    context = {"row": row, "key": key, "crumbs": crumbs, "back": crumbs[-1][1]}
    return render(request, "courses/key_made.html", context)


@require_http_methods(["GET", "POST"])
def key_revoke(request: Request, pk: int) -> HttpResponse:
    """Close the door to a key for good."""
    rows = ApiKey.objects.editable_by(request.user).select_related("course", "project__team__course")
    row = get_object_or_404(rows, pk=pk)
    place = row.project or row.course
    if request.method == "POST":
        services.revoke_api_key(row, actor=request.user, now=timezone.now())
        messages.success(request, _("The key “%(name)s” is revoked.") % {"name": row.name})
        return redirect(_address("courses:key_list", place))
    title = _("Revoke “%(name)s”?") % {"name": row.name}
    text = _("Whatever uses this key is refused within 30 seconds. A revoked key cannot be restored.")
    crumbs = _crumbs_to_keys(place)
    return confirm_page(request, title=title, text=text, crumbs=crumbs, action=_("Revoke"))
