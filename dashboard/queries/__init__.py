"""What do the pages that join the apps need? A fixed number of queries for any number of teams."""

from dashboard.queries.overview import UNTAKEN, Filters, Overview, courses_of, overview, tutors_of
from dashboard.queries.rows import TeamRow, rows_of, team_row

__all__ = [
    "UNTAKEN",
    "Filters",
    "Overview",
    "TeamRow",
    "courses_of",
    "overview",
    "rows_of",
    "team_row",
    "tutors_of",
]
