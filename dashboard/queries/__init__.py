"""What do the pages that join the apps need? A fixed number of queries for any number of teams."""

from dashboard.queries.overview import UNTAKEN, Overview, courses_of, only_team, overview
from dashboard.queries.setup import Setup, open_setup, setup_of, with_steps
from dashboard.queries.standings import standings

__all__ = [
    "UNTAKEN",
    "Overview",
    "Setup",
    "courses_of",
    "only_team",
    "open_setup",
    "overview",
    "setup_of",
    "standings",
    "with_steps",
]
