import pytest

from courses.models import Event
from experiments import services
from experiments.models import Experiment, ExperimentMetric, Metric, PhaseVariant, Result
from experiments.services import MetricPlan, NotPossibleError, Plan, VariantPlan
from tests import factories
from tests.experiments.conftest import NOW

VARIANTS = [VariantPlan("a", "A", 1, "a"), VariantPlan("b", "B", 3, "b")]
METRICS = [MetricPlan("Sign-ups", "signup", "proportion", "increase", "goal")]


def create(project, **changes):
    fields = {"name": "Form", "key": "form", "hypothesis": "", "variants": VARIANTS, "metrics": METRICS}
    return services.create_experiment(project, Plan(**{**fields, **changes}), actor=None, now=NOW)


def test_create_experiment_writes_a_draft_with_its_plan(project):
    experiment = create(project)
    assert experiment.state == "draft"
    assert list(experiment.variants.values_list("key", "weight", "position")) == [("a", 1, 0), ("b", 3, 1)]
    assert experiment.metrics.get().metric.event_name == "signup"


def test_metric_of_the_project_is_used_again(project):
    create(project)
    create(project, key="other")
    assert Metric.objects.count() == 1
    assert ExperimentMetric.objects.count() == 2


def test_edit_experiment_replaces_the_plan_of_a_draft(project):
    experiment = create(project)
    changed = [MetricPlan("Sign-ups", "registered", "proportion", "increase", "goal")]
    services.edit_experiment(experiment, Plan("New", "new", "h", variants=VARIANTS[:1], metrics=changed))
    experiment.refresh_from_db()
    assert (experiment.name, experiment.key, experiment.version) == ("New", "new", 2)
    assert experiment.variants.count() == 1
    assert experiment.metrics.get().metric.event_name == "registered"


def test_edit_experiment_after_the_start_changes_nothing(running):
    with pytest.raises(NotPossibleError, match="fixed"):
        services.edit_experiment(running, Plan("New", "new", "", variants=[], metrics=[]))
    assert running.variants.count() == 2


def test_start_experiment_fixes_seed_and_ranges_and_tells_the_timeline(project, lecturer):
    experiment = create(project)
    phase = services.start_experiment(experiment, actor=lecturer, now=NOW)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.version) == ("running", 2)
    assert len(phase.seed) == 16
    assert list(PhaseVariant.objects.values_list("variant__key", "start", "end")) == [
        ("a", 0, 2500),
        ("b", 2500, 10_000),
    ]
    event = Event.objects.get(kind="experiment")
    assert (event.title, event.actor, event.url) == (
        "Experiment “Form” started",
        lecturer,
        experiment.get_absolute_url(),
    )
    assert Result.objects.get().computed_at is None


def test_seeds_differ(project):
    phases = [
        services.start_experiment(create(project, key=key), actor=None, now=NOW) for key in ("one", "two")
    ]
    assert phases[0].seed != phases[1].seed


def test_start_and_stop_happen_once(running):
    with pytest.raises(NotPossibleError, match="draft"):
        services.start_experiment(running, actor=None, now=NOW)
    services.stop_experiment(running, actor=None, now=NOW)
    with pytest.raises(NotPossibleError, match="running"):
        services.stop_experiment(running, actor=None, now=NOW)
    with pytest.raises(NotPossibleError, match="draft"):
        services.start_experiment(running, actor=None, now=NOW)
    assert Experiment.objects.get().state == "stopped"
    assert running.phases.get().stopped_at == NOW
    assert Event.objects.filter(kind="experiment").count() == 2


def test_names_of_rows_say_what_they_are(running):
    phase = running.phases.get()
    rows = [running, phase, phase.ranges.first(), running.metrics.get(), running.variants.first()]
    assert [str(row) for row in rows] == [
        "Signup form",
        "Signup form, phase 1",
        "A: 0 to 5000",
        "Sign-ups (goal)",
        "A",
    ]
    assert str(running.result) == "Signup form, up to batch 0"


def test_experiment_is_seen_by_its_team_and_edited_by_staff(draft, student, tutor, outsider):
    assert Experiment.objects.visible_to(student).exists()
    assert not Experiment.objects.editable_by(student).exists()
    assert Experiment.objects.editable_by(tutor).exists()
    assert not Experiment.objects.visible_to(outsider).exists()


def test_only_one_metric_can_be_the_goal(draft):
    other = factories.MetricFactory(project=draft.project, key="other")
    with pytest.raises(Exception, match=r"(?i)unique"):
        factories.ExperimentMetricFactory(experiment=draft, metric=other)
