import pytest
from django.core.management import call_command

from courses.models import Course, Environment, User
from dashboard import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_static(monkeypatch):
    import dashboard.management.commands.prepare as module  # noqa: PLC0415

    real = module.call_command
    monkeypatch.setattr(
        module, "call_command", lambda name, **options: name == "collectstatic" or real(name, **options)
    )


def test_the_first_password_is_shown_once_and_works(capsys):
    call_command("prepare")
    out = capsys.readouterr().out
    password = out.split("Password")[1].split()[0]
    assert "in the menu at the top right" in out
    user = User.objects.get()
    assert user.is_superuser
    assert user.check_password(password)
    call_command("prepare")
    assert "Password" not in capsys.readouterr().out
    assert User.objects.get().check_password(password)


def test_a_password_from_the_environment_is_used_and_not_shown(capsys, settings):
    settings.ADMIN_PASSWORD = "from the environment"
    call_command("prepare")
    assert "from the environment" not in capsys.readouterr().out
    assert User.objects.get().check_password("from the environment")


def test_an_empty_site_watches_itself():
    services.make_first_course(site_url="http://127.0.0.1:8000")
    services.make_first_course(site_url="http://127.0.0.1:8000")
    assert Environment.objects.get().url == "http://127.0.0.1:8000/health/live"


def test_the_check_follows_the_site_to_another_port():
    services.make_first_course(site_url="http://127.0.0.1:8000")
    services.follow_address(site_url="http://127.0.0.1:8001")
    assert Environment.objects.get().url == "http://127.0.0.1:8001/health/live"
    Environment.objects.update(url="https://chosen.example.org/up")
    services.follow_address(site_url="http://127.0.0.1:8002")
    assert Environment.objects.get().url == "https://chosen.example.org/up"


def test_a_site_with_a_course_is_left_alone():
    Course.objects.create(name="Real", slug="real")
    services.make_first_course(site_url="http://127.0.0.1:8000")
    assert not Environment.objects.exists()
