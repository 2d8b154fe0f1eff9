"""The admin panel: every model, no secret, no page that breaks."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib import admin
from django.urls import reverse
from factory.base import FactoryMetaClass

from courses import services
from courses.models import ApiKey, Event, User
from tests import factories

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
FACTORIES = {
    factory._meta.model: factory
    for factory in vars(factories).values()
    if isinstance(factory, FactoryMetaClass)
}
SMALLEST = {
    "BooleanField": False,
    "DateTimeField": datetime(2026, 1, 1, tzinfo=UTC),
    "DurationField": timedelta(seconds=1),
    "FloatField": 0.5,
    "JSONField": {},
    "UUIDField": UUID(int=1),
}


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make(model):
    """Return a row: of the model's factory, or of the smallest values where only machines write it."""
    if model in FACTORIES:
        return FACTORIES[model]()
    values = {}
    for field in model._meta.concrete_fields:
        if field.is_relation:
            values[field.name] = None if field.null else make(field.related_model)
        elif not (field.has_default() or field.null or field.blank or field.auto_created):
            kind = field.get_internal_type()
            other = "a" if kind in ("CharField", "TextField") else len(values)
            values[field.name] = SMALLEST.get(kind, other)
    return model._base_manager.create(**values)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_can_be_listed_searched_and_opened(admin_client, model):
    row = make(model)
    model_admin = admin.site._registry[model]
    for query in ("", "?q=x%20y"):
        assert admin_client.get(address(model, "changelist") + query).status_code == 200
    assert admin_client.get(address(model, "change", row.pk)).status_code == 200
    request = admin_client.get("/admin/").wsgi_request
    expected = 200 if model_admin.has_add_permission(request) else 403
    assert admin_client.get(address(model, "add")).status_code == expected
    assert model_admin.search_fields, "An administrator cannot find a row in a long list."
    assert model_admin.list_filter, "An administrator cannot narrow a long list."


def test_keys_show_no_digest_and_cannot_be_made_here(admin_client, team):
    row, key = services.create_api_key(
        team.course, name="CI", scopes=["evaluate"], created_by=None, now=team.created_at
    )
    pages = [
        admin_client.get(address(ApiKey, "changelist")),
        admin_client.get(address(ApiKey, "change", row.pk)),
    ]
    for page in pages:
        assert row.prefix in page.content.decode()
        assert row.digest not in page.content.decode()
        assert key not in page.content.decode()
    assert admin_client.get(address(ApiKey, "add")).status_code == 403


def test_no_password_is_shown(admin_client, db):
    person = User.objects.create_user("ada@example.org", "a long secret")
    page = admin_client.get(address(User, "change", person.pk)).content.decode()
    assert person.password not in page
    assert person.password.rsplit("$", 1)[-1][:6] not in page
    assert "../password/" in page


def test_events_are_read_only_but_go_with_their_course(admin_client, team):
    event = factories.EventFactory(course=team.course)
    url = address(Event, "change", event.pk)
    assert admin_client.get(url).status_code == 200
    assert admin_client.post(url, {"title": "Rewritten"}).status_code == 403
    assert admin_client.get(address(Event, "delete", event.pk)).status_code == 403
    assert admin_client.get(address(Event, "add")).status_code == 403
    delete = address(type(team.course), "delete", team.course.pk)
    assert admin_client.post(delete, {"post": "yes"}).status_code == 302
    assert not Event.objects.exists()


def test_an_administrator_makes_a_person_without_a_password(admin_client):
    values = {"email": "Ada@Example.org", "name": "Ada", "usable_password": "false"}
    prefix = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert admin_client.post(address(User, "add"), values | prefix).status_code == 302
    person = User.objects.get(name="Ada")
    assert (person.email, person.has_usable_password()) == ("ada@example.org", False)
    again = admin_client.post(address(User, "add"), values | prefix)
    assert "already exists" in again.content.decode()


def test_an_administrator_sets_a_password(admin_client, student):
    url = reverse("admin:auth_user_password_change", args=[student.pk])
    assert admin_client.get(url).status_code == 200
    new = {"password1": "quite a staple", "password2": "quite a staple", "usable_password": "true"}
    assert admin_client.post(url, new).status_code == 302
    student.refresh_from_db()
    assert student.check_password("quite a staple")


@pytest.mark.parametrize("role", ["student", "lecturer"])
def test_the_panel_is_for_administrators(client, role, request):
    client.force_login(request.getfixturevalue(role))
    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/courses/user/").status_code in (302, 403)


def test_anonymous_visitors_meet_the_sites_own_login(client, db):
    first = client.get("/admin/")
    second = client.get(first.headers["Location"], follow=True)
    assert "<h1>Sign in</h1>" in second.content.decode()
