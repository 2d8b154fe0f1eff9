"""How does Django know this app?"""

from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "pipelines"
