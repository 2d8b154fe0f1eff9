"""Which repository belongs to which project, and can it be read?"""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.models import Project, User
from courses.rules.names import REPOSITORY_PATH
from pipelines import rules
from pipelines.models.servers import CIServer

# Never read, because its server cannot be: nothing is known of the repository itself.
UNHEARD = Q(read_at=None) & (Q(server__is_enabled=False) | ~Q(server__last_error_kind=""))


class RepositoryQuerySet(models.QuerySet["Repository"]):
    def visible_to(self, user: User) -> RepositoryQuerySet:
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))

    def editable_by(self, user: User) -> RepositoryQuerySet:
        return self.filter(project__in=Project.objects.editable_by(user).values("pk"))

    def polled(self) -> RepositoryQuerySet:
        """Those that are read: of a server that is, for a team that is not archived."""
        return self.filter(
            server__is_enabled=True, server__course__is_archived=False, project__team__is_archived=False
        )

    def in_words(self) -> RepositoryQuerySet:
        """With `shown_state`: the word the board shows and filters by."""
        return self.annotate(
            shown_state=Case(
                When(UNHEARD, then=Value("unknown")),
                When(state__in=[self.model.State.GONE, self.model.State.NO_ACCESS], then=Value("unreadable")),
                When(branch__status=rules.RED, then=Value("failed")),
                When(branch__status="warning", then=Value("warning")),
                When(branch__status="success", then=Value("success")),
                default=Value("unknown"),
            )
        )

    def not_green_first(self) -> RepositoryQuerySet:
        """Red first, the longest red on top; then what cannot be read; green last; then by team."""
        order = ["failed", "unreadable", "warning", "unknown", "success"]
        rank = Case(*(When(shown_state=word, then=Value(n)) for n, word in enumerate(order)))
        return self.in_words().order_by(
            rank, F("branch__red_since").asc(nulls_last=True), "project__team__name", "project__name", "pk"
        )


class Repository(models.Model):
    """The repository of a project on a CI server."""

    class State(models.TextChoices):
        PENDING = "pending", _("not read yet")
        OK = "ok", _("read")
        EMPTY = "empty", _("empty")
        ARCHIVED = "archived", _("archived")
        NO_ACCESS = "no_access", _("no access")
        GONE = "gone", _("gone")

    project = models.OneToOneField(
        Project, models.CASCADE, related_name="repository", verbose_name=_("project")
    )
    server = models.ForeignKey(
        CIServer, models.CASCADE, related_name="repositories", verbose_name=_("server")
    )
    # Where it is now; `bound_path` is what was entered, and outlives a move on the server.
    path = models.CharField(_("path"), max_length=255, validators=[RegexValidator(REPOSITORY_PATH)])
    bound_path = models.CharField(_("bound path"), max_length=255, editable=False)
    remote_id = models.BigIntegerField(_("remote id"), null=True, editable=False)
    default_branch = models.CharField(_("default branch"), max_length=255, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    state_detail = models.CharField(_("state detail"), max_length=300, blank=True, editable=False)
    is_suspect = models.BooleanField(_("is suspect"), default=False, editable=False)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    # Somebody asked for the pipelines back to then: they are kept beside the newest ones.
    keep_since = models.DateTimeField(_("keep since"), null=True, editable=False)

    objects = RepositoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("repository")
        verbose_name_plural = _("repositories")
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["server", "path"], name="repository_path_on_server")
        ]

    def __str__(self) -> str:
        return self.path

    def get_absolute_url(self) -> str:
        return reverse("pipelines:repository_detail", args=[self.pk])

    @property
    def is_unheard(self) -> bool:
        """Whether only its server's fault can be told: `UNHEARD` of one row."""
        return self.read_at is None and self.server.is_failing

    @property
    def web_url(self) -> str:
        return f"{self.server.base_url.rstrip('/')}/{quote(self.path)}"
