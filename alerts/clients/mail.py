"""Did the mail server take the message?"""

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage

from alerts.clients.letters import Failure, Letter
from courses.clients import BY_A_MACHINE


def send(addresses: Sequence[str], letter: Letter) -> Failure | None:
    """Mail `letter` to all `addresses` in one message."""
    host = letter.list_name.partition(".")[2]
    headers = {
        "Message-ID": f"<{letter.key}@{host}>",
        "References": f"<{letter.thread}@{host}>",
        "List-Id": f"<{letter.list_name}>",
        **BY_A_MACHINE,
    }
    if letter.stop_url:
        headers["List-Unsubscribe"] = f"<{letter.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMessage(letter.subject, letter.body, to=addresses, headers=headers)
    try:
        message.send()
    except smtplib.SMTPException as error:
        return _failure_of(error)
    except OSError as error:
        reason = error.strerror or "no answer in time"
        return Failure(f"The mail server cannot be reached: {reason}.", is_silent=True)
    return None


def _failure_of(error: smtplib.SMTPException) -> Failure:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Failure("The mail server refused the site's name and password.", is_silent=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        return Failure(f"The mail server refused every address ({', '.join(codes)}).")
    if isinstance(error, smtplib.SMTPResponseException):
        reason = error.smtp_error
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
        return Failure(f"The mail server answered {error.smtp_code}: {words}")
    return Failure("The mail server broke off or did not answer in time.", is_silent=True)
