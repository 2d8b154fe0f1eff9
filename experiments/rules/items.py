"""What may machines report about a unit, and what is wrong with an item that is refused?"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import msgspec

UNIT_LENGTH = 128
KEY_LENGTH = 50
EVENT_ID_LENGTH = 64
EVENT_NAME_LENGTH = 100
LARGEST_VALUE = 1e12
EARLIEST_YEAR = 2000
FUTURE_TOLERANCE = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

EventId = Annotated[str, msgspec.Meta(min_length=1, max_length=EVENT_ID_LENGTH)]
UnitId = Annotated[str, msgspec.Meta(min_length=1, max_length=UNIT_LENGTH)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_LENGTH)]
EventName = Annotated[str, msgspec.Meta(min_length=1, max_length=EVENT_NAME_LENGTH)]
Value = Annotated[float, msgspec.Meta(ge=-LARGEST_VALUE, le=LARGEST_VALUE)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class ExposureItem(msgspec.Struct, forbid_unknown_fields=True):
    """A unit met a variant. Without `at` it happened when it arrived."""

    event_id: EventId
    experiment: Key
    variant: Key
    unit: UnitId
    at: Instant | None = None


class EventItem(msgspec.Struct, forbid_unknown_fields=True):
    """A unit did something that counts."""

    event_id: EventId
    unit: UnitId
    name: EventName
    value: Value = 1.0
    at: Instant | None = None


Item = TypeVar("Item", ExposureItem, EventItem)

# What to do about a refusal: by the field, else by words of the decoder's message.
BY_FIELD = {
    "at": "Send the time with its zone, such as 2026-01-31T12:00:00Z, or leave it out.",
    "value": "Send a plain number between -1e12 and 1e12.",
}
BY_WORDS = {
    "unknown field": "Remove it; the fields are listed on the experiment's integration page.",
    "missing required": "Add it.",
    "of length": "Send text of that length.",
    "Expected `str`": "Send it as text in quotes.",
}
PLACE = re.compile(r" - at `\$\.(\w+)`|field `(\w+)`")


class RefusedItemError(Exception):
    """One item is not stored. `field` names what to mend."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


def to_us(at: datetime) -> int:
    """Return an instant as whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def from_us(us: int | None) -> datetime | None:
    """Return the instant of whole microseconds since 1970."""
    return None if us is None else EPOCH + us * MICROSECOND


def decode_item(raw: bytes | msgspec.Raw, kind: type[Item], now: datetime) -> Item:
    """Return the item that `raw` holds. Raises RefusedItemError."""
    try:
        item = msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        detail = "The item is not valid JSON text. Send UTF-8 without halves of surrogate pairs."
        raise RefusedItemError("", detail) from None
    for field in item.__struct_fields__:
        if "\0" in str(getattr(item, field)):
            raise RefusedItemError(field, "A NUL character cannot be stored. Remove it.")
    if item.at is not None:
        _check_instant(item.at, now)
    return item


def event_id_of(raw: bytes | msgspec.Raw) -> str:
    """Return the event_id of an item that was refused, as far as it can be read."""
    try:
        item = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    event_id = item.get("event_id") if isinstance(item, dict) else None
    return event_id[:EVENT_ID_LENGTH] if isinstance(event_id, str) else ""


def _explained(message: str) -> RefusedItemError:
    """Turn `Expected `str`, got `int` - at `$.unit`` into a field and a sentence with a remedy."""
    place = PLACE.search(message)
    field = (place[1] or place[2]) if place else ""
    text = message.partition(" - at ")[0]
    by_words = next((hint for sign, hint in BY_WORDS.items() if sign in text), "")
    remedy = BY_FIELD.get(field, by_words)
    return RefusedItemError(field, f"{text}. {remedy}".strip())


def _check_instant(at: datetime, now: datetime) -> None:
    if at > now + FUTURE_TOLERANCE:
        raise RefusedItemError(
            "at", "This is more than 5 minutes in the future. Set the sender's clock, or leave `at` out."
        )
    if at.year < EARLIEST_YEAR:
        raise RefusedItemError("at", f"This is before {EARLIEST_YEAR}. Set the sender's clock.")
