"""Who am I, and how do I want to read?"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courses import services
from courses.forms import ProfileForm, ReadingForm, ThemeForm
from courses.http import Request
from courses.reader import keep_theme


def profile_tabs(current: str) -> list[tuple[str, str, bool]]:
    """Return the pages about the reader for `ui/_tabs.html`. current: the name of the page that is shown."""
    tabs = [
        (_("Your profile"), "courses:profile"),
        (_("Reading"), "courses:reading"),
        (_("Notifications"), "alerts:notifications"),
        (_("Saved views"), "courses:view_list"),
        (_("Password"), "account_change_password"),
    ]
    return [(text, reverse(name), name == current) for text, name in tabs]


@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    """The reader's own name."""
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        services.edit_profile(request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("courses:profile")
    context = {"form": form, "tabs": profile_tabs("courses:profile")}
    return render(request, "courses/profile.html", context)


@require_http_methods(["GET", "POST"])
def reading(request: Request) -> HttpResponse:
    """The reader's time zone, language, theme and keys."""
    form = ReadingForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        services.edit_reading(request.user, **form.cleaned_data)
        messages.success(request, _("It is saved, and holds from this page on."))
        response = redirect("courses:reading")
        keep_theme(response, request.user.theme)
        return response
    context = {"form": form, "tabs": profile_tabs("courses:reading")}
    return render(request, "courses/reading.html", context)


@login_not_required
@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """Switch between light and dark: in the profile of who has signed in, and in this browser."""
    form = ThemeForm(request.POST)
    target = request.POST.get("next", "")
    # Without a leading slash a browser would look beside this page.
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    response = HttpResponseRedirect(target if is_ours else reverse(settings.LOGIN_REDIRECT_URL))
    if not form.is_valid():
        return response
    if request.user.is_authenticated:
        services.set_theme(request.user, theme=form.cleaned_data["value"])
    keep_theme(response, form.cleaned_data["value"])
    return response
