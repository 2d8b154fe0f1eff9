"""How do workers find their tasks?"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

app = Celery("courseops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
