"""How does Django know this app?"""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
