"""Which choices does this installation make? The only module that reads the environment."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env
from kombu import Exchange, Queue

from dashboard import tuning
from dashboard.local import local_secret, socket_path
from dashboard.schedule import TICKS

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# Where the site is ---------------------------------------------------------------------------
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var").resolve()
PORT = env.int("PORT", 8000)
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
BIND_ADDRESS = env.str("BIND_ADDRESS", "127.0.0.1")
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", 2)
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", 16)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [str(urlsplit(SITE_URL).hostname), "127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
DEBUG = env.bool("DEBUG", False)

# Secrets -------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", "") or local_secret(DATA_DIR / "secret_key")
# The first key encrypts, every key decrypts: put a new one in front to rotate.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", [SECRET_KEY])
ADMIN_EMAIL = env.str("ADMIN_EMAIL", "admin@localhost")
ADMIN_PASSWORD = env.str("ADMIN_PASSWORD", "")

# Outgoing requests reach public addresses, this site's own port, and the networks named here:
# "10.1.0.0/16" or "192.168.7.4/32:8080".
OUTBOUND_ALLOW = [f"127.0.0.1/32:{PORT}", *env.list("OUTBOUND_ALLOW", [])]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # its templates; ours in templates/django/forms come first
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
    "courses",
    "alerts",
    "health",
    "pipelines",
    "experiments",
    "dashboard",
]
MIDDLEWARE = [
    "courses.request_id.name_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "courses.methods.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "courses.methods.explain_method",
    "courses.reader.reader_settings",
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": tuning.TEMPLATES,
    }
]

# Database: SQLite on one machine, PostgreSQL by DATABASE_URL -----------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR}/courseops.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"] |= tuning.SQLITE
else:
    # Each thread of a worker holds a connection while its task waits for the network.
    tuned = tuning.postgresql(env.int("DATABASE_POOL_SIZE", WORKER_CONCURRENCY))
    tuned["OPTIONS"] |= DATABASES["default"].get("OPTIONS", {})
    DATABASES["default"] |= tuned
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Broker and cache: embedded Valkey on a socket, or REDIS_URL -----------------------------------
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL.startswith("rediss:") and not env.bool("REDIS_TLS_VERIFY", True):
    REDIS_URL += "?ssl_cert_reqs=none"
VALKEY_SOCKET = socket_path(DATA_DIR)
BROKER_URL = REDIS_URL or f"redis+socket://{VALKEY_SOCKET}"
CACHES = {
    "default": {
        "BACKEND": "dashboard.cache.SharedCache",
        "LOCATION": REDIS_URL or f"unix://{VALKEY_SOCKET}?db=2",
        "KEY_PREFIX": "courseops",
        "OPTIONS": tuning.CACHE,
    }
}

# Celery: the clock. What is due stands in the database -----------------------------------------
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1000
CELERY_BROKER_TRANSPORT_OPTIONS = tuning.BROKER
# One queue for work that any worker may do, and one that every worker hears. The second is declared
# here and not by kombu's Broadcast, which senders do not declare: nobody would hear it.
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES = [Queue("celery"), Queue("every_worker", Exchange("every_worker", type="fanout"))]
CELERY_TASK_ROUTES = {"health.tasks.sample_host": {"queue": "every_worker"}}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = TICKS

# People ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "courses.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:overview"
ACCOUNT_ADAPTER = "courses.accounts.ClosedSignup"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
# A lab full of students shares one network; failures have tighter limits, "key" is account and network.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/10m/ip,5/15m/key"}
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)

# Mail: into files until a server is named --------------------------------------------------------
EMAIL_URL = env.dj_email_url("EMAIL_URL", f"file://{DATA_DIR}/mail")
EMAIL_BACKEND = EMAIL_URL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_HOST = EMAIL_URL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = EMAIL_URL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_URL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL_URL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL_URL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_URL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Courseops <courseops@localhost>")

# Language, time, files ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# One language so far. The second entry writes dates and clocks the American way.
LANGUAGES = [("en", "English"), ("en-us", "English (United States)")]
FORMAT_MODULE_PATH = ["courses.formats"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Browser-side protection --------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = tuning.CONTENT_SECURITY_POLICY
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$"]  # probes ask on this machine, past the proxy
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = int(timedelta(days=730).total_seconds()) if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = tuning.logging(env.str("LOG_LEVEL", "WARNING"))
