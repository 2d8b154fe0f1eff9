"""Which names have these words in them, and which of them stands first?"""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import Case, Model, Q, QuerySet, Value, When
from django.db.models.functions import Length

MAX_WORDS = 6
OWN, LAST = 3, 5  # the last rank of those whose own name holds the text, and that of what fits least
# A whole word, and a whole beginning, as Python and PostgreSQL both read it.
WHOLE, STARTS = r"(^|\W)%s(\W|$)", r"^%s(\W|$)"

Row = TypeVar("Row", bound=Model)
Thing = TypeVar("Thing")


def ranked(rows: QuerySet[Row], text: str, name: str, *others: str, most: int) -> list[Row]:
    """Return at most so many rows that hold each word of `text` in the field `name` or in another one.

    Each has its `rank`: a name that is the text stands first, then one that starts with it, a whole word
    before a part of one, then one that holds it; then rows whose fields have each word as a whole one, then
    the others. Among equals a short name stands before a long one.
    """
    whole = Q()
    for word in _words(text):
        rows = rows.filter(_any((name, *others), "icontains", word))
        whole &= _any((name, *others), "iregex", WHOLE % re.escape(word))
    rank = Case(
        When(_any([name], "iexact", text), then=Value(0)),
        When(_any([name], "iregex", STARTS % re.escape(text)), then=Value(1)),
        When(_any([name], "istartswith", text), then=Value(2)),
        When(_any([name], "icontains", text), then=Value(OWN)),
        When(whole, then=Value(4)),
        default=Value(LAST),
    )
    return list(rows.annotate(rank=rank).order_by("rank", Length(name), name, "pk")[:most])


def fitting(things: Iterable[Thing], text: str, name: Callable[[Thing], str]) -> list[Thing]:
    """Return those of `things` whose name holds each word of `text`, in the order of `ranked`."""
    words = _words(text.casefold())
    named = [(name(thing), thing) for thing in things]
    found = [pair for pair in named if all(word in pair[0].casefold() for word in words)]
    found.sort(key=lambda pair: (rank_of(pair[0], text), len(pair[0])))
    return [thing for _name, thing in found]


def rank_of(name: str, text: str) -> int:
    """Return the `rank` of a thing that has no more than a name."""
    name, text = name.casefold(), text.casefold()
    tests = (
        name == text,
        re.search(STARTS % re.escape(text), name),
        name.startswith(text),
        text in name,
        all(re.search(WHOLE % re.escape(word), name) for word in _words(text)),
    )
    return next((rank for rank, is_so in enumerate(tests) if is_so), LAST)


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
