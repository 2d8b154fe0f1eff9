import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.names import is_repository_path, name_key, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Team 1", "team-1"),
        ("  Élan  Vital! ", "elan-vital"),
        ("=1+1", "1-1"),
        ("a" * 60, "a" * 50),
        ("../../etc", "etc"),
        ("команда", "x-3ad45fff"),
    ],
)
def test_slug_of(name, slug):
    assert slug_of(name) == slug


@given(st.text())
def test_every_name_has_a_stable_slug(name):
    slug = slug_of(name)
    assert slug == slug_of(name)
    assert 1 <= len(slug) <= 50
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_names_that_only_look_different_are_one():
    assert name_key("Team  A") == name_key(" team a ") == name_key("TEAM\u00a0A")
    assert name_key("Team A") != name_key("Team B")


@pytest.mark.parametrize(
    "path",
    ["group/project", "g/sub/sub-2/p.x", "a_b/_c", "owner/.github", "1/2", "g/" + "p" * 253],
)
def test_repository_paths(path):
    assert is_repository_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "project",
        "/group/project",
        "group/project/",
        "group//project",
        "group/project.git",
        "group.git/project",
        "group/feed.atom",
        "group/project.",
        "group/-p",
        "group/..",
        "../project",
        "./project",
        "group/proj ect",
        "group/project\n",
        "https://gitlab.example.org/group/project",
        "grüppe/projekt",
        "g/" + "p" * 254,
    ],
)
def test_what_is_no_repository_path(path):
    assert not is_repository_path(path)
