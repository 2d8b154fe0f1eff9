"""Who takes care of an alert, one or many at once?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alerts import services
from alerts.forms import NoteForm
from alerts.models import Alert
from alerts.views.pages import INBOX, ROWS, back_to
from courses.http import Request
from courses.rules.names import row_number


@require_POST
def acknowledge(request: Request, pk: int) -> HttpResponse:
    """Say that somebody takes care of an alert."""
    alerts = _editable(request, [pk])
    if not alerts:
        raise Http404
    place = _acknowledge(request, alerts)
    return back_to(request, alerts[0].get_absolute_url(), place=place)


@require_POST
def unacknowledge(request: Request, pk: int) -> HttpResponse:
    """Take an acknowledgement back."""
    alerts = _editable(request, [pk])
    if not alerts:
        raise Http404
    place = _unacknowledge(request, alerts)
    return back_to(request, alerts[0].get_absolute_url(), place=place)


@require_POST
def acknowledge_selected(request: Request) -> HttpResponse:
    """Say that somebody takes care of what was ticked, or of the group whose button was pressed."""
    alerts = _editable(request, _picked(request))
    if not alerts:
        messages.info(request, _("Nothing is selected. Tick the alerts that you take care of."))
        return back_to(request, reverse(INBOX))
    return back_to(request, reverse(INBOX), place=_acknowledge(request, alerts))


@require_POST
def unacknowledge_selected(request: Request) -> HttpResponse:
    """Take the acknowledgements of many alerts back, as the message that told of them offers."""
    place = _unacknowledge(request, _editable(request, _picked(request)))
    return back_to(request, reverse(INBOX), place=place)


def _picked(request: Request) -> list[int]:
    """Return the numbers of the alerts that the form names, at most a page of them."""
    words = request.POST.get("group", "").split() or request.POST.getlist("alert")
    return [number for word in words[:ROWS] if (number := row_number(word))]


def _editable(request: Request, pks: list[int]) -> list[Alert]:
    return list(Alert.objects.editable_by(request.user).filter(pk__in=pks))


def _acknowledge(request: Request, alerts: list[Alert]) -> str:
    """Acknowledge and tell of it. Return the id of the button that takes it back, if there is one."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The note is too long: 500 characters at most."))
        return ""
    note = form.cleaned_data["note"]
    taken = services.acknowledge(alerts, by=request.user, note=note, now=timezone.now())
    if not taken:
        messages.info(request, _("It is over, or somebody takes care of it already."))
        return ""
    words = _told(taken, one=_("Acknowledged: %(title)s"), many=_("%(count)s alerts acknowledged."))
    left = len(alerts) - len(taken)
    if left:
        more = ngettext("%(count)s was over or taken already.", "%(count)s were over or taken already.", left)
        words = f"{words} {more % {'count': left}}"
    context = {"text": words, "alerts": taken}
    messages.success(request, render_to_string("alerts/_acknowledged.html", context))
    return "take-back"


def _unacknowledge(request: Request, alerts: list[Alert]) -> str:
    """Take back and tell of it. Return the id of the first alert that is free again, if one is."""
    freed = services.unacknowledge(alerts, by=request.user, now=timezone.now())
    if not freed:
        return ""
    one, many = _("No longer acknowledged: %(title)s"), _("%(count)s alerts are no longer acknowledged.")
    messages.success(request, _told(freed, one=one, many=many))
    return f"alert-{freed[0].pk}"


def _told(alerts: list[Alert], *, one: str, many: str) -> str:
    """Return the sentence about a single alert, or the one about many."""
    return one % {"title": alerts[0].title} if len(alerts) == 1 else many % {"count": len(alerts)}
