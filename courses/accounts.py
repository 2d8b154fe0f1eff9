"""Who may get an account, and who is told what about it?"""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the roster or the admin panel, never from a sign-up form."""

    # The limits are allauth's: 5 failures for one address in 5 minutes, 10 a minute from one network.
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and password do not belong together.",
        "too_many_login_attempts": "Too many failed tries. Try again in 5 minutes, or reset your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        return f"Courseops: {subject}"
