import html
import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec
import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Event
from courses.rules.ranges import RANGES, TAKEN
from experiments import services
from experiments.models import Experiment, Metric, MetricEvent, Variant
from experiments.queries import running_by_team, units_chart, units_line
from experiments.wire.events import receive
from experiments.wire.ofrep import evaluate
from tests import factories
from tests.conftest import call_wire
from tests.experiments.conftest import NOW
from tests.experiments.test_results import analyse, crowd, exposure, ingest

PLAN = {
    "name": "Button colour",
    "key": "",
    "hypothesis": "Green is seen.",
    "variants-TOTAL_FORMS": "3",
    "variants-INITIAL_FORMS": "0",
    "variants-0-name": "Blue",
    "variants-0-weight": "1",
    "variants-1-name": "Green",
    "variants-1-weight": "3",
    "variants-1-value": "green!",
    "variants-2-weight": "1",
    "metrics-TOTAL_FORMS": "2",
    "metrics-INITIAL_FORMS": "0",
    "metrics-0-name": "Orders",
    "metrics-0-event_name": "order",
    "metrics-0-kind": "proportion",
    "metrics-0-direction": "increase",
    "metrics-0-role": "goal",
    "metrics-1-kind": "proportion",
    "metrics-1-direction": "increase",
    "metrics-1-role": "goal",
}
LIST = "/experiments/"
WHOLE = RANGES["24h"], TAKEN


def page(client, user, path, **headers):
    client.force_login(user)
    return client.get(path, headers=headers)


def post(client, user, path, data=None):
    client.force_login(user)
    return client.post(path, data or {}, follow=True)


def of(experiment, *items):
    """The items as an app would report them that takes part in `experiment`."""
    told = {"experiment": experiment.key}
    return [msgspec.structs.replace(one, **told) if hasattr(one, "experiment") else one for one in items]


def url(name, experiment):
    return reverse(f"experiments:{name}", args=[experiment.pk])


# Who sees what --------------------------------------------------------------------------------

READ = ["experiment_detail", "integration"]
EDIT = ["experiment_edit", "experiment_start", "experiment_stop"]


@pytest.mark.parametrize("name", READ + EDIT)
def test_outsider_gets_404_and_anonymous_the_login(client, running, outsider, name):
    answer = client.get(url(name, running))
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")
    assert page(client, outsider, url(name, running)).status_code == 404


@pytest.mark.parametrize("name", READ)
def test_student_reads(client, running, student, name):
    answer = page(client, student, url(name, running))
    assert answer.status_code == 200
    assert "Stop…" not in answer.text


@pytest.mark.parametrize("name", EDIT)
def test_student_does_not_edit(client, running, student, name):
    assert page(client, student, url(name, running)).status_code == 404
    assert post(client, student, url(name, running)).status_code == 404


def test_outsider_finds_an_empty_list_and_no_project(client, running, outsider):
    answer = page(client, outsider, LIST)
    assert running.name not in answer.text
    assert "Ask your tutor" in answer.text
    assert "No project to experiment with" in page(client, outsider, LIST + "add/").text


# List ------------------------------------------------------------------------------------------


def test_list_shows_running_first_with_their_verdict(client, running, student):
    factories.ExperimentFactory(project=running.project, name="Newer draft")
    answer = page(client, student, LIST)
    assert answer.text.index(running.name) < answer.text.index("Newer draft")
    assert "no exposure has been counted" in answer.text


def test_list_polls_as_a_partial(client, running, student):
    answer = page(
        client, student, LIST + "?state=running", **{"HX-Request": "true", "HX-Target": "experiments"}
    )
    assert "<html" not in answer.text
    assert 'hx-get="/experiments/?state=running"' in answer.text


def test_list_filters_by_state_and_words(client, running, student):
    factories.ExperimentFactory(project=running.project, name="Sleeping")
    assert "Sleeping" not in page(client, student, LIST + "?state=running").text
    assert running.name not in page(client, student, LIST + "?q=sleep").text
    assert "No experiment fits" in page(client, student, LIST + "?q=nothing%00").text
    assert running.name in page(client, student, LIST + "?state=nonsense").text


def test_list_begins_with_a_split_that_is_off(client, running, student):
    off = factories.ExperimentFactory(project=running.project, name="Askew", created_at=NOW)
    services.start_experiment(off, actor=None, now=NOW)
    ingest(off, *of(off, *crowd("a", 300, 20), *crowd("b", 200, 60)))
    analyse(off)
    text = page(client, student, LIST).text
    assert text.index("Askew") < text.index(running.name)
    assert "split is off 1" in text
    assert running.name not in page(client, student, LIST + "?state=split_off").text
    services.stop_experiment(off, actor=None, now=timezone.now())
    assert "split is off 1" not in page(client, student, LIST + "?q=a").text


