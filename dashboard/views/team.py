"""How is one team, why, and what happened to it?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.http import Request
from courses.live import live_page
from courses.models import Tag, Team
from courses.queries import with_rights
from courses.views.pages import crumbs_to
from courses.views.timeline import asked_of, timeline_file, timeline_part
from dashboard import queries, wording
from dashboard.standing import Standing
from experiments.queries import of_team


@require_GET
def team_detail(request: Request, course: str, team: str) -> HttpResponse:
    """How a team is now, who is in it, where its projects run, and what happened."""
    teams = with_rights(Team.objects.visible_to(request.user), request.user)
    row = get_object_or_404(teams.select_related("course"), course__slug=course, slug=team)
    if wants_csv(request):
        return timeline_file(request, row.slug, row.events.all())
    projects = list(row.projects.prefetch_related("environments"))
    for project in projects:
        project.team = row  # or each address would ask for it again
    frame = {
        "team": row,
        "crumbs": crumbs_to(row.course),
        "members": row.memberships.select_related("user"),
        "projects": projects,
        "tags": Tag.objects.visible_to(request.user).filter(teams=row).select_related("course"),
        "asked": asked_of(request),
    }
    return live_page(
        request,
        "dashboard/team_detail.html",
        frame=frame,
        now=lambda: _now(row),
        timeline=lambda: timeline_part(row.events.all(), frame["asked"]),
    )


def _now(team: Any) -> dict[str, Any]:
    now = timezone.now()
    (one,) = queries.standings([(team.pk, team.name, team.slug, team.course_id, team.may_edit)], now=now)
    running, stopped = of_team(team.pk, now=now)
    return {
        "one": one,
        "tone": wording.CONCERNS[one.concern][0],
        "headline": wording.headline(one, now),
        "errors": wording.error_counts(one),
        "no_errors": wording.no_errors(one),
        "experiments": running,
        "stopped": stopped,
        "next": _next_step(one),
    }


def _next_step(one: Standing) -> str:
    """Return the address of the page that says more about what is wrong; empty if nothing is."""
    if one.down:
        return reverse("health:environment_detail", args=[one.down[0].pk])
    if one.red:
        return reverse("pipelines:repository_detail", args=[one.red[0].pk])
    return reverse("alerts:alert_detail", args=[one.alerts[0].pk]) if one.alerts else ""
