import base64
import smtplib

import pytest

from alerts.clients import Letter, Target, apprise, mail, send

LETTER = Letter("subject", "body", "bad", key="k1", thread="alert-1", list_name="se.course.example.org")


def post(hook, rest="", scheme="json", who=""):
    return send(Target(url=f"{scheme}://{who}127.0.0.1:{hook.port}/{rest}"), LETTER)


def test_a_service_that_apprise_speaks_to_itself(hook, monkeypatch):
    """Discord's own host is stood in for; everything else is the real library and a real request."""
    url = "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    library = apprise._library()
    service = type(library.Apprise.instantiate(url))
    monkeypatch.setattr(service, "notify_url", f"http://127.0.0.1:{hook.port}/webhooks")
    hook.status = 204
    assert send(Target(url=url), LETTER) is None
    [(path, _, body)] = hook.posts
    assert path.startswith("/webhooks/4174216298/")
    assert "body" in str(body)
    hook.status = 500
    assert send(Target(url=url), LETTER).words == "Discord did not take the message."


@pytest.mark.parametrize(
    "url",
    [
        "json://hook.example.org/path",
        "jsons://user:secret@hook.example.org:8443/path?+X-Token=abc",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?footer=yes",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#alerts",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
    ],
)
def test_offered(url):
    assert apprise.complaint(url) == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "“” is not offered"),
        ("nonsense", "“nonsense” is not offered"),
        ("xml://169.254.169.254/latest", "“xml” is not offered"),
        ("form://10.0.0.1/", "“form” is not offered"),
        ("mailto://user:pass@example.org", "“mailto” is not offered"),
        ("ntfy://internal.example.org/topic", "“ntfy” is not offered"),
        ("file:///etc/passwd", "“file” is not offered"),
        ("dbus://", "“dbus” is not offered"),
        ("https://example.org/hook", "“https” is not offered"),
        ("https://discord.com.example.org/api/webhooks/1/2", "“https” is not offered"),
        ("discord://1/2?template=/etc/passwd", "the option “template” is not offered"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?Template=http://10.0.0.1/", "“Template”"),
        ("discord://", "not a complete discord:// URL"),
        ("jsons://", "not a complete jsons:// URL"),
    ],
)
def test_not_offered(url, words):
    complaint = apprise.complaint(url)
    assert complaint.startswith("Apprise URL:")
    assert words in complaint


def test_the_json_url_may_name_a_user_headers_arguments_and_fields(hook):
    rest = "a%20b?+X-Token=abc&-room=4&:team=reds&:message=text&:version="
    assert post(hook, rest, who="ann:s3cret@") is None
    [(path, headers, body)] = hook.posts
    assert path == "/a%20b?room=4"
    assert headers["X-Token"] == "abc"
    assert base64.b64decode(headers["Authorization"].split()[1]) == b"ann:s3cret"
    assert body == {"team": "reds", "title": "subject", "text": "body", "attachments": [], "type": "failure"}


def test_only_posting_is_offered(hook):
    assert "method=POST" in post(hook, "?method=DELETE").words
    assert not hook.posts


def test_an_address_inside_is_refused(hook, settings):
    settings.OUTBOUND_ALLOW = []
    failure = post(hook)
    port = hook.port
    assert failure.words.startswith(f"127.0.0.1:{port} is not a public address. To allow it, ")
    assert f" OUTBOUND_ALLOW=127.0.0.1/32:{port} " in failure.words
    assert (failure.is_silent, hook.posts) == (False, [])


def test_a_redirect_is_not_followed(hook):
    hook.status = 302
    assert post(hook).words == "The receiver answered with 302."


def test_nobody_there(closed_port, settings):
    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    failure = send(Target(url=f"json://user:s3cret@127.0.0.1:{closed_port}/token"), LETTER)
    assert failure.is_silent
    assert failure.words.startswith("The connection failed")


@pytest.mark.parametrize("url", ["http://[::1", "mystery://x", ""])
def test_a_stored_url_that_is_none_is_a_failure_in_words(url):
    assert send(Target(url=url), LETTER).words.startswith("Apprise URL:")


def test_a_mail_server_that_says_nothing(settings, mute_port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mute_port, 0.1
    failure = send(Target(addresses=["a@example.org"]), LETTER)
    assert failure.is_silent
    assert "did not answer in time" in failure.words


def test_a_mail_server_that_knows_none_of_the_addresses(mailbox):
    failure = send(Target(addresses=["nobody@example.org"]), LETTER)
    assert failure.words == "The mail server refused every address (550)."


def test_one_unknown_address_does_not_keep_the_mail_from_the_others(mailbox):
    assert send(Target(addresses=["nobody@example.org", "ann@example.org"]), LETTER) is None
    assert [recipients for recipients, _ in mailbox.messages] == [["ann@example.org"]]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPAuthenticationError(535, b"user x password y"), "refused the site's name and password"),
        (smtplib.SMTPSenderRefused(553, "not you", "a@b"), "The mail server answered 553: not you"),
        (smtplib.SMTPServerDisconnected("gone"), "The mail server broke off"),
    ],
)
def test_what_mail_servers_complain_of(error, words):
    assert words in mail._failure_of(error).words
