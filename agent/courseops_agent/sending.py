"""How do readings reach the site?"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a batch: `problem` in words or empty; whether trying again makes sense."""

    problem: str = ""
    is_temporary: bool = False


def send(url: str, key: str, readings: list[dict[str, Any]]) -> Answer:
    """Post `readings` to the site at `url`."""
    request = urllib.request.Request(  # noqa: S310  # the command line takes http and https only
        f"{url.rstrip('/')}/ingest/hosts",
        json.dumps({"readings": readings}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
            return Answer()
    except urllib.error.HTTPError as error:
        words = error.read(500).decode(errors="replace")
        return Answer(
            f"the site answered {error.code}: {words}", error.code in (408, 429) or error.code >= 500
        )
    except OSError as error:
        return Answer(f"the site cannot be reached: {error}", is_temporary=True)
