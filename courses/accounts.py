"""Who may get an account, and who is told what about it?"""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from the roster or the admin panel, never from a sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
