"""Where are the pages of this app?"""

from django.urls import path

from health import views

app_name = "health"
urlpatterns = [
    path("", views.environment_list, name="environment_list"),
    path("environments/<int:pk>/", views.environment_detail, name="environment_detail"),
    path("environments/<int:pk>/delete/", views.environment_remove, name="environment_remove"),
    path("checks/<int:pk>/edit/", views.check_edit, name="check_edit"),
    path("checks/<int:pk>/run/", views.check_run, name="check_run"),
    path("hosts/", views.host_list, name="host_list"),
    path("hosts/<int:pk>/", views.host_detail, name="host_detail"),
]
