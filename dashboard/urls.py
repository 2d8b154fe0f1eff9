"""Where is everything?"""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

admin.site.site_header = admin.site.site_title = _("Courseops administration")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include(("dashboard.page_urls", "dashboard"))),
    path("", include("courses.urls")),
    path("health/", include("health.urls")),
    path("pipelines/", include("pipelines.urls")),
    path("experiments/", include("experiments.urls")),
    path("alerts/", include("alerts.urls")),
    path("accounts/", include("courses.account_urls")),
    path("admin/", admin.site.urls),
]
handler400 = "dashboard.views.answers.bad_request"
handler403 = "dashboard.views.answers.permission_denied"
handler404 = "dashboard.views.answers.page_not_found"
handler500 = "dashboard.views.answers.server_error"
