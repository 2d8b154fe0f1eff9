"""Which paths do machines use, and which function answers each?"""

from courses.wire import WireFunction
from experiments.wire.events import receive
from experiments.wire.ofrep import evaluate
from health.wire import receive_readings
from pipelines.wire import receive_deployment

WIRE_ROUTES: list[tuple[str, WireFunction]] = [
    ("/ofrep/", evaluate),
    ("/ingest/events", receive),
    ("/ingest/hosts", receive_readings),
    ("/ingest/deployments", receive_deployment),
]