def test_list_filters_by_course(client, running, lecturer, team):
    other = factories.CourseFactory(name="Databases", slug="db")
    factories.MembershipFactory(course=other, user=lecturer, role="lecturer", team=None)
    text = page(client, lecturer, LIST + "?course=db").text
    assert '<option value="db" selected>Databases</option>' in text
    assert running.name not in text
    assert running.name in page(client, lecturer, LIST + f"?course={team.course.slug}").text


def test_list_filters_by_tutor_and_is_kept_under_a_name(client, running, lecturer, tutor):
    other = factories.MembershipFactory(team__course=running.project.team.course, role="tutor")
    factories.SavedViewFactory(user=lecturer, name="Mine", address=f"/experiments/?tutor={tutor.pk}")
    client.force_login(lecturer)
    page = client.get(f"/experiments/?tutor={tutor.pk}").content.decode()
    assert running.get_absolute_url() in page
    assert 'aria-current="page">Mine</a>' in page
    page = client.get(f"/experiments/?tutor={other.user_id}").content.decode()
    assert running.get_absolute_url() not in page
    assert "No experiment fits" in page


def test_list_as_a_file_keeps_the_filters(client, running, student):
    factories.ExperimentFactory(project=running.project, name="Sleeping")
    answer = page(client, student, LIST + "?format=csv&state=running")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert running.name in lines[1]


def test_list_draws_how_units_came_in(client, running, student):
    ingest(running, exposure("x1", "u1"), exposure("x2", "u2", minute=50))
    analyse(running)
    assert "New units over time: 1 at most, 1 in the last full step" in page(client, student, LIST).text


def test_list_leaves_out_the_step_that_is_not_over(client, running, student):
    ingest(running, *(exposure(f"x{n}", f"u{n}", minute=5 * n) for n in range(3)), exposure("x", "u"))
    analyse(running, now=NOW + timedelta(minutes=13))
    assert "New units over time: 2 at most, 1 in the last full step" in page(client, student, LIST).text
    running.refresh_from_db()
    assert len(units_line(running).paths[0].split()) == 2


def test_list_is_empty_with_one_thing_to_do(client, project, tutor, student, lecturer):
    assert "Plan the first" in page(client, tutor, LIST).text
    assert "Go to your team" in page(client, student, LIST).text
    project.delete()
    assert "no team of yours has one yet" in page(client, lecturer, LIST).text


def test_list_has_pages(client, project, student, monkeypatch):
    monkeypatch.setattr("experiments.views.pages.PAGE_SIZE", 2)
    factories.ExperimentFactory.create_batch(5, project=project)
    answer = page(client, student, LIST + "?page=2&q=exp")
    assert "Page 2 of 3" in answer.text
    assert "?page=3&amp;q=exp" in answer.text


def test_list_queries_do_not_grow(client, running, tutor, django_assert_max_num_queries):
    client.force_login(tutor)
    counts = []
    for n in (1, 20):
        for experiment in factories.ExperimentFactory.create_batch(n, project=running.project):
            services.start_experiment(experiment, actor=None, now=timezone.now())
        with django_assert_max_num_queries(15) as seen:
            client.get(LIST)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_running_experiments_take_one_query(running, django_assert_num_queries):
    team_id = running.project.team_id
    with django_assert_num_queries(1):
        found = running_by_team([team_id])
        assert found[team_id][0].project.name


# Plan ------------------------------------------------------------------------------------------


def test_add_writes_a_draft(client, project, tutor):
    answer = post(client, tutor, LIST + "add/", {**PLAN, "project": project.pk})
    experiment = Experiment.objects.get()
    assert answer.redirect_chain == [(experiment.get_absolute_url(), 302)]
    assert (experiment.key, experiment.state, experiment.created_by) == ("button-colour", "draft", tutor)
    assert list(experiment.variants.values_list("key", "value", "weight")) == [
        ("blue", "blue", 1),
        ("green", "green!", 3),
    ]
    assert experiment.metrics.get().metric.event_name == "order"
    assert "What is planned" in answer.text


