"""Where are the pages of this app?"""

from django.urls import path

from health.views import checks, environments, hosts

app_name = "health"
urlpatterns = [
    path("", environments.environment_list, name="environment_list"),
    path("environments/<int:pk>/", environments.environment_detail, name="environment_detail"),
    path("environments/<int:pk>/delete/", checks.environment_remove, name="environment_remove"),
    path("checks/<int:pk>/edit/", checks.check_edit, name="check_edit"),
    path("checks/<int:pk>/run/", checks.check_run, name="check_run"),
    path("hosts/", hosts.host_list, name="host_list"),
    path("hosts/<int:pk>/", hosts.host_detail, name="host_detail"),
]
