import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import course as large
from courses.filters import Filters
from courses.models import Course, Environment, Event, Membership, User, WatchedTeam
from courses.services import add_course
from dashboard import queries, wording
from dashboard.rules import Concern
from dashboard.standing import AlertNow, BuildNow, PlaceNow, Standing
from health.models import EnvironmentState, Transition
from health.rules import day
from tests import factories
from tests.courses.test_views import text_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=12)


@pytest.fixture
def admin(client, db):
    user = User.objects.create_superuser("admin@example.org", "x")
    client.force_login(user)
    return user


def standing(concern, **known):
    return Standing(1, "Kestrel", "kestrel", 1, concern=concern, **known)


DOWN = PlaceNow(5, 3, "production", "down", EARLIER, None, "502 Bad Gateway")
UP = PlaceNow(5, 3, "production", "up", EARLIER, 84.0, "200 OK", "1a2b3c4d", EARLIER)
RED = BuildNow(6, 3, "failed", EARLIER, "test: 3 of 41 failed")
GREEN = BuildNow(6, 3, "success", EARLIER, "", 14, "1a2b3c4d", EARLIER)
ALERT = AlertNow(7, "Disk is full", EARLIER, None, "critical")


@pytest.mark.parametrize(
    ("one", "word", "sentence"),
    [
        (
            standing(Concern.DOWN, places=[DOWN]),
            ("down 12 min", "502 Bad Gateway"),
            "production has been down for 12 min: 502 Bad Gateway",
        ),
        (
            standing(Concern.RED, builds=[RED]),
            ("red 12 min", "test: 3 of 41 failed"),
            "The build has been red for 12 min: test: 3 of 41 failed",
        ),
        (
            standing(Concern.RED, builds=[RED._replace(since=None)]),
            ("red", "test: 3 of 41 failed"),
            "The build is red: test: 3 of 41 failed",
        ),
        (
            standing(Concern.ALERT, alerts=[ALERT]),
            ("alert 12 min", "Disk is full"),
            "An alert has been open for 12 min: Disk is full",
        ),
        (
            standing(Concern.ERRORS, server_errors=3, client_errors=1),
            ("4 errors", "3 × 5XX, 1 × 4XX in the last hour"),
            "It answers with errors: 3 × 5XX, 1 × 4XX in the last hour",
        ),
        (
            standing(Concern.WARNINGS),
            ("warning", "The last build passed with warnings"),
            "The last build passed with warnings",
        ),
        (
            standing(Concern.WARNINGS, places=[UP._replace(failed_at=EARLIER)]),
            ("warning", "The last deployment to production failed 12 min ago"),
            "The last deployment to production failed 12 min ago",
        ),
        (
            standing(Concern.UNKNOWN),
            ("unknown", "nothing is watched yet"),
            "Not known: nothing is watched yet",
        ),
        (standing(Concern.FINE, places=[UP], builds=[GREEN]), ("fine", ""), "Everything is fine"),
        (
            standing(Concern.FINE, places=[UP]),
            ("fine", ""),
            "What is watched is fine; no repository is read",
        ),
        (
            standing(Concern.FINE, builds=[GREEN]),
            ("fine", ""),
            "What is watched is fine; nothing is deployed",
        ),
    ],
)
def test_a_standing_is_said_in_a_word_and_in_a_sentence(one, word, sentence):
    assert wording.state_of(one, NOW) == word
    assert wording.headline(one, NOW) == sentence


def test_the_longest_outage_is_the_one_that_is_told():
    later = DOWN._replace(name="staging", since=NOW)
    assert standing(Concern.DOWN, places=[later, DOWN]).down[0].name == "production"


def test_with_two_environments_the_reason_names_its_own():
    one = standing(Concern.DOWN, places=[DOWN, UP._replace(name="staging")])
    assert wording.state_of(one, NOW)[1] == "production: 502 Bad Gateway"


def test_a_green_commit_that_is_not_deployed_is_told():
    assert standing(Concern.FINE, places=[UP], builds=[GREEN]).arrivals == [(UP, "")]
    newer = GREEN._replace(sha="99999999")
    assert standing(Concern.FINE, places=[UP], builds=[newer]).newer_than(UP) == "99999999"
    for other in (newer._replace(project_id=9), newer._replace(status="failed"), newer._replace(sha="")):
        assert standing(Concern.FINE, places=[UP], builds=[other]).newer_than(UP) == ""


