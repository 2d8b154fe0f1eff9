"""What do pages need from several tables?"""

from health.queries.overview import ErrorCounts, environment_states, recent_error_counts

__all__ = ["ErrorCounts", "environment_states", "recent_error_counts"]
