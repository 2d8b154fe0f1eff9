"""Where are the pages of this app?"""

from django.urls import path

from pipelines.views import builds, history, servers

app_name = "pipelines"
urlpatterns = [
    path("", builds.board, name="board"),
    path("<int:pk>/", builds.pipeline_detail, name="pipeline_detail"),
    path("repositories/<int:pk>/", builds.repository_detail, name="repository_detail"),
    path("servers/", servers.server_list, name="server_list"),
    path("servers/add/", servers.server_add, name="server_add"),
    path("servers/<int:pk>/", servers.server_edit, name="server_edit"),
    path("servers/<int:pk>/delete/", servers.server_delete, name="server_delete"),
    path("servers/<int:pk>/history/", history.server_history, name="server_history"),
    path("servers/<int:pk>/poll/", servers.server_poll, name="server_poll"),
    path("servers/<int:pk>/test/", servers.server_test, name="server_test"),
]
