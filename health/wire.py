"""How do agents report what they read of their machines?

`POST /ingest/hosts` takes up to an hour of readings of one machine, oldest first, and answers 202
after the commit with how many were stored, and how many were left out and why: `not_newer` than
the last one stored, so that a batch may be sent again, or `too_soon` after it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from django.utils import timezone
from msgspec import Meta

from agent.courseops_agent.reading import Reading
from courses.models import Course
from courses.wire import (
    Environ,
    RefusedError,
    StartResponse,
    Throttle,
    accept,
    decode,
    read_body,
    store,
)
from health import services

BODY_LIMIT = 128 * 1024
OLDEST = timedelta(hours=2)
FUTURE_TOLERANCE = timedelta(minutes=5)
NO_PROJECT = (
    "This API key is for one project, and hosts belong to the whole course. "
    "Use a key with the scope 'ingest' that is made under the course."
)
throttle = Throttle(rate=10, burst=60)

Percent = Annotated[float, Meta(ge=0, le=100)]
Amount = Annotated[int, Meta(ge=0, le=2**60)]
Rate = Annotated[float, Meta(ge=0, le=1e15)]


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """One reading as it arrives: the fields of `Reading`, when it was taken, and how often that is."""

    at: Annotated[datetime, Meta(tz=True)]
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$")]
    cpu_count: Annotated[int, Meta(ge=1, le=10_000)]
    cpu_percent: Percent
    load_1m: Annotated[float, Meta(ge=0, le=1e6)]
    memory_total_bytes: Amount
    memory_percent: Percent
    memory_used_bytes: Amount
    swap_percent: Percent
    disk_percent: Percent
    disk_used_bytes: Amount
    disk_total_bytes: Amount
    network_received_bytes_per_s: Rate
    network_sent_bytes_per_s: Rate
    every_s: Annotated[float, Meta(ge=10, le=3600)] = 60.0


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """The body."""

    readings: Annotated[list[Item], Meta(min_length=1, max_length=60)]


decoder = msgspec.json.Decoder(Batch)


def receive_readings(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `POST /ingest/hosts`."""
    return store(environ, start_response, _receive)


def _receive(environ: Environ) -> tuple[int, dict[str, int]]:
    caller = accept(environ, path="/ingest/hosts", what="Readings")
    if caller.project_id is not None:
        raise RefusedError(403, NO_PROJECT, field="Authorization")
    throttle.take(caller.key_id)
    now = timezone.now()
    items = decode(decoder, read_body(environ, BODY_LIMIT)).readings
    for index, item in enumerate(items):
        if not now - OLDEST <= item.at <= now + FUTURE_TOLERANCE:
            raise RefusedError(
                400,
                "This instant is too old or in the future: set the machine's clock.",
                field=f"readings[{index}].at",
            )
    readings = [_told(item) for item in sorted(items, key=lambda item: item.at)]
    course = Course.objects.get(pk=caller.course_id)
    return 202, services.record_agent_readings(readings, course=course)


def _told(item: Item) -> services.Told:
    fields = msgspec.structs.asdict(item)
    return services.Told(fields.pop("at"), fields.pop("every_s"), Reading(**fields))
