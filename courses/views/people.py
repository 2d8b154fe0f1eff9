"""Who takes part in a course?"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import queries, services
from courses.exports import people_csv, wants_csv
from courses.forms import MemberForm
from courses.http import Request, asked_text, page_of
from courses.live import live_page
from courses.models import Course, Membership
from courses.rules.tags import tag_name
from courses.services import invitations
from courses.views.pages import ROWS, Crumbs, confirm_page, course_tabs, crumbs_to, form_page, is_mail_filed
from courses.wording import ROLES, role_chips


def _crumbs(course: Course) -> Crumbs:
    return [*crumbs_to(course), (_("People"), reverse("courses:member_list", args=[course.slug]))]


def _named(membership: Membership) -> dict[str, object]:
    return {"person": membership.user.email, "role": ROLES[membership.role]}


@require_GET
def member_list(request: Request, course: str) -> HttpResponse:
    """Everybody's role, for staff."""
    row = get_object_or_404(Course.objects.staffed_by(request.user), slug=course)
    asked = _asked(request)
    people = queries.people_of(row, **asked)
    if wants_csv(request):
        return people_csv(row.slug, people)
    may_edit = Course.objects.editable_by(request.user).filter(pk=row.pk).exists()
    frame = {
        "course": row,
        "crumbs": crumbs_to(row),
        "has_any": row.memberships.exists(),
        **asked,
        "tags": row.tags.values_list("name", flat=True),
        "tabs": course_tabs(row, request.user, "courses:member_list"),
        "is_mail_filed": is_mail_filed(),
        "may_edit": may_edit,
        "invitable": invitations.never_here(row).count() if may_edit and not is_mail_filed() else 0,
    }

    def part() -> dict[str, Any]:
        links = queries.people_to_link(row, request.user)
        linkable = set(links.values_list("pk", flat=True)) if may_edit else set()
        chips = role_chips(queries.role_counts(row, text=asked["text"], tag=asked["tag"]))
        return {"page": page_of(request, people, size=ROWS), "linkable": linkable, "chips": chips}

    return live_page(request, "courses/member_list.html", frame=frame, people=part)


def _asked(request: Request) -> dict[str, str]:
    role = asked_text(request, "role")
    return {
        "text": asked_text(request, "q"),
        "tag": tag_name(asked_text(request, "tag")),
        "role": role if role in Membership.Role.values else "",
    }


@require_http_methods(["GET", "POST"])
def member_add(request: Request, course: str) -> HttpResponse:
    """Give a person a role, with an account if they have none."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    form = MemberForm(request.POST or None, course=row)
    if form.is_valid():
        membership, is_new = services.add_member(
            row, **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        text = (
            _("%(person)s is now a %(role)s here.")
            if is_new
            else _("%(person)s was already a %(role)s here.")
        )
        messages.success(request, text % _named(membership))
        return redirect("courses:member_list", row.slug)
    return form_page(request, form, title=_("Add a person"), crumbs=_crumbs(row), action=_("Add person"))


@require_http_methods(["GET", "POST"])
def member_remove(request: Request, course: str, pk: int) -> HttpResponse:
    """Take a role from a person; the account stays."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    memberships = Membership.objects.select_related("user", "team__course")
    membership = get_object_or_404(memberships, course=row, pk=pk)
    if request.method == "POST":
        if not services.remove_member(membership, actor=request.user, now=timezone.now()):
            messages.error(request, _("A course needs a lecturer. Add another one first."))
        else:
            messages.success(request, _("%(person)s is no longer a %(role)s here.") % _named(membership))
        return redirect("courses:member_list", row.slug)
    text = _("They lose the role of %(role)s in %(place)s at once. Their account stays.")
    words = {**_named(membership), "place": membership.team or row}
    title = _("Remove %(person)s as %(role)s of %(place)s?") % {**words, "person": membership.user}
    return confirm_page(request, title=title, text=text % words, crumbs=_crumbs(row), action=_("Remove"))


@never_cache
@require_POST
def member_link(request: Request, course: str, pk: int) -> HttpResponse:
    """A link by which a person without a password sets one, for when mail does not reach them."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    person = get_object_or_404(queries.people_to_link(row, request.user), memberships=pk)
    path = services.make_password_link(person, course=row, actor=request.user, now=timezone.now())
    crumbs = _crumbs(row)
    context = {
        "person": person,
        "link": f"{settings.SITE_URL}{path}",
        "crumbs": crumbs,
        "back": crumbs[-1][1],
    }
    return render(request, "courses/member_link.html", context)
