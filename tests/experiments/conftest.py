"""A running experiment and a key to its project."""

from datetime import UTC, datetime

import pytest

from courses.services import create_api_key
from experiments import services
from tests import factories

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def project(team):
    return factories.ProjectFactory(team=team)


@pytest.fixture
def draft(project):
    return factories.ExperimentFactory(project=project, name="Signup form", key="signup-form")


@pytest.fixture
def running(draft):
    """Started at NOW, A and B in halves, one goal: the share of units with a `signup`."""
    services.start_experiment(draft, actor=None, now=NOW)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def key(project):
    """A key for everything an app does."""
    _, text = create_api_key(
        project.team.course,
        name="app",
        scopes=["evaluate", "ingest"],
        created_by=None,
        project=project,
        now=NOW,
    )
    return text
