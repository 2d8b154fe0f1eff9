"""Did the service behind an Apprise URL take the message?

Apprise opens its own connections, past the network guard. So it speaks only to services whose
host the URL cannot choose, and with options that open no file or address: `?template=` would
read any file of the server. `json://` and `jsons://`, which may name any host, are posted here
in Apprise's own form through the guard. The library loads 23 MB, so it is imported when needed.
"""

import base64
import importlib
import json
import logging
import warnings
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from alerts.clients.letters import SEND_LIMIT_S, Failure, Letter
from courses.netguard import Fault, FaultKind, Outgoing, fetch
from courses.refusals import told

POSTED_HERE = ("json", "jsons")
FIXED_HOSTS = {
    "discord": "Discord",
    "gchat": "Google Chat",
    "opsgenie": "Opsgenie",
    "pagerduty": "PagerDuty",
    "pbul": "Pushbullet",
    "pover": "Pushover",
    "prowl": "Prowl",
    "signl4": "SIGNL4",
    "slack": "Slack",
    "tgram": "Telegram",
    "twist": "Twist",
    "webex": "Webex",
    "wxteams": "Webex",
}
# The addresses these services show their users; Apprise knows how to read them.
NATIVE_HOSTS = {
    "chat.googleapis.com": "gchat",
    "discord.com": "discord",
    "hooks.slack.com": "slack",
}
HARMLESS_OPTIONS = frozenset(
    {"avatar", "batch", "botname", "channel", "device", "fields", "footer", "footer_logo", "format", "image"}
    | {"key", "mdv", "mode", "overflow", "preview", "priority", "region", "silent", "sound", "thread"}
    | {"threadkey", "threads", "to", "token", "topic", "tts", "workspace"}
)
TYPES = {"bad": "failure", "good": "success"}


@cache
def _library() -> Any:
    with warnings.catch_warnings():
        # It asks for a module of the standard library that Python 3.13 dropped.
        warnings.simplefilter("ignore", DeprecationWarning)
        library = importlib.import_module("apprise")
        library.Apprise.instantiate("json://localhost")  # loads the services, and with them that module
    # Its log lines may quote the URL, which is a secret.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return library


def complaint(url: str) -> str:
    """Return why `url` cannot be used, in words for the form, or nothing when it can."""
    scheme = urlsplit(url).scheme.lower()
    service = NATIVE_HOSTS.get(urlsplit(url).hostname or "") if scheme == "https" else scheme
    if service not in (*POSTED_HERE, *FIXED_HOSTS):
        offered = ", ".join(sorted(set(FIXED_HOSTS.values())))
        return (
            f"Apprise URL: “{scheme or url[:20]}” is not offered here. Use jsons:// to post to any address, "
            f"or the URL of {offered}."
        )
    if service in FIXED_HOSTS:
        for option, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True):
            if option.lower() not in HARMLESS_OPTIONS:
                return f"Apprise URL: the option “{option[:40]}” is not offered here."
    if _library().Apprise.instantiate(url) is None:
        return f"Apprise URL: this is not a complete {service}:// URL. See github.com/caronc/apprise/wiki."
    return ""


def send(url: str, letter: Letter) -> Failure | None:
    """Hand `letter` to the service that `url` names."""
    try:
        refusal = complaint(url)
    except ValueError:
        refusal = "Apprise URL: this cannot be read as a URL."
    if refusal:
        return Failure(refusal)
    service = _library().Apprise.instantiate(url)
    if urlsplit(url).scheme.lower() in POSTED_HERE:
        return _post(service, letter)
    is_taken = service.notify(
        title=letter.subject, body=letter.body, notify_type=TYPES.get(letter.tone, "info"), body_format="text"
    )
    return None if is_taken else Failure(f"{service.service_name} did not take the message.", is_silent=True)


def _post(service: Any, letter: Letter) -> Failure | None:
    """Post what Apprise's own json:// would post, to an address the guard has vetted."""
    if service.method != "POST":
        return Failure("Apprise URL: only method=POST is offered here.")
    outcome = fetch(
        Outgoing(
            url=_address_of(service),
            method="POST",
            headers=_headers_of(service, letter),
            body=json.dumps(_payload_of(service, letter)).encode(),
            timeout_s=SEND_LIMIT_S,
            max_bytes=10_000,
            max_redirects=0,
        )
    )
    if isinstance(outcome, Fault):
        return Failure(told(outcome.detail), is_silent=outcome.kind != FaultKind.REFUSED)
    if 200 <= outcome.status < 300:
        return None
    return Failure(f"The receiver answered with {outcome.status}.")


def _address_of(service: Any) -> str:
    port = f":{service.port}" if service.port else ""
    query = _library().URLBase.urlencode(service.params)
    path = _library().URLBase.quote(service.fullpath or "/", safe="/%")
    return (
        f"{'https' if service.secure else 'http'}://{service.host}{port}{path}{'?' if query else ''}{query}"
    )


def _headers_of(service: Any, letter: Letter) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": letter.key, **service.headers}
    if service.user:
        pair = f"{service.user}:{service.password or ''}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return headers


def _payload_of(service: Any, letter: Letter) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "version": "1.0",
        "title": letter.subject,
        "message": letter.body,
        "attachments": [],
        "type": TYPES.get(letter.tone, "info"),
    }
    for name, value in service.payload_extras.items():
        if name not in payload:
            payload[name] = value
        elif value:
            payload[value] = payload.pop(name)  # `:message=text` renames a field
        else:
            del payload[name]
    return payload