def test_add_preselects_the_project_of_the_link(client, project, tutor):
    answer = page(client, tutor, f"{LIST}add/?project={project.pk}")
    assert f'<option value="{project.pk}" selected>' in answer.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "用户"}, "Enter a key"),
        ({"key": "taken"}, "has an experiment with the key"),
        ({"key": "no spaces"}, "valid “slug”"),
        ({"project": "0"}, "Select a valid choice"),
        ({"variants-1-name": "", "variants-1-value": ""}, "Name at least two variants"),
        ({"variants-1-name": "Blue"}, "Two variants have the key"),
        ({"variants-1-weight": "0"}, "greater than or equal to 1"),
        ({"variants-1-value": "3"}, "All values must be of one type"),
        ({"variants-1-value": "{bad"}, "looks like JSON"),
        ({"variants-1-value": "[]"}, "cannot answer with null or a list"),
        (
            {"variants-0-weight": "10000", "variants-1-weight": "10000", "variants-2-name": "C"},
            "0.01 percent",
        ),
        ({"metrics-0-role": "secondary"}, "exactly one goal"),
        ({"metrics-0-name": "", "metrics-0-event_name": ""}, "exactly one goal"),
        ({"metrics-0-name": "!!"}, "at least one letter"),
        ({"metrics-0-event_name": ""}, "This field is required"),
        (
            {"metrics-1-name": "orders", "metrics-1-event_name": "x", "metrics-1-role": "secondary"},
            "Two metrics have the same name",
        ),
        ({"metrics-0-name": "Sign-ups"}, "uses the name “Sign-ups” for"),
    ],
)
def test_add_names_what_is_wrong_and_keeps_the_input(client, project, tutor, changes, words):
    factories.ExperimentFactory(project=project, key="taken")
    answer = post(client, tutor, LIST + "add/", {**PLAN, "project": project.pk, **changes})
    assert answer.status_code == 200
    assert words in answer.text
    assert "Green is seen." in answer.text
    assert Experiment.objects.count() == 1


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("9" * 40, "At most 10 rows can be taken."),
        ("1000", "At most 10 rows can be taken."),
        ("-1", "exactly one goal"),
        ("-" + "9" * 40, "exactly one goal"),
        ("two", "These rows did not arrive whole."),
        ("", "These rows did not arrive whole."),
        ("9" * 5000, "These rows did not arrive whole."),
    ],
)
def test_add_makes_no_more_rows_than_it_takes(client, project, tutor, total, words):
    data = {**PLAN, "project": project.pk, "metrics-TOTAL_FORMS": total, "metrics-INITIAL_FORMS": total}
    answer = post(client, tutor, LIST + "add/", data)
    assert answer.status_code == 200
    assert words in answer.text
    assert len(re.findall(r'name="metrics-\d+-event_name"', answer.text)) <= 11
    assert not Experiment.objects.exists()


def test_add_that_comes_second_names_the_key(client, project, tutor, monkeypatch):
    create = services.create_experiment
    twice = lambda *args, **who: [create(*args, **who), create(*args, **who)]  # noqa: E731
    monkeypatch.setattr(services, "create_experiment", twice)
    answer = post(client, tutor, LIST + "add/", {**PLAN, "project": project.pk})
    assert answer.status_code == 200
    assert "has an experiment with the key “button-colour”. Choose another." in answer.text
    assert "Green is seen." in answer.text
    assert Experiment.objects.count() == 1


def test_edit_that_comes_second_names_the_key(client, draft, tutor, monkeypatch):
    edit = services.edit_experiment

    def second(experiment, plan):
        factories.ExperimentFactory(project=draft.project, key=plan.key)
        edit(experiment, plan)

    monkeypatch.setattr(services, "edit_experiment", second)
    answer = post(client, tutor, url("experiment_edit", draft), {**PLAN, "project": draft.project_id})
    assert answer.status_code == 200
    assert "has an experiment with the key “button-colour”. Choose another." in answer.text
    assert Experiment.objects.get(pk=draft.pk).name == draft.name


def test_no_project_is_chosen_silently_unless_there_is_but_one(client, project, tutor):
    client.force_login(tutor)
    page = client.get("/experiments/add/").content.decode()
    assert f'<option value="{project.pk}" selected>' in page
    assert "Choose a project" not in page
    other = factories.ProjectFactory(team=project.team)
    page = client.get("/experiments/add/").content.decode()
    assert "Choose a project" in page
    assert f'<option value="{project.pk}" selected>' not in page
    page = client.get("/experiments/add/", {"project": other.pk}).content.decode()
    assert f'<option value="{other.pk}" selected>' in page


def test_only_what_is_empty_is_marked_as_required(client, project, tutor):
    client.force_login(tutor)
    page = client.get("/experiments/add/").content.decode()
    assert "Weight</label> <small>" not in page
    assert "Name</label> <small>required" in page
    # The project is chosen: the name, those of two variants, name and event of the goal; no spare row.
    assert page.count("<small>required</small>") == 5


def test_edit_shows_the_plan_and_replaces_it(client, draft, tutor):
    Variant.objects.filter(experiment=draft, key="b").update(value="true")
    shown = page(client, tutor, url("experiment_edit", draft))
    assert "&quot;true&quot;" in shown.text
    data = {**PLAN, "project": draft.project_id, "metrics-0-name": "Sign-ups"}
    answer = post(client, tutor, url("experiment_edit", draft), data)
    assert answer.redirect_chain
    draft.refresh_from_db()
    assert (draft.name, draft.version) == ("Button colour", 2)
    assert Metric.objects.get().event_name == "order"


