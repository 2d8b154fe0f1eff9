"""Where is what the reader has in mind?"""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from courses.http import Request, asked_text, render_page
from dashboard import search


@require_GET
def find(request: Request) -> HttpResponse:
    """Everything the reader may see that has the words of `?q=`; without words, what they need most."""
    text = " ".join(asked_text(request, "q").split())
    groups = search.search(request.user, text) if text else search.frequent(request.user)
    context = {
        "text": text,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
    }
    return render_page(request, "dashboard/search.html", context, partial="options")
