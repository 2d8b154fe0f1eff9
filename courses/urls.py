"""Where are the pages of this app?"""

from django.urls import path

from courses.views import (
    api_keys,
    attention,
    catalogue,
    invitations,
    jobs,
    notes,
    people,
    profile,
    projects,
    roster,
)

COURSE = "courses/<slug:course>/"
TEAM = COURSE + "teams/<slug:team>/"
PROJECT = TEAM + "projects/<slug:project>/"

app_name = "courses"
urlpatterns = [
    path("settings/profile/", profile.profile, name="profile"),
    path("settings/reading/", profile.reading, name="reading"),
    path("settings/theme/", profile.theme_set, name="theme_set"),
    path("settings/views/", attention.view_list, name="view_list"),
    path("settings/views/save/", attention.view_save, name="view_save"),
    path("settings/views/<int:pk>/delete/", attention.view_delete, name="view_delete"),
    path("courses/", catalogue.course_list, name="course_list"),
    path("courses/add/", catalogue.course_add, name="course_add"),
    path(COURSE, catalogue.course_detail, name="course_detail"),
    path(COURSE + "edit/", catalogue.course_edit, name="course_edit"),
    path(COURSE + "people/", people.member_list, name="member_list"),
    path(COURSE + "people/add/", people.member_add, name="member_add"),
    path(COURSE + "people/invite/", invitations.member_invite, name="member_invite"),
    path(COURSE + "people/<int:pk>/remove/", people.member_remove, name="member_remove"),
    path(COURSE + "people/<int:pk>/link/", people.member_link, name="member_link"),
    path(COURSE + "roster/", roster.roster_import, name="roster_import"),
    path(COURSE + "roster/example/", roster.roster_example, name="roster_example"),
    path(COURSE + "jobs/", jobs.job_list, name="job_list"),
    path(COURSE + "archive/", jobs.archive_start, name="archive_start"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<int:pk>/result/", jobs.job_result, name="job_result"),
    path(COURSE + "keys/", api_keys.key_list, name="key_list"),
    path(COURSE + "keys/add/", api_keys.key_add, name="key_add"),
    path(COURSE + "add-team/", catalogue.team_add, name="team_add"),
    path(TEAM + "edit/", catalogue.team_edit, name="team_edit"),
    path(TEAM + "archive/", catalogue.team_archive, name="team_archive"),
    path(TEAM + "note/", notes.team_note, name="team_note"),
    path(TEAM + "note/restore/", notes.note_restore, name="note_restore"),
    path("settings/notes/<int:pk>/delete/", notes.note_delete, name="note_delete"),
    path(TEAM + "watch/", attention.team_watch, name="team_watch"),
    path(TEAM + "add-project/", projects.project_add, name="project_add"),
    path(PROJECT + "edit/", projects.project_edit, name="project_edit"),
    path(PROJECT + "add-environment/", projects.environment_add, name="environment_add"),
    path(PROJECT + "keys/", api_keys.key_list, name="key_list"),
    path(PROJECT + "keys/add/", api_keys.key_add, name="key_add"),
    path("settings/environments/add/", projects.environment_place, name="environment_place"),
    path("settings/environments/<int:pk>/", projects.environment_edit, name="environment_edit"),
    path("settings/keys/<int:pk>/revoke/", api_keys.key_revoke, name="key_revoke"),
]
