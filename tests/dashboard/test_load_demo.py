"""Does the demo's course come up whole, and stay as people leave it?"""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from alerts.models import Channel
from courses.keys import prefix_of
from courses.models import ApiKey, Course, Environment, Event, Membership, Project, Team, User
from courses.wire import authenticate
from dashboard import demo_course
from demo import apps, pages, ports
from experiments.models import Experiment, Metric, Variant
from health.models import Check
from pipelines.models import CIServer, Repository
from tests.factories import TeamFactory

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def load(settings, tmp_path):
    settings.DATA_DIR = tmp_path

    def run(**options):
        call_command("load_demo", **options)
        return json.loads((tmp_path / "demo-keys.json").read_text())

    return run


def counts():
    models = (Course, Team, User, Membership, Project, Environment, Check, Channel, CIServer)
    return {
        model.__name__: model.objects.count()
        for model in (*models, Repository, Experiment, Metric, ApiKey, Event)
    }


def test_the_course_is_whole(load, capsys):
    load()
    made = counts()
    assert (made["Course"], made["Team"], made["Project"], made["Environment"]) == (1, 6, 6, 6)
    assert set(Experiment.objects.values_list("state", flat=True)) == {"running"}
    assert set(Check.objects.values_list("interval_s", flat=True)) == {demo_course.CHECK_EVERY_S}
    assert "json://127.0.0.1:8096" in Channel.objects.get(kind="apprise").target
    assert Repository.objects.filter(server__base_url="http://127.0.0.1:8090").count() == 6
    out = capsys.readouterr().out
    assert demo_course.PASSWORD in out
    assert all(email in out for email in demo_course.SHOWN)


def test_everybody_shown_may_sign_in(load, client):
    load()
    for email in demo_course.SHOWN:
        assert User.objects.get(email=email).check_password(demo_course.PASSWORD)
    assert not User.objects.filter(is_staff=True).exists()
    roles = Membership.objects.filter(user__email="tutor@demo.example").values_list("role", flat=True)
    assert list(roles) == ["tutor"] * 3
    tutored = Team.objects.editable_by(User.objects.get(email="tutor@demo.example"))
    assert set(tutored.values_list("name", flat=True)) == {"Hopper", "Hamilton", "Liskov"}


def test_loading_again_changes_nothing(load):
    first, before = load(), counts()
    assert load() == first
    assert counts() == before


def addresses():
    urls = set(Environment.objects.values_list("url", flat=True))
    targets = set(Channel.objects.values_list("target", flat=True))
    return urls | targets | set(CIServer.objects.values_list("base_url", flat=True))


def test_another_first_port_moves_all_of_it(load, capsys):
    load(port=9300)
    moved = addresses()
    assert {"http://127.0.0.1:9300", "https://127.0.0.1:9315/", "json://127.0.0.1:9306/courseops"} <= moved
    assert "http://127.0.0.1:9306/" in capsys.readouterr().out
    load()
    assert "93" not in "".join(addresses())
    load(port=9300)
    assert addresses() == moved


def test_a_server_and_channels_of_their_own_stay(load):
    load()
    CIServer.objects.update(base_url="https://gitlab.example.org")
    Channel.objects.filter(kind="apprise").update(target="json://chat.example.org/")
    load(port=9300)
    assert {"https://gitlab.example.org", "json://chat.example.org/"} <= addresses()


def test_what_people_changed_stays(load):
    load()
    Check.objects.update(interval_s=300)
    Experiment.objects.update(state="stopped")
    student = User.objects.get(email="student@demo.example")
    student.set_password("my own choice")
    student.save()
    load()
    assert set(Check.objects.values_list("interval_s", flat=True)) == {300}
    assert set(Experiment.objects.values_list("state", flat=True)) == {"stopped"}
    student.refresh_from_db()
    assert student.check_password("my own choice")


def test_the_keys_open_the_door_and_only_their_owner_reads_them(load, tmp_path):
    keys = load()
    for key in keys.values():
        environ = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
        assert authenticate(environ, "ingest").project_id == authenticate(environ, "evaluate").project_id
    assert (tmp_path / "demo-keys.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["demo-keys.json"]


@pytest.mark.parametrize("text", ["{half", "[]", '{"order-button": "co_nonsense"}'])
def test_keys_that_do_not_fit_are_made_anew(load, tmp_path, text):
    (tmp_path / "demo-keys.json").write_text(text)
    keys = load()
    assert set(keys) == {"order-button", "signup-form"}
    assert all(prefix_of(key) for key in keys.values())


def test_a_revoked_key_is_replaced(load):
    first = load()
    ApiKey.objects.update(revoked_at=timezone.now())
    assert not set(first.values()) & set(load().values())


def test_a_course_that_no_longer_fits_is_refused_and_left_alone(load):
    load()
    course = Course.objects.get(slug="software-engineering-lab")
    other = TeamFactory(course=course)
    Project.objects.filter(repository_path="software-lab/mensa-menu").update(team=other)
    before = counts()
    with pytest.raises(CommandError, match="no longer fits its roster"):
        load()
    assert counts() == before


def test_public_passwords_stay_on_this_machine(load, settings):
    settings.BIND_ADDRESS = "0.0.0.0"
    with pytest.raises(CommandError, match=r"127\.0\.0\.1"):
        load()
    assert not User.objects.exists()


def test_the_course_and_the_programs_speak_of_the_same_things(load):
    """Neither side may import the other, so what they share is compared here."""
    load()
    urls = {f"http{'s' if app.is_tls else ''}://127.0.0.1:{app.port}/" for app in apps.APPS}
    assert set(Environment.objects.values_list("url", flat=True)) == urls
    wanted = {app.experiment for app in apps.APPS if app.experiment}
    assert set(Experiment.objects.values_list("key", flat=True)) == wanted
    for key, page in (("order-button", pages.menu), ("signup-form", pages.signup)):
        control, treatment = Variant.objects.filter(experiment__key=key).values_list("key", flat=True)
        assert page(control) == page(None) != page(treatment)
    served = {entry["path"] for entry in json.loads((ROOT / "demo" / "projects.json").read_text())}
    assert set(Repository.objects.values_list("path", flat=True)) == served
    assert ports.GITLAB == demo_course.USUAL_PORT
    assert ports.WEB == demo_course.USUAL_PORT + demo_course.MAIL_PAGE
    assert f" --token {demo_course.TOKEN} " in (ROOT / "demo" / "Procfile").read_text()
