"""How is everybody invited who never signed in? By a mail each, as a job, a few at a time.

Who is about to get a mail is noted before it is sent, so a killed worker leaves some people without
one and nobody with two; for an hour nobody is written to again.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.clients import ADDRESS_REFUSED, Letter, post
from courses.models import Course, Job, User
from courses.services.jobs import JobKind, JobRefusedError, Progress, Write, counting, start_job
from courses.services.timeline import record_events, settings_event

KIND = "courses.invitations"
APART = timedelta(hours=1)
AT_ONCE = 10
NOBODY = _("Everybody has signed in, or got a mail within the last hour.")


def never_here(course: Course) -> QuerySet[User]:
    """Return the people of the course who may sign in and never did."""
    members = User.objects.filter(pk__in=course.memberships.values("user"))
    return members.filter(is_active=True, last_login=None)


def to_invite(course: Course, *, now: datetime) -> QuerySet[User]:
    """Return those of them who were not written to within the last hour."""
    return never_here(course).filter(Q(invited_at=None) | Q(invited_at__lte=now - APART))


def start_invitations(course: Course, *, actor: User, now: datetime) -> tuple[Job, bool]:
    """Return the job that writes to everybody who never signed in, and whether it is new.

    Raises JobRefusedError when there is nobody to write to.
    """
    if not to_invite(course, now=now).exists():
        raise JobRefusedError(str(NOBODY))
    return start_job(course, kind=KIND, asked_by=actor, now=now)


def invitation_steps(job: Job) -> Iterator[Write]:
    """Yield the list of people, then for some at a time that they are written to, and what came of it."""
    if not job.checkpoint:
        yield partial(_begin, job)
    if job.checkpoint["taken"]:  # by a worker that ended before it said what became of them
        yield partial(_note, job, None)
    while job.checkpoint["left"]:
        yield partial(_take, job)
        letters = _letters(job)
        faults = dict(zip(letters, post([*letters.values()]), strict=True))
        yield partial(_note, job, faults)
        if _takes_nothing(faults.values()):
            remedy = "Mend the mail server's settings and invite again: who got a mail gets no second one."
            raise JobRefusedError(next(iter(faults.values())), remedy)


def _begin(job: Job, now: datetime) -> Progress:
    left = list(to_invite(job.course, now=now).order_by("email").values_list("pk", flat=True))
    title = f"{len(left)} people invited by mail" if len(left) != 1 else "1 person invited by mail"
    record_events([settings_event(job.course, title=title, actor=job.asked_by, now=now)])
    return _progress(job, left=left, taken=[], sent=0, refused=0, unsure=0, total=len(left))


def _take(job: Job, now: datetime) -> Progress:
    """Note who is written to next: nobody who signed in meanwhile or got a mail from another course."""
    part, left = job.checkpoint["left"][:AT_ONCE], job.checkpoint["left"][AT_ONCE:]
    due = to_invite(job.course, now=now).filter(pk__in=part).select_for_update()
    taken = [person.pk for person in due.order_by("pk")]
    User.objects.filter(pk__in=taken).update(invited_at=now)
    return _progress(job, left=left, taken=taken)


def _note(job: Job, faults: Mapping[int, str] | None, now: datetime) -> Progress:
    """Write down what became of those who were taken. faults: by person, "" for none; None: nobody knows.

    Who left before their letter was written is not among them.
    """
    taken, told = job.checkpoint["taken"], job.checkpoint
    if faults is None:
        return _progress(job, taken=[], unsure=told["unsure"] + len(taken))
    refused = [pk for pk, fault in faults.items() if fault]
    User.objects.filter(pk__in=refused).update(invited_at=None)
    sent = told["sent"] + len(faults) - len(refused)
    return _progress(job, taken=[], sent=sent, refused=told["refused"] + len(refused))


def _takes_nothing(faults: Collection[str]) -> bool:
    """Whether the mail server is at fault; that it knows none of the few who were left is no sign of it."""
    return bool(faults) and all(faults) and (len(faults) == AT_ONCE or {*faults} != {ADDRESS_REFUSED})


def _progress(job: Job, *, total: int | None = None, **changes: object) -> Progress:
    mark = {**job.checkpoint, **changes}
    total = job.total if total is None else total
    done = (total or 0) - len(mark["left"]) - len(mark["taken"])
    return Progress(done, total, mark, _outcome(mark))


def _outcome(mark: dict[str, int]) -> str:
    parts = [f"Mails sent: {mark['sent']:,}."]
    if mark["refused"]:
        parts.append(f"Not taken by the mail server: {mark['refused']:,}.")
    if mark["unsure"]:
        parts.append(f"Unsure, because the worker ended meanwhile: {mark['unsure']:,}.")
    return " ".join(parts)


def _letters(job: Job) -> dict[int, Letter]:
    """Return by person a letter to each of those who were taken and are still there."""
    people = User.objects.in_bulk(job.checkpoint["taken"])
    return {pk: _letter(person, job.course) for pk, person in people.items()}


def _letter(person: User, course: Course) -> Letter:
    values = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    link = f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=values)}"
    with translation.override(person.language or settings.LANGUAGE_CODE):
        name = " ".join(course.name.split())
        body = render_to_string("courses/invitation.txt", {"person": person, "course": name, "link": link})
        return Letter(
            person.email, gettext("Courseops: your account for %(course)s") % {"course": name}, body
        )


INVITATIONS = JobKind(
    name=KIND,
    label=_("Invitations"),
    steps=invitation_steps,
    counted=counting(ngettext_lazy("%(n)s person", "%(n)s people", "count")),
    if_stopped=_("Who got a mail keeps it. Invite again for the others."),
    patience_s=150,  # ten mails to a server that takes its time
)