def test_a_failed_deployment_is_a_warning(client, admin):
    large.make(2, now=timezone.now())
    place = Environment.objects.get(project__team__slug="team-1")
    deployed = timezone.now() - timedelta(minutes=30)
    factories.DeploymentFactory(environment=place, at=deployed, sha="a" * 40)
    assert "fine" in text_of(client.get("/?q=team+0001"))
    failed = factories.DeploymentFactory(
        environment=place, at=deployed + timedelta(minutes=20), sha="b" * 40, status="failed"
    )
    page = text_of(client.get("/?q=team+0001&view=table"))
    assert "last deployment failed" in page
    assert "aaaaaaaa" in page
    failed.delete()
    assert "last deployment failed" not in text_of(client.get("/?q=team+0001&view=table"))


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"places": [DOWN]}, "no valid answer"),
        ({"places": [UP]}, "none"),
        ({"places": [UP._replace(status="unknown")]}, "not known"),
        ({}, "not known"),
    ],
)
def test_without_counted_errors_what_that_means_is_told(known, words):
    assert wording.no_errors(standing(Concern.DOWN, **known)) == words


def change(place, minutes_ago, before, after):
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Transition.objects.create(environment=place, at=at, from_status=before, to_status=after)


def test_the_table_says_for_how_long_a_team_was_down_in_the_last_day(client, admin):
    team = large.make(4, now=timezone.now()).teams.get(slug="team-1")
    one = Environment.objects.get(project__team=team)
    other = factories.EnvironmentFactory(project=one.project, slug="staging")
    # Down from 90 to 50 minutes ago, the other from 70 to 30: 60 minutes in all.
    change(one, 90, "up", "down")
    change(one, 50, "down", "up")
    change(other, 70, "up", "down")
    change(other, 30, "down", "up")
    line, hour = "u" * 22 + "du", day.hour_of(timezone.now())
    EnvironmentState.objects.create(
        environment=other, status="up", since=timezone.now(), day=line, day_until=hour
    )
    page = client.get("/?view=table").content.decode()
    assert page.count('<svg class="day"') == 4
    assert "down 60 min in 24 h" in page
    assert "0 hours with failures of the 24 watched" in page


def test_a_team_that_is_down_all_day_is_said_to_be(client, admin):
    team = large.make(1, now=timezone.now()).teams.get()
    states = EnvironmentState.objects.filter(environment__project__team=team)
    states.update(since=timezone.now() - timedelta(days=3), day="d" * 24)
    assert "down 24 h in 24 h" in client.get("/?view=table").content.decode()


@pytest.mark.parametrize(
    ("line", "until", "hour", "expected"),
    [
        ("", 0, 500, "-" * 24),
        ("u" * 24, 100, 100, "u" * 24),
        ("u" * 24, 100, 103, "u" * 21 + "---"),
        ("u" * 24, 100, 900, "-" * 24),
        ("u" * 24, 100, 99, "u" * 24),  # a clock that went back loses nothing
    ],
)
def test_a_day_moves_on_by_the_hour(line, until, hour, expected):
    assert day.advanced(line, until, hour) == expected


def test_the_worst_of_an_hour_names_it():
    line = day.noted("", 0, NOW, "up")
    line = day.noted(line, day.hour_of(NOW), NOW + timedelta(minutes=5), "down")
    line = day.noted(line, day.hour_of(NOW), NOW + timedelta(minutes=9), "up")
    assert line == "-" * 23 + "d"
    assert day.noted(line, day.hour_of(NOW), NOW + timedelta(hours=1), "unknown") == "-" * 22 + "d-"


def test_of_two_environments_the_worse_is_drawn():
    assert day.joined("u" * 24, "u" * 23 + "d") == "u" * 23 + "d"
    assert day.joined("", "u" * 24) == "u" * 24


def test_grid_for_many_teams_table_for_few(client, admin):
    large.make(2, now=timezone.now())
    assert b"<table" in client.get("/").content
    assert b'class="tiles' in client.get("/?view=grid").content
    large.make(20, now=timezone.now())
    assert b'class="tiles' in client.get("/").content


def test_the_wall_shows_teams_and_nothing_else(client, admin):
    large.make(20, now=timezone.now())
    page = client.get("/?tv=1").content.decode()
    assert '<body class="wall"' in page
    assert page.index("Leave the wall") < page.index('id="teams"'), "so that it takes no line of its own"
    assert "Save this view" not in page


