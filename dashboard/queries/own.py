"""Which team is the reader's own, so that the site begins there and the navigation leads to it?"""

from django.urls import reverse

from courses.models import Membership, User


def page_of_only_team(user: User) -> str:
    """Return the address of the team of a student who sees no other; nothing for everybody else."""
    parts = [] if user.is_superuser else [part for part in user.parts if part.is_going_on]
    if len(parts) != 1 or parts[0].role != Membership.Role.STUDENT:
        return ""
    return reverse("dashboard:team_detail", args=[parts[0].course_slug, parts[0].team_slug])
