"""What do the pages about alerts need from several tables?"""

from alerts.queries.inbox import (
    Filters,
    Group,
    choices,
    counts,
    groups,
    in_state,
    inbox,
    open_subjects,
    rules,
    takeable,
    untaken,
)
from alerts.queries.people import mails_to, roles_of, subscription_of
from alerts.queries.story import Step, story
from alerts.queries.telling import (
    channel_choices,
    channels,
    delivery_counts,
    delivery_log,
    told,
    waiting_since,
)

__all__ = [
    "Filters",
    "Group",
    "Step",
    "channel_choices",
    "channels",
    "choices",
    "counts",
    "delivery_counts",
    "delivery_log",
    "groups",
    "in_state",
    "inbox",
    "mails_to",
    "open_subjects",
    "roles_of",
    "rules",
    "story",
    "subscription_of",
    "takeable",
    "told",
    "untaken",
    "waiting_since",
]
