"""What happens to CI servers, repositories and their pipelines? Every write of this app."""

from pipelines.services.backfill import readable, start_backfill
from pipelines.services.binding import bind_projects, bind_repository
from pipelines.services.deployments import record_deployment, store_deployments
from pipelines.services.polling import claim_due_servers, poll_due_servers
from pipelines.services.recording import record_pipelines
from pipelines.services.servers import remove_server, request_poll, request_test, save_server

__all__ = [
    "bind_projects",
    "bind_repository",
    "claim_due_servers",
    "poll_due_servers",
    "readable",
    "record_deployment",
    "record_pipelines",
    "remove_server",
    "request_poll",
    "request_test",
    "save_server",
    "start_backfill",
    "store_deployments",
]
