"""How does a roster come in: a file, a preview, a confirmation?"""

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from courses import services
from courses.forms import RosterForm
from courses.http import Request
from courses.models import Course
from courses.refusals import unchecked
from courses.services import RosterPlan
from courses.services.jobs import JobRefusedError
from courses.services.roster_job import start_roster_import
from courses.views.pages import crumbs_to, is_mail_filed
from courses.wording import NAMES, reason_of, remedy_of

SALT = "courses.roster"
HOUR_S = 3600
SHOWN = 300  # lines of a preview; the counts are complete
NO_MAIL = gettext_lazy(
    "Mail is not sent: until EMAIL_URL names a mail server, nobody gets a link that sets a password."
)
EXAMPLE = """team,email,name,role,repository,url,tags
Team 1,ada@example.org,Ada Lovelace,student,course/team-1,https://team1.example.org,heroku; group-a
Team 1,charles@example.org,Charles Babbage,student,,,
Team 2,grace@example.org,Grace Hopper,student,course/team-2,,group-b
Team 1,alan@example.org,Alan Turing,tutor,,,
Team 2,alan@example.org,Alan Turing,tutor,,,
"""


@require_http_methods(["GET", "POST"])
def roster_import(request: Request, course: str) -> HttpResponse:
    """First the file, then what it would do. Nothing is written before the preview is confirmed."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    if "draft" in request.POST:
        return _confirm(request, row, request.POST["draft"])
    form = RosterForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        text = form.cleaned_data["roster"]
        return _preview(request, row, text, services.plan_roster(row, text=text, now=timezone.now()))
    context = {"course": row, "form": form, "crumbs": crumbs_to(row), "example": EXAMPLE}
    return render(request, "courses/roster_import.html", context)


def _preview(request: Request, course: Course, text: str, plan: RosterPlan) -> HttpResponse:
    """Show the plan. The text travels in the page: signed for this reader and course, and to be mended."""
    draft = [text, course.pk, request.user.pk]
    unreachable = services.unreachable(plan)[:SHOWN]
    context = {
        "course": course,
        "crumbs": crumbs_to(course),
        "plan": plan,
        "problems": [(row, reason_of(row), remedy_of(row)) for row in plan.problems[:SHOWN]],
        "changes": [(row, NAMES[row.what]) for row in plan.changes[:SHOWN]],
        "unreachable": unreachable,
        "warning": unchecked([place.url for place in unreachable]) if unreachable else "",
        "form": RosterForm(initial={"text": text}),
        "draft": "" if plan.problems else signing.dumps(draft, salt=SALT, compress=True),
    }
    return render(request, "courses/roster_preview.html", context)


def _confirm(request: Request, course: Course, draft: str) -> HttpResponse:
    try:
        text, course_id, user_id = signing.loads(draft, salt=SALT, max_age=HOUR_S)
    except signing.BadSignature:
        text, course_id, user_id = "", None, None
    if (course_id, user_id) != (course.pk, request.user.pk):
        messages.error(request, _("The preview is no longer valid, and nothing was imported. Start again."))
        return redirect("courses:roster_import", course.slug)
    plan = services.plan_roster(course, text=text, now=timezone.now())
    if plan.problems:
        return _preview(request, course, text, plan)
    if not plan.changes:
        messages.success(request, _("Nothing had to be changed."))
        return redirect(course)
    return _start(request, course, text)


def _start(request: Request, course: Course, text: str) -> HttpResponse:
    """Hand the import to the workers and show how it goes."""
    try:
        job, is_new = start_roster_import(course, text=text, actor=request.user, now=timezone.now())
    except JobRefusedError as refusal:
        messages.error(request, f"{refusal.reason} {refusal.remedy}")
        return redirect("courses:job_list", course.slug)
    if not is_new:
        messages.info(request, _("This import is running already."))
    if is_mail_filed():
        messages.warning(request, NO_MAIL)
    return redirect(job)


@require_GET
def roster_example(request: Request, course: str) -> HttpResponse:
    """A file to start from."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    headers = {"Content-Disposition": f'attachment; filename="{row.slug}-roster.csv"'}
    return HttpResponse(EXAMPLE, content_type="text/csv; charset=utf-8", headers=headers)
