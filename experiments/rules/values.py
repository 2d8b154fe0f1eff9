"""What may a flag answer with? The value of a variant as people type it."""

from collections.abc import Iterable
from typing import Any

import msgspec

LARGEST_NUMBER = 2**53
TYPES = {bool: "boolean", str: "text", int: "number", float: "number", dict: "object"}


class ValueRefusedError(ValueError):
    """A flag cannot answer with this. code: json, type, size or nul. detail: what the decoder said."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def parse_value(text: str) -> Any:
    """Return what `text` means: true, 3, 2.5 and {"a": 1} are JSON, other words are text.

    Raises ValueRefusedError.
    """
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        if text.startswith(("{", "[", '"')):
            raise ValueRefusedError("json", str(error)) from None
        return text
    if type(value) not in TYPES:
        raise ValueRefusedError("type")
    if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise ValueRefusedError("size")
    if b"\\u0000" in msgspec.json.encode(value):
        raise ValueRefusedError("nul")
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
    """Return the names of the types of `values` if there are several, else an empty list."""
    names = sorted({TYPES[type(value)] for value in values})
    return names if len(names) > 1 else []


def client_type(values: Iterable[Any]) -> str:
    """Return the word in the names of OpenFeature's methods for a flag with these values."""
    kinds = {type(value) for value in values}
    words = {bool: "boolean", str: "string", float: "float", int: "integer", dict: "object"}
    return next((word for kind, word in words.items() if kind in kinds), "string")
