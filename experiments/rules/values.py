"""What may a flag answer with? The value of a variant as people type it."""

from collections.abc import Iterable
from typing import Any

import msgspec

LARGEST_NUMBER = 2**53
TYPES = {bool: "true or false", str: "text", int: "a number", float: "a number", dict: "an object"}


def parse_value(text: str) -> Any:
    """Return what `text` means: true, 3, 2.5 and {"a": 1} are JSON, other words are text.

    Raises ValueError with a sentence for the reader.
    """
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        if text.startswith(("{", "[", '"')):
            raise ValueError(f"This looks like JSON and is not: {error}.") from None
        return text
    if type(value) not in TYPES:
        raise ValueError("A flag cannot answer with null or a list. Put a list into an object.")
    if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise ValueError(f"Numbers beyond {LARGEST_NUMBER} are not exact in every client.")
    if b"\\u0000" in msgspec.json.encode(value):
        raise ValueError("A NUL character cannot be stored.")
    return value


def value_text(value: Any) -> str:
    """Return what to type to get `value` back."""
    if isinstance(value, str):
        try:
            if parse_value(value) == value:
                return value
        except ValueError:
            pass
    return msgspec.json.encode(value).decode()


def differing_types(values: Iterable[Any]) -> list[str]:
    """Return the types of `values` in words if there are several, else an empty list."""
    names = sorted({TYPES[type(value)] for value in values})
    return names if len(names) > 1 else []


def client_type(values: Iterable[Any]) -> str:
    """Return the word in the names of OpenFeature's methods for a flag with these values."""
    kinds = {type(value) for value in values}
    words = {bool: "boolean", str: "string", float: "float", int: "integer", dict: "object"}
    return next((word for kind, word in words.items() if kind in kinds), "string")
