"""Which options keep the databases, the broker, the templates, the browser's rules and the log in order?"""

from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry

# Immediate transactions and a long timeout: the busy handler is unfair, and in WAL mode a read
# that turns into a write fails at once instead of waiting.
SQLITE: dict[str, Any] = {
    "CONN_MAX_AGE": 60,
    "OPTIONS": {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;"
        "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000;",
    },
}


def postgresql(pool_size: int) -> dict[str, Any]:
    """Return the options of a pool of at most `pool_size` connections in each process.

    A pool and not kept connections: the idle threads of the web server end and would leave
    theirs to the garbage collector.
    """
    # With the database away, a request waits for a connection more than once before it gives up.
    pool = {"min_size": 1, "max_size": pool_size, "timeout": 2}
    return {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "OPTIONS": {"pool": pool}}


# A task of a lost worker is handed out again within seconds of `visibility_timeout`, which must
# stay above the longest task; kombu's own defaults sweep every 100 s.
BROKER: dict[str, Any] = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "health_check_interval": 15,
}
# A page waits this long, and once, for a cache that does not answer; redis-py itself asks ten times.
CACHE: dict[str, Any] = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "retry": Retry(NoBackoff(), 0),
}

# What every template sees, and the tags it need not load.
TEMPLATES: dict[str, Any] = {
    "context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ],
    "builtins": [
        "courses.templatetags.ui",
        "django.templatetags.i18n",
        "template_partials.templatetags.partials",
    ],
}

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}


def logging(level: str) -> dict[str, Any]:
    """Return how to log: one line for each event of `level` or above, with the request it came from."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "courses.request_id.NameRequest"},
            "refusals": {"()": "courses.request_id.TellRefusals"},
        },
        "formatters": {
            "line": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"}
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request_id", "refusals"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
    }