def test_a_wall_is_never_a_table(client, admin):
    large.make(2, now=timezone.now())
    page = client.get("/?tv=1").content.decode()
    assert 'class="tiles n12"' in page
    assert "<table" not in page
    assert "<table" in client.get("/?tv=1&view=table").content.decode()


def test_a_student_of_one_team_is_led_to_it(client, student, team):
    client.force_login(student)
    for address in ("/", "/?view=table", "/?state=down&tv=1", "/?format=csv"):
        assert client.get(address)["Location"] == team.get_absolute_url()
    factories.MembershipFactory(user=student, team=factories.TeamFactory())
    for address in ("/", "/?view=table", "/?format=csv"):
        assert client.get(address).status_code == 200


def test_an_overview_that_is_open_goes_on_when_only_one_team_is_left(client, student, team):
    client.force_login(student)
    page = client.get("/?view=grid", headers={"hx-request": "true", "hx-target": "teams"})
    assert page.text.lstrip().startswith('<div id="teams"')
    assert team.name in page.text


def current(answer):
    """Return what the navigation calls the page that is shown."""
    nav = answer.content.decode().partition('<nav aria-label="Main">')[2].partition("</nav>")[0]
    return re.findall(r'aria-current="page">([^<]+)<', nav)


def test_the_navigation_leads_a_student_to_their_team(client, student, team):
    project = factories.ProjectFactory(team=team)
    client.force_login(student)
    assert current(client.get(project.get_absolute_url())) == ["My team"], "at the first request, too"
    answer = client.get("/", follow=True)
    assert [answer.redirect_chain[-1][0], current(answer)] == [team.get_absolute_url(), ["My team"]]
    assert current(client.get(team.course.get_absolute_url())) == ["Courses"]
    elsewhere = client.get("/health/").text
    assert ">My team</a>" in elsewhere
    assert ">My team <kbd" in elsewhere, "in the palette"
    assert "<dd>My team</dd>" in elsewhere, "among the keys"
    assert "Overview" not in elsewhere
    factories.MembershipFactory(user=student, team=factories.TeamFactory())
    assert current(client.get("/")) == ["Overview"]
    assert current(client.get(team.get_absolute_url())) == ["Courses"]


def test_a_page_asks_once_what_its_reader_takes_part_in(client, student):
    client.force_login(student)
    with CaptureQueriesContext(connection) as ran:
        client.get("/health/")
    assert sum(one["sql"].startswith('SELECT "courses_membership"') for one in ran) == 1


@pytest.mark.parametrize("over", ["course", "team"])
def test_a_team_that_is_over_is_nobodys_own(client, student, team, over):
    type(team).objects.update(is_archived=over == "team")
    Course.objects.update(is_archived=over == "course")
    client.force_login(student)
    assert ">My team</a>" not in client.get("/health/").text


def test_who_is_more_than_a_student_has_no_own_team(client, student, tutor, lecturer, admin, team):
    factories.MembershipFactory(user=admin, team=team)
    factories.MembershipFactory(user=tutor, team=factories.TeamFactory())
    for user in (tutor, lecturer, admin):
        client.force_login(user)
        assert ">My team</a>" not in client.get("/health/").text


def test_who_tutors_begins_with_their_own_teams(client, tutor, team):
    factories.TeamFactory(course=team.course, name="Somebody else's")
    client.force_login(tutor)
    assert "Somebody else" not in text_of(client.get("/"))
    assert "Somebody else" in text_of(client.get("/?tutor="))


@pytest.mark.parametrize("view", ["grid", "table"])
def test_a_lecturers_overview_takes_few_queries(client, lecturer, team, view, django_assert_max_num_queries):
    Course.objects.update(is_set_up=False)
    project = factories.ProjectFactory(team=team)
    factories.AlertFactory(project=project, state="firing")
    client.force_login(lecturer)
    with django_assert_max_num_queries(15):
        client.get(f"/?view={view}")
    with django_assert_max_num_queries(15):
        client.get("/")


def test_teams_of_one_tutor(client, admin):
    course = large.make(4, now=timezone.now())
    mine, tutor = course.teams.get(slug="team-2"), factories.UserFactory()
    Membership.objects.create(user=tutor, course=course, team=mine, role="tutor")
    page = text_of(client.get(f"/?tutor={tutor.pk}&view=grid"))
    assert "Team 0002" in page
    assert "Team 0001" not in page
    assert client.get("/?tutor=99999999999999&watched=&page=x").status_code == 200


