"""Does the navigation lead to the reader's own team? For the header of every page."""

from django import template
from django.template import Context

from dashboard.queries import page_of_only_team

register = template.Library()


@register.simple_tag(takes_context=True)
def own_team(context: Context) -> str:
    """Return the page of the reader's only team; `?`, which is in no path, for who has none or more.

    own_page: what a view gave that knows it already.
    """
    known = context.get("own_page")
    return (page_of_only_team(context["request"].user) if known is None else known) or "?"