def test_edit_keeps_rows_that_were_not_touched(client, draft, tutor):
    data = {
        **PLAN,
        "project": draft.project_id,
        "variants-INITIAL_FORMS": "2",
        "variants-0-name": "A",
        "variants-1-name": "B",
        "variants-1-weight": "1",
        "variants-1-value": "b",
    }
    post(client, tutor, url("experiment_edit", draft), data)
    assert list(draft.variants.values_list("name", flat=True)) == ["A", "B"]


def test_edit_after_the_start_is_told(client, running, tutor):
    client.force_login(tutor)
    assert "The plan is fixed" in client.get(url("experiment_edit", running), follow=True).text
    assert "The plan is fixed" in post(client, tutor, url("experiment_edit", running), PLAN).text


def test_edit_that_loses_a_race_is_told(client, draft, tutor, monkeypatch):
    def lost(experiment, plan):
        raise services.NotPossibleError("The plan is fixed once the experiment has been started.")

    monkeypatch.setattr(services, "edit_experiment", lost)
    data = {**PLAN, "project": draft.project_id}
    assert "The plan is fixed" in post(client, tutor, url("experiment_edit", draft), data).text


# Start and stop -------------------------------------------------------------------------------


def test_start_asks_and_starts(client, draft, tutor):
    asked = page(client, tutor, url("experiment_start", draft))
    assert "50.00\N{NO-BREAK SPACE}%" in asked.text
    answer = post(client, tutor, url("experiment_start", draft))
    draft.refresh_from_db()
    assert draft.state == "running"
    assert "Waiting for the first visitor" in answer.text


def test_start_twice_is_told(client, running, tutor):
    assert "It was started before" in page(client, tutor, url("experiment_start", running)).text
    assert "Only a draft can be started" in post(client, tutor, url("experiment_start", running)).text


def test_stop_asks_and_stops(client, running, tutor):
    assert "It cannot be started again" in page(client, tutor, url("experiment_stop", running)).text
    post(client, tutor, url("experiment_stop", running))
    running.refresh_from_db()
    assert running.state == "stopped"
    assert "It does not run" in page(client, tutor, url("experiment_stop", running)).text
    assert "Only a running experiment" in post(client, tutor, url("experiment_stop", running)).text


def test_a_draft_is_deleted_after_a_question(client, draft, tutor):
    assert "Its plan is lost" in page(client, tutor, url("experiment_delete", draft)).text
    answer = post(client, tutor, url("experiment_delete", draft))
    assert answer.redirect_chain == [(LIST, 302)]
    assert not Experiment.objects.exists()
    assert not Metric.objects.exists()
    assert Event.objects.get().title == "Draft of the experiment “Signup form” deleted"


def test_what_was_started_is_not_deleted(client, running, tutor):
    assert "Only a draft can be deleted" in page(client, tutor, url("experiment_delete", running)).text
    assert "Only a draft can be deleted" in post(client, tutor, url("experiment_delete", running)).text
    assert Experiment.objects.exists()


def test_add_offers_two_variants_and_one_metric_and_more_on_demand(client, project, tutor):
    text = page(client, tutor, LIST + "add/").text
    assert text.index("Variant 2") < text.index("More variants") < text.index("Variant 3")
    assert text.index("Metric 1") < text.index("More metrics") < text.index("Metric 2")


def test_add_ties_each_error_to_its_field(client, project, tutor):
    data = {**PLAN, "project": project.pk, "name": "", "variants-0-value": "[]"}
    text = post(client, tutor, LIST + "add/", data).text
    assert "Nothing is saved yet" in text
    for field in ("id_name", "id_variants-0-value"):
        assert f'id="{field}_error"' in text
        assert f'aria-describedby="{field}_error"' in text


def test_a_plan_without_variants_is_not_shown_as_one(client, project, tutor):
    bare = factories.ExperimentFactory(project=project, variants=None, metrics=None)
    assert "no variants yet" in page(client, tutor, url("experiment_start", bare)).text
    assert "The plan is not complete" in page(client, tutor, url("integration", bare)).text


def test_an_empty_name_gives_one_error(client, project, tutor):
    data = {
        **PLAN,
        "project": project.pk,
        "name": "",
        "key": "",
        "variants-0-name": "",
        "variants-0-value": "x",
    }
    text = post(client, tutor, LIST + "add/", data).text
    assert text.count("This field is required.") == 2
    assert "Enter a key" not in text


def test_detail_is_silent_when_nothing_was_left_out(client, running, student):
    ingest(running, *crowd("a", 4, 1))
    analyse(running)
    assert "Left out" not in page(client, student, running.get_absolute_url()).text


# Results --------------------------------------------------------------------------------------


