"""How do agents report what they read of their machines?

`POST /ingest/hosts` takes up to an hour of readings of one machine, oldest first, and answers 202
after the commit with how many were stored. A reading that is not newer than the last one stored
is left out, so a batch may be sent again.
"""

import re
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
    authenticate,
    json_fault,
    read_body,
    store,
)
from health import services

BODY_LIMIT = 128 * 1024
AGENT_EVERY_S = 60
OLDEST = timedelta(hours=2)
FUTURE_TOLERANCE = timedelta(minutes=5)
throttle = Throttle(rate=10, burst=60)

Percent = Annotated[float, Meta(ge=0, le=100)]
Amount = Annotated[int, Meta(ge=0, le=2**60)]
Rate = Annotated[float, Meta(ge=0, le=1e15)]


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """One reading as it arrives: the fields of `Reading` and when it was taken."""

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


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """The body."""

    readings: Annotated[list[Item], Meta(min_length=1, max_length=60)]


decoder = msgspec.json.Decoder(Batch)


def receive_readings(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `POST /ingest/hosts`."""
    return store(environ, start_response, _receive)


def _receive(environ: Environ) -> tuple[int, dict[str, int]]:
    if environ["PATH_INFO"] != "/ingest/hosts":
        raise RefusedError(404, "There is nothing here. Readings go to /ingest/hosts.")
    if environ["REQUEST_METHOD"] != "POST":
        raise RefusedError(405, "Send this as POST.", headers={"Allow": "POST"})
    caller = authenticate(environ, "ingest")
    throttle.take(caller.key_id)
    now = timezone.now()
    items = _decode(read_body(environ, BODY_LIMIT))
    for index, item in enumerate(items):
        if not now - OLDEST <= item.at <= now + FUTURE_TOLERANCE:
            raise RefusedError(
                400,
                "This instant is too old or in the future: set the machine's clock.",
                field=f"readings[{index}].at",
            )
    readings = [(item.at, _reading_of(item)) for item in sorted(items, key=lambda item: item.at)]
    course = Course.objects.get(pk=caller.course_id)
    stored = services.record_agent_readings(readings, course=course, every_s=AGENT_EVERY_S)
    return 202, {"stored": stored}


def _decode(body: bytes) -> list[Item]:
    try:
        return decoder.decode(body).readings
    except msgspec.ValidationError as error:
        raise RefusedError(400, f"{error}.", field=_field_in(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, f"The body is not valid JSON: {json_fault(error, body)}.") from None


def _field_in(message: str) -> str:
    """Return the path that the decoder's message names: `readings`, `readings[0].name`, or empty."""
    text, _, place = message.partition(" - at `$")
    named = re.search(r"field `(.+)`", text)
    return ".".join(filter(None, [place.strip(".`"), named[1] if named else ""]))


def _reading_of(item: Item) -> Reading:
    fields = msgspec.structs.asdict(item)
    del fields["at"]
    return Reading(**fields)
