"""What happens to people? They join and leave courses, and edit their own profile."""

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Lower
from django.urls import reverse

from courses.models import Course, Membership, Team, User
from courses.services.timeline import record_events, settings_event


def person_of(email: str, *, name: str) -> User:
    """Return who has this address. A new person gets `name` and sets a password by the reset mail."""
    email = email.lower()
    known = User.objects.alias(small=Lower("email")).filter(small=email).first()
    new = {"name": name, "password": make_password(None)}
    return known or User.objects.get_or_create(email=email, defaults=new)[0]


@transaction.atomic
def add_member(
    course: Course, *, email: str, name: str, role: str, team: Team | None, actor: User, now: datetime
) -> tuple[Membership, bool]:
    """Give a person a role in the course; return the membership and whether it is new."""
    Course.objects.select_for_update().get(pk=course.pk)  # two lecturers may add one person at once
    person = person_of(email, name=name)
    membership, is_new = course.memberships.get_or_create(
        user=person, team=team, role=role, defaults={"created_at": now}
    )
    if is_new:
        title = f"{person.email} added as {role}"
        record_events([settings_event(team or course, title=title, actor=actor, now=now)])
    return membership, is_new


@transaction.atomic
def remove_member(membership: Membership, *, actor: User, now: datetime) -> bool:
    """Take a role from a person. Return False, and change nothing, for the last lecturer."""
    course = Course.objects.select_for_update().get(pk=membership.course_id)
    is_lecturer = membership.role == Membership.Role.LECTURER
    if is_lecturer and not course.memberships.lecturers().exclude(pk=membership.pk).exists():
        return False
    if course.memberships.filter(pk=membership.pk).delete()[0]:
        title = f"{membership.user.email} removed as {membership.role}"
        record_events([settings_event(membership.team or course, title=title, actor=actor, now=now)])
    return True


@transaction.atomic
def make_password_link(person: User, *, course: Course, actor: User, now: datetime) -> str:
    """Return the path of a page that sets `person`'s password, once and within three days."""
    title = f"Link to set a password made for {person.email}"
    record_events([settings_event(course, title=title, actor=actor, now=now)])
    values = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    return reverse("account_reset_password_from_key", kwargs=values)


@transaction.atomic
def edit_profile(user: User, *, name: str) -> None:
    """Write what a person says about themselves."""
    User.objects.filter(pk=user.pk).update(name=name)


@transaction.atomic
def edit_reading(user: User, *, time_zone: str, language: str, theme: str, has_shortcuts: bool) -> None:
    """Write how a person wants to read."""
    User.objects.filter(pk=user.pk).update(
        time_zone=time_zone, language=language, theme=theme, has_shortcuts=has_shortcuts
    )


@transaction.atomic
def set_theme(user: User, *, theme: str) -> None:
    """Write that a person reads in light or dark."""
    User.objects.filter(pk=user.pk).update(theme=theme)


@transaction.atomic
def forget_old_addresses(user: User) -> None:
    """Drop the addresses allauth remembers besides the present one.

    Whoever owns an old mailbox could otherwise still ask for a link that sets the password.
    """
    EmailAddress.objects.filter(user_id=user.pk).exclude(email=user.email).delete()
