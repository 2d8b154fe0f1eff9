"""How are people told, and did it work?"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import queries, services, wording
from alerts.exports import channels_csv, deliveries_csv
from alerts.forms import ChannelForm, LogForm
from alerts.models import Channel, Delivery
from alerts.models.channels import NAME_TAKEN
from alerts.views.pages import CHANNELS, LOG, ROWS, crumbs_to, need, outcome_of, tabs_of
from courses.exports import wants_csv
from courses.http import Request, asked_text, page_of
from courses.live import live_page
from courses.views.pages import confirm_page, is_mail_filed

SOON_S, LATER_S = 2, 10  # between two looks at the list: while a message is on its way, and otherwise


@require_GET
def channel_list(request: Request) -> HttpResponse:
    """The channels of the courses the reader lectures."""
    tabs = tabs_of(request, CHANNELS)
    need(tabs["is_lecturer"])
    if wants_csv(request):
        return channels_csv(queries.channels(request.user))
    return live_page(
        request,
        "alerts/channel_list.html",
        frame={**tabs, "has_any": Channel.objects.visible_to(request.user).exists()},
        fresh_s=SOON_S / 2,
        channels=lambda: _channels(request),
    )


def _channels(request: Request) -> dict[str, Any]:
    page = page_of(request, queries.channels(request.user), size=ROWS)
    is_waiting = any(vars(row)["latest_state"] == Delivery.State.PENDING for row in page)
    rows = [(channel, *_latest(channel), _target(channel)) for channel in page]
    return {"page": page, "rows": rows, "every_s": SOON_S if is_waiting else LATER_S}


def _latest(channel: Channel) -> tuple[str, str]:
    """Return tone and word of what became of the latest message of `channel`, empty if there is none."""
    seen = vars(channel)  # annotated by the query
    if not seen["latest_state"]:
        return "", ""
    is_filed = channel.kind == Channel.Kind.EMAIL and is_mail_filed()
    return wording.outcome(seen["latest_state"], is_filed=is_filed, has_failed=bool(seen["latest_error"]))


def _target(channel: Channel) -> str:
    return wording.sends_to(channel.kind, channel.target)


@require_http_methods(["GET", "POST"])
def channel_add(request: Request) -> HttpResponse:
    """A new channel."""
    need(tabs_of(request, CHANNELS)["is_lecturer"])
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
def channel_edit(request: Request, pk: int) -> HttpResponse:
    """Change a channel."""
    return _edit(request, _own(request, pk))


def _edit(request: Request, channel: Channel | None) -> HttpResponse:
    asked = asked_text(request, "course")
    form = ChannelForm(request.POST or None, user=request.user, instance=channel, course=asked)
    if form.is_valid():
        if services.save_channel(form.instance, by=request.user, now=timezone.now()):
            words = _("The channel “%(name)s” is saved. Send a test to be sure.")
            messages.success(request, words % {"name": form.instance.name})
            return redirect("alerts:channel_list")
        form.add_error(None, NAME_TAKEN)
    context = {
        "form": form,
        "channel": channel,
        "target": _target(channel) if channel else "",
        "crumbs": crumbs_to(CHANNELS),
        "is_mail_filed": is_mail_filed(),
    }
    return render(request, "alerts/channel_form.html", context)


@require_http_methods(["GET", "POST"])
def channel_delete(request: Request, pk: int) -> HttpResponse:
    """Ask, then remove a channel."""
    channel = _own(request, pk)
    name = {"name": channel.name}
    if request.method == "POST":
        services.delete_channel(channel, by=request.user, now=timezone.now())
        messages.success(request, _("The channel “%(name)s” is deleted.") % name)
        return redirect("alerts:channel_list")
    title, crumbs = _("Delete %(name)s?") % name, crumbs_to(CHANNELS)
    return confirm_page(request, title=title, text=_lost(channel), crumbs=crumbs, action=_("Delete"))


def _lost(channel: Channel) -> str:
    """Return what goes with `channel`, in words."""
    count = channel.deliveries.count()
    log = ngettext(
        "The %(count)s message it sent or was to send leaves the delivery log.",
        "The %(count)s messages it sent or was to send leave the delivery log.",
        count,
    )
    told = _("The course %(course)s is no longer told of alerts this way.") % {"course": channel.course}
    instead = _("To stop it only for a while, switch it off instead.")
    return " ".join([told, *([log % {"count": count}] if count else []), instead])


@require_POST
def channel_test(request: Request, pk: int) -> HttpResponse:
    """Send a test message the way alerts go."""
    channel = _own(request, pk)
    services.send_test(channel, now=timezone.now())
    words = _("A test message for “%(name)s” is on its way. Below you see how it went.")
    messages.success(request, words % {"name": channel.name})
    return redirect("alerts:channel_list")


@require_GET
def delivery_log(request: Request) -> HttpResponseBase:
    """Every message of the courses the reader staffs. `state`, `channel` and `tag` narrow it."""
    tabs = tabs_of(request, LOG)
    need(tabs["is_staff"])
    form = LogForm(request.GET, user=request.user)
    asked = form.chosen()
    channel, tag = int(asked.get("channel") or 0), asked.get("tag", "")
    rows = queries.delivery_log(request.user, channel=channel, tag=tag)
    if wants_csv(request):
        return deliveries_csv(rows.filter(state=asked["state"]) if asked["state"] else rows)
    frame = {**tabs, "form": form, "asked": asked}
    return live_page(
        request, "alerts/delivery_log.html", frame=frame, deliveries=lambda: _log(request, asked, rows)
    )


def _log(request: Request, asked: dict[str, Any], rows: QuerySet[Delivery]) -> dict[str, Any]:
    counts, state = queries.delivery_counts(rows), asked["state"]
    page = page_of(request, rows.filter(state=state) if state else rows, size=ROWS)
    words = {"": _("all"), "pending": _("on their way"), "sent": _("sent"), "dead": _("failed")}
    if is_mail_filed():
        words["sent"] = _("sent or filed")
    return {
        "page": page,
        "states": [(value, word, counts.get(value, 0)) for value, word in words.items()],
        "messages_sent": [(row, *outcome_of(row)) for row in page],
        "waiting_since": queries.waiting_since(request.user, now=timezone.now()),
    }


def _own(request: Request, pk: int) -> Channel:
    return get_object_or_404(Channel.objects.editable_by(request.user).select_related("course"), pk=pk)
