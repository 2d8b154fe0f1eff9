"""What do the pages that join the apps need? A fixed number of queries for any number of teams."""

from dashboard.queries.overview import UNTAKEN, Filters, Overview, courses_of, overview, tutors_of
from dashboard.queries.standings import Standing, standings

__all__ = [
    "UNTAKEN",
    "Filters",
    "Overview",
    "Standing",
    "courses_of",
    "overview",
    "standings",
    "tutors_of",
]
