"""What happens in the catalogue? Every write of this app, by the noun it is about."""

from courses.services.api_keys import create_api_key, mark_key_used, revoke_api_key
from courses.services.attention import delete_view, save_view, unwatch_team, watch_team
from courses.services.catalogue import (
    add_course,
    add_environment,
    add_project,
    add_team,
    delete_teams,
    edit_course,
    edit_environment,
    edit_project,
    edit_team,
)
from courses.services.people import (
    add_member,
    edit_profile,
    edit_reading,
    forget_old_addresses,
    make_password_link,
    remove_member,
    set_theme,
)
from courses.services.roster import import_roster, is_refused, plan_roster, unreachable
from courses.services.roster_changes import RosterPlan
from courses.services.tags import tag_team
from courses.services.timeline import add_note, delete_note, record_events, restore_note, settings_event

__all__ = [
    "RosterPlan",
    "add_course",
    "add_environment",
    "add_member",
    "add_note",
    "add_project",
    "add_team",
    "create_api_key",
    "delete_note",
    "delete_teams",
    "delete_view",
    "edit_course",
    "edit_environment",
    "edit_profile",
    "edit_project",
    "edit_reading",
    "edit_team",
    "forget_old_addresses",
    "import_roster",
    "is_refused",
    "make_password_link",
    "mark_key_used",
    "plan_roster",
    "record_events",
    "remove_member",
    "restore_note",
    "revoke_api_key",
    "save_view",
    "set_theme",
    "settings_event",
    "tag_team",
    "unreachable",
    "unwatch_team",
    "watch_team",
]
