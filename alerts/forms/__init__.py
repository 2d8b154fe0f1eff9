"""Is this input valid?"""

from alerts.forms.lists import GROUPS, STATES, InboxForm, LogForm, NoteForm
from alerts.forms.settings import ChannelForm, RuleForm, TargetForm, addresses, apprise_url
from alerts.forms.subscription import SubscriptionForm

__all__ = [
    "GROUPS",
    "STATES",
    "ChannelForm",
    "InboxForm",
    "LogForm",
    "NoteForm",
    "RuleForm",
    "SubscriptionForm",
    "TargetForm",
    "addresses",
    "apprise_url",
]
