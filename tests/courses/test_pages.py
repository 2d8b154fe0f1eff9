"""What the pages of the catalogue offer lecturers and administrators: courses, archives, links, labels."""

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from courses.models import Course, Event, Membership, User
from courses.templatetags.ui import label
from tests import factories
from tests.courses.test_views import at, page, send, text_of

ADD = "/courses/add/"
FILED = "django.core.mail.backends.filebased.EmailBackend"


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


# Courses and teams ------------------------------------------------------------------------------


def test_an_administrator_adds_a_course_with_its_first_lecturer(admin_user):
    assert 'value="UTC" selected' in text_of(page(admin_user, ADD))
    values = {"name": "Web Lab 2027", "time_zone": "Europe/Berlin", "lecturer": "New@Example.org"}
    answer = send(admin_user, ADD, **values)
    course = Course.objects.get()
    assert (course.slug, course.time_zone, answer.url) == (
        "web-lab-2027",
        "Europe/Berlin",
        "/courses/web-lab-2027/setup/",
    )
    member = Membership.objects.get()
    assert (member.user.email, member.role, member.team) == ("new@example.org", "lecturer", None)
    assert Event.objects.filter(title="Course “Web Lab 2027” added", actor=admin_user).exists()
    assert "Import the roster" in text_of(page(admin_user, answer.url))


def test_a_course_needs_no_lecturer(admin_user):
    send(admin_user, ADD, name="Lab", time_zone="UTC", lecturer="")
    assert Course.objects.get().name == "Lab"
    assert not Membership.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "Add"}, "is taken"),
        ({"name": "Course one"}, "is taken"),
        ({"name": ""}, "This field is required"),
        ({"time_zone": "Mars/Base"}, "Select a valid choice"),
        ({"lecturer": "a@exämple.org"}, "plain Latin"),
    ],
)
def test_a_course_that_cannot_be_is_refused(admin_user, values, words):
    factories.CourseFactory(slug="course-one")
    answer = send(admin_user, ADD, **{"name": "Lab", "time_zone": "UTC", "lecturer": "", **values})
    assert words in text_of(answer)
    assert Course.objects.count() == 1


def test_a_lecturer_adds_no_course(lecturer):
    assert page(lecturer, ADD).status_code == 404
    assert send(lecturer, ADD, name="Lab", time_zone="UTC").status_code == 404
    assert Course.objects.count() == 1


def test_a_lecturer_archives_a_team_after_a_question(team, lecturer):
    url = at("team_archive", team)
    assert url in text_of(page(lecturer, team.get_absolute_url()))
    assert "Nothing is deleted" in text_of(page(lecturer, url))
    assert send(lecturer, url).url == team.get_absolute_url()
    team.refresh_from_db()
    assert team.is_archived
    assert Event.objects.get().detail == "is_archived: False → True"
    assert page(lecturer, url).status_code == 404


def test_a_tutor_archives_nothing_by_the_button(team, tutor):
    assert "Archive" not in text_of(page(tutor, team.get_absolute_url()))
    assert send(tutor, at("team_archive", team)).status_code == 404


def test_what_is_done_often_stands_before_what_ends_a_team(team, lecturer):
    answer = text_of(page(lecturer, team.get_absolute_url()))
    links = [answer.index(f'"{at(name, team)}"') for name in ("team_edit", "project_add", "team_archive")]
    assert links == sorted(links)


def test_a_saved_place_says_so(team, lecturer):
    project = factories.ProjectFactory(team=team)
    for name, place, values in [
        ("course_edit", team.course, {"name": "C", "time_zone": "UTC"}),
        ("team_add", team.course, {"name": "T"}),
        ("team_edit", team, {"name": "T"}),
        ("project_add", team, {"name": "P"}),
        ("project_edit", project, {"name": "P"}),
        ("environment_add", project, {"name": "production"}),
    ]:
        [words] = told(send(lecturer, at(name, place), **values))
        assert words.endswith((" is saved.", " is added."))


def test_a_project_named_as_its_team_is_told_apart(team, lecturer):
    project = factories.ProjectFactory(team=team, name=team.name)
    assert f"<h1>Project {team.name}</h1>" in text_of(page(lecturer, project.get_absolute_url()))
    assert f">Project {team.name}</a>" in text_of(page(lecturer, at("project_edit", project)))


def test_the_course_page_names_tutors_once(team, lecturer, tutor):
    factories.MembershipFactory(user=tutor, team__course=team.course, role="tutor")
    answer = text_of(page(lecturer, team.course.get_absolute_url()))
    assert answer.count(f"<b>{tutor}</b>") == 1
    assert f"<b>{lecturer}</b>" in answer


def test_the_timeline_offers_every_kind_and_marks_the_chosen_one(team, student):
    answer = text_of(page(student, f"{team.get_absolute_url()}?kind=alert"))
    for kind in Event.Kind.values:
        assert f"?kind={kind}" in answer
    assert '?kind=alert" aria-current="true"' in answer


def tabs_in(answer):
    nav = text_of(answer).partition('<nav class="tabs"')[2].partition("</nav>")[0]
    return re.findall(r">([^<>]+)</a>", nav)


