"""Which e-mail and web addresses does the site accept?"""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

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


def is_own_page(text: str) -> bool:
    """Whether this is the path of a page of this site, with or without a query."""
    if not text.startswith("/") or not text.isprintable():
        return False
    if not url_has_allowed_host_and_scheme(text, allowed_hosts=None):
        return False
    try:
        resolve(urlsplit(text).path)
    except (Resolver404, ValueError):
        return False
    return True
