"""Where are the account pages? Those of allauth that this site uses, under allauth's own names."""

from functools import partial

from allauth.account import views
from django.urls import path, re_path

from courses.views.pages import is_mail_filed
from courses.views.passwords import PasswordFromLink
from courses.views.profile import profile_tabs

mail = {"is_mail_filed": is_mail_filed}
password_reset = views.PasswordResetView.as_view(extra_context=mail)
password_reset_done = views.PasswordResetDoneView.as_view(extra_context=mail)
tabs = {"tabs": partial(profile_tabs, "account_change_password")}
password_change = views.PasswordChangeView.as_view(extra_context=tabs)
password_set = views.PasswordSetView.as_view(extra_context=tabs)

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", password_change, name="account_change_password"),
    path("password/set/", password_set, name="account_set_password"),
    path("password/reset/", password_reset, name="account_reset_password"),
    path("password/reset/done/", password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>.{1,100})/$",
        PasswordFromLink.as_view(),
        name="account_reset_password_from_key",
    ),
]
