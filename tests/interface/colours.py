"""How far apart are two colours, to eyes that see fewer of them, and how much do they contrast?"""

import math
from collections.abc import Sequence

Colour = tuple[float, float, float]

# Linear RGB as it is seen without red, green or blue cones. Source: Machado, Oliveira and Fernandes,
# "A physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15 (2009),
# severity 1.0.
BLINDNESS: dict[str, Sequence[Colour]] = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
WHITE = (0.95047, 1.0, 1.08883)


def _linear(value: float) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _times(matrix: Sequence[Colour], colour: Sequence[float]) -> Colour:
    a, b, c = (sum(m * v for m, v in zip(row, colour, strict=True)) for row in matrix)
    return a, b, c


def lab(rgb: Sequence[float], blindness: str = "none") -> Colour:
    """Return CIE L*a*b* (D65) of `rgb` (0 to 255) as it is seen."""
    seen = [min(1.0, max(0.0, v)) for v in _times(BLINDNESS[blindness], [_linear(v) for v in rgb])]
    xyz = (v / white for v, white in zip(_times(TO_XYZ, seen), WHITE, strict=True))
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: Sequence[float], other: Sequence[float], blindness: str = "none") -> float:
    """Return the difference of two RGB colours: ΔE of 1976, the distance in L*a*b*."""
    return math.dist(lab(one, blindness), lab(other, blindness))


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the contrast of two RGB colours, 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    lights = sorted(_times(TO_XYZ, [_linear(v) for v in rgb])[1] for rgb in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)