def test_detail_opens_with_the_verdict(client, running, student):
    ingest(running, *crowd("a", 200, 20), *crowd("b", 200, 60))
    analyse(running, now=timezone.now())
    text = page(client, student, running.get_absolute_url()).text
    assert (
        "B leads: Sign-ups is 20.0 points higher so far (95\N{NO-BREAK SPACE}% interval 12.3 to 27.5)."
        in text
    )
    assert (
        text.index("Decide when the experiment has ended")
        < text.index('<figure class="chart intervals"')
        < text.index("Figures of Sign-ups")
    )
    for figure in (
        "200",
        "60",
        "30.00\N{NO-BREAK SPACE}%",
        "+200.0\N{NO-BREAK SPACE}%",
        "&lt; 0.0001",
        "leading",
    ):
        assert figure in text
    assert "You can ship" not in text
    services.stop_experiment(running, actor=None, now=timezone.now())
    text = page(client, student, running.get_absolute_url()).text
    assert (
        "B raises Sign-ups by 20.0 points (95\N{NO-BREAK SPACE}% interval 12.3 to 27.5). You can ship B."
        in text
    )


def test_detail_draws_the_units_under_what_happened(client, running, student):
    events = [exposure(f"x{n}", f"u{n}", "ab"[n % 2], minute=7 * n) for n in range(8)]
    ingest(running, *events)
    analyse(running)
    text = page(client, student, running.get_absolute_url()).text
    assert "A: 4 at the end, between 0 and 4. B: 4 at the end, between 0 and 4." in text
    assert "1 experiment<" in text


def test_detail_ends_the_units_where_they_were_counted(running):
    ingest(running, exposure("x1", "u1"))
    snapshot = analyse(running, now=NOW + timedelta(seconds=90))
    running.refresh_from_db()
    chart = units_chart(running, running.phases.get(), snapshot, asked=WHOLE, zone=UTC).chart
    assert chart.frame.end == f"{(NOW + timedelta(seconds=90)).timestamp():.0f}"
    assert chart.lines[0].paths[0].split()[-1].startswith("1000,")


def a_day_of_units(running):
    """48 units in turn, one every half an hour, counted in steps of one hour when the day is over."""
    ingest(
        running,
        *(exposure(f"x{n}", f"u{n}", "ab"[n % 2], minute=30 * n + 5) for n in range(48)),
        now=NOW + timedelta(days=1),
    )
    return analyse(running, now=NOW + timedelta(days=1))


def zoomed(running, start, end):
    return f"{running.get_absolute_url()}?{urlencode({'from': start, 'to': end})}"


def test_detail_draws_the_units_of_a_part_of_the_phase_in_whole_steps(client, running, student):
    a_day_of_units(running)
    text = page(client, student, zoomed(running, "2026-03-02T12:20Z", "2026-03-02T15:40Z")).text
    start, end = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert f'data-start="{start.timestamp():.0f}" data-end="{end.timestamp():.0f}"' in text
    assert "A: 7 at the end, between 3 and 7. B: 7 at the end, between 3 and 7." in text
    assert f'<a href="{running.get_absolute_url()}#units">Back to the whole phase</a>' in text
    assert "in the steps of 60 min in which units are counted" in text
    assert 'data-zoom="units"' in text
    assert "span was" not in text


def test_detail_draws_the_units_on_after_the_last_one_came(client, running, student):
    a_day_of_units(running)
    analyse(running, now=NOW + timedelta(days=3))
    text = page(client, student, zoomed(running, "2026-03-04T00:00Z", "2026-03-04T06:00Z")).text
    assert "A: 24 at the end, between 24 and 24. B: 24 at the end, between 24 and 24." in text
    assert "Nothing was measured" not in text


def test_detail_refreshes_the_part_of_the_phase_that_was_chosen(client, running, student):
    a_day_of_units(running)
    path = zoomed(running, "2026-03-02T12:00Z", "2026-03-02T16:00Z")
    part = page(client, student, path, **{"HX-Request": "true", "HX-Target": "results"}).text
    assert "<main" not in part
    assert "A: 7 at the end, between 3 and 7." in part
    assert f'hx-get="{path.replace("&", "&amp;")}"' in part


