"""What are the percentiles of latencies that were kept as counts in logarithmic buckets?

Bucket i counts values in (GAMMA^(i-1), GAMMA^i] ms, bucket 0 those up to 1 ms. Two histograms
are merged by adding their counts, and a percentile is off by at most (GAMMA-1)/(GAMMA+1), 2 %,
whatever the span. Source: Masson, Rim and Lee, "DDSketch", PVLDB 12 (2019), 2195-2205.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

GAMMA = 1.04
Histogram = dict[str, int]  # the bucket as text, because JSON has no other keys


def bucket_of(latency_ms: float) -> str:
    """Return the bucket that counts `latency_ms`."""
    return str(max(0, math.ceil(math.log(max(latency_ms, 1.0), GAMMA) - 1e-9)))


def merge(histograms: Iterable[Mapping[str, int]]) -> Histogram:
    """Return the histogram of all values together."""
    total: Counter[str] = Counter()
    for histogram in histograms:
        total.update(histogram)
    return dict(total)


def percentile(histogram: Mapping[str, int], share: float) -> float | None:
    """Return the latency in ms that `share` (0 to 1) of the values do not exceed; None without values."""
    left = max(1, math.ceil(share * sum(histogram.values())))
    for bucket in sorted(histogram, key=int):
        left -= histogram[bucket]
        if left <= 0:
            return 2 * GAMMA ** int(bucket) / (GAMMA + 1)
    return None


def bins(histogram: Mapping[str, int], most: int = 40) -> list[tuple[float, float, int]]:
    """Return adjoining (above, up to, count) in ms: whole buckets, at most about `most` bins."""
    found = sorted((int(bucket), count) for bucket, count in histogram.items() if count)
    if not found:
        return []
    first, last = found[0][0], found[-1][0]
    width = math.ceil((last - first + 1) / most)
    counts = [0] * math.ceil((last - first + 1) / width)
    for bucket, count in found:
        counts[(bucket - first) // width] += count
    edges = [GAMMA ** (first - 1 + width * n) for n in range(len(counts) + 1)]
    return list(zip(edges, edges[1:], counts, strict=False))
