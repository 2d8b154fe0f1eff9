"""What happens to checks, hosts and their measurements?"""

from health.services.checks import (
    BATCH,
    ensure_check,
    ensure_checks,
    request_check,
    run_due_checks,
    update_check,
)
from health.services.environments import remove_environment
from health.services.hosts import Told, record_agent_readings, record_host_sample
from health.services.results import Result, record_results
from health.services.retention import drop_old_samples

__all__ = [
    "BATCH",
    "Result",
    "Told",
    "drop_old_samples",
    "ensure_check",
    "ensure_checks",
    "record_agent_readings",
    "record_host_sample",
    "record_results",
    "remove_environment",
    "request_check",
    "run_due_checks",
    "update_check",
]