def test_detail_still_draws_what_began_before_the_part_that_is_shown(client, running, student):
    a_day_of_units(running)
    factories.EventFactory(
        project=running.project, kind="deployment", title="Deployed 1a2b", at=NOW + timedelta(hours=4)
    )
    factories.EventFactory(
        project=running.project, kind="deployment", title="Deployed 3c4d", at=NOW + timedelta(hours=9)
    )
    text = page(client, student, zoomed(running, "2026-03-02T12:00Z", "2026-03-02T16:00Z")).text
    drawing = text.split('<details class="overlay"')[1].split("</details>")[0]
    assert "1 experiment<" in drawing
    assert "Deployed 1a2b" in drawing
    assert "Deployed 3c4d" not in drawing


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("yesterday", "2026-03-02T15:00Z", "cannot be read"),
        ("2026-03-02T15:00Z", "", "cannot be read"),
        ("2026-03-02T15:00Z", "2026-03-02T12:00Z", "cannot be read"),
        ("\0", "<script>alert(1)</script>", "cannot be read"),
        ("0001-01-01T00:00Z", "0001-01-01T00:01Z", "cannot be read"),
        ("9" * 5000, "2026-03-02T12:00Z", "cannot be read"),
        ("9998-01-01T00:00Z", "9999-12-31T23:59Z", "cannot be read"),
        ("2026-02-01T12:00Z", "2026-02-02T12:00Z", "Nothing is drawn of the span"),
        ("2026-03-04T12:00Z", "2026-03-05T12:00Z", "Nothing is drawn of the span"),
    ],
)
def test_detail_draws_the_whole_phase_for_a_span_that_is_none(client, running, student, start, end, words):
    a_day_of_units(running)
    answer = page(client, student, zoomed(running, start, end))
    assert answer.status_code == 200
    assert words in answer.text
    assert "A: 24 at the end, between 0 and 24." in answer.text
    assert "Back to the whole phase" not in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("1970-01-01T00:00Z", "2026-03-02T12:00Z", "longer than 400 days"),
        ("2026-03-02T11:59:59Z", "2026-03-02T12:00Z", "shorter than 5 minutes"),
        ("2026-03-02T11:30:00Z", "9999-12-31T23:59Z", "Back to the whole phase"),
    ],
)
def test_detail_says_what_became_of_a_span_it_could_not_take(client, running, student, start, end, words):
    a_day_of_units(running)
    text = page(client, student, zoomed(running, start, end)).text
    assert words in text
    assert "Back to the whole phase" in text


def test_zooming_asks_no_more_queries(client, running, student, django_assert_max_num_queries):
    a_day_of_units(running)
    page(client, student, LIST)
    counts = []
    for path in (running.get_absolute_url(), zoomed(running, "2026-03-02T12:00Z", "2026-03-02T16:00Z")):
        with django_assert_max_num_queries(15) as asked:
            client.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_detail_draws_many_variants_as_one_line(client, project, student):
    many = factories.ExperimentFactory(project=project)
    factories.VariantFactory.create_batch(3, experiment=many)
    services.start_experiment(many, actor=None, now=NOW)
    ingest(many, *of(many, exposure("x1", "u1", "a"), exposure("x2", "u2", "e")))
    analyse(many)
    assert "all variants: 2 at the end" in page(client, student, many.get_absolute_url()).text


def test_detail_draws_nothing_of_what_older_releases_stored(client, running, student):
    ingest(running, exposure("x1", "u1"))
    analyse(running)
    running.result.snapshot.pop("growth")
    running.result.save()
    text = page(client, student, running.get_absolute_url()).text
    assert "Units by variant" in text
    assert "Units counted so far" not in text
    assert "New units over time" not in page(client, student, LIST).text


def test_detail_says_who_decided_and_when(client, project, tutor, student):
    tutor.name = "Tara Tutor"
    tutor.save()
    answer = post(client, tutor, LIST + "add/", {**PLAN, "project": project.pk})
    experiment = Experiment.objects.get()
    assert answer.text.count(", Tara Tutor") == 1
    post(client, tutor, url("experiment_start", experiment))
    assert post(client, tutor, url("experiment_stop", experiment)).text.count(", Tara Tutor") == 3
    assert "What was decided before the start" in page(client, student, experiment.get_absolute_url()).text


def test_detail_of_the_stopped_ignores_what_others_report(client, running, student):
    services.stop_experiment(running, actor=None, now=timezone.now())
    ingest(running, exposure("x1", "u1"), now=timezone.now() - timedelta(minutes=9))
    assert "not counted yet" not in page(client, student, running.get_absolute_url()).text


def test_detail_polls_as_a_partial(client, running, student):
    text = page(
        client, student, running.get_absolute_url(), **{"HX-Request": "true", "HX-Target": "results"}
    ).text
    assert text.strip().startswith('<div id="results"')


def test_detail_hides_the_figures_when_the_split_is_off(client, running, student):
    ingest(running, *crowd("a", 300, 20), *crowd("b", 200, 60))
    analyse(running)
    text = page(client, student, running.get_absolute_url()).text
    assert "Do not read this: the split is off" in text
    assert "Figures of Sign-ups" not in text
    assert "Units by variant" in text


def test_detail_tells_what_was_left_out(client, running, student):
    ingest(running, *crowd("a", 4, 1), exposure("y", "a0", "b"))
    analyse(running)
    text = page(client, student, running.get_absolute_url()).text
    assert "Left out: 1 unit that met more than one variant, 25.00\N{NO-BREAK SPACE}% of all." in text


