"""Where are the pages of this app?"""

from django.urls import URLPattern

app_name = "courses"
urlpatterns: list[URLPattern] = []
