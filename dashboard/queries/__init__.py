"""What do the pages that join the apps need? A fixed number of queries for any number of teams."""

from dashboard.queries.downtime import downtime
from dashboard.queries.overview import (
    UNTAKEN,
    Overview,
    Teams,
    courses_of,
    overview,
    teams_asked,
)
from dashboard.queries.own import page_of_only_team
from dashboard.queries.setup import Setup, open_setup, setup_of, with_steps
from dashboard.queries.standings import standings

__all__ = [
    "UNTAKEN",
    "Overview",
    "Setup",
    "Teams",
    "courses_of",
    "downtime",
    "open_setup",
    "overview",
    "page_of_only_team",
    "setup_of",
    "standings",
    "teams_asked",
    "with_steps",
]
