"""Who is asked to come who never signed in?"""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from courses.http import Request
from courses.models import Course
from courses.services import invitations, jobs
from courses.views.pages import confirm_page, crumbs_to, is_mail_filed


@require_http_methods(["GET", "POST"])
def member_invite(request: Request, course: str) -> HttpResponse:
    """Ask with the number of people, then write to all who never signed in."""
    row = get_object_or_404(Course.objects.editable_by(request.user), slug=course)
    now = timezone.now()
    number = invitations.to_invite(row, now=now).count()
    if is_mail_filed():
        messages.error(
            request, _("No mail server is named, so mails would reach nobody. Make links instead.")
        )
    elif request.method == "GET" and number:
        return _ask(request, row, number, now)
    elif request.method == "GET":
        messages.info(request, invitations.NOBODY)
    else:
        try:
            return redirect(invitations.start_invitations(row, actor=request.user, now=now)[0])
        except jobs.JobRefusedError as refusal:
            messages.info(request, f"{refusal.reason} {refusal.remedy}".strip())
    return redirect("courses:member_list", row.slug)


def _ask(request: Request, course: Course, number: int, now: datetime) -> HttpResponse:
    written = invitations.never_here(course).count() - number
    title = ngettext("Invite %(n)s person by mail?", "Invite %(n)s people by mail?", number)
    text = _("Each gets one mail with a link to set a password. It works once, for three days.")
    if written:
        left_out = ngettext(
            "%(n)s more got one within the last hour and is left out.",
            "%(n)s more got one within the last hour and are left out.",
            written,
        )
        text = f"{text} {left_out % {'n': number_format(written, force_grouping=True)}}"
    people = (_("People"), reverse("courses:member_list", args=[course.slug]))
    return confirm_page(
        request,
        title=title % {"n": number_format(number, force_grouping=True)},
        text=text,
        crumbs=[*crumbs_to(course), people],
        action=_("Send the mails"),
        is_harmless=True,
    )
