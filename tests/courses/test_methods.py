"""Where only a button leads: what a browser meets there, and where it goes after signing in."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def press(client, team):
    """Return the page that the sign-in leads to for who presses a button signed out."""

    def post(**headers):
        address = reverse("courses:team_note", args=[team.course.slug, team.slug])
        answer = client.post(address, headers=headers)
        assert answer.status_code == 302
        page = urlsplit(answer["Location"])
        assert page.path == reverse("account_login")
        return parse_qs(page.query)["next"]

    return post


def test_who_signs_in_after_a_button_comes_back_to_its_page(press, team):
    page = team.get_absolute_url()
    assert press(referer=f"http://testserver{page}?kind=note#note") == [f"{page}?kind=note"]


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "http://elsewhere.example.org/courses/",
        "http://testserver//elsewhere.example.org/",
        "http://testserver/no/such/page",
        "javascript:alert(1)",
        "http://testserver.example.org/",
        "http://[",
    ],
)
def test_any_other_way_leads_to_the_first_page(press, referer):
    assert press(referer=referer) == ["/"]


def test_a_page_is_come_back_to_as_ever(client, team):
    answer = client.get(team.get_absolute_url(), {"kind": "note"})
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [f"{team.get_absolute_url()}?kind=note"]


def test_a_person_reads_why_a_machine_reads_nothing(client, tutor, team):
    client.force_login(tutor)
    address = reverse("courses:team_note", args=[team.course.slug, team.slug])
    page = client.get(address, headers={"Accept": "text/html"})
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert b"<h1" in page.content
    assert client.get(address, headers={"Accept": "application/json"}).content == b""
