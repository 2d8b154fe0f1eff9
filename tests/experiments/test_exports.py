"""The figures of an experiment as a file: what the results page shows, no more."""

import pytest

from tests.courses.test_exports import exported
from tests.experiments.test_results import analyse, crowd, exposure, ingest

pytestmark = pytest.mark.django_db


def figures(client, user, experiment):
    client.force_login(user)
    rows = exported(client, f"{experiment.get_absolute_url()}?format=csv")
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_each_variant_of_each_metric_has_a_line(client, student, running):
    ingest(running, *crowd("a", 300, 30), *crowd("b", 300, 60))
    analyse(running)
    control, other = figures(client, student, running)
    assert control["Difference"] == control["p-value"] == ""
    assert float(other["From"]) < float(other["Difference"]) < float(other["To"])
    assert 0 <= float(other["p-value"]) <= 1


def test_p_values_wait_for_the_planned_end(client, student, running):
    ingest(running, *crowd("a", 300, 30), *crowd("b", 300, 60))
    analyse(running)
    type(running).objects.update(planned_units=10**6)
    assert [row["p-value"] for row in figures(client, student, running)] == ["", ""]


def test_there_are_no_figures_where_the_split_is_off(client, student, running):
    ingest(running, *[exposure(f"x{n}", f"u{n}", "a") for n in range(60)])
    analyse(running)
    assert figures(client, student, running) == []


def test_outsiders_get_no_figures(client, outsider, running):
    client.force_login(outsider)
    assert client.get(f"{running.get_absolute_url()}?format=csv").status_code == 404
