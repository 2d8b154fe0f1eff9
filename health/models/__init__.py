"""What is stored about environments, hosts and their measurements?"""

from health.models.checks import Check, CheckResult, EnvironmentState, Status, Transition
from health.models.hosts import Host, HostRollup, HostSample, HostState
from health.models.series import EnvironmentRollup, EnvironmentSample

__all__ = [
    "Check",
    "CheckResult",
    "EnvironmentRollup",
    "EnvironmentSample",
    "EnvironmentState",
    "Host",
    "HostRollup",
    "HostSample",
    "HostState",
    "Status",
    "Transition",
]
