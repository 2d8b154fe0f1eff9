"""Which team needs somebody first? Pure decisions, no database."""

from enum import StrEnum


class Concern(StrEnum):
    """The worst that is known of a team, in the order teams are listed."""

    DOWN = "down"
    RED = "red"
    ALERT = "alert"
    ERRORS = "errors"
    WARNINGS = "warnings"
    UNKNOWN = "unknown"
    FINE = "fine"


ORDER = list(Concern)
TROUBLE = frozenset(
    {Concern.DOWN, Concern.RED, Concern.ALERT, Concern.ERRORS, Concern.WARNINGS}
)  # somebody should look


def concern_of(
    *,
    places: list[str],
    builds: list[str],
    firing: int,
    server_errors: int,
    client_errors: int,
    has_failed_deployment: bool = False,
) -> Concern:
    """Return the worst concern.

    places: the status of each environment (up, down, unknown).
    builds: the status of each repository's default branch, as the CI server calls it.
    firing: open alerts. server_errors, client_errors: 5XX and 4XX answers of the last hour.
    has_failed_deployment: whether the newest version did not arrive where it was to run.
    """
    if "down" in places:
        return Concern.DOWN
    if "failed" in builds:
        return Concern.RED
    if firing:
        return Concern.ALERT
    if server_errors or client_errors:
        return Concern.ERRORS
    if has_failed_deployment or "warning" in builds:
        return Concern.WARNINGS
    if "unknown" in (*places, *builds) or not (places or builds):
        return Concern.UNKNOWN
    return Concern.FINE
