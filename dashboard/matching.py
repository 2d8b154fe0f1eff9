"""Which names have these words in them, and which of them stands first?"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import Case, Model, Q, QuerySet, Value, When
from django.db.models.functions import Length

MAX_WORDS = 6

Row = TypeVar("Row", bound=Model)
Thing = TypeVar("Thing")


def ranked(rows: QuerySet[Row], text: str, name: str, *others: str, most: int) -> list[Row]:
    """Return at most so many rows that hold each word of `text` in the field `name` or in another one.

    A name that starts with the text stands first, then one that holds it, then the others; among
    equals a short name stands before a long one.
    """
    for word in _words(text):
        rows = rows.filter(_any((name, *others), "icontains", word))
    rank = Case(
        When(_any([name], "istartswith", text), then=Value(0)),
        When(_any([name], "icontains", text), then=Value(1)),
        default=Value(2),
    )
    return list(rows.order_by(rank, Length(name), name, "pk")[:most])


def fitting(things: Iterable[Thing], text: str, name: Callable[[Thing], str]) -> list[Thing]:
    """Return those of `things` whose name holds each word of `text`, in the order of `ranked`."""
    whole = text.casefold()
    named = [(name(thing).casefold(), thing) for thing in things]
    found = [pair for pair in named if all(word in pair[0] for word in _words(whole))]
    found.sort(key=lambda pair: (not pair[0].startswith(whole), whole not in pair[0], len(pair[0])))
    return [thing for _name, thing in found]


def _words(text: str) -> list[str]:
    return text.split()[:MAX_WORDS]


def _any(fields: Iterable[str], lookup: str, text: str) -> Q:
    found = Q()
    for field in fields:
        for spelling in _spellings(text):
            found |= Q(**{f"{field}__{lookup}": spelling})
    return found


def _spellings(text: str) -> list[str]:
    """Return the spellings to look for: SQLite knows the two cases of Latin letters only."""
    if text.isascii():
        return [text]
    return sorted({text, text.lower(), text.upper(), text.capitalize(), text.title()})
