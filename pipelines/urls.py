"""Where are the pages of this app?"""

from django.urls import path

from pipelines import views

app_name = "pipelines"
urlpatterns = [
    path("", views.board, name="board"),
    path("<int:pk>/", views.pipeline_detail, name="pipeline_detail"),
    path("repositories/<int:pk>/", views.repository_detail, name="repository_detail"),
    path("servers/", views.server_list, name="server_list"),
    path("servers/add/", views.server_add, name="server_add"),
    path("servers/<int:pk>/", views.server_edit, name="server_edit"),
    path("servers/<int:pk>/poll/", views.server_poll, name="server_poll"),
    path("servers/<int:pk>/test/", views.server_test, name="server_test"),
]
