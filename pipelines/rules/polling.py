"""How often is a server asked, and how does it stand? Pure decisions, no database, no clock."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

AUTH_PAUSE = timedelta(hours=1)
LONGEST_PAUSE_S = 300
REST_S_EACH = 3  # REST asks three times for each repository: one request a second on average
WARN_BEFORE = timedelta(days=14)


def pause_after(kind: str, *, interval_s: int, failures: int, retry_after_s: int, on_rest: int) -> timedelta:
    """Return how long to leave a server alone after a poll.

    kind: the fault's kind, empty after success. failures: in a row, this one included.
    on_rest: repositories that REST has to read one by one, 0 with GraphQL.
    A refused token is not tried again for an hour: hammering with it looks like an attack.
    """
    if kind == "auth":
        return AUTH_PAUSE
    steady = max(interval_s, on_rest * REST_S_EACH)
    if not kind:
        return timedelta(seconds=steady)
    backed_off = min(interval_s * 2 ** min(failures - 1, 6), max(LONGEST_PAUSE_S, interval_s))
    return timedelta(seconds=max(steady, backed_off, retry_after_s))


def busy_wait_s(tries: int) -> int:
    """Return how long to leave a server alone that failed `tries` times in a row, at least once."""
    return min(15 << min(tries - 1, 6), LONGEST_PAUSE_S)


def is_stale(last_polled_at: datetime | None, *, now: datetime, interval_s: int) -> bool:
    """Whether what is shown may no longer be so: nothing read for three intervals and a minute."""
    return last_polled_at is None or now - last_polled_at > timedelta(seconds=3 * interval_s + 60)


def may_read(scopes: Collection[str]) -> bool:
    """Whether a token of these scopes may read; one that tells of none may, for all we know."""
    return not scopes or bool({"read_api", "api"} & {*scopes})


def server_state(
    *,
    is_enabled: bool,
    error_kind: str,
    is_read: bool,
    is_stale: bool,
    scopes: Collection[str],
    expires_on: date | None,
    today: date,
) -> str:
    """Return how a CI server stands, by the worst that is to be said of it.

    One of off, refused, throttled, broken, waiting (not read yet), stale, scope, expiring, fine.
    """
    if not is_enabled:
        return "off"
    if error_kind:
        return {"auth": "refused", "throttled": "throttled"}.get(error_kind, "broken")
    if not is_read:
        return "waiting"
    if is_stale:
        return "stale"
    if not may_read(scopes):
        return "scope"
    return "expiring" if expires_on and expires_on - today <= WARN_BEFORE else "fine"
