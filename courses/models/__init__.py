"""Who takes part, what do they build, where does it run, and who may see it?

The QuerySets of courses, teams, projects, environments, keys and events answer `visible_to(user)`
and `editable_by(user)`; people and memberships are reached through their course. The other apps
reach their rows through these two, so access is decided once.
"""

from courses.models.api_keys import ApiKey
from courses.models.attention import MAX_SAVED_VIEWS, SavedView, WatchedTeam
from courses.models.jobs import Job, JobChunk
from courses.models.people import Theme, User, validate_time_zone
from courses.models.projects import Environment, Project
from courses.models.tags import Tag
from courses.models.teams import OPERATIONS, Course, Membership, Team
from courses.models.timeline import Event

__all__ = [
    "MAX_SAVED_VIEWS",
    "OPERATIONS",
    "ApiKey",
    "Course",
    "Environment",
    "Event",
    "Job",
    "JobChunk",
    "Membership",
    "Project",
    "SavedView",
    "Tag",
    "Team",
    "Theme",
    "User",
    "WatchedTeam",
    "validate_time_zone",
]
