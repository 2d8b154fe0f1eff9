"""Did the mail server take these letters?"""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

# No absence notice shall answer: RFC 3834, and the header that Exchange reads.
BY_A_MACHINE = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
ADDRESS_REFUSED = "The mail server refused the address."


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person."""

    address: str
    subject: str
    body: str


def post(letters: Sequence[Letter]) -> list[str]:
    """Mail the letters over one connection and return for each what went wrong, empty if nothing did."""
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        return [_words(error)] * len(letters)
    try:
        return [_post(letter, connection) for letter in letters]
    finally:
        connection.close()


def _post(letter: Letter, connection: BaseEmailBackend) -> str:
    message = EmailMessage(
        letter.subject, letter.body, to=[letter.address], headers=BY_A_MACHINE, connection=connection
    )
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        return _words(error)
    return ""


def _words(error: Exception) -> str:
    """Return what the server's refusal means; its own words may hold an address, so they stay out."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "The mail server refused the site's name and password."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ADDRESS_REFUSED
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server answered {error.smtp_code}."
    return "The mail server cannot be reached or broke off."
