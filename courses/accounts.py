"""Who may get an account, and who is told what about it?"""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the roster or the admin panel, never from a sign-up form."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and password do not belong together."),
        "too_many_login_attempts": _(
            "Too many failed tries. Try again in 15 minutes, or reset your password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failures by account and network: who guesses elsewhere does not lock the owner out."""
        login = credentials.get("email", "").lower()
        return f"{login}|{self.get_client_ip(request)}"

    def format_email_subject(self, subject: str) -> str:
        return f"Courseops: {subject}"
