"""What happens to what a reader wants to see first? They watch teams and keep views."""

from datetime import datetime

from django.db import transaction

from courses.models import MAX_SAVED_VIEWS, SavedView, Team, User, WatchedTeam


@transaction.atomic
def watch_team(user: User, team: Team, *, now: datetime) -> bool:
    """Put a team on the reader's watch list. Return whether it was not there before."""
    return WatchedTeam.objects.get_or_create(user=user, team=team, defaults={"created_at": now})[1]


@transaction.atomic
def unwatch_team(user: User, team: Team) -> bool:
    """Take a team off the reader's watch list. Return whether it was there."""
    return WatchedTeam.objects.filter(user=user, team=team).delete()[0] > 0


@transaction.atomic
def save_view(user: User, *, name: str, address: str, now: datetime) -> str | None:
    """Keep a page under a name of the reader's own.

    Return where the name led before, empty for a new one. None, and nothing is kept, if the reader
    has `MAX_SAVED_VIEWS` already.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two tabs may both save the last one allowed
    view = SavedView.objects.filter(user=user, name=name).first()
    if view is None:
        if SavedView.objects.filter(user=user).count() >= MAX_SAVED_VIEWS:
            return None
        SavedView.objects.create(user=user, name=name, address=address, created_at=now)
        return ""
    before = view.address
    view.address = address
    view.save(update_fields=["address"])
    return before


@transaction.atomic
def delete_view(view: SavedView) -> None:
    """Forget a saved view."""
    SavedView.objects.filter(pk=view.pk).delete()
