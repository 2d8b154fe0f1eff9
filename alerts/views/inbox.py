"""What is wrong now, and how does one alert stand?"""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from alerts import queries, wording
from alerts.exports import inbox_csv
from alerts.forms import GROUPS, STATES, InboxForm
from alerts.models import Alert, AlertQuerySet
from alerts.rules import State
from alerts.views.pages import INBOX, ROWS, crumbs_to, outcome_of, tabs_of
from courses.exports import wants_csv
from courses.http import Request, page_of
from courses.live import live_page, own_part
from courses.models import Course
from courses.views.pages import is_mail_filed

MANY = 10  # from so many alerts on the inbox stands grouped unless asked otherwise


@require_GET
def inbox(request: Request) -> HttpResponseBase:
    """Alerts of the reader's teams, what nobody has taken on first.

    `state`, `severity`, `course`, `tutor`, `tag`, `team`, `rule` and `q` narrow it; `group` is team, rule
    or none.
    """
    form = InboxForm(request.GET, user=request.user)
    asked = form.asked()
    rows = queries.inbox(request.user, asked)
    if wants_csv(request):
        return inbox_csv(queries.in_state(rows, asked.state))
    frame = {**tabs_of(request, INBOX), "form": form, "asked": asked}
    return live_page(
        request, "alerts/inbox.html", frame=frame, alerts=lambda: _alerts(request, asked, rows, frame)
    )


def _alerts(
    request: Request, asked: queries.Filters, rows: AlertQuerySet, frame: dict[str, Any]
) -> dict[str, Any]:
    totals = queries.counts(rows)
    is_grouped = totals[asked.state] >= MANY and asked.state != State.RESOLVED
    group = asked.group or ("team" if is_grouped else "none")
    page = page_of(request, queries.in_state(rows, asked.state, group=group), size=ROWS)
    editable = queries.takeable(request.user, list(page))
    free = {alert.pk for alert in page if alert.pk in editable and not alert.acknowledged_at}
    is_untold = frame["is_lecturer"] and not page.object_list and not queries.channels(request.user).exists()
    return {
        "states": [(value, words, totals[value]) for value, words in STATES.items()],
        "group": group,
        "groupings": GROUPS.items(),
        "page": page,
        "groups": [
            (found, [alert.pk for alert in found.alerts if alert.pk in free])
            for found in queries.groups(page, group)
        ],
        "editable": editable,
        "free": free,
        "has_others": any(alert.state != State.RESOLVED and alert.pk not in editable for alert in page),
        "is_untold": is_untold,
    }


@require_GET
def badge(request: Request) -> HttpResponseBase:
    """How many alerts wait for somebody to take them, for the header of every page."""
    if not request.htmx:
        return redirect("alerts:inbox")
    return HttpResponse(
        own_part(request, "alerts/badge.html", "bell", lambda: _news(request), address=request.path)
    )


def _news(request: Request) -> dict[str, Any]:
    """Return what the bell shows and, in words, what has come since the page was opened."""
    return {**queries.untaken(request.user), "has_news": True}


@require_GET
def alert_detail(request: Request, pk: int) -> HttpResponseBase:
    """One alert: how it stands, what happened, and who was told."""
    rows = Alert.objects.visible_to(request.user)
    alert = get_object_or_404(rows.select_related("rule", "project__team__course", "acknowledged_by"), pk=pk)
    team = alert.project.team
    frame = {
        "alert": alert,
        "crumbs": [*crumbs_to(), (team.name, team.get_absolute_url())],
        "is_mail_filed": is_mail_filed(),
    }
    return live_page(request, "alerts/alert_detail.html", frame=frame, now=lambda: _now(request, alert))


def _now(request: Request, alert: Alert) -> dict[str, Any]:
    is_staff = Course.objects.staffed_by(request.user).filter(pk=alert.project.team.course_id).exists()
    deliveries = list(queries.told(alert)) if is_staff else []
    return {
        "headline": _headline(alert),
        "first_step": wording.first_step(alert.rule.signal),
        "link": wording.place_of(alert.rule.signal),
        "may_edit": bool(queries.takeable(request.user, [alert])),
        "is_staff": is_staff,
        "messages_sent": [(row, *outcome_of(row)) for row in deliveries],
        "story": queries.story(alert, deliveries, is_mail_filed=is_mail_filed()),
    }


def _headline(alert: Alert) -> str:
    return wording.headline(
        alert.state,
        severity=alert.rule.get_severity_display(),
        span=(alert.resolved_at or timezone.now()) - alert.pending_since,
        bad=(alert.bad_count, alert.rule.bad_in_a_row),
        is_taken=alert.acknowledged_at is not None,
        taker=str(alert.acknowledged_by or ""),
    )
