"""How does Django know this app?"""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "health"
