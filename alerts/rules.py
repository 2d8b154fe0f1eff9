"""When does an observation become an alert? Pure decisions, no database, no clock."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """One measured fact that an alert rule may judge.

    signal: dotted name of what was measured, `<app>.<thing>`, such as `health.environment.down`.
    subject: what it was measured on, stable for as long as that exists, such as `environment:12`.
    project_id: the project it belongs to; decides who sees the alert and who is told.
    value: the figure that rules compare with their threshold; None when nothing could be measured.
    at: when it was measured, UTC.
    title: the alert's first line, were it to fire: "production answers with 502".
    detail: further words for the message, may be empty. Bounded and shown as plain text.
    path: the page of the site that shows the subject, starting with `/`.
    """

    signal: str
    subject: str
    project_id: int
    value: float | None
    at: datetime
    title: str
    detail: str = ""
    path: str = ""
