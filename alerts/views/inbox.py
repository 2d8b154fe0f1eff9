"""What is wrong now, and who takes care of it?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from alerts import queries, services
from alerts.exports import inbox_csv
from alerts.forms import STATES, InboxForm, NoteForm
from alerts.models import Alert, Delivery
from alerts.rules import State
from alerts.views.pages import ROWS, back_to, tabs_of
from courses.exports import wants_csv
from courses.http import Request, page_of, render_page
from courses.live import live_page


@require_GET
def inbox(request: Request) -> HttpResponse:
    """Alerts of the reader's teams, firing and unacknowledged first."""
    form = InboxForm(request.GET, user=request.user)
    chosen = form.chosen()
    state = chosen["state"] or "open"
    rows = queries.inbox(request.user, severity=chosen["severity"], course=chosen["course"])
    if wants_csv(request):
        return inbox_csv(queries.in_state(rows, state))
    totals = queries.counts(rows)
    page = page_of(request, queries.in_state(rows, state), size=ROWS)
    mine = Alert.objects.editable_by(request.user).filter(pk__in=[alert.pk for alert in page])
    editable = set(mine.values_list("pk", flat=True))
    context = {
        **tabs_of(request),
        "form": form,
        "state": state,
        "states": [(value, label, totals[value]) for value, label in STATES],
        "page": page,
        "editable": editable,
        "has_others": any(alert.state != State.RESOLVED and alert.pk not in editable for alert in page),
    }
    return render_page(request, "alerts/inbox.html", context, partial="alerts")


@require_GET
def badge(request: Request) -> HttpResponse:
    """How many alerts wait for somebody to take them, for the header of every page."""
    if not request.htmx:
        return redirect("alerts:inbox")
    return live_page(request, "alerts/badge.html", frame={}, bell=lambda: queries.untaken(request.user))


@require_GET
def alert_detail(request: Request, pk: int) -> HttpResponse:
    """One alert: what happened, when, and who was told."""
    rows = Alert.objects.visible_to(request.user)
    related = rows.select_related("rule", "project__team__course", "acknowledged_by")
    alert = get_object_or_404(related, pk=pk)
    # What goes to persons is their own affair.
    of_course = alert.deliveries.filter(channel__owner=None)
    deliveries = list(of_course.select_related("channel").order_by("-created_at", "-pk"))
    is_staff = Delivery.objects.visible_to(request.user).filter(alert=alert).exists()
    context = {
        **tabs_of(request),
        "alert": alert,
        "form": NoteForm(),
        "may_edit": Alert.objects.editable_by(request.user).filter(pk=pk).exists(),
        "deliveries": deliveries if is_staff else [],
        "story": queries.story(alert, deliveries if is_staff else []),
    }
    return render_page(request, "alerts/alert_detail.html", context, partial="alert")


@require_POST
def acknowledge(request: Request, pk: int) -> HttpResponse:
    """Say that somebody takes care of an alert."""
    alert = _editable(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The note is too long: 500 characters at most.")
    elif services.acknowledge(alert, by=request.user, note=form.cleaned_data["note"], now=timezone.now()):
        messages.success(request, f"Acknowledged: {alert.title}")
    else:
        messages.info(request, f"It is over, or somebody takes care of it already: {alert.title}")
    return back_to(request, alert.get_absolute_url())


@require_POST
def unacknowledge(request: Request, pk: int) -> HttpResponse:
    """Take an acknowledgement back."""
    alert = _editable(request, pk)
    if services.unacknowledge(alert, by=request.user, now=timezone.now()):
        messages.success(request, f"No longer acknowledged: {alert.title}")
    return back_to(request, alert.get_absolute_url())


def _editable(request: Request, pk: int) -> Alert:
    rows = Alert.objects.editable_by(request.user).select_related("project__team__course")
    return get_object_or_404(rows, pk=pk)
