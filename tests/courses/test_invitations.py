"""Everybody who never signed in gets one mail: whoever is killed, nobody gets two within an hour."""

import re
import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from courses import clients
from courses.models import Event, Job, User
from courses.services import invitations, jobs
from tests import factories

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FAR = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def course(db):
    return factories.CourseFactory(name="Software Lab")


@pytest.fixture
def lecturer(course):
    return factories.MembershipFactory(team=None, course=course, role="lecturer", user__last_login=FAR).user


@pytest.fixture
def people(course, lecturer):
    """Thirteen students who never signed in, one who did, and one who may not."""
    team = factories.TeamFactory(course=course)
    for n in range(13):
        factories.MembershipFactory(team=team, user__email=f"new{n:02}@example.org")
    factories.MembershipFactory(team=team, user__email="here@example.org", user__last_login=FAR)
    factories.MembershipFactory(team=team, user__email="shut@example.org", user__is_active=False)
    return team


def run(minute=0):
    jobs.run_due_jobs(now=NOW + timedelta(minutes=minute))
    return Job.objects.latest("pk")


def begin(course, lecturer, minute=0):
    now = NOW + timedelta(minutes=minute)
    return invitations.start_invitations(course, actor=lecturer, now=now)[0]


def address(course):
    return f"/courses/{course.slug}/people/invite/"


def test_each_gets_one_mail_with_a_link_of_their_own(course, lecturer, people, client, settings):
    settings.SITE_URL = "https://ops.example.org"
    begin(course, lecturer)
    job = run()
    assert (job.state, job.done, job.total, job.outcome) == ("done", 13, 13, "Mails sent: 13.")
    assert sorted(one.to[0] for one in mail.outbox) == [f"new{n:02}@example.org" for n in range(13)]
    assert mail.outbox[0].subject == "Courseops: your account for Software Lab"
    link = re.search(r"https://ops\.example\.org(/\S+)", mail.outbox[0].body)[1]
    assert "Set" in client.get(link, follow=True).text
    event = course.events.get(kind=Event.Kind.SETTINGS)
    assert (event.title, event.actor) == ("13 people invited by mail", lecturer)


def test_nobody_gets_two_mails_within_an_hour(course, lecturer, people):
    begin(course, lecturer)
    run()
    with pytest.raises(jobs.JobRefusedError, match="within the last hour"):
        begin(course, lecturer, minute=59)
    User.objects.filter(email="new00@example.org").update(last_login=NOW)
    begin(course, lecturer, minute=61)
    run(minute=61)
    assert len(mail.outbox) == 13 + 12


def test_a_person_of_two_courses_gets_one_mail(course, lecturer, people):
    other = factories.CourseFactory()
    person = User.objects.get(email="new00@example.org")
    factories.MembershipFactory(team=factories.TeamFactory(course=other), user=person)
    begin(course, lecturer)
    begin(other, lecturer)
    for _ in range(2):
        job = run()
    assert (job.course, job.state, job.outcome) == (other, "done", "Mails sent: 0.")
    assert len(mail.outbox) == 13


