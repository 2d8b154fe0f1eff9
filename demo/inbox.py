"""What did the site send? A mail server and a webhook receiver that show what arrives.

Mail on the fifth port after DEMO_PORT, webhooks on the sixth, where a browser finds the last
fifty of both.
"""

import asyncio
import email.policy
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from pathlib import Path

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo import ports
from demo.pages import ICON, STYLE
from demo.process import DATA_DIR, printable, until_stopped

KEPT = 50
MAX_BYTES = 262_144
WRAP = "li,pre{overflow-wrap:anywhere}pre{white-space:pre-wrap;font-size:.875rem;margin:.3rem 0 1rem}"
# What is shown comes from anywhere: nothing of it may run, even where escaping were forgotten.
POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}


@dataclass(frozen=True, slots=True)
class Item:
    """Something that arrived."""

    at: float
    kind: str
    title: str
    text: str


class Inbox:
    """Keeps the last `KEPT` items in memory, and as many mails in `folder`."""

    def __init__(self, folder: Path, *, clock: Callable[[], float]) -> None:
        self.folder = folder
        self.clock = clock
        self.items: deque[Item] = deque(maxlen=KEPT)
        self.count = 0

    def receive(self, kind: str, title: str, text: str) -> None:
        """Keep an item and print its title."""
        sound = text[:4000].encode("utf-8", "replace").decode()
        item = Item(self.clock(), kind, printable(title), sound)
        self.items.appendleft(item)
        print(f"{kind}: {item.title}", flush=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, as aiosmtpd asks."""
        raw = envelope.content or b""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain", "html"))
        title = f"{message['Subject']} (to {', '.join(envelope.rcpt_tos)})"
        self.receive("mail", title, body.get_content() if body else "")
        self._store(raw)
        return "250 OK"

    def _store(self, raw: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count += 1
        (self.folder / f"{self.clock():.3f}-{self.count % 1000:03}.eml").write_bytes(raw)
        for old in sorted(self.folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)

    async def webhook(self, request: web.Request) -> web.Response:
        """Take any POST; Apprise's json:// sends `title` and `message`."""
        raw = await request.read()
        try:
            sent = json.loads(raw)
        except ValueError:
            sent = None
        fields = sent if isinstance(sent, dict) else {}
        title = fields.get("title") or "without a title"
        text = fields.get("message") or raw.decode(errors="replace")
        self.receive("webhook", str(title), str(text))
        return web.json_response({"status": "ok"})

    async def show(self, request: web.Request) -> web.Response:
        """Answer with the page of what arrived."""
        rows = "".join(
            f"<li><strong>{escape(item.kind)}</strong> {time.strftime('%H:%M:%S', time.gmtime(item.at))} UTC "
            f"{escape(item.title)}<pre>{escape(item.text)}</pre></li>"
            for item in self.items
        )
        text = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
            f'<meta name="viewport" content="width=device-width">{ICON}<title>What the site sent</title>'
            f"<style>{STYLE}{WRAP}</style><h1>What the site sent</h1>"
            f"<ul>{rows or '<li>Nothing yet.</li>'}</ul></html>"
        )
        return web.Response(text=text, content_type="text/html", headers=POLICY)

    def web_app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BYTES)
        app.router.add_post("/{path:.*}", self.webhook)
        app.router.add_get("/", self.show)
        return app

    async def listen_for_mail(self, port: int) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: SMTP(self, data_size_limit=MAX_BYTES, hostname="demo", loop=loop), "127.0.0.1", port
        )


async def main() -> None:
    inbox = Inbox(DATA_DIR / "mails", clock=time.time)
    runner = web.AppRunner(inbox.web_app(), access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        mail = await inbox.listen_for_mail(ports.MAIL)
        await web.TCPSite(runner, "127.0.0.1", ports.WEB).start()
    except OSError as error:
        sys.exit(
            f"The demo's inbox needs ports {ports.MAIL} and {ports.WEB}: {os.strerror(error.errno or 0)}"
        )
    await until_stopped()
    mail.close()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
