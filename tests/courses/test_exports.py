"""Lists as files: the rows of the page, harmless in a spreadsheet, of any length."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils import translation
from django.utils.timezone import now as current_time

from courses import exports, services
from courses.exports import csv_response
from courses.models import Event, Team
from health.models import CheckResult
from tests import factories

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def lines(response):
    """Return the rows of a file, heading first."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def exported(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Cache-Control"] == "private, no-store"
    return lines(response)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (-4.5, "-4.5"),
        (7, "7"),
        ("a\0b", "ab"),
        ("Zoë = 1", "Zoë = 1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        (Team(name="@Kestrel"), "'@Kestrel"),
        (datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=3))), "2026-03-01 09:00:00"),
    ],
)
def test_what_stands_in_a_list_for_a_value(value, written):
    assert lines(csv_response("x", [("Value", lambda row: row)], [value]))[1] == [written]


def test_a_file_begins_with_the_mark_that_excel_needs():
    response = csv_response("x", [("Name", str)], ["Юлия"])
    assert b"".join(response.streaming_content) == "\ufeffName\r\nЮлия\r\n".encode()


@pytest.mark.parametrize("name", ["a/../b", 'x"; rm', "a\r\nSet-Cookie: b", "…"])
def test_the_name_of_the_file_is_harmless(name):
    header = csv_response(name, [("Name", str)], [])["Content-Disposition"]
    assert header.isascii()
    assert set(header.removeprefix('attachment; filename="').removesuffix('.csv"')) <= set(
        "abcdefghijklmnopqrstuvwxyz0123456789-"
    )


def test_rows_are_read_while_the_file_is_sent():
    read = []

    def rows():
        for number in range(exports.ROWS_AT_ONCE * 3):
            read.append(number)
            yield number

    chunks = iter(csv_response("x", [("Number", lambda row: row)], rows()).streaming_content)
    next(chunks)
    assert not read
    next(chunks)
    assert len(read) == exports.ROWS_AT_ONCE
    assert len(b"".join(chunks).splitlines()) == exports.ROWS_AT_ONCE * 2


def test_cells_keep_commas_quotes_and_line_breaks():
    value = 'a, "b"\nc'
    assert lines(csv_response("x", [("Name", str)], [value])) == [["Name"], [value]]


@pytest.mark.django_db
def test_a_query_is_read_in_batches(monkeypatch, django_assert_num_queries):
    course = factories.CourseFactory()
    for _ in range(5):
        factories.TeamFactory(course=course)
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    with django_assert_num_queries(1):
        assert len(lines(csv_response("x", [("Name", lambda team: team.name)], Team.objects.all()))) == 6


@pytest.fixture
def place(db):
    """A project with one row for each list."""
    team = factories.TeamFactory(name="=Team", course=factories.CourseFactory(slug="sw"), slug="one")
    project = factories.ProjectFactory(team=team, name="Shop", slug="shop")
    return factories.EnvironmentFactory(project=project, name="production", url="https://shop.example.org")


@pytest.fixture
def reader(client, place):
    person = factories.UserFactory(name="Ada", email="ada@example.org")
    factories.MembershipFactory(user=person, course=place.project.team.course, team=None, role="lecturer")
    client.force_login(person)
    return client


def test_people_are_exported_as_they_are_searched(reader, place):
    team = place.project.team
    pupil = factories.UserFactory(name="Юлия", email="j@example.org")
    factories.MembershipFactory(user=pupil, team=team, course=team.course, role="student")
    rows = exported(reader, "/courses/sw/people/?format=csv")
    assert rows[0] == ["Name", "E-mail address", "Roles", "Teams"]
    assert ["Юлия", "j@example.org", "student", "'=Team"] in rows
    assert len(rows) == 3
    assert len(exported(reader, "/courses/sw/people/?format=csv&q=ada")) == 2


def test_teams_are_exported_as_they_are_searched(reader, place):
    factories.TeamFactory(course=place.project.team.course, name="Other", slug="other")
    factories.TagFactory(course=place.project.team.course, name="heroku").teams.add(place.project.team)
    rows = exported(reader, "/courses/sw/?format=csv")
    assert rows[0][-1] == "Tags"
    assert rows[1:] == [["'=Team", "one", "0", "1", "no", "heroku"], ["Other", "other", "0", "0", "no", ""]]
    assert len(exported(reader, "/courses/sw/?format=csv&q=oth")) == 2
    assert [row[1] for row in exported(reader, "/courses/sw/?format=csv&q=hero")[1:]] == ["one"]