def test_a_watch_list_is_the_readers_own(client, admin):
    course = large.make(4, now=timezone.now())
    WatchedTeam.objects.create(user=admin, team=course.teams.get(slug="team-3"))
    assert "Team 0003" in text_of(client.get("/?watched=1&view=grid"))
    client.force_login(User.objects.create_superuser("other@example.org", "x"))
    assert "No team matches" in text_of(client.get("/?watched=1&view=grid"))


def test_an_alert_is_acknowledged_from_its_tile(client, admin):
    large.make(20, now=timezone.now())
    assert "with new alerts" in text_of(client.get("/"))
    asked, courses = Filters(state="untaken"), queries.courses_of(admin)
    teams = queries.teams_asked(admin, asked, courses)
    (first, *_rest) = queries.overview(teams, asked, courses, now=timezone.now()).standings
    address = f"/alerts/{first.untaken.pk}/acknowledge/"
    page = client.get("/").content.decode()
    assert f'form="act" formaction="{address}"' in page
    answer = client.post(address, {"next": "/?state=down"})
    assert answer["Location"] == "/?state=down#take-back"
    assert address not in client.get("/").content.decode()


def test_a_reader_who_may_not_acknowledge_is_not_asked_to(client, student, team):
    project = factories.ProjectFactory(team=team)
    factories.AlertFactory(project=project, state="firing")
    client.force_login(student)
    assert b"/acknowledge/" not in client.get("/?view=grid").content


def test_a_tutor_is_offered_what_they_may_acknowledge_and_no_more(client, tutor, team):
    other = factories.TeamFactory(course=team.course)
    mine, theirs = (
        factories.AlertFactory(project=factories.ProjectFactory(team=one), state="firing")
        for one in (team, other)
    )
    client.force_login(tutor)
    for view in ("grid", "table"):
        page = client.get(f"/?tutor=&view={view}").content.decode()
        assert f'formaction="/alerts/{mine.pk}/acknowledge/"' in page
        assert f'formaction="/alerts/{theirs.pk}/acknowledge/"' not in page


def test_a_row_offers_what_a_key_presses(client, admin):
    large.make(2, now=timezone.now())
    page = client.get("/?view=table").content.decode()
    assert page.count('data-key="a"') == 1
    assert page.count('data-key="w"') == 2
    assert '<a id="team-' in page


def test_a_team_is_watched_and_let_go_from_its_row(client, admin):
    team = large.make(2, now=timezone.now()).teams.get(slug="team-1")
    address = f"{team.get_absolute_url()}watch/"
    page = client.get("/?view=table").content.decode()
    assert f'formaction="{address}" name="is_watched" value="1"' in page
    answer = client.post(address, {"is_watched": "1", "next": "/?view=table"})
    assert answer["Location"] == "/?view=table"
    page = client.get("/?view=table").content.decode()
    assert f'formaction="{address}" name="is_watched" value="0"' in page
    client.force_login(User.objects.create_superuser("other@example.org", "x"))
    assert (
        f'formaction="{address}" name="is_watched" value="1"' in client.get("/?view=table").content.decode()
    )


def test_a_new_site_is_led_to_its_first_chart(client, admin):
    Course.objects.create(name="Course operations", slug="operations", is_set_up=True)
    page = text_of(client.get("/"))
    assert "From an empty site to the first chart: 0 of 6 done" in page
    assert [f'badge">{n}</span>' in page for n in range(1, 7)] == [True] * 6
    course = Course.objects.create(name="SE", slug="se")
    page = text_of(client.get("/"))
    assert "Set up SE: 1 of 6 done" in page
    assert 'badge">1</span>' not in page  # done: it wears the check
    assert 'badge">2</span>' in page
    factories.TeamFactory(course=course)
    assert "Set up SE: 2 of 6 done" in text_of(client.get("/"))


def test_the_list_of_steps_can_be_put_away_and_found_again(client, lecturer, team):
    client.force_login(lecturer)
    slug = team.course.slug
    Course.objects.update(is_set_up=False)
    assert "Set up" in text_of(client.get("/"))
    client.post(f"/courses/{slug}/setup/finish/")
    assert "Set up" not in text_of(client.get("/"))
    assert "Import the roster" in text_of(client.get(f"/courses/{slug}/setup/"))


def steps_of(course, *, is_mail_filed=False):
    rows = queries.with_steps(Course.objects.filter(pk=course.pk), is_mail_filed=is_mail_filed)
    return queries.setup_of(rows.get())


