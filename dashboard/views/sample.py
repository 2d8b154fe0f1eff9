"""How does an administrator get a course to look at, and get rid of it again?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses.http import Request
from courses.models import Course
from courses.services.jobs import JobRefusedError
from courses.views.pages import confirm_page, crumbs_to
from dashboard.sample import making


@require_POST
def sample_start(request: Request) -> HttpResponse:
    """Make the sample course; for administrators."""
    if not request.user.is_superuser:
        raise Http404
    try:
        job = making.start_sample(actor=request.user, now=timezone.now())
    except JobRefusedError as refusal:
        messages.error(request, f"{refusal.reason} {refusal.remedy}")
        return redirect("dashboard:overview")
    return redirect(job)


@require_http_methods(["GET", "POST"])
def sample_remove(request: Request) -> HttpResponse:
    """Ask, then take the sample course away; for administrators."""
    title = _("Remove the sample course?")
    text = _("Its teams, people, measurements, pipelines and experiments go. Nothing else is touched.")
    if answer := _asked(request, title=title, text=text, action=_("Remove it")):
        return answer
    messages.success(request, _("The sample course is gone."))
    return redirect("dashboard:overview")


@require_http_methods(["GET", "POST"])
def sample_renew(request: Request) -> HttpResponse:
    """Ask, then make the sample course once more, so that it ends now; for administrators."""
    title = _("Make the sample course afresh?")
    text = _(
        "It goes with everything in it and is made once more; then its last measurements are of this minute. "
        "Nothing else is touched."
    )
    return _asked(request, title=title, text=text, action=_("Make it afresh")) or sample_start(request)


def _asked(request: Request, *, title: str, text: str, action: str) -> HttpResponse | None:
    """Take the sample course away once the reader has said so; until then, return the page to show."""
    if not request.user.is_superuser:
        raise Http404
    course = Course.objects.filter(is_sample=True).first()
    if course is None:
        messages.info(request, _("There is no sample course."))
        return redirect("dashboard:overview")
    if request.method == "GET":
        return confirm_page(request, title=title, text=text, crumbs=crumbs_to(course), action=action)
    try:
        making.remove_sample(now=timezone.now())
    except making.SampleBusyError:
        messages.error(request, _("Work on it is still going on. Wait for its job, or cancel it first."))
        return redirect("courses:job_list", course.slug)
    return None
