"""What does the reader want to be told of by mail?"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from alerts import queries, services
from alerts.forms import SubscriptionForm
from alerts.models import Rule
from courses.http import Request
from courses.live import live_page
from courses.models import Membership
from courses.views.pages import is_mail_filed
from courses.views.profile import profile_tabs

LATEST = 10


@require_http_methods(["GET", "POST"])
def notifications(request: Request) -> HttpResponse:
    """Which alerts the reader gets by mail, when, and what was sent lately."""
    is_staff = bool(queries.roles_of(request.user) - {Membership.Role.STUDENT})
    data = request.POST if request.method == "POST" else None
    form = SubscriptionForm(data, instance=queries.subscription_of(request.user), is_staff=is_staff)
    if form.is_valid():
        services.save_subscription(
            form.instance, owner=request.user, cells=form.cleaned_data["cells"], now=timezone.now()
        )
        messages.success(request, _("Your notifications are saved."))
        return redirect("alerts:notifications")
    frame = {
        "form": form,
        "tabs": profile_tabs("alerts:notifications"),
        "severities": Rule.Severity.labels,
        "is_mail_filed": is_mail_filed(),
    }
    return live_page(
        request,
        "alerts/notifications.html",
        frame=frame,
        is_own=True,
        mails=lambda: {"mails": queries.mails_to(request.user)[:LATEST]},
    )


@require_POST
def notification_stop(request: Request) -> HttpResponse:
    """Stop all mails to the reader, with one button."""
    services.stop_all_mails(request.user)
    messages.success(request, _("No more mails come to you. Your choices below are kept."))
    return redirect("alerts:notifications")


@require_POST
def notification_test(request: Request) -> HttpResponse:
    """Send the reader a message the way alerts go."""
    services.send_test_to(request.user, now=timezone.now())
    messages.success(request, _("A test message is on its way. Below you see how it went."))
    return redirect("alerts:notifications")


@csrf_exempt  # mailboxes post here, see RFC 8058; the link itself is the proof, and can only stop
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then stop the mails of the sort in which this link stood."""
    asked = services.read_stop_token(token)
    if asked is None:
        raise Http404
    channel_id, mails = asked
    is_stopped = request.method == "POST"
    if is_stopped:
        services.stop_mails(channel_id, mails=mails)
    context = {"is_digest": mails == services.Mails.DIGEST, "is_stopped": is_stopped}
    return render(request, "alerts/stop.html", context)
