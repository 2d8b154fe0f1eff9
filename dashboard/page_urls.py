"""Where are the pages that join the apps?"""

from django.urls import path

from dashboard import (
    design_views,
    overview_views,
    project_views,
    search_views,
    setup_views,
    status_views,
    team_views,
    views,
)

urlpatterns = [
    path("", overview_views.overview, name="overview"),
    path("courses/<slug:course>/teams/<slug:team>/", team_views.team_detail, name="team_detail"),
    path(
        "courses/<slug:course>/teams/<slug:team>/projects/<slug:project>/",
        project_views.project_detail,
        name="project_detail",
    ),
    path("courses/<slug:course>/setup/", setup_views.course_setup, name="course_setup"),
    path("courses/<slug:course>/setup/finish/", setup_views.setup_finish, name="setup_finish"),
    path("search/", search_views.find, name="search"),
    path("status/<slug:course>/", status_views.status_course, name="status_course"),
    path("status/<slug:course>/<slug:team>/", status_views.status_team, name="status_team"),
    path("status/<slug:course>/<slug:team>/badge.svg", status_views.status_badge, name="status_badge"),
    path("design/", design_views.design, name="design"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
]