@pytest.mark.parametrize(("age_min", "is_told"), [(1, False), (9, True)])
def test_detail_says_when_events_wait_for_the_worker(client, running, student, age_min, is_told):
    ingest(running, exposure("x1", "u1"), now=timezone.now() - timedelta(minutes=age_min))
    assert ("not counted yet" in page(client, student, running.get_absolute_url()).text) is is_told


@pytest.mark.parametrize("state", ["draft", "stopped"])
def test_detail_of_other_states(client, running, student, state):
    if state == "stopped":
        services.stop_experiment(running, actor=None, now=timezone.now())
    else:
        running = factories.ExperimentFactory(project=running.project)
    text = page(client, student, running.get_absolute_url()).text
    assert ("Not started" if state == "draft" else "Nothing to read") in text
    assert text.count("</svg>draft<") == (state == "draft")


def test_hostile_names_stay_text(client, running, student):
    evil = "<script>alert(1)</script>"
    Experiment.objects.update(name=evil, hypothesis=evil)
    Variant.objects.update(name=evil)
    Metric.objects.update(name=evil, event_name="'; rm -rf / #</pre><script>")
    ingest(running, *crowd("a", 60, 6), *crowd("b", 60, 12))
    analyse(running)
    for name in ("experiment_detail", "integration"):
        assert "<script>" not in page(client, student, url(name, running)).text.replace("<script src", "")
    assert evil not in page(client, student, LIST).text


def test_detail_queries_stay_few(client, running, tutor, django_assert_max_num_queries):
    ingest(running, *crowd("a", 60, 6), *crowd("b", 60, 12))
    analyse(running)
    client.force_login(tutor)
    with django_assert_max_num_queries(15):
        client.get(running.get_absolute_url())


def test_integration_shows_calls_that_work_as_they_stand(client, running, student, key, settings):
    settings.SITE_URL = "https://ops.example.org"
    text = html.unescape(page(client, student, url("integration", running)).text)
    calls = re.findall(r"curl -X POST https://ops\.example\.org(\S+) .*?-d '(.*?)'</pre>", text, re.DOTALL)
    assert [path for path, _ in calls] == ["/ofrep/v1/evaluate/flags/signup-form", "/ingest/events"]
    answers = [
        call_wire(function, path, body.encode(), key=key)
        for function, (path, body) in zip((evaluate, receive), calls, strict=True)
    ]
    assert answers[0].json["reason"] == "SPLIT"
    assert answers[1].json == {"accepted": 2, "duplicates": 0, "rejected": []}
    assert "Ask your tutor for one" in text


def test_integration_shows_python_that_reports(client, running, student, key, settings, monkeypatch):
    settings.SITE_URL = "https://ops.example.org"
    Metric.objects.update(event_name='it\'s "done" \\')
    sent = []

    def urlopen(request, timeout):
        answer = call_wire(receive, "/ingest/events", request.data, key=key)
        sent.append((request.full_url, request.get_header("Authorization"), answer.json))
        return io.BytesIO()

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    monkeypatch.setenv("COURSEOPS_KEY", key)
    text = page(client, student, url("integration", running)).text
    code = html.unescape(re.search(r'<pre id="call-report-python".*?>(.*?)</pre>', text, re.DOTALL)[1])
    exec(code.replace("answer.status, ", ""), {})  # a stream of bytes has no status
    told = {"accepted": 2, "duplicates": 0, "rejected": []}
    assert sent == [("https://ops.example.org/ingest/events", f"Bearer {key}", told)]
    assert MetricEvent.objects.get().name == 'it\'s "done" \\'


def test_integration_copies_each_block_by_its_own_button(client, running, student):
    text = page(client, student, url("integration", running)).text
    blocks = re.findall(r'<pre id="(\S+)"', text)
    assert blocks == re.findall(r'data-copy="(\S+)"', text)
    assert len(blocks) == 6
    assert "pip install" not in text[text.index('id="call-python"') :]


@pytest.mark.parametrize(
    ("values", "call"),
    [
        (["x", "y"], "get_string_details(\n    \"signup-form\", 'x',"),
        ([1, 2.5], 'get_float_details(\n    "signup-form", 1,'),
        ([False, True], 'get_boolean_details(\n    "signup-form", False,'),
    ],
)
def test_integration_names_the_method_for_the_type(client, running, student, values, call):
    for name, value in zip("ab", values, strict=True):
        Variant.objects.filter(key=name).update(value=value)
    assert call in html.unescape(page(client, student, url("integration", running)).text)


def test_integration_links_editors_to_the_keys(client, running, tutor):
    assert "API keys of this project" in page(client, tutor, url("integration", running)).text


