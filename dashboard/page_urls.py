"""Where are the pages that join the apps?"""

from django.urls import path

from dashboard.views import answers, design, overview, project, sample, search, setup, status, team

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("courses/<slug:course>/teams/<slug:team>/", team.team_detail, name="team_detail"),
    path(
        "courses/<slug:course>/teams/<slug:team>/projects/<slug:project>/",
        project.project_detail,
        name="project_detail",
    ),
    path("courses/<slug:course>/setup/", setup.course_setup, name="course_setup"),
    path("courses/<slug:course>/setup/finish/", setup.setup_finish, name="setup_finish"),
    path("sample/start/", sample.sample_start, name="sample_start"),
    path("sample/remove/", sample.sample_remove, name="sample_remove"),
    path("sample/renew/", sample.sample_renew, name="sample_renew"),
    path("search/", search.find, name="search"),
    path("status/<slug:course>/", status.status_course, name="status_course"),
    path("status/<slug:course>/<slug:team>/", status.status_team, name="status_team"),
    path("status/<slug:course>/<slug:team>/badge.svg", status.status_badge, name="status_badge"),
    path("design/", design.design, name="design"),
    path("health/live", answers.live, name="live"),
    path("health/ready", answers.ready, name="ready"),
]
