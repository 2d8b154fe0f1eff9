"""Who is the reader, what do they want to be told, and what were they?"""

from django.db.models import Q, QuerySet

from alerts.models import Alert, Delivery, Subscription
from courses.models import Membership, User


def roles_of(user: User) -> set[str]:
    """Return the roles `user` has in any course."""
    if user.is_superuser:
        return {Membership.Role.LECTURER, Membership.Role.TUTOR}
    return set(Membership.objects.filter(user=user).values_list("role", flat=True))


def subscription_of(user: User) -> Subscription:
    """Return what `user` asks to be told of; unsaved, with everything off, where they never asked."""
    known = Subscription.objects.filter(channel__owner=user).prefetch_related("interests").first()
    return known or Subscription()


def mails_to(user: User) -> QuerySet[Delivery]:
    """Return the messages to `user` in person, newest first, without alerts they may no longer see."""
    may_see = Q(alert=None) | Q(alert__in=Alert.objects.visible_to(user).values("pk"))
    rows = Delivery.objects.filter(may_see, channel__owner=user).select_related("alert")
    return rows.order_by("-created_at", "-pk")
