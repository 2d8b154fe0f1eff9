"""Polling against the stand-in: one query for 50 projects, and everything that goes wrong."""

from datetime import timedelta

import pytest

from courses.models import Event
from pipelines import services
from pipelines.models import Job, Pipeline, Repository, RepositoryState
from tests.pipelines.conftest import AT, bind

pytestmark = pytest.mark.django_db


def poll(server, *, later=timedelta()):
    """Poll `server` now, whatever its due time, and return it as stored."""
    now = AT + later
    type(server).objects.filter(pk=server.pk).update(next_poll_at=now, not_before=None)
    assert services.poll_due_servers(now=now) == 1
    server.refresh_from_db()
    return server


def test_120_projects_cost_three_queries_below_the_limit(gitlab, server):
    gitlab.set(projects="generated:120")
    bind(server, 120)
    poll(server)
    asked = gitlab.asked
    assert asked["graphql"] == 3
    assert len(asked["scores"]) == 3
    assert max(asked["scores"]) < 250
    assert Repository.objects.filter(state="ok", default_branch="main").count() == 120
    assert Pipeline.objects.count() == 120 * 5
    assert Job.objects.count() > 120 * 10
    assert RepositoryState.objects.filter(status__in=["success", "warning", "failed"]).count() == 120
    assert server.last_polled_at == AT
    assert server.next_poll_at == AT + timedelta(seconds=60)