def test_a_course_has_one_navigation_with_what_the_reader_may_open(team, lecturer, tutor, student):
    everything = ["Teams", "People", "API keys", "Jobs", "Set-up", "Settings"]
    for name in ("course_detail", "member_list", "key_list", "job_list", "course_edit"):
        assert tabs_in(page(lecturer, at(name, team.course))) == everything
    assert tabs_in(page(lecturer, f"{team.course.get_absolute_url()}setup/")) == everything
    assert tabs_in(page(tutor, team.course.get_absolute_url())) == ["Teams", "People", "Jobs"]
    assert tabs_in(page(student, team.course.get_absolute_url())) == []


def test_a_course_leads_to_how_its_teams_stand(team, tutor, student):
    url = team.course.get_absolute_url()
    overview = f'href="/?course={team.course.slug}"'
    assert overview in text_of(page(tutor, f"{url}?kind=alert&q=x"))
    assert overview not in text_of(page(student, url))  # their team stands on this page
    assert "/status/" not in text_of(page(student, url))
    Course.objects.update(has_status_page=True)
    assert f'href="/status/{team.course.slug}/"' in text_of(page(student, url))


def test_the_list_of_courses_says_who_the_reader_is(team, tutor, admin_user):
    factories.TeamFactory(course=team.course, is_archived=True)
    for user, role in ((tutor, "Tutor"), (admin_user, "Administrator")):
        answer = text_of(page(user, reverse("courses:course_list")))
        assert f'data-label="Your role">{role}<' in answer
        assert 'data-label="Teams">1<' in answer


# People -----------------------------------------------------------------------------------------


def test_a_tutor_of_three_teams_is_one_line(team, lecturer, tutor):
    for _ in range(2):
        factories.MembershipFactory(user=tutor, team__course=team.course, role="tutor")
    answer = text_of(page(lecturer, at("member_list", team.course)))
    assert answer.count('<th scope="row">') == 2
    assert answer.count("Tutor · <a") == 3
    assert (">all 2<" in answer, ">tutors 1<" in answer) == (True, True), "people, not roles"


def test_people_stand_by_role_then_team_then_the_name_they_are_shown_with(team, lecturer, tutor):
    other = factories.TeamFactory(course=team.course, name=f"A{team.name}")
    for place, email, name in [
        (team, "a@example.org", "Zoe"),
        (team, "z@example.org", "adam"),
        (team, "b@example.org", ""),
        (other, "student109@example.org", ""),
    ]:
        factories.MembershipFactory(team=place, user__email=email, user__name=name)
    elsewhere = factories.TeamFactory(name="0")
    factories.MembershipFactory(user__email="0", team=elsewhere)
    factories.MembershipFactory(user=User.objects.get(email="a@example.org"), team=elsewhere)
    url = at("member_list", team.course)
    wanted = [
        lecturer.email,
        tutor.email,
        "student109@example.org",
        "z@example.org",
        "b@example.org",
        "a@example.org",
    ]
    answer = text_of(page(lecturer, url)).partition("<tbody")[2]
    assert re.findall(r"[a-z0-9]+@example\.org(?=</small>|</th>)", answer) == wanted
    sent = b"".join(page(lecturer, f"{url}?format=csv").streaming_content).decode()
    assert [line.split(",")[1] for line in sent.splitlines()[1:]] == wanted


def test_nobody_yet_and_nobody_found_differ(team, admin_user):
    url = at("member_list", team.course)
    empty = text_of(page(admin_user, url))
    assert "Nobody yet" in empty
    assert "Import roster" in empty
    assert "Nobody found" in text_of(page(admin_user, f"{url}?q=xyz"))


def test_people_are_narrowed_by_role(team, lecturer, tutor):
    for name in ("Ada", "Ben"):
        factories.MembershipFactory(team=team, user__name=name, user__email=f"{name}@example.org")
    url = at("member_list", team.course)

    def shown(query):
        answer = text_of(page(lecturer, url + query))
        rows = re.findall(r'<th scope="row">([^<]+)<', answer)
        chips = re.findall(r'id="role-[a-z]+" href="([^"]*)"( aria-current="true")?>([^<]+)<', answer)
        return rows, chips, answer

    rows, chips, _ = shown("")
    assert [words for _, _, words in chips] == ["all 4", "lecturers 1", "tutors 1", "students 2"]
    rows, chips, answer = shown("?role=student&q=a")
    assert (rows, chips[3][1:]) == (["Ada", "Ben"], (' aria-current="true"', "students 2"))
    assert chips[2][0] == "?role=tutor&amp;q=a"
    assert '<input type="hidden" name="role" value="student">' in answer
    assert shown("?role=student&q=Ada@")[0] == ["Ada"]
    assert shown("?role=tutor")[0] == [str(tutor)]
    assert len(shown("?role=cook")[0]) == 4
    assert "Nobody has this role" not in answer
    sent = b"".join(page(lecturer, f"{url}?role=student&format=csv").streaming_content).decode()
    assert len(sent.splitlines()) == 3


