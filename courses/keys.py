"""How is a machine's key made, and how is one recognised?

A key reads `co_<prefix>_<secret>`. The prefix finds the row; the row holds an HMAC of the whole
key, so a stolen database opens nothing. Secret scanners know the `co_` form.
"""

import hashlib
import hmac
import re
import secrets

from django.conf import settings

KEY_FORM = re.compile(r"co_([a-z0-9]{8})_([A-Za-z0-9_-]{43})")


def new_key() -> tuple[str, str]:
    """Return a fresh key (57 characters) and its prefix (8 characters)."""
    prefix = "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(8))
    return f"co_{prefix}_{secrets.token_urlsafe(32)}", prefix


def prefix_of(key: str) -> str | None:
    """Return the prefix of a well-formed key, else None."""
    match = KEY_FORM.fullmatch(key)
    return match[1] if match else None


def digest_of(key: str) -> str:
    """Return the HMAC-SHA256 of `key` as 64 hexadecimal digits."""
    return hmac.new(settings.SECRET_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()


def matches(key: str, digest: str) -> bool:
    """Whether `key` has this `digest`, compared in constant time."""
    return hmac.compare_digest(digest_of(key), digest)
