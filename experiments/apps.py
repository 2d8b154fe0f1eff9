"""How does Django know this app?"""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "experiments"
