"""How does Django know this app?"""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