def test_a_killed_worker_writes_to_nobody_twice(course, lecturer, people, monkeypatch):
    def killed(letters):
        clients.post(letters[:4])
        raise KeyboardInterrupt

    begin(course, lecturer)
    monkeypatch.setattr(invitations, "post", killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.setattr(invitations, "post", clients.post)
    job = run(minute=5)
    assert (job.state, job.done) == ("done", 13)
    assert job.outcome == "Mails sent: 3. Unsure, because the worker ended meanwhile: 10."
    addresses = [one.to[0] for one in mail.outbox]
    assert len(addresses) == len(set(addresses)) == 7


def test_a_refused_address_may_be_invited_again_at_once(course, lecturer, people, monkeypatch):
    faults = iter([["The mail server refused the address.", *[""] * 9], [""] * 3])
    monkeypatch.setattr(invitations, "post", lambda letters: next(faults))
    begin(course, lecturer)
    job = run()
    assert job.outcome == "Mails sent: 12. Not taken by the mail server: 1."
    assert [one.email for one in invitations.to_invite(course, now=NOW)] == ["new00@example.org"]


def test_a_mail_server_that_is_down_ends_the_job_and_nobody_is_noted(course, lecturer, people, monkeypatch):
    monkeypatch.setattr(invitations, "post", lambda letters: ["It is down."] * len(letters))
    begin(course, lecturer)
    job = run()
    assert (job.state, job.error, job.done) == ("failed", "It is down.", 10)
    assert "invite again" in job.remedy
    assert invitations.to_invite(course, now=NOW).count() == 13


def test_a_few_addresses_that_are_refused_do_not_blame_the_server(course, lecturer, people, monkeypatch):
    faults = iter([[""] * 10, [clients.ADDRESS_REFUSED] * 3])
    monkeypatch.setattr(invitations, "post", lambda letters: next(faults))
    begin(course, lecturer)
    job = run()
    assert (job.state, job.outcome) == ("done", "Mails sent: 10. Not taken by the mail server: 3.")


def test_a_server_that_refuses_every_address_ends_the_job(course, lecturer, people, monkeypatch):
    monkeypatch.setattr(invitations, "post", lambda letters: [clients.ADDRESS_REFUSED] * len(letters))
    begin(course, lecturer)
    job = run()
    assert (job.state, job.error, job.done) == ("failed", clients.ADDRESS_REFUSED, 10)


def test_who_leaves_in_between_gets_no_mail_and_stops_nobody_elses(course, lecturer, people, monkeypatch):
    letters = invitations._letters

    def with_one_gone(job):
        User.objects.filter(email="new00@example.org").delete()
        return letters(job)

    monkeypatch.setattr(invitations, "_letters", with_one_gone)
    begin(course, lecturer)
    job = run()
    assert (job.state, job.outcome, len(mail.outbox)) == ("done", "Mails sent: 12.", 12)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), "refused the site's name"),
        (smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no")}), "refused the address"),
        (smtplib.SMTPDataError(554, b"spam"), "answered 554"),
        (TimeoutError(), "cannot be reached"),
    ],
)
@pytest.mark.parametrize("where", ["open", "send_messages"])
def test_a_fault_of_the_mail_server_is_told(monkeypatch, error, words, where):
    def refuse(*_):
        raise error

    monkeypatch.setattr(f"django.core.mail.backends.locmem.EmailBackend.{where}", refuse)
    assert words in clients.post([clients.Letter("a@example.org", "s", "b")])[0]


def test_the_page_asks_with_the_number_and_leads_to_the_job(client, course, lecturer, people):
    client.force_login(lecturer)
    User.objects.filter(email="new00@example.org").update(invited_at=datetime.now(UTC))
    text = client.get(address(course)).text
    assert "Invite 12 people by mail?" in text
    assert "1 more got one within the last hour and is left out." in text
    job_url = client.post(address(course))["Location"]
    assert client.post(address(course))["Location"] == job_url, "one job, however often it is pressed"
    assert Job.objects.get().get_absolute_url() == job_url


def test_there_is_nobody_to_invite(client, course, lecturer):
    client.force_login(lecturer)
    text = client.get(address(course), follow=True).text
    assert "Everybody has signed in" in text
    assert not Job.objects.exists()


def test_the_list_offers_invitations_where_mail_arrives(client, course, lecturer, people, settings):
    client.force_login(lecturer)
    people_page = f"/courses/{course.slug}/people/"
    User.objects.filter(email="new00@example.org").update(invited_at=datetime.now(UTC))
    text = client.get(people_page).text
    assert "Invite 13 who never signed in…" in text
    assert "by the mail that invites them" in text
    assert "<small>invited" in text
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    text = client.get(people_page).text
    assert "who never signed in…" not in text
    assert "mail reaches nobody: hand each the link" in text
    assert "Make links instead" in client.post(address(course), follow=True).text
    assert not Job.objects.exists()


def test_a_tutor_reads_how_people_come_in(client, course, people, settings):
    tutor = factories.MembershipFactory(team=people, role="tutor").user
    client.force_login(tutor)
    people_page = f"/courses/{course.slug}/people/"
    assert "by the mail that invites them, or through" in client.get(people_page).text
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert "a lecturer hands each a link" in client.get(people_page).text


def test_only_lecturers_invite(client, course, people):
    assert "/accounts/login/" in client.post(address(course))["Location"]
    for role in ("tutor", "student"):
        client.force_login(factories.MembershipFactory(team=people, role=role).user)
        assert client.get(address(course)).status_code == 404
        assert client.post(address(course)).status_code == 404
