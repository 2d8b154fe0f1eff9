"""How does a link set a password, and whom does it sign in?"""

from typing import Any

from allauth.account import views
from allauth.account.utils import perform_login
from django.http import HttpResponse


class PasswordFromLink(views.PasswordResetFromKeyView):  # type: ignore[misc]  # allauth ships no types
    """The page behind a link: a new password, or the first one of who never signed in.

    Who came by the link and has just chosen the password is let in with it, once.
    """

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_first = self.reset_user is not None and self.reset_user.last_login is None
        newcomer = self.reset_user if is_first else None
        return super().get_context_data(**kwargs, newcomer=newcomer)  # type: ignore[no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        is_first = self.reset_user.last_login is None
        answer = super().form_valid(form)
        return perform_login(self.request, self.reset_user) if is_first else answer  # type: ignore[no-any-return]
