"""The settings of the site, made fast and private for tests.

`python -m tests.run` names a real broker in TEST_REDIS_URL; a bare `pytest` does without one.
"""

import os
import tempfile
from pathlib import Path

from dashboard.settings import *  # noqa: F403

SECRET_KEY = "tests only"
ENCRYPTION_KEYS = ["tests only"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TEST_REDIS_URL = os.environ.get("TEST_REDIS_URL", "")
if TEST_REDIS_URL:
    CACHES["default"] |= {"LOCATION": TEST_REDIS_URL, "KEY_PREFIX": f"test-{os.getpid()}"}  # noqa: F405
    CELERY_BROKER_URL = TEST_REDIS_URL.replace("unix://", "redis+socket://")
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://"
DATA_DIR = Path(
    os.environ.get("TEST_DATA_DIR") or Path(tempfile.gettempdir()) / f"courseops-tests-{os.getuid()}"
)
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = True
