"""What counts as wrong?"""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from alerts import queries, services
from alerts.exports import rules_csv
from alerts.forms import RuleForm
from alerts.models import Rule
from alerts.views.pages import ROWS, RULES, crumbs_to, tabs_of
from courses.exports import wants_csv
from courses.http import Request, page_of
from courses.live import live_page


@require_GET
def rule_list(request: Request) -> HttpResponse:
    """The rules that judge the reader's courses."""
    if wants_csv(request):
        return rules_csv(queries.rules(request.user))
    frame = {**tabs_of(request, RULES), "is_admin": request.user.is_superuser}
    return live_page(request, "alerts/rule_list.html", frame=frame, rules=lambda: _rules(request))


def _rules(request: Request) -> dict[str, Any]:
    page = page_of(request, queries.rules(request.user), size=ROWS)
    mine = Rule.objects.editable_by(request.user).filter(pk__in=[rule.pk for rule in page])
    return {"page": page, "editable": set(mine.values_list("pk", flat=True))}


@require_http_methods(["GET", "POST"])
def rule_edit(request: Request, pk: int) -> HttpResponse:
    """Change when a rule fires."""
    rule = get_object_or_404(Rule.objects.editable_by(request.user).select_related("course"), pk=pk)
    form = RuleForm(request.POST or None, instance=rule)
    if form.is_valid():
        services.save_rule(rule, by=request.user, now=timezone.now())
        words = _("The rule “%(name)s” is saved. The next measurement is judged by it.")
        messages.success(request, words % {"name": rule.name})
        return redirect("alerts:rule_list")
    context = {"form": form, "rule": rule, "crumbs": crumbs_to(RULES)}
    return render(request, "alerts/rule_form.html", context)
