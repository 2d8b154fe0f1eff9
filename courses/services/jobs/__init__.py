"""What happens to long work? It is asked for, done in steps, called off and forgotten."""

from courses.services.jobs.asking import cancel_job, start_job
from courses.services.jobs.files import append_result, drop_old_jobs, read_input, read_result
from courses.services.jobs.kinds import (
    JobKind,
    JobRefusedError,
    Progress,
    Steps,
    Write,
    counting,
    kind_of,
    register,
)
from courses.services.jobs.running import run_due_jobs

__all__ = [
    "JobKind",
    "JobRefusedError",
    "Progress",
    "Steps",
    "Write",
    "append_result",
    "cancel_job",
    "counting",
    "drop_old_jobs",
    "kind_of",
    "read_input",
    "read_result",
    "register",
    "run_due_jobs",
    "start_job",
]
