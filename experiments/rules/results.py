"""What does an analysis find? The shape of a stored snapshot, written whole and read whole."""

import msgspec


class Arm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The units of one variant.

    units: who saw this variant and no other. share: the part of all units it should have, 0 to 1.
    """

    key: str
    name: str
    units: int
    share: float


class ArmMetric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One metric in one variant.

    converted: units with at least one event. mean: the share of units (0 to 1) or the mean per unit;
    None without units.
    """

    units: int
    converted: int
    mean: float | None


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A variant against the control, in the metric's own unit (a share: 0 to 1).

    low, high: the confidence interval of the difference. relative: the difference as a part of the
    control's mean, with its interval, None when the control's mean is not clearly above 0.
    p_value: None when there are too few units to say anything.
    """

    key: str
    name: str
    difference: float
    low: float
    high: float
    p_value: float
    relative: float | None = None
    relative_low: float | None = None
    relative_high: float | None = None


class MetricResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One metric over all variants. `comparisons` lacks variants with too little data."""

    key: str
    name: str
    kind: str
    direction: str
    role: str
    arms: list[ArmMetric]
    comparisons: list[Comparison]


class Growth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the units came in: new ones of each variant, in equal steps from the start on."""

    start_us: int
    slot_us: int
    counts: list[list[int]]


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one analysis found.

    mixed_units: units that met several variants and count for none.
    sample_ratio_p: None with fewer than 5 expected units in a variant.
    confidence: of every interval, 0 to 1; above 0.95 when several variants meet one control.
    last_event_us: the newest event counted, microseconds since 1970.
    growth: None in what releases before it stored.
    """

    phase: int
    arms: list[Arm]
    mixed_units: int
    sample_ratio_p: float | None
    confidence: float
    metrics: list[MetricResult]
    last_event_us: int | None = None
    growth: Growth | None = None

    @property
    def units(self) -> int:
        """How many units count."""
        return sum(arm.units for arm in self.arms)

    @property
    def goal(self) -> MetricResult | None:
        """The metric that decides."""
        return next((metric for metric in self.metrics if metric.role == "goal"), None)


NO_RESULTS = Snapshot(phase=0, arms=[], mixed_units=0, sample_ratio_p=None, confidence=0.95, metrics=[])
