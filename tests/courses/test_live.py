import zlib

import pytest
from django.core.cache import cache
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation

from courses import live
from courses.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db
TEMPLATE = "courses/course_detail.html"


@pytest.fixture(autouse=True)
def _parts_are_kept(monkeypatch):
    monkeypatch.setattr(live, "FRESH_S", 8.0)


def part_for(user, counted, *, path="/x/", is_own=False, template="ui/_badge.html"):
    """Return a part as `user` gets it; `counted` grows by one whenever it is rendered."""
    request = RequestFactory().get(path)
    request.user = user

    def build():
        counted.append(user)
        return {"text": f"rendered {len(counted)}", "tone": "good"}

    shelf = live._Shelf(request, live.FRESH_S, is_own)
    return shelf.part(template, "", {"tone": ""}, build)


@pytest.fixture(autouse=True)
def _whole_templates(monkeypatch):
    """Render whole templates: which partial of a page is meant does not matter here."""
    render = live.render_to_string
    monkeypatch.setattr(
        live,
        "render_to_string",
        lambda name, context, request: render(name.removesuffix("#"), context, request),
    )


def test_readers_with_the_same_rights_share_a_part(team):
    two = [factories.MembershipFactory(team=team).user for _ in range(2)]
    counted = []
    assert part_for(two[0], counted) == part_for(two[1], counted)
    assert len(counted) == 1


def test_readers_with_other_rights_do_not(team):
    student = factories.MembershipFactory(team=team).user
    tutor = factories.MembershipFactory(team=team, role=Membership.Role.TUTOR).user
    counted = []
    part_for(student, counted)
    part_for(tutor, counted)
    assert len(counted) == 2


def test_other_addresses_languages_and_zones_have_parts_of_their_own(student):
    counted = []
    part_for(student, counted)
    part_for(student, counted, path="/x/?state=down")
    with translation.override("en-us"):
        part_for(student, counted)
    with timezone.override("Asia/Kolkata"):
        part_for(student, counted)
    assert len(counted) == 4


def test_what_one_reader_chose_is_shown_to_nobody_else(team):
    two = [factories.MembershipFactory(team=team).user for _ in range(2)]
    counted = []
    part_for(two[0], counted, is_own=True)
    part_for(two[1], counted, is_own=True)
    assert len(counted) == 2


def test_an_old_part_is_rendered_anew(student, monkeypatch):
    counted = []
    part_for(student, counted)
    monkeypatch.setattr(live, "FRESH_S", 0.0)
    assert "rendered 2" in part_for(student, counted)


def test_while_one_process_renders_others_show_the_older_part(student, monkeypatch):
    counted = []
    first = part_for(student, counted)
    monkeypatch.setattr(live, "FRESH_S", 1e-9)
    monkeypatch.setattr(cache, "add", lambda *arguments: False)
    assert part_for(student, counted) == first


def test_a_part_that_fails_leaves_the_way_open(student):
    request = RequestFactory().get("/x/")
    request.user = student

    def fail():
        raise ValueError("no such team")

    with pytest.raises(ValueError, match="no such team"):
        live._Shelf(request, 8.0, False).part("ui/_badge.html", "", {}, fail)
    assert "rendered 1" in part_for(student, [])


def test_a_part_knows_no_reader_and_no_token(student, monkeypatch):
    source = engines["django"].from_string("[{{ user }}|{% csrf_token %}|{{ messages|length }}]")
    monkeypatch.setattr(
        live, "render_to_string", lambda name, context, request: source.render(context, request)
    )
    assert part_for(student, []) == "[None||0]"


def test_nobody_fills_the_shared_memory_with_new_addresses(student, monkeypatch):
    monkeypatch.setattr(live, "MAX_NEW_PER_MINUTE", 3)
    counted = []
    for n in range(5):
        part_for(student, counted, path=f"/x/?q={n}")
    part_for(student, counted, path="/x/?q=0")
    assert len(counted) == 5
    part_for(student, counted, path="/x/?q=4")
    assert len(counted) == 6


def test_parts_are_kept_small(student, monkeypatch):
    kept = {}
    monkeypatch.setattr(cache, "set", lambda key, value, timeout: kept.update({key: (value, timeout)}))
    html = part_for(student, [])
    ((_at, packed), timeout) = next(iter(kept.values()))
    assert zlib.decompress(packed).decode() == html
    assert timeout == live.KEPT_S
