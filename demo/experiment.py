"""How does an app take part in an experiment: ask which variant to show, report what happened?

It does what any student's app would do, over HTTP: OFREP to be assigned, batches of events once
a second to report. What cannot be delivered is sent again with the same event ids, so the site
counts it once however often it arrives. When the site is away the app shows what it always did.
"""

import asyncio
import json
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp

from demo.process import printable

BATCH = 500
QUEUED = 10_000
REMEMBERED = 20_000
LONGEST_PAUSE_S = 15.0
HOPELESS = (400, 413, 422)  # sending the same bytes again would be answered the same
AWAY = (aiohttp.ClientError, TimeoutError, ValueError)


class Participation:
    """One app's part in one experiment."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        site_url: str,
        experiment: str,
        key: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:
        self.session = session
        self.site_url = site_url
        self.experiment = experiment
        self.key = key
        self.clock = clock
        self.queue: deque[tuple[str, dict]] = deque(maxlen=QUEUED)
        self.batch: list[tuple[str, dict]] = []
        self.exposed: OrderedDict[tuple[str, ...], None] = OrderedDict()

    async def variant(self, unit: str) -> str | None:
        """Return what to show `unit`, and note that it was shown. None: not in the experiment."""
        try:
            status, answer = await self._post(
                f"/ofrep/v1/evaluate/flags/{self.experiment}",
                {"context": {"targetingKey": unit}},
                timeout_s=1.0,
            )
        except AWAY:
            return None
        if status != 200 or not isinstance(answer, dict) or answer.get("reason") != "SPLIT":
            return None
        variant = str(answer["variant"])
        phase = str(answer.get("metadata", {}).get("phase", ""))
        self._expose(unit, variant, phase)
        return variant

    def _expose(self, unit: str, variant: str, phase: str) -> None:
        """Queue the exposure, once for each unit, variant and phase."""
        seen = (unit, variant, phase)
        if seen in self.exposed:
            return
        self.exposed[seen] = None
        if len(self.exposed) > REMEMBERED:
            self.exposed.popitem(last=False)
        self._add("exposures", {"experiment": self.experiment, "variant": variant, "unit": unit})

    def report(self, unit: str, name: str, value: float) -> None:
        """Queue that `unit` did something."""
        self._add("events", {"unit": unit, "name": name, "value": value})

    def _add(self, kind: str, row: dict) -> None:
        at = datetime.fromtimestamp(self.clock(), UTC).isoformat()
        self.queue.append((kind, {"event_id": str(uuid.uuid4()), **row, "at": at}))

    async def flush(self) -> bool:
        """Send one batch. Return False when it has to be sent again."""
        while self.queue and len(self.batch) < BATCH:
            self.batch.append(self.queue.popleft())
        if not self.batch:
            return True
        body = {kind: [row for k, row in self.batch if k == kind] for kind in ("exposures", "events")}
        try:
            status, answer = await self._post("/ingest/events", body, timeout_s=5.0)
        except AWAY:
            return False
        if status in HOPELESS:
            print(f"{self.experiment}: {len(self.batch)} events refused: {printable(json.dumps(answer))}")
        elif status >= 300:
            return False
        elif isinstance(answer, dict) and answer.get("rejected"):
            print(f"{self.experiment}: some events refused: {printable(json.dumps(answer['rejected']))}")
        self.batch = []
        return True

    async def run(self) -> None:
        """Send once a second; more seldom while the site is away."""
        pause_s = 1.0
        while True:
            await asyncio.sleep(pause_s)
            pause_s = 1.0 if await self.flush() else min(pause_s * 2, LONGEST_PAUSE_S)

    async def _post(self, path: str, body: dict, *, timeout_s: float) -> tuple[int, object]:
        async with self.session.post(
            self.site_url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.key()}"},
            timeout=aiohttp.ClientTimeout(total=timeout_s),
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None
