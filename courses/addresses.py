"""Which e-mail and web addresses does the site accept?"""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

_is_web_url = URLValidator(["http", "https"])


def is_email(text: str) -> bool:
    """Whether people can sign in with this: plain ASCII, so that every database agrees on its case."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.isascii()


def is_web_address(text: str) -> bool:
    """Whether this is an http or https address without a user name or password in it."""
    try:
        _is_web_url(text)
    except ValidationError:
        return False
    return "@" not in urlsplit(text).netloc