@pytest.mark.parametrize(
    "model",
    [
        "experiment",
        "variant",
        "phase",
        "phasevariant",
        "metric",
        "experimentmetric",
        "stream",
        "exposure",
        "metricevent",
        "unit",
        "unitmetric",
        "result",
    ],
)
def test_admin_lists_and_finds(admin_client, running, model):
    ingest(running, *crowd("a", 2, 1))
    analyse(running)
    answer = admin_client.get(f"/admin/experiments/{model}/?q=a")
    assert answer.status_code == 200
    assert admin_client.get(f"/admin/experiments/{model}/add/").status_code == 403


# The planned end ------------------------------------------------------------------------------


def test_add_proposes_two_weeks_and_takes_an_end_in_the_readers_zone(client, project, tutor):
    tutor.time_zone = "Asia/Tokyo"
    tutor.save()
    asked = page(client, tutor, LIST + "add/").text
    proposed = re.search(r'name="planned_end_at" value="(\S+?)"', asked)[1]
    ahead = datetime.fromisoformat(f"{proposed}+09:00") - timezone.now()
    assert timedelta(days=13) < ahead <= timedelta(days=14)
    assert "In your time zone, Asia/Tokyo." in asked
    data = {**PLAN, "project": project.pk, "planned_end_at": "2090-05-01T12:00", "planned_units": "2000"}
    text = post(client, tutor, LIST + "add/", data).text
    planned = Experiment.objects.get()
    assert planned.planned_end_at == datetime(2090, 5, 1, 3, tzinfo=UTC)
    assert planned.planned_units == 2000
    assert "2,000 units in each variant" in text
    assert 'value="2090-05-01T12:00"' in page(client, tutor, url("experiment_edit", planned)).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("planned_end_at", "2020-01-01T00:00", "This time has passed."),
        ("planned_end_at", "soon", "Enter a valid date/time."),
        ("planned_units", "0", "greater than or equal to 1"),
        ("planned_units", "9" * 30, "less than or equal to"),
    ],
)
def test_add_refuses_an_end_that_cannot_be(client, project, tutor, field, value, words):
    text = post(client, tutor, LIST + "add/", {**PLAN, "project": project.pk, field: value}).text
    assert words in text
    assert f'id="id_{field}_error"' in text
    assert not Experiment.objects.exists()


def test_a_draft_whose_planned_end_has_passed_is_not_started(client, draft, tutor):
    Experiment.objects.filter(pk=draft.pk).update(planned_end_at=NOW)
    assert "Edit the plan and choose a later one" in post(client, tutor, url("experiment_start", draft)).text
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_start_repeats_what_is_planned(client, draft, tutor):
    Experiment.objects.filter(pk=draft.pk).update(planned_units=1000)
    text = page(client, tutor, url("experiment_start", draft)).text
    assert "1,000 units in each variant" in text
    assert "Read the verdict at the planned end" in text


def test_detail_waits_for_the_planned_end_and_marks_it(client, running, student):
    ingest(running, *crowd("a", 200, 20), *crowd("b", 200, 60))
    analyse(running, now=timezone.now())
    Experiment.objects.filter(pk=running.pk).update(planned_end_at=timezone.now() + timedelta(days=9.5))
    text = page(client, student, running.get_absolute_url()).text
    assert text.index("Not decided yet: planned end in 9 days.") < text.index("B leads: Sign-ups is 20.0")
    assert "The p-values follow at the planned end" in text
    assert "&lt; 0.0001" not in text
    assert ": Planned end</title>" in text
    assert "Not decided yet: planned end in 9 days." in page(client, student, LIST).text


def test_a_far_planned_end_does_not_squash_the_chart(running):
    ingest(running, *crowd("a", 20, 2), *crowd("b", 20, 2))
    now = NOW + timedelta(days=1)
    found = analyse(running, now=now)
    running = Experiment.objects.get(pk=running.pk)
    ends = {}
    for days in (2, 30):
        running.planned_end_at = NOW + timedelta(days=days)
        chart = units_chart(running, running.phases.get(), found, asked=WHOLE, zone=UTC).chart
        ends[days] = chart.frame.overlay.entries
    assert [entry.label for entry in ends[2]] == ["Planned end", "Experiment “Signup form” started"]
    assert [entry.label for entry in ends[30]] == ["Experiment “Signup form” started"]


def test_stopped_before_its_planned_end_is_told_everywhere(client, running, student):
    ingest(running, *crowd("a", 200, 20), *crowd("b", 200, 60))
    Experiment.objects.filter(pk=running.pk).update(planned_units=201)
    services.stop_experiment(running, actor=None, now=timezone.now())
    analyse(running, now=timezone.now())
    for path in (running.get_absolute_url(), LIST):
        text = page(client, student, path).text
        assert "stopped early" in text
        assert "You can ship" not in text
