"""Which variant does a unit get?

The hash is GrowthBook's version 2, so its SDKs and ours agree on every unit.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import msgspec

BUCKETS = 10_000
SPLIT = "SPLIT"
DISABLED = "DISABLED"


def fnv1a32(text: str) -> int:
    """Return the 32-bit FNV-1a hash of the UTF-16 code units of `text`, as JavaScript sees them.

    Source: growthbook/packages/sdk-js, util.ts (`charCodeAt`, not UTF-8 bytes).
    """
    raw = text.encode("utf-16-le", "surrogatepass")
    value = 0x811C9DC5
    for low, high in zip(raw[::2], raw[1::2], strict=True):
        value = ((value ^ (low | high << 8)) * 0x01000193) & 0xFFFFFFFF
    return value


def bucket_of(seed: str, unit: str) -> int:
    """Return the bucket of `unit`, 0 to 9,999, the same for ever for one `seed`."""
    return fnv1a32(str(fnv1a32(seed + unit))) % BUCKETS


def ranges_of(weights: Sequence[int]) -> list[tuple[int, int]]:
    """Return the buckets of each variant as (start, end), end exclusive, together all 10,000.

    weights: positive, one per variant. Raises ValueError if a variant's share is below one bucket.
    """
    total = sum(weights)
    ends = [round(reached * BUCKETS / total) for reached in accumulate(weights)]
    ranges = list(zip([0, *ends[:-1]], ends, strict=True))
    if any(start >= end for start, end in ranges):
        raise ValueError("Every variant needs at least 0.01 % of the units.")
    return ranges


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant as machines see it: its key and its value as JSON text."""

    key: str
    value: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Flag:
    """An experiment compiled for evaluation.

    choices: the variants in order, the control first.
    ends: where each choice's buckets end, in the same order; empty while nobody is assigned.
    """

    key: str
    version: int
    choices: tuple[Choice, ...]
    ends: tuple[int, ...] = ()
    seed: str = ""
    phase: int = 0

    def evaluate(self, unit: str) -> dict[str, Any]:
        """Return the OFREP answer for `unit`. An experiment that does not run gives its control."""
        metadata: dict[str, Any] = {"experiment": self.key, "version": self.version}
        if self.phase:
            metadata["phase"] = self.phase
        choice, reason = self.choices[0], DISABLED
        if self.ends:
            metadata["bucket"] = bucket = bucket_of(self.seed, unit)
            choice, reason = self.choices[bisect_right(self.ends, bucket)], SPLIT
        return {
            "key": self.key,
            "value": choice.value,
            "reason": reason,
            "variant": choice.key,
            "metadata": metadata,
        }


def compile_choices(variants: Sequence[tuple[str, Any]]) -> tuple[Choice, ...]:
    """Return the choices for (key, value) pairs, numbers written alike.

    If one number has a decimal point, all get one: typed clients refuse 3 where they expect 3.0.
    """
    is_decimal = any(isinstance(value, float) for _, value in variants)
    return tuple(
        Choice(key, msgspec.Raw(msgspec.json.encode(float(value) if is_decimal else value)))
        for key, value in variants
    )