@pytest.mark.parametrize(
    "path", ["/courses/sw/", "/courses/sw/teams/one/", "/courses/sw/teams/one/projects/shop/"]
)
def test_the_timeline_is_exported_as_it_is_filtered(reader, place, path):
    team = place.project.team
    for kind in (Event.Kind.NOTE, Event.Kind.DEPLOYMENT):
        factories.EventFactory(
            course=team.course, team=team, project=place.project, kind=kind, at=AT, title=f"-{kind}"
        )
    rows = exported(reader, f"{path}?format=csv&part=timeline")
    assert rows[0][0] == "At (UTC)"
    assert len(rows) == 3
    (row,) = exported(reader, f"{path}?format=csv&part=timeline&kind=note")[1:]
    assert row[:4] == ["2026-03-01 12:00:00", "note", "neutral", "'-note"]
    assert row[5:7] == ["'=Team", "Shop"]


def test_environments_are_exported_as_they_are_filtered(reader, place):
    rows = exported(reader, "/health/?format=csv")
    assert rows[1][:5] == ["'=Team", "Shop", "production", "https://shop.example.org", "unknown"]
    assert len(exported(reader, "/health/?format=csv&state=down")) == 1
    factories.EnvironmentStateFactory(
        environment=place, status="down", fresh_until=current_time() + timedelta(hours=1), detail="@x"
    )
    (row,) = exported(reader, "/health/?format=csv&state=down")[1:]
    assert (row[4], row[-1]) == ("down", "'@x")


def test_hosts_are_exported_to_staff(reader, client, place, student):
    factories.HostFactory(name="web-1", course=place.project.team.course)
    (row,) = exported(reader, "/health/hosts/?format=csv")[1:]
    assert row[:4] == ["web-1", str(place.project.team.course), "unknown", ""]
    client.force_login(student)
    assert client.get("/health/hosts/?format=csv").status_code == 404


def test_the_board_is_exported_as_it_is_filtered(reader, place):
    factories.RepositoryFactory(project=place.project, path="group/shop")
    rows = exported(reader, "/pipelines/?format=csv")
    assert rows[1][:3] == ["'=Team", "Shop", "group/shop"]
    assert len(exported(reader, "/pipelines/?format=csv&state=success")) == 1


def test_the_pipelines_of_a_repository_are_exported(reader, place):
    repository = factories.RepositoryFactory(project=place.project, path="group/shop")
    factories.PipelineFactory(repository=repository, ref="+main", sha="abc", status="failed")
    path = f"{repository.get_absolute_url()}?format=csv"
    (row,) = exported(reader, path)[1:]
    assert (row[1], row[2], row[4]) == ("'+main", "abc", "failed")
    assert "group-shop-pipelines.csv" in reader.get(path)["Content-Disposition"]


def test_experiments_are_exported_as_they_are_filtered(reader, place):
    factories.ExperimentFactory(project=place.project, name="=Button", state="draft")
    (row,) = exported(reader, "/experiments/?format=csv&q=button")[1:]
    assert (row[0], row[4]) == ("'=Button", "draft")
    assert len(exported(reader, "/experiments/?format=csv&state=running")) == 1


def test_alerts_are_exported_as_they_are_filtered(reader, place):
    factories.AlertFactory(project=place.project, title="@down", state="firing")
    (row,) = exported(reader, "/alerts/?format=csv")[1:]
    assert row[:2] == ["'@down", "firing"]
    assert len(exported(reader, "/alerts/?format=csv&state=resolved")) == 1


def test_messages_are_exported_to_staff(reader, client, place, student):
    channel = factories.ChannelFactory(course=place.project.team.course, name="Chat")
    alert = factories.AlertFactory(project=place.project)
    factories.DeliveryFactory(channel=channel, alert=alert, last_error="=x")
    (row,) = exported(reader, "/alerts/deliveries/?format=csv")[1:]
    assert (row[1], row[-1]) == ("Chat", "'=x")
    client.force_login(student)
    assert client.get("/alerts/deliveries/?format=csv").status_code == 404


def test_courses_are_exported_with_the_role_in_each(reader, place):
    factories.CourseFactory(name="Hidden")
    (row,) = exported(reader, "/courses/?format=csv")[1:]
    assert row[1:4] == ["sw", "1", "lecturer"]


