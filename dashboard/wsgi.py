"""Who answers a request: a wire function for machines, or Django?

Machines call by the thousand and need no session, template or middleware; their functions are
found here by the start of the path, before Django sees the request.
"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django_application = get_wsgi_application()

from collections.abc import Iterable  # noqa: E402  # the apps can be imported from here on

from django.db import close_old_connections  # noqa: E402

from courses.request_id import named  # noqa: E402
from courses.wire import Environ, StartResponse  # noqa: E402
from dashboard.routes import WIRE_ROUTES  # noqa: E402


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI entry of the site."""
    path = environ["PATH_INFO"]
    for prefix, function in WIRE_ROUTES:
        if path.startswith(prefix):
            close_old_connections()
            try:
                return function(environ, named(environ, start_response))
            finally:
                close_old_connections()
    return django_application(environ, start_response)
