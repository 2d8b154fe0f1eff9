"""Where are the pages that join the apps?"""

from django.urls import path

from dashboard import search_views, views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("courses/<slug:course>/teams/<slug:team>/", views.team_detail, name="team_detail"),
    path("search/", search_views.find, name="search"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
]
