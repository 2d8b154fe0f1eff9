"""How are people told, and did it work?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import queries, services
from alerts.exports import deliveries_csv
from alerts.forms import ChannelForm, LogForm
from alerts.models import Channel
from alerts.models.channels import NAME_TAKEN
from alerts.views.pages import ROWS, need, tabs_of
from courses.exports import wants_csv
from courses.http import Request, page_of, render_page
from courses.views.pages import confirm_page


@require_GET
def channel_list(request: Request) -> HttpResponse:
    """The channels of the courses the reader lectures."""
    tabs = tabs_of(request)
    need(tabs["is_lecturer"])
    context = {**tabs, "page": page_of(request, queries.channels(request.user), size=ROWS)}
    return render_page(request, "alerts/channel_list.html", context, partial="channels")


@require_http_methods(["GET", "POST"])
def channel_add(request: Request) -> HttpResponse:
    """A new channel."""
    need(tabs_of(request)["is_lecturer"])
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def channel_edit(request: Request, pk: int) -> HttpResponse:
    """Change a channel."""
    return _edit(request, _own(request, pk))


def _edit(request: Request, channel: Channel | None) -> HttpResponse:
    form = ChannelForm(request.POST or None, user=request.user, instance=channel)
    if form.is_valid():
        if services.save_channel(form.instance, by=request.user, now=timezone.now()):
            messages.success(request, f"The channel “{form.instance.name}” is saved. Send a test to be sure.")
            return redirect("alerts:channel_list")
        form.add_error(None, NAME_TAKEN)
    return render(request, "alerts/channel_form.html", {**tabs_of(request), "form": form, "channel": channel})


@require_http_methods(["GET", "POST"])
def channel_delete(request: Request, pk: int) -> HttpResponse:
    """Ask, then remove a channel."""
    channel = _own(request, pk)
    if request.method == "POST":
        services.delete_channel(channel, by=request.user, now=timezone.now())
        messages.success(request, f"The channel “{channel.name}” is deleted.")
        return redirect("alerts:channel_list")
    crumbs = [("Alerts", reverse("alerts:inbox")), ("Channels", reverse("alerts:channel_list"))]
    title, text = f"Delete {channel.name}?", _lost(channel)
    return confirm_page(request, title=title, text=text, crumbs=crumbs, action="Delete")


def _lost(channel: Channel) -> str:
    """Return what goes with `channel`, in words."""
    count = channel.deliveries.count()
    goes = pluralize(count, "leaves,leave")
    log = f"The {count} message{pluralize(count)} it sent or was to send {goes} the delivery log. "
    return (
        f"The course {channel.course} is no longer told of alerts this way. {log if count else ''}"
        "To stop it only for a while, switch it off instead."
    )


@require_POST
def channel_test(request: Request, pk: int) -> HttpResponse:
    """Send a test message the way alerts go."""
    channel = _own(request, pk)
    services.send_test(channel, now=timezone.now())
    messages.success(
        request, f"A test message for “{channel.name}” is on its way. The log shows how it went."
    )
    return redirect("alerts:delivery_log")


@require_GET
def delivery_log(request: Request) -> HttpResponse:
    """Every message of the courses the reader staffs."""
    tabs = tabs_of(request)
    need(tabs["is_staff"])
    form = LogForm(request.GET)
    form.full_clean()
    state = form.cleaned_data.get("state", "")
    rows = queries.delivery_log(request.user, state=state)
    if wants_csv(request):
        return deliveries_csv(rows)
    counts = queries.delivery_counts(request.user)
    choices = LogForm.base_fields["state"].choices  # type: ignore[attr-defined]
    context = {
        **tabs,
        "page": page_of(request, rows, size=ROWS),
        "state": state,
        "states": [(value, label.lower(), counts.get(value, 0)) for value, label in choices],
        "waiting_since": queries.waiting_since(request.user, now=timezone.now()),
    }
    return render_page(request, "alerts/delivery_log.html", context, partial="deliveries")


def _own(request: Request, pk: int) -> Channel:
    return get_object_or_404(Channel.objects.editable_by(request.user).select_related("course"), pk=pk)
