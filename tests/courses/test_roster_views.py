"""The two steps of a roster import in the browser's eyes."""

import html
import re

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from courses.models import Event, Job, Team, User
from courses.services import jobs
from courses.views.roster import EXAMPLE, SHOWN
from tests import factories


@pytest.fixture
def url(team):
    return reverse("courses:roster_import", args=[team.course.slug])


@pytest.fixture
def browser(client, lecturer):
    client.force_login(lecturer)
    return client


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()  # live parts of the test before


def work():
    """Be the worker."""
    return jobs.run_due_jobs(now=timezone.now())


def draft_in(answer):
    return re.search(r'name="draft" value="([^"]+)"', answer.content.decode())[1]


def test_page_explains_the_format(browser, url):
    text = browser.get(url).content.decode()
    assert "Download an example" in text
    assert "repository" in text


def test_example_can_be_downloaded_and_imported(browser, url, team):
    answer = browser.get(reverse("courses:roster_example", args=[team.course.slug]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content.decode() == EXAMPLE
    assert "draft" in browser.post(url, {"text": EXAMPLE}).content.decode()


def test_preview_writes_nothing_and_confirming_writes_all(browser, url, team, lecturer):
    upload = SimpleUploadedFile("roster.csv", EXAMPLE.encode("utf-8-sig"))
    answer = browser.post(url, {"file": upload})
    text = answer.content.decode()
    assert "Nothing is written yet" in text
    assert "ada@example.org" in text
    assert not User.objects.filter(email="ada@example.org").exists()
    answer = browser.post(url, {"draft": draft_in(answer)}, follow=True)
    assert "Roster import" in answer.content.decode()
    assert not User.objects.filter(email="ada@example.org").exists(), "a worker does it"
    work()
    cache.clear()
    answer = browser.get(answer.redirect_chain[-1][0])
    outcome = Job.objects.get().outcome
    assert "4 people, 5 roles, 2 projects, 1 environment new." in outcome
    assert outcome in answer.content.decode()
    assert User.objects.filter(email="ada@example.org").exists()
    assert Event.objects.get().actor == lecturer


def test_confirming_twice_changes_nothing_more(browser, url):
    draft = draft_in(browser.post(url, {"text": EXAMPLE}))
    browser.post(url, {"draft": draft})
    answer = browser.post(url, {"draft": draft}, follow=True)
    assert "This import is running already." in answer.content.decode()
    assert Job.objects.count() == 1
    work()
    teams = Team.objects.count()
    assert "Nothing had to be changed" in browser.post(url, {"draft": draft}, follow=True).content.decode()
    assert Team.objects.count() == teams
    assert "Nothing to change" in browser.post(url, {"text": EXAMPLE}).content.decode()


def test_every_bad_line_is_named(browser, url):
    text = "team,email\nA,nobody\n<script>,x\n" + "".join(f"B,y{n}\n" for n in range(SHOWN))
    answer = browser.post(url, {"text": text}).content.decode()
    assert f"{SHOWN + 2} problems" in answer
    assert f"The first {SHOWN} are shown" in answer
    assert "<code>nobody</code>" in answer
    assert "<script>," not in answer
    assert 'name="draft"' not in answer


def test_a_bad_line_is_mended_where_it_is_told(browser, url):
    text = '\nteam,email\n"A & </textarea>",nobody\n'
    page = browser.post(url, {"text": text}).content.decode()
    kept = html.unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)[1])
    assert kept == text
    page = browser.post(url, {"text": kept.replace("nobody", "somebody@example.org")}).content.decode()
    assert "Nothing is written yet" in page
    assert "somebody@example.org" in re.search(r"<details id=\"mend\">.*?</details>", page, re.DOTALL)[0]
    for refused in ({"text": "team\0"}, {"text": text, "file": SimpleUploadedFile("r.csv", b"team")}):
        assert (
            "team"
            in re.search(
                r"<textarea[^>]*>(.*?)</textarea>", browser.post(url, refused).content.decode(), re.DOTALL
            )[1]
        )


