"""How are the pipelines read that were there before the first poll? As a job, one page a step.

The server is asked outside any transaction; one transaction writes the page and the mark where to
go on. A server that is busy or asks for time is waited for by leaving the job alone, so no worker
is held up. What else goes wrong with a repository is noted, and the others go on.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from courses.models import Course, Job, User
from courses.services.jobs import JobKind, JobRefusedError, Progress, Write, counting, start_job
from pipelines import rules
from pipelines.clients import CLIENTS
from pipelines.clients.readings import CIFault, FaultKind, HistoryPage, Wanted
from pipelines.models import Repository
from pipelines.models.repositories import RepositoryQuerySet
from pipelines.services.history import store_history
from pipelines.services.recording import MOST_KEPT
from pipelines.services.servers import access_to

KIND = "pipelines.backfill"
TRIES = 5  # of a page whose server is busy, before its repository is left out
LOST = 3  # repositories left out so, one after the other: the server is down
NAMED = 5  # repositories that could not be read and stand in the outcome
OF_SERVER = (FaultKind.AUTH, FaultKind.BROKEN)  # no other repository would be answered either


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a backfill goes on, and what came of it so far.

    left: repositories, by primary key; the first is being read: its next page begins at `cursor`,
    after `here` pipelines. tries, lost: how often in a row a page, a repository was given up.
    """

    left: list[int]
    cursor: str = ""
    here: int = 0
    tries: int = 0
    lost: int = 0
    stored: int = 0
    cut: int = 0
    unread: int = 0
    faults: list[str] = field(default_factory=list)

    def next_repository(self) -> "_Mark":
        return replace(self, left=self.left[1:], cursor="", here=0, tries=0)

    def progress(self, total: int, *, note: str = "", wait_s: float = 0) -> Progress:
        done = total - len(self.left)
        return Progress(done, total, asdict(self), note or _outcome(self), wait_s)


def readable(course: Course) -> RepositoryQuerySet:
    """Return the repositories of a course that a backfill reads: those polled before, none of the sample."""
    polled = Repository.objects.polled().filter(server__course=course, server__course__is_sample=False)
    return polled.exclude(default_branch="")


def start_backfill(course: Course, *, since: date, actor: User, now: datetime) -> tuple[Job, bool]:
    """Return the job that reads the pipelines back to `since`, and whether it is new.

    Raises JobRefusedError when there is nothing to read.
    """
    if not readable(course).exists():
        reason = _("No repository of this course has been read yet.")
        raise JobRefusedError(reason, _("Wait for the first poll, or try the connection."))
    return start_job(course, kind=KIND, asked_by=actor, now=now, parameters={"since": since.isoformat()})


def backfill_steps(job: Job) -> Iterator[Write]:
    """Yield the list of repositories, then a step for each page."""
    if not job.checkpoint:
        yield partial(_begin, job)
    while job.checkpoint["left"]:
        yield _ask(job, _Mark(**job.checkpoint))


def _since(job: Job) -> datetime:
    return datetime.combine(date.fromisoformat(job.parameters["since"]), time(), UTC)


def _begin(job: Job, now: datetime) -> Progress:
    """Note what there is to read, and have it kept from now on."""
    rows, since = readable(job.course), _since(job)
    left = list(rows.order_by("server", "path").values_list("pk", flat=True))
    wanted = Repository.objects.filter(pk__in=left)
    wanted.filter(Q(keep_since=None) | Q(keep_since__gt=since)).update(keep_since=since)
    return _Mark(left).progress(len(left))


def _ask(job: Job, mark: _Mark) -> Write:
    """Ask for the next page and return what writes down the answer."""
    total = job.total or 0
    row = readable(job.course).filter(pk=mark.left[0]).select_related("server").first()
    if row is None:  # deleted meanwhile, or no longer read
        return lambda now: mark.next_repository().progress(total)
    server, since = row.server, _since(job)
    answer = CLIENTS[server.kind].read_history(
        access_to(server),
        Wanted(row.pk, row.path, row.remote_id, row.default_branch),
        since=since,
        cursor=mark.cursor,
        is_graphql_usable=not server.is_on_rest(job.progress_at),
    )
    if isinstance(answer, CIFault):
        return lambda now: _note(mark, row, answer, total)
    return lambda now: _store(mark, row, answer, total, now)


def _store(mark: _Mark, row: Repository, page: HistoryPage, total: int, now: datetime) -> Progress:
    stored = mark.stored + store_history(row, page.pipelines, now=now)
    here = mark.here + len(page.pipelines)
    mark = replace(mark, stored=stored, here=here, cursor=page.cursor, tries=0, lost=0)
    is_cut = here >= MOST_KEPT and bool(page.cursor)
    if is_cut or not page.cursor:
        mark = replace(mark.next_repository(), cut=mark.cut + is_cut)
    note = "The rest of the server's rate limit is left to its polls." if page.rest_s else ""
    return mark.progress(total, note=note if mark.left else "", wait_s=page.rest_s)


def _note(mark: _Mark, row: Repository, fault: CIFault, total: int) -> Progress:
    """Wait where that helps, else leave the repository out; with it all of a server that is no use."""
    if fault.kind == FaultKind.THROTTLED:
        return mark.progress(total, note=fault.detail, wait_s=max(fault.retry_after_s, 1))
    if fault.kind == FaultKind.BUSY and mark.tries < TRIES:
        tries = mark.tries + 1
        wait_s = rules.busy_wait_s(tries)
        return replace(mark, tries=tries).progress(total, note=fault.detail, wait_s=wait_s)
    lost = mark.lost + 1 if fault.kind == FaultKind.BUSY else 0
    if lost >= LOST:
        raise JobRefusedError(fault.detail, "Start it again when the server answers.")
    out = {row.pk}
    if fault.kind in OF_SERVER:
        out |= {*Repository.objects.filter(server=row.server_id).values_list("pk", flat=True)}
    left = [pk for pk in mark.left if pk not in out]
    faults = [*mark.faults, f"{row.path}: {fault.detail}"[:150]][:NAMED]
    unread = mark.unread + len(mark.left) - len(left)
    mark = replace(mark, left=left, cursor="", here=0, tries=0, lost=lost, unread=unread, faults=faults)
    return mark.progress(total)


def _outcome(mark: _Mark) -> str:
    """Return what came of it in a sentence or three. It is stored, so in one language."""
    parts = [f"Pipelines added: {mark.stored:,}."]
    if mark.cut:
        parts.append(f"Repositories cut to their newest {MOST_KEPT:,}: {mark.cut}.")
    if mark.unread:
        parts.append(f"Repositories not read to the end: {mark.unread}. {' '.join(mark.faults)}")
    return " ".join(parts)


BACKFILL = JobKind(
    name=KIND,
    label=gettext_lazy("Older pipelines"),
    steps=backfill_steps,
    counted=counting(ngettext_lazy("%(n)s repository", "%(n)s repositories", "count")),
    if_stopped=gettext_lazy("The pipelines it had read stay. Start it again for the rest."),
    patience_s=75,  # two requests that take as long as they may, and the write
)
