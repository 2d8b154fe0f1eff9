"""Where are the pages that join the apps?"""

from django.urls import path

from dashboard import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
]
