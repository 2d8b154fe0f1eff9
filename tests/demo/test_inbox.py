"""Does the inbox take mail and webhooks, and show them without obeying them?"""

import asyncio
import smtplib
from email.message import EmailMessage

from demo.inbox import KEPT, Inbox
from tests.demo.servers import serving, session


def letter(subject):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "site@demo.example", "tutor@demo.example"
    message.set_content("It answers with 502. <script>")
    return message


def send(port, messages):
    with smtplib.SMTP("127.0.0.1", port) as server:
        for message in messages:
            server.send_message(message)


def test_mail_is_printed_kept_and_shown_as_text(tmp_path, capsys):
    async def run():
        inbox = Inbox(tmp_path / "mails", clock=lambda: 0.0)
        server = await inbox.listen_for_mail(0)
        port = server.sockets[0].getsockname()[1]
        subjects = [f"Mail {number}" for number in range(KEPT + 3)] + ["Room Finder \x1b is down"]
        await asyncio.to_thread(send, port, [letter(subject) for subject in subjects])
        server.close()
        async with serving(inbox.web_app()) as url, session() as http, http.get(url) as answer:
            text = await answer.text()
        assert "502. &lt;script&gt;" in text
        assert 'rel="icon"' in text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Mail 0 " not in text

    asyncio.run(run())
    files = sorted((tmp_path / "mails").glob("*.eml"))
    assert len(files) == KEPT
    assert b"is down" in files[-1].read_bytes()
    printed = capsys.readouterr().out
    assert "mail: Mail 1 (to tutor@demo.example)" in printed
    assert "\x1b" not in printed


def test_webhooks_of_any_shape(tmp_path, capsys):
    async def run():
        inbox = Inbox(tmp_path, clock=lambda: 0.0)
        async with serving(inbox.web_app()) as url, session() as http:
            async with http.get(url) as answer:
                assert "Nothing yet" in await answer.text()
            good = {"version": "1.0", "title": "Room Finder is down", "message": "502", "type": "failure"}
            async with http.post(url + "/alerts", json=good) as answer:
                assert answer.status == 200
            for body in (b"{", b"[1]", b'{"title": 5}', b"\xff", b'{"message": "\\ud800"}'):
                async with http.post(url, data=body) as answer:
                    assert answer.status == 200
            assert len(inbox.items) == 6
            async with http.get(url) as answer:
                assert answer.status == 200

    asyncio.run(run())
    assert "webhook: Room Finder is down" in capsys.readouterr().out
