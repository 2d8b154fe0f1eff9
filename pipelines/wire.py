"""How do CI jobs tell what they deployed?

`POST /ingest/deployments` takes one deployment into an environment of the key's project. It answers
201 after the commit, and 200 for one that was told before, so that it may be sent again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from django.utils import timezone
from msgspec import Meta

from courses.models import Environment
from courses.wire import (
    Caller,
    Environ,
    RefusedError,
    StartResponse,
    Throttle,
    accept,
    decode,
    project_of,
    read_body,
    store,
)
from pipelines import rules, services

BODY_LIMIT = 16 * 1024
OLDEST = timedelta(days=400)
FUTURE_TOLERANCE = timedelta(minutes=5)
throttle = Throttle(rate=1, burst=30)

# No control characters: no database takes a NUL, and the rest would only confuse.
Line = Annotated[str, Meta(max_length=255, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """The body."""

    environment: Annotated[str, Meta(min_length=1, max_length=60)]
    sha: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{7,64}\Z")]
    ref: Line = ""
    status: Literal["success", "failed"] = "success"
    at: Annotated[datetime, Meta(tz=True)] | None = None
    url: Annotated[str, Meta(max_length=500, pattern=r"^(https?://[\x21-\x7e]+)?\Z")] = ""


decoder = msgspec.json.Decoder(Told)


def receive_deployment(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `POST /ingest/deployments`."""
    return store(environ, start_response, _receive)


def _receive(environ: Environ) -> tuple[int, dict[str, bool]]:
    caller = accept(environ, path="/ingest/deployments", what="Deployments")
    project = project_of(caller)
    throttle.take(caller.key_id)
    now = timezone.now()
    told = decode(decoder, read_body(environ, BODY_LIMIT))
    if told.at and not now - OLDEST <= told.at <= now + FUTURE_TOLERANCE:
        raise RefusedError(400, "This instant is too old or in the future.", field="at")
    is_new = services.record_deployment(
        _environment(told.environment, project, caller),
        status=told.status,
        sha=told.sha.lower(),
        ref=told.ref,
        url=told.url,
        at=told.at,
        now=now,
    )
    return (201 if is_new else 200), {"recorded": is_new}


def _environment(name: str, project: int, caller: Caller) -> Environment:
    """Return the environment of that name or slug; a key made for one environment opens no other."""
    rows = Environment.objects.filter(project=project)
    if caller.environment_id:
        rows = rows.filter(pk=caller.environment_id)
    there = {row.pk: row for row in rows}
    found = rules.place_of(name, "", [(row.pk, row.name, row.slug, "") for row in there.values()])
    if found is None:
        names = ", ".join(sorted(row.name for row in there.values())) or "none yet"
        raise RefusedError(
            400, f"This key's project has no such environment. It has: {names}.", field="environment"
        )
    return there[found]