def test_long_previews_are_cut(browser, url):
    text = "team,email\n" + "".join(f"T{n},\n" for n in range(SHOWN + 1))
    assert f"The first {SHOWN} are shown" in browser.post(url, {"text": text}).content.decode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The submitted file is empty."),
        ("team,email\nA,ä".encode("latin-1"), "Line 2: The file is not in UTF-8."),
        ("team".encode("utf-16"), "UTF-16"),
        (b"team,email\n\0", "NUL byte"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_text_is_explained(browser, url, data, message):
    answer = browser.post(url, {"file": SimpleUploadedFile("r.csv", data)})
    assert message in answer.content.decode()


def test_file_or_text_but_one(browser, url):
    both = {"file": SimpleUploadedFile("r.csv", b"team,email\nA,\n"), "text": EXAMPLE}
    for values in ({"text": ""}, {"text": "  "}, both):
        assert b"one of the two" in browser.post(url, values).content
    assert b"Null characters" in browser.post(url, {"text": "team,email\n\0"}).content
    assert b"larger than 1 MB" in browser.post(url, {"text": "x" * 1_000_001}).content


def test_only_the_reader_of_the_preview_confirms_it(browser, url, team, lecturer):
    draft = draft_in(browser.post(url, {"text": EXAMPLE}))
    elsewhere = factories.MembershipFactory(
        team=None, course=factories.CourseFactory(), role="lecturer", user=lecturer
    )
    other = reverse("courses:roster_import", args=[elsewhere.course.slug])
    colleague = factories.MembershipFactory(team=None, course=team.course, role="lecturer").user
    for bad in (draft[:-2], "", "a:b:c"):
        assert b"no longer valid" in browser.post(url, {"draft": bad}, follow=True).content
    assert b"no longer valid" in browser.post(other, {"draft": draft}, follow=True).content
    browser.force_login(colleague)
    assert b"no longer valid" in browser.post(url, {"draft": draft}, follow=True).content
    assert not Event.objects.exists()


def test_what_changed_since_the_preview_is_checked_again(browser, url, team):
    draft = draft_in(browser.post(url, {"text": "team,email,role\nA,late@example.org,student\n"}))
    factories.MembershipFactory(
        team=None, course=team.course, role="lecturer", user__email="late@example.org"
    )
    answer = browser.post(url, {"draft": draft}).content.decode()
    assert "Nothing was imported" in answer
    assert "lecturer of the course already" in answer


def test_a_roster_of_a_megabyte_survives_both_steps(browser, url):
    text = "team,email,name\n" + "".join(f"T{n % 9},p{n}@example.org,{'ü' * 85}\n" for n in range(4990))
    assert 900_000 < len(text.encode()) < 1_000_000
    answer = browser.post(url, {"text": text})
    assert "problem" not in answer.content.decode()
    assert browser.post(url, {"draft": draft_in(answer)}).status_code == 302
    assert jobs.read_input(Job.objects.get()).decode() == text


def test_too_many_open_jobs_are_explained(browser, url, team):
    factories.CourseJobFactory.create_batch(5, course=team.course)
    answer = browser.post(url, {"draft": draft_in(browser.post(url, {"text": EXAMPLE}))}, follow=True)
    assert "The course has 5 unfinished jobs. Wait until" in answer.content.decode()
    assert Job.objects.count() == 5


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.7/",
        "http://[fd00::1]/",
        "http://localhost:3000",
        "http://app.localhost/",
        "http://a.org:99999",
    ],
)
def test_the_preview_warns_of_addresses_that_will_not_be_checked(browser, url, address):
    answer = browser.post(url, {"text": f"team,email,url\nA,,{address}\nB,,https://b.example.org\n"})
    text = answer.content.decode()
    assert "will not be checked" in text
    assert f"<code>{address}</code>" in text
    assert "<code>https://b.example.org</code>" not in text
    assert draft_in(answer), "it is a warning"


def test_public_addresses_need_no_warning(browser, url):
    assert "will not be checked" not in browser.post(url, {"text": EXAMPLE}).content.decode()


def test_the_preview_says_how_many_teams_are_there_already(browser, url, team):
    answer = browser.post(url, {"text": f"team,email\n{team.name},new@example.org\n"}).content.decode()
    assert "1 person, 1 role" in answer
    assert "1 team is there already." in answer
