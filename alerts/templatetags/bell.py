"""How many alerts wait for somebody? The bell in the header of every page."""

from functools import partial

from django import template
from django.template import Context

from alerts import queries
from courses.live import own_part

register = template.Library()


@register.simple_tag(takes_context=True)
def bell(context: Context) -> str:
    """Show the bell of who reads the page. It costs a query once in some seconds, not once a page."""
    request = context["request"]
    return own_part(request, "alerts/badge.html", "bell", partial(queries.untaken, request.user))