@pytest.mark.parametrize(("teams", "folded"), [(5, ""), (6, "1 more"), (7, "2 more")])
def test_many_roles_of_a_person_are_folded(lecturer, teams, folded):
    course, busy = Course.objects.get(), factories.UserFactory(name="Busy Bee")
    for team in factories.TeamFactory.create_batch(teams, course=course):
        factories.MembershipFactory(user=busy, team=team, role=Membership.Role.TUTOR)
    answer = text_of(page(lecturer, f"{at('member_list', course)}?role=tutor"))
    assert re.findall(r"<summary>([^<]+)<", answer.partition("<tbody")[2]) == ([folded] if folded else [])
    assert answer.count("Tutor · ") == teams * 2
    assert answer.count("</details>") == answer.count("<details")


def test_a_role_that_nobody_has(team, lecturer):
    answer = text_of(page(lecturer, f"{at('member_list', team.course)}?role=student"))
    assert "Nobody has this role" in answer
    assert "Find a person or team" in answer


def test_further_pages_of_a_role_are_of_that_role(team, lecturer):
    factories.MembershipFactory.create_batch(51, team=team)
    assert 'href="?role=student&amp;page=2"' in text_of(
        page(lecturer, f"{at('member_list', team.course)}?role=student")
    )


def test_a_new_person_is_a_student_unless_told_otherwise(team, lecturer):
    assert '<option value="student" selected>' in text_of(page(lecturer, at("member_add", team.course)))


def test_people_without_mail_are_named(team, lecturer, settings):
    url = at("member_list", team.course)
    assert "Mail is not sent" not in text_of(page(lecturer, url))
    settings.EMAIL_BACKEND = FILED
    assert "Mail is not sent" in text_of(page(lecturer, url))


def link_of(member):
    return reverse("courses:member_link", args=[member.course.slug, member.pk])


def newcomer(team, **user):
    member = factories.MembershipFactory(
        team=team, **{f"user__{name}": value for name, value in user.items()}
    )
    member.user.set_unusable_password()
    member.user.save()
    return member


def test_a_link_sets_the_first_password_once(team, lecturer, settings):
    settings.SITE_URL = "https://courseops.example.org"
    member = newcomer(team)
    assert link_of(member) in text_of(page(lecturer, at("member_list", team.course)))
    answer = send(lecturer, link_of(member))
    assert "no-store" in answer.headers["Cache-Control"]
    link = text_of(answer).partition("https://courseops.example.org")[2].partition("<")[0]
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "quite another staple", "password2": "quite another staple"})
    member.user.refresh_from_db()
    assert member.user.check_password("quite another staple")
    assert "no longer works" in text_of(Client().get(link, follow=True))
    assert Event.objects.get().title == f"Link to set a password made for {member.user.email}"
    assert send(lecturer, link_of(member)).status_code == 404


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_no_link_opens_an_administrators_account(team, lecturer, flag):
    assert send(lecturer, link_of(newcomer(team, **{flag: True}))).status_code == 404


def test_no_link_opens_another_course(team, lecturer, admin_user):
    member = newcomer(team)
    factories.MembershipFactory(user=member.user)
    assert link_of(member) not in text_of(page(lecturer, at("member_list", team.course)))
    assert send(lecturer, link_of(member)).status_code == 404
    assert send(admin_user, link_of(member)).status_code == 200


def test_tutors_make_no_links(team, tutor):
    member = newcomer(team)
    assert link_of(member) not in text_of(page(tutor, at("member_list", team.course)))
    assert send(tutor, link_of(member)).status_code == 404


# Words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_asking_for_a_password_without_mail_says_whom_to_ask(client, db, settings, email):
    settings.EMAIL_BACKEND = FILED
    settings.EMAIL_FILE_PATH = str(settings.DATA_DIR / "mail")
    User.objects.create_user("ada@example.org")
    answer = client.post("/accounts/password/reset/", {"email": email}, follow=True)
    assert "This site sends no mail yet" in text_of(answer)


def test_labels_have_no_colons_and_one_spelling(client, db, team, lecturer):
    for text in (
        text_of(client.get("/accounts/login/")),
        text_of(page(lecturer, at("member_add", team.course))),
    ):
        assert ">E-mail address</label>" in text
        assert ":</label>" not in text
    assert label("Current Password") == "Current password"
    assert label("URL") == "URL"


def test_a_checkbox_stands_before_its_label(team, lecturer):
    text = text_of(page(lecturer, at("team_edit", team)))
    assert text.index('type="checkbox"') < text.index(">Archived</label>")


def test_help_and_errors_belong_to_their_field(team, lecturer):
    text = text_of(send(lecturer, at("key_add", team.course), name=""))
    assert 'id="id_name_helptext"' in text
    assert 'aria-describedby="id_name_helptext id_name_error"' in text
    assert "<legend>What it may do <small>required</small></legend>" in text
    assert "send measurements and events" in text


def test_an_expired_form_is_told_from_a_refusal(lecturer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(lecturer)
    answer = client.post("/settings/profile/", {"name": "x"})
    assert answer.status_code == 403
    assert "The form has expired" in text_of(answer)
