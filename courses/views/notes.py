"""What does the staff write onto the timeline of a team, and take off again?"""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import services
from courses.forms import TeamNoteForm
from courses.http import Request
from courses.models import Event, Team

UNDO = "note_undo"  # in the session: the note that was deleted last, and its team
IN_PLACE = "in-place"  # marks a message that the page shows beside the form instead of at its top


@require_POST
def team_note(request: Request, course: str, team: str) -> HttpResponse:
    """Write a note onto the timeline of a team."""
    row = _team(request, course, team)
    form = TeamNoteForm(request.POST)
    if form.is_valid():
        services.add_note(row, text=form.cleaned_data["text"], actor=request.user, now=timezone.now())
        messages.success(request, _("The note stands on the timeline."), extra_tags=IN_PLACE)
    else:
        messages.error(request, _("Write a note of 1 to 500 characters."), extra_tags=IN_PLACE)
    return redirect(f"{row.get_absolute_url()}#note")


@require_POST
def note_delete(request: Request, pk: int) -> HttpResponse:
    """Take a note off the timeline; the page that follows offers to put it back."""
    teams = Team.objects.editable_by(request.user)
    notes = Event.objects.filter(kind=Event.Kind.NOTE, team__in=teams.values("pk"))
    note = get_object_or_404(notes.select_related("team__course"), pk=pk)
    team = cast("Team", note.team)  # or it would not have been found
    request.session[UNDO] = {"team": team.pk, "note": services.delete_note(note)}
    words = render_to_string("courses/_note_deleted.html", {"team": team})
    messages.success(request, words, extra_tags=IN_PLACE)
    return redirect(f"{team.get_absolute_url()}#take-back")


@require_POST
def note_restore(request: Request, course: str, team: str) -> HttpResponse:
    """Put the note back that this reader deleted last."""
    row = _team(request, course, team)
    kept = request.session.get(UNDO)
    if kept and kept["team"] == row.pk:
        services.restore_note(row, kept["note"], now=timezone.now())
        del request.session[UNDO]
        messages.success(request, _("The note is back on the timeline."), extra_tags=IN_PLACE)
    return redirect(f"{row.get_absolute_url()}#note")


def _team(request: Request, course: str, team: str) -> Team:
    rows = Team.objects.editable_by(request.user).select_related("course")
    return get_object_or_404(rows, course__slug=course, slug=team)
