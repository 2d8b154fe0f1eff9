"""Who asks about pipelines, and what do they see?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.filters import choices_of
from courses.http import Request, asked_filters, page_of
from courses.live import live_page
from courses.models import Course
from pipelines import queries
from pipelines.exports import board_csv, jobs_csv, pipelines_csv
from pipelines.models import Pipeline, Repository
from pipelines.queries.charts import charts, chosen_span
from pipelines.wording import STATES

ROWS = 50
PIPELINES = 20


@require_GET
def board(request: Request) -> HttpResponse:
    """The default branch of every repository, not-green first.

    `course`, `state`, `tutor`, `tag` and `q` narrow it.
    """
    filters = asked_filters(request, STATES)
    rows = queries.board(request.user, filters)
    wanted = queries.with_branches(queries.in_state(rows, filters.state))
    if wants_csv(request):
        return board_csv(wanted)
    tutors, tags = choices_of(request.user, filters.course)
    frame = {
        "filters": filters,
        "courses": queries.courses_on_board(request.user),
        "tutors": tutors,
        "tags": tags,
        "may_edit": Course.objects.editable_by(request.user).exists(),
    }

    def part() -> dict[str, Any]:
        now = timezone.now()
        page = page_of(request, wanted, size=ROWS)
        total, counts = queries.state_counts(rows)
        servers = queries.server_notices(request.user, now=now)
        lines = queries.lines(page.object_list, now=now)
        return {"page": page, "lines": lines, "total": total, "counts": counts, "notices": servers}

    return live_page(request, "pipelines/board.html", frame=frame, board=part)


@require_GET
def repository_detail(request: Request, pk: int) -> HttpResponse:
    """How one repository fares: its branch, pipelines, failing jobs and deployments."""
    rows = queries.with_branches(Repository.objects.visible_to(request.user).in_words())
    repository = get_object_or_404(rows, pk=pk)
    if wants_csv(request):
        return pipelines_csv(repository, repository.pipelines.latest_first())

    def part() -> dict[str, Any]:
        now, zone = timezone.now(), timezone.get_current_timezone()
        span = chosen_span(request.GET, now)
        found = queries.repository_page(repository, now=now, span=span)
        rows = found.of_branch
        page = page_of(request, repository.pipelines.latest_first(), size=PIPELINES)
        return {
            "found": found,
            "page": page,
            "pipelines": queries.with_stages(repository, page),
            "charts": charts(repository, rows, span=span, first_at=found.first_at, now=now, zone=zone),
            "notices": queries.server_notice(request.user, repository.server, now=now),
        }

    frame = {"repository": repository, "crumbs": _crumbs(repository)}
    return live_page(request, "pipelines/repository_detail.html", frame=frame, now=part)


@require_GET
def pipeline_detail(request: Request, pk: int) -> HttpResponse:
    """The stages and jobs of one pipeline."""
    rows = Pipeline.objects.visible_to(request.user)
    rows = rows.select_related(
        "repository__server", "repository__branch", "repository__project__team__course"
    )
    pipeline = get_object_or_404(rows, pk=pk)
    repository = pipeline.repository
    if wants_csv(request):
        return jobs_csv(pipeline)
    crumbs = [*_crumbs(repository), (str(repository.project), repository.get_absolute_url())]
    frame = {"pipeline": pipeline, "repository": repository, "crumbs": crumbs}
    return live_page(
        request,
        "pipelines/pipeline_detail.html",
        frame=frame,
        jobs=lambda: {"found": queries.pipeline_page(pipeline, now=timezone.now())},
    )


def _crumbs(repository: Repository) -> list[tuple[str, str]]:
    team = repository.project.team
    return [(_("Pipelines"), reverse("pipelines:board")), (str(team), team.get_absolute_url())]