def test_jobs_are_exported(reader, place):
    factories.CourseJobFactory(course=place.project.team.course, kind="x.y", state="failed", error="=boom")
    (row,) = exported(reader, "/courses/sw/jobs/?format=csv")[1:]
    assert (row[1], row[2], row[-1]) == ("x.y", "failed", "'=boom")


@pytest.mark.parametrize("at", ["/courses/sw/keys/", "/courses/sw/teams/one/projects/shop/keys/"])
def test_keys_are_exported_by_what_they_begin_with(reader, place, at):
    row, _key = services.create_api_key(
        place.project.team.course,
        project=place.project,
        name="@ci",
        scopes=["ingest"],
        expires_at=AT,
        created_by=None,
        now=AT,
    )
    ((name, begins, state, may, *rest),) = exported(reader, f"{at}?format=csv")[1:]
    assert (name, begins, state, may) == ("'@ci", f"co_{row.prefix}_", "expired", "ingest")
    assert row.digest not in str(rest)


def test_saved_views_are_exported(reader, place):
    reader.post("/settings/views/save/", {"name": "Red", "address": "/pipelines/?state=failed"})
    assert exported(reader, "/settings/views/?format=csv")[1:] == [["Red", "/pipelines/?state=failed"]]


def test_results_of_checks_are_exported(reader, place):
    CheckResult.objects.create(environment=place, at=AT, status="down", detail="=x", latency_ms=4.5)
    (row,) = exported(reader, f"/health/environments/{place.pk}/?format=csv")[1:]
    assert row == ["2026-03-01 12:00:00", "down", "", "4.5", "", "'=x"]


def test_servers_are_exported_without_their_tokens(reader, place):
    factories.CIServerFactory(course=place.project.team.course, name="Lab", token="glpat-secret")
    (row,) = exported(reader, "/pipelines/servers/?format=csv")[1:]
    assert (row[0], row[8]) == ("Lab", "yes")
    assert "glpat" not in str(row)


def test_the_jobs_of_a_pipeline_are_exported(reader, place):
    pipeline = factories.PipelineFactory(repository__project=place.project)
    factories.JobFactory(pipeline=pipeline, name="=unit", status="failed")
    (row,) = exported(reader, f"{pipeline.get_absolute_url()}?format=csv")[1:]
    assert (row[1], row[3]) == ("'=unit", "failed")


def test_rules_are_exported(reader, place):
    factories.RuleFactory(course=place.project.team.course, name="Down twice", bad_in_a_row=2)
    factories.RuleFactory(course=factories.CourseFactory(), name="Hidden")
    names = [row[0] for row in exported(reader, "/alerts/rules/?format=csv")[1:]]
    assert "Down twice" in names
    assert "Hidden" not in names


def test_channels_are_exported_without_their_addresses(reader, place):
    factories.ChannelFactory(course=place.project.team.course, name="Staff", target="a@example.org")
    (row,) = exported(reader, "/alerts/channels/?format=csv")[1:]
    assert row[:3] == ["Staff", str(place.project.team.course), "1 mail address"]


def test_a_file_speaks_the_language_of_its_page():
    with translation.override("de"):
        response = csv_response("x", [("Language", lambda _row: translation.get_language())], [1])
    assert lines(response)[1] == ["de"]


@pytest.mark.parametrize(
    "path",
    [
        "/courses/sw/people/",
        "/courses/sw/",
        "/courses/sw/teams/one/",
        "/courses/sw/teams/one/projects/shop/",
        "/courses/sw/jobs/",
        "/courses/sw/keys/",
        "/pipelines/servers/",
        "/alerts/channels/",
    ],
)
def test_files_have_the_doors_of_their_pages(client, place, student, path):
    assert client.get(f"{path}?format=csv").status_code == 302
    client.force_login(student)
    assert client.get(f"{path}?format=csv").status_code == 404


@pytest.mark.parametrize(
    "path", ["/courses/sw/people/", "/courses/sw/", "/courses/sw/teams/one/", "/health/"]
)
def test_pages_offer_their_file_with_the_filters_in_it(reader, path):
    page = reader.get(f"{path}?q=a&page=1").content.decode()
    assert "Export as CSV" in page
    assert "format=csv" in page
    assert "page=1&amp;format" not in page
