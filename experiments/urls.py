"""Where are the pages of this app?"""

from django.urls import path

from experiments import views

app_name = "experiments"
urlpatterns = [
    path("", views.experiment_list, name="experiment_list"),
    path("add/", views.experiment_add, name="experiment_add"),
    path("<int:pk>/", views.experiment_detail, name="experiment_detail"),
    path("<int:pk>/edit/", views.experiment_edit, name="experiment_edit"),
    path("<int:pk>/delete/", views.experiment_delete, name="experiment_delete"),
    path("<int:pk>/start/", views.experiment_start, name="experiment_start"),
    path("<int:pk>/stop/", views.experiment_stop, name="experiment_stop"),
    path("<int:pk>/integration/", views.integration, name="integration"),
]
