"""Which CI servers are read, which repositories live there, and what did their pipelines do?"""

from pipelines.models.deployments import Deployment
from pipelines.models.pipelines import Job, Pipeline, RepositoryState
from pipelines.models.repositories import Repository, RepositoryQuerySet
from pipelines.models.servers import CIServer

__all__ = [
    "CIServer",
    "Deployment",
    "Job",
    "Pipeline",
    "Repository",
    "RepositoryQuerySet",
    "RepositoryState",
]
