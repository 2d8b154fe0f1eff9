"""The settings of a site that the browser tests visit: those of the product, with a folder of its own.

`INTERFACE_PSEUDO=1` writes every string that passes through gettext in pseudo letters.
"""

import os

from dashboard.settings import *  # noqa: F403
from tests.interface import pseudo

SECRET_KEY = "browser tests only"
ENCRYPTION_KEYS = ["browser tests only"]
ROOT_URLCONF = "tests.interface.urls"
STATIC_ROOT = DATA_DIR.parent / "static"  # noqa: F405  # collected once for all sites
# One web process each, so its own memory is all the cache there is.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# One address signs in all day long.
ACCOUNT_RATE_LIMITS = False

if os.environ.get("INTERFACE_PSEUDO"):
    pseudo.install()
