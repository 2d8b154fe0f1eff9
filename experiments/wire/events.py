"""How do machines report who saw what and what they did then?

`POST /ingest/events` takes a batch of exposures and events, checks every item by itself, and
answers after the commit: 202 if all is stored, 207 with what was refused and why.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.utils import timezone

from courses.wire import (
    Environ,
    RefusedError,
    StartResponse,
    Throttle,
    accept,
    project_of,
    read_body,
    store,
)
from experiments.rules.items import EventItem, ExposureItem, Item, RefusedItemError, decode_item, event_id_of
from experiments.services.events import Rejection, Tally, ingest

BODY_LIMIT = 1024 * 1024
ITEM_LIMIT = 1000
throttle = Throttle(rate=200, burst=400)


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """The body. Items stay raw, so that one bad item does not sink the batch."""

    exposures: list[msgspec.Raw] = []
    events: list[msgspec.Raw] = []


decoder = msgspec.json.Decoder(Batch)


def receive(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `POST /ingest/events`."""
    return store(environ, start_response, _receive)


def _receive(environ: Environ) -> tuple[int, Tally]:
    caller = accept(environ, path="/ingest/events", what="Events")
    project_id = project_of(caller)
    throttle.take(caller.key_id)
    batch = _decode(read_body(environ, BODY_LIMIT))
    now = timezone.now()
    exposures, exposure_places, bad_exposures = _items("exposures", batch.exposures, ExposureItem, now)
    events, _, bad_events = _items("events", batch.events, EventItem, now)
    tally = ingest(project_id, exposures=exposures, events=events, now=now)
    for rejection in tally.rejected:
        rejection.index = exposure_places[rejection.index]
    tally.rejected = sorted(
        [*tally.rejected, *bad_exposures, *bad_events], key=lambda row: (row.list != "exposures", row.index)
    )
    return 207 if tally.rejected else 202, tally


def _decode(body: bytes) -> Batch:
    try:
        batch = decoder.decode(body)
    except msgspec.ValidationError as error:
        detail = f'{error}. Send {{"exposures": […], "events": […]}}.'
        raise RefusedError(400, detail) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, f"The body is not valid JSON: {_place(str(error), body)}") from None
    if len(batch.exposures) + len(batch.events) > ITEM_LIMIT:
        raise RefusedError(413, f"Send at most {ITEM_LIMIT} items at once.")
    return batch


def _place(message: str, body: bytes) -> str:
    """Return what is wrong with `body` and at which byte."""
    text = message.removeprefix("JSON is malformed: ")
    at = re.search(r"byte (\d+)", text)
    if at is None:
        return f"{text} (byte {len(body)})."
    is_not_a_number = body[int(at[1]) :].startswith((b"NaN", b"Infinity", b"-Infinity"))
    return f"{text}. NaN and Infinity are no JSON." if is_not_a_number else f"{text}."


def _items(
    name: str, raws: Sequence[msgspec.Raw], kind: type[Item], now: datetime
) -> tuple[list[Item], list[int], list[Rejection]]:
    """Return the good items, their places in the list, and why the others are refused."""
    items: list[Item] = []
    places, rejections = [], []
    for index, raw in enumerate(raws):
        try:
            items.append(decode_item(raw, kind, now))
            places.append(index)
        except RefusedItemError as refusal:
            rejections.append(Rejection(index, name, event_id_of(raw), refusal.field, refusal.detail))
    return items, places, rejections
