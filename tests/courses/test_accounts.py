"""Signing in and out, and what stands in the way of guessing."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses.models import User
from tests import factories

LOGIN = "/accounts/login/"
PASSWORD = "correct horse battery"
NEW = "quite another staple"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def person(db):
    return User.objects.create_user("ada@example.org", PASSWORD, name="Ada")


def sign_in(client, email, password, **more):
    meta = {name: more.pop(name) for name in ("REMOTE_ADDR",) if name in more}
    return client.post(LOGIN, {"login": email, "password": password, **more}, **meta)


def is_signed_in(client):
    return client.get("/courses/").status_code == 200


def text_of(answer):
    return answer.content.decode()


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG", " ada@example.org "])
def test_sign_in_by_address_in_any_case(client, person, email):
    answer = sign_in(client, email, PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_signed_in(client)


def test_wrong_password_and_unknown_address_sound_the_same(client, person):
    wrong = text_of(sign_in(client, person.email, "wrong"))
    unknown = text_of(sign_in(client, "who@example.org", "wrong"))
    assert "do not belong together" in wrong
    assert "do not belong together" in unknown
    assert not is_signed_in(client)


def test_closed_account_and_account_without_password_stay_out(client, person):
    User.objects.create_user("bob@example.org")
    for password in ("", "!", PASSWORD):
        sign_in(client, "bob@example.org", password)
        assert not is_signed_in(client)
    User.objects.filter(pk=person.pk).update(is_active=False)
    answer = client.post(LOGIN, {"login": person.email, "password": PASSWORD}, follow=True)
    assert not is_signed_in(client)
    assert "is closed" in text_of(answer)


def test_guessing_is_throttled_and_the_right_password_waits_too(client, person):
    for _ in range(5):
        sign_in(client, person.email, "wrong")
    answer = sign_in(client, person.email, PASSWORD)
    assert "Try again in 15 minutes" in text_of(answer)
    assert not is_signed_in(client)


def test_guesses_from_elsewhere_do_not_lock_the_owner_out(client, person):
    for _ in range(6):
        answer = sign_in(client, person.email, "wrong", REMOTE_ADDR="198.51.100.7")
    assert "Too many failed tries" in text_of(answer)
    sign_in(client, person.email, PASSWORD)
    assert is_signed_in(client)


def test_a_throttled_owner_gets_in_by_the_reset_mail(client, person):
    for _ in range(6):
        sign_in(client, person.email, "wrong")
    reset(client, person.email, NEW)
    sign_in(client, person.email, NEW)
    assert is_signed_in(client)


def test_one_network_cannot_try_many_addresses(client, db):
    answers = [text_of(sign_in(client, f"p{n}@example.org", "wrong")) for n in range(61)]
    assert "do not belong" in answers[59]
    assert "Too many failed tries" in answers[60]


def test_a_flood_of_tries_meets_a_page_of_ours(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "15/m/ip"}
    for n in range(16):
        answer = sign_in(client, f"p{n}@example.org", "wrong")
    assert answer.status_code == 429
    assert "Wait one minute" in text_of(answer)


def reset(client, email, password):
    client.post("/accounts/password/reset/", {"email": email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1]
    form = client.get(link, follow=True)
    url = form.redirect_chain[-1][0]
    return client.post(url, {"password1": password, "password2": password}, follow=True)


def test_the_first_link_welcomes_by_the_address_and_signs_in(client, db):
    person = User.objects.create_user("ada@example.org")
    client.post("/accounts/password/reset/", {"email": person.email})
    form = client.get(re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1], follow=True)
    text = text_of(form)
    assert "<h1>Welcome: choose a password</h1>" in text
    assert person.email in text
    assert "Set a new password" not in text
    url = form.redirect_chain[-1][0]
    weak = client.post(url, {"password1": "short", "password2": "short"})
    assert "Welcome: choose a password" in text_of(weak)
    assert not is_signed_in(client)
    answer = client.post(url, {"password1": NEW, "password2": NEW})
    assert (answer.status_code, answer.url) == (302, "/")
    assert is_signed_in(client)
    person.refresh_from_db()
    assert person.last_login
    assert "no longer works" in text_of(Client().get(url, follow=True))


def test_the_first_link_lets_nobody_in_who_may_not_sign_in(client, db):
    person = User.objects.create_user("ada@example.org")
    client.post("/accounts/password/reset/", {"email": person.email})
    form = client.get(re.search(r"http://testserver(/\S+)", mail.outbox[-1].body)[1], follow=True)
    User.objects.filter(pk=person.pk).update(is_active=False)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert not is_signed_in(client)


def test_the_first_link_takes_over_no_other_session(client, db, person):
    newcomer = User.objects.create_user("bob@example.org")
    sign_in(client, person.email, PASSWORD)
    reset(client, newcomer.email, NEW)
    assert client.session["_auth_user_id"] == str(newcomer.pk)


@pytest.mark.parametrize("old", [PASSWORD, None])
def test_reset_mail_sets_a_password_of_who_signed_in_before(client, db, old):
    User.objects.create_user("ada@example.org", old, last_login=timezone.now())
    answer = reset(client, "Ada@example.org", NEW)
    assert not is_signed_in(client)
    assert "new password is set" in text_of(answer)
    assert mail.outbox[0].subject == "Courseops: Set a new password"
    assert mail.outbox[0].to == ["ada@example.org"]
    sign_in(client, "ada@example.org", NEW)
    assert is_signed_in(client)


def test_a_reset_link_works_once(client, person):
    reset(client, person.email, NEW)
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    assert "no longer works" in text_of(client.get(link, follow=True))
    assert "no longer works" in text_of(client.get("/accounts/password/reset/key/zz-abc-def/", follow=True))


def test_the_form_promises_no_mail_where_none_is_sent(client, db, settings):
    assert "we send you a link" in text_of(client.get("/accounts/password/reset/"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    text = text_of(client.get("/accounts/password/reset/"))
    assert "This site sends no mail yet; ask the administrator, or your lecturer for a link" in text
    assert "we send you a link" not in text
    assert "Send the link" not in text


def test_unknown_address_gets_the_same_answer(client, person):
    known = client.post("/accounts/password/reset/", {"email": person.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "who@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    when = re.compile(r' datetime="[^"]*"')  # the foot says when the page was made
    assert when.sub("", text_of(known)) == when.sub("", text_of(unknown))
    assert [message.subject for message in mail.outbox] == [
        "Courseops: Set a new password",
        "Courseops: No account for this address",
    ]
    assert "http" not in mail.outbox[1].body


def test_reset_mails_are_limited(client, person):
    answers = [client.post("/accounts/password/reset/", {"email": person.email}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_changing_the_password_ends_the_other_sessions(client, person):
    other = Client()
    for browser in (client, other):
        sign_in(browser, person.email, PASSWORD)
    values = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    wrong = client.post("/accounts/password/change/", values | {"oldpassword": "wrong"})
    assert "current password" in text_of(wrong)
    assert client.post("/accounts/password/change/", values).status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_weak_passwords_are_refused(client, person):
    sign_in(client, person.email, PASSWORD)
    for weak in ("short", "password123", "ada@example.org"):
        values = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert "errorlist" in text_of(client.post("/accounts/password/change/", values))


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/courses/", "/courses/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_next_stays_on_this_site(client, person, target, location):
    assert sign_in(client, person.email, PASSWORD, next=target).headers["Location"] == location
    assert client.post("/accounts/logout/", {"next": target}).headers["Location"] in (location, "/")


def test_sign_out_asks_and_ends_the_session(client, person):
    sign_in(client, person.email, PASSWORD)
    assert "Sign out?" in text_of(client.get("/accounts/logout/"))
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


def test_nobody_signs_up(client, db):
    assert "made for you" in text_of(client.get("/accounts/signup/"))
    client.post("/accounts/signup/", {"email": "me@example.org", "password1": NEW})
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "login/code/confirm/", "social/", ""])
def test_other_pages_of_allauth_are_not_there(client, person, path):
    client.force_login(person)
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "signed_in"),
    [
        ("login/", False),
        ("logout/", True),
        ("inactive/", False),
        ("signup/", False),
        ("reauthenticate/", True),
        ("password/change/", True),
        ("password/reset/", False),
        ("password/reset/done/", False),
        ("password/reset/key/done/", False),
    ],
)
def test_account_pages_are_ours(client, person, path, signed_in):
    if signed_in:
        sign_in(client, person.email, PASSWORD)
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code == 200
    assert "css/site.css" in text_of(answer)
    assert text_of(answer).count("<h1>") == 1


def test_a_person_without_password_sets_one(client, db):
    person = User.objects.create_user("bob@example.org")
    client.force_login(person)
    answer = client.get("/accounts/password/change/", follow=True)
    assert "no password yet" in text_of(answer)
    client.post(reverse("account_set_password"), {"password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_an_old_address_opens_nothing(admin_client, client, person):
    """The address allauth remembers from an earlier reset goes when an administrator changes it."""
    client.post("/accounts/password/reset/", {"email": person.email})
    assert EmailAddress.objects.filter(email=person.email).exists()
    url = reverse("admin:courses_user_change", args=[person.pk])
    values = {"email": "New@example.org", "name": "Ada", "is_active": "on"}
    prefix = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert admin_client.post(url, values | prefix).status_code == 302
    person.refresh_from_db()
    assert person.email == "new@example.org"
    assert not EmailAddress.objects.filter(email="ada@example.org").exists()
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    assert mail.outbox[-1].subject == "Courseops: No account for this address"


@pytest.mark.parametrize(
    ("zones", "shown", "choice"),
    [
        (["Europe/Berlin", "Europe/Berlin"], "01:00 CET", "As in my courses (Europe/Berlin)"),
        (["Europe/Berlin", "Asia/Tokyo"], "00:00 UTC", "The site&#x27;s time zone"),
    ],
)
def test_who_chose_no_zone_reads_in_that_of_their_courses(client, person, zones, shown, choice):
    for zone in zones:
        team = factories.MembershipFactory(user=person, team__course__time_zone=zone).team
    gone = factories.MembershipFactory(user=person, team__course__time_zone="America/Lima").team.course
    type(gone).objects.filter(pk=gone.pk).update(is_archived=True)
    factories.EventFactory(course=team.course, team=team, at="2026-01-01T00:00Z")
    client.force_login(person)
    assert f"1 Jan 2026, {shown}" in text_of(client.get(team.get_absolute_url()))
    assert choice in text_of(client.get(reverse("courses:reading")))


def test_an_administrator_reads_in_the_sites_zone():
    assert User(email="a@example.org", is_superuser=True).zone_name == "UTC"


def test_times_are_shown_in_the_readers_zone(client, person):
    User.objects.filter(pk=person.pk).update(time_zone="Asia/Tokyo")
    team = factories.MembershipFactory(user=person).team
    factories.EventFactory(course=team.course, team=team, at="2026-01-01T00:00Z")
    client.force_login(person)
    assert "1 Jan 2026, 09:00 JST (2026-01-01 00:00:00 UTC)" in text_of(client.get(team.get_absolute_url()))
