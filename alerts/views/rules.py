"""What counts as wrong?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from alerts import services
from alerts.forms import RuleForm
from alerts.models import Rule
from alerts.views.pages import ROWS, tabs_of
from courses.http import Request, page_of


@require_GET
def rule_list(request: Request) -> HttpResponse:
    """The rules that judge the reader's courses."""
    page = page_of(request, Rule.objects.visible_to(request.user).select_related("course"), size=ROWS)
    mine = Rule.objects.editable_by(request.user).filter(pk__in=[rule.pk for rule in page])
    context = {**tabs_of(request), "page": page, "editable": set(mine.values_list("pk", flat=True))}
    return render(request, "alerts/rule_list.html", context)


@require_http_methods(["GET", "POST"])
def rule_edit(request: Request, pk: int) -> HttpResponse:
    """Change when a rule fires."""
    rule = get_object_or_404(Rule.objects.editable_by(request.user).select_related("course"), pk=pk)
    form = RuleForm(request.POST or None, instance=rule)
    if form.is_valid():
        services.save_rule(rule, by=request.user, now=timezone.now())
        messages.success(request, f"The rule “{rule.name}” is saved. The next measurement is judged by it.")
        return redirect("alerts:rule_list")
    return render(request, "alerts/rule_form.html", {"form": form, "rule": rule})
