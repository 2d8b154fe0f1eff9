from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from courses.models import OPERATIONS, Course
from dashboard.rules import Concern
from dashboard.standing import AlertNow, PlaceNow, Standing
from dashboard.tiles import crowd, drawn, tiles

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=12)
DOWN = PlaceNow(5, 3, "production", "down", EARLIER, None, "502 Bad Gateway")
ALERT = AlertNow(7, "Disk is full", EARLIER, None, "critical")
SE = Course(pk=1, name="SE", slug="se")


def standing(concern, **known):
    return Standing(1, "Kestrel", "kestrel", 1, concern=concern, **known)


def html_of(one, now=NOW):
    return drawn(tiles([one], [SE], now=now))


def test_a_tile_is_drawn_anew_as_soon_as_it_says_anything_else():
    one = standing(Concern.DOWN, places=[DOWN])
    assert "down 12 min" in html_of(one)
    assert "down 13 min" in html_of(one, NOW + timedelta(minutes=1))
    assert "down 12 min" in html_of(one)


def test_a_tile_speaks_the_language_of_its_reader(monkeypatch):
    one = standing(Concern.FINE, alerts=[ALERT], may_edit=True)
    assert "Acknowledge the alert of" in html_of(one)
    monkeypatch.setattr("django.utils.translation._trans.gettext", lambda text: f"⟦{text}⟧")
    with override("de"):
        assert "⟦Acknowledge the alert of⟧" in html_of(one)
    monkeypatch.undo()
    assert "⟦" not in html_of(one)


def test_what_a_student_wrote_is_escaped_in_a_tile():
    down = DOWN._replace(detail="<script>alert(1)</script>")
    page = html_of(standing(Concern.DOWN, places=[down]))
    assert "<script" not in page
    assert "&lt;script" in page


def test_tiles_draw_the_hours_that_were_watched():
    one = standing(Concern.FINE, day="uuu" + "-" * 19 + "ud")
    (tile,) = tiles([one], [SE], now=NOW)
    assert '<path d="M0 3h6M44 3h2" /><path class="bad" d="M46 3h2" />' in tile.strip
    assert tile.url == "/courses/se/teams/kestrel/"
    assert '<a id="team-1" ' in drawn([tile])  # where keys go on after the tile before it was acknowledged
    assert tile.course == ""


def test_what_is_bad_has_a_line_too_and_what_nobody_watched_has_none():
    down = standing(Concern.DOWN, places=[DOWN], day="d" * 24)
    unseen = standing(Concern.UNKNOWN, day="-" * 24)
    strips = [tile.strip for tile in tiles([down, unseen, standing(Concern.UNKNOWN)], [SE], now=NOW)]
    assert 'class="bad"' in strips[0]
    assert strips[1:] == ["", ""]


def test_with_several_courses_each_tile_names_its_own():
    courses = [SE, Course(pk=2, name="DB", slug="db")]
    (tile,) = tiles([standing(Concern.FINE)], courses, now=NOW)
    assert tile.course == "SE"


def test_beside_the_sites_own_course_a_tile_names_none():
    courses = [SE, Course(pk=2, name="Operations", slug=OPERATIONS)]
    (tile,) = tiles([standing(Concern.FINE)], courses, now=NOW)
    assert tile.course == ""


@pytest.mark.parametrize(
    ("count", "name"), [(1, "n12"), (12, "n12"), (13, "n24"), (60, "n60"), (110, "n110"), (111, "")]
)
def test_the_fewer_the_teams_the_larger_their_tiles(count, name):
    assert crowd(count) == name


def test_what_is_unknown_has_room_for_its_word_and_what_is_fine_has_its_line():
    unknown, fine = (standing(concern, day="u" * 24) for concern in (Concern.UNKNOWN, Concern.FINE))
    assert 'class="day"' not in html_of(unknown)
    assert 'class="day"' in html_of(fine)