def test_a_channel_counts_as_set_up_when_a_message_arrived(team):
    delivery = factories.DeliveryFactory(channel__course=team.course, state="pending")
    assert not steps_of(team.course).steps["channel"]
    delivery.state = "sent"
    delivery.save()
    assert steps_of(team.course).steps["channel"]


def test_a_mail_in_a_file_has_told_nobody(client, lecturer, team, settings):
    channel = factories.ChannelFactory(course=team.course, kind="email")
    assert not steps_of(team.course, is_mail_filed=True).is_filed
    factories.DeliveryFactory(channel=channel, state="sent")
    found = steps_of(team.course, is_mail_filed=True)
    assert (found.steps["channel"], found.is_filed) == (False, True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    client.force_login(lecturer)
    page = text_of(client.get(f"/courses/{team.course.slug}/setup/"))
    assert "The mail was only written to a file on the server" in page
    factories.DeliveryFactory(
        channel=factories.ChannelFactory(course=team.course, kind="apprise"), state="sent"
    )
    found = steps_of(team.course, is_mail_filed=True)
    assert (found.steps["channel"], found.is_filed) == (True, False)


def test_staff_are_brought_in_once_somebody_else_has_signed_in(client, admin):
    client.force_login(admin)
    course = add_course("SE", time_zone="UTC", lecturer=admin.email, actor=admin, now=timezone.now())
    assert not steps_of(course).steps["staff"]
    tutor = factories.MembershipFactory(course=course, team=None, role="tutor").user
    assert not steps_of(course).steps["staff"]
    client.force_login(tutor)
    assert steps_of(course).steps["staff"]


def test_the_site_itself_is_no_team_of_the_overview_unless_it_is_asked_for(client, admin):
    own = Course.objects.create(name="Course operations", slug="operations", is_set_up=True)
    factories.TeamFactory(course=own, name="Operators")
    page = client.get("/")
    assert "From an empty site to the first chart" in text_of(page)
    assert "See this site’s own check" in text_of(page)
    assert "Operators" not in text_of(page)
    assert "Operators" in text_of(client.get("/?course=operations"))


def test_students_are_shown_no_steps(client, student, team):
    Course.objects.update(is_set_up=False)
    client.force_login(student)
    assert "Set up" not in text_of(client.get("/"))
    assert client.get(f"/courses/{team.course.slug}/setup/").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("lecturer", 200), ("tutor", 200), ("student", 404)])
def test_the_design_system_is_for_staff(client, request, who, status):
    client.force_login(request.getfixturevalue(who))
    assert client.get("/design/").status_code == status


def test_the_timeline_of_a_team_is_narrowed_by_the_address(client, lecturer, team):
    project = factories.ProjectFactory(team=team)
    places = [factories.EnvironmentFactory(project=project, slug=name, name=name) for name in ("one", "two")]
    for place in places:
        Event.objects.create(
            course=team.course,
            team=team,
            project=project,
            environment=place,
            at=NOW,
            kind=Event.Kind.INCIDENT,
            title=f"{place.name} is down",
        )
    client.force_login(lecturer)
    url = team.get_absolute_url()
    assert "one is down" in text_of(client.get(url))
    page = text_of(client.get(f"{url}?environment={places[1].pk}"))
    assert "two is down" in page
    assert "one is down" not in page
    assert "Show everything" in text_of(client.get(f"{url}?kind=note"))
    assert client.get(f"{url}?environment=x&project=-1&page=0&kind=%00").status_code == 200


def test_older_entries_are_on_the_next_page(client, lecturer, team):
    for n in range(31):
        at = NOW - timedelta(minutes=n)
        Event.objects.create(course=team.course, team=team, at=at, kind=Event.Kind.NOTE, title=f"Note {n}.")
    client.force_login(lecturer)
    url = team.get_absolute_url()
    first, second = text_of(client.get(url)), text_of(client.get(f"{url}?page=2"))
    assert "Note 0." in first
    assert "Note 30." not in first
    assert "Older" in first
    assert "Note 30." in second
    assert "Newer" in second


def test_the_overview_leaves_as_a_file_with_its_filters(client, admin):
    large.make(20, now=timezone.now())
    answer = client.get("/?format=csv&state=down")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Team,State,Deployment")
    assert lines[1].startswith("Team 0000,down,production: down,failed,0,0,1,1")
    assert len(lines) == 4
