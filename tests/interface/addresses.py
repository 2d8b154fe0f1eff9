"""Which addresses does the site have? Every named URL pattern, filled with rows of the data set.

A new address with a number in it needs its line in FACTORIES of tests/dashboard/test_every_url.py and
a row in tests/interface/course; what has several looks worth seeing gets a line in LOOKS.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NoReturn

from django.apps import apps
from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from alerts.models import Alert, Delivery
from alerts.services.stop_links import SIGNER, Mails
from courses.models import Course, Environment, Job, Project, Team, User
from experiments.models import Experiment
from pipelines.models import Pipeline, Repository
from tests import factories
from tests.dashboard.test_every_url import FACTORIES
from tests.interface.course import WORST

Values = dict[str, object]


class UnknownError(Exception):
    """An address whose arguments nobody can fill; says what to add."""


@dataclass(frozen=True)
class Address:
    name: str
    path: str


def patterns(
    entries: Iterable[URLPattern | URLResolver], space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Give the name and the pattern of every address. Those without a name are called by their route."""
    for entry in entries:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry.url_patterns, inner)
        else:
            yield f"{space}{entry.name or entry.pattern}", entry


def addresses(urlconf: str = "dashboard.urls") -> Iterator[Address]:
    """Give every address of the site that the data set can fill.

    Raises UnknownError with the names of the others, but for a data set without any team.
    """
    unknown = []
    for name, pattern in patterns(get_resolver(urlconf).url_patterns):
        if not pattern.name:  # the panel's catch-all; everything else has a name
            continue
        try:
            paths = [
                reverse(name, kwargs=values)
                for values in fillings(name, tuple(pattern.pattern.regex.groupindex))
            ]
        except (UnknownError, NoReverseMatch) as error:
            unknown.append(f"{name}: {error}")
            continue
        yield from (
            Address(name, path + asked) for path in dict.fromkeys(paths) for asked in ASKED.get(name, [""])
        )
    if unknown and Team.objects.exists():
        raise UnknownError("\n".join(unknown))


# Pages that show themselves in several ways, and how they are asked to.
ASKED = {
    "dashboard:overview": ["?view=grid", "?view=table"],
    "experiments:experiment_detail": ["", "?from=2000-01-01&to=2100-01-01"],
    "health:host_detail": ["", "?from=yesterday"],
}


def fillings(name: str, parameters: tuple[str, ...]) -> list[Values]:
    """Return the values to fill `parameters` of the address `name` with, one dict for each look of it."""
    if not parameters:
        return [{}]
    if name.startswith("admin:"):
        return _panel(name, parameters)
    if set(parameters) <= {"course", "team", "project"}:
        return _places(parameters)
    if "pk" in parameters:
        rest = tuple(parameter for parameter in parameters if parameter != "pk")
        return [{**values, "pk": row.pk} for values in fillings(name, rest)[:1] for row in _rows(name)]
    if set(parameters) <= set(ODD):
        return [{parameter: ODD[parameter]() for parameter in parameters}]
    raise UnknownError(f"Add values for {parameters} to fillings() in {__file__}.")


# What stands for no row: the link of a password mail that has expired, the one that stops mails.
ODD = {"uidb36": lambda: "1", "key": lambda: "k", "token": lambda: SIGNER.sign(f"1-{Mails.ALERTS}")}


def _places(parameters: tuple[str, ...]) -> list[Values]:
    course = Course.objects.filter(slug="se").first() or _nothing("course")
    if parameters == ("course",):
        return [{"course": course.slug}]
    if "project" not in parameters:
        slugs = ["bare", f"team-{_worst(Team.objects.filter(course=course, slug__startswith='team-'))}"]
        found = Team.objects.filter(course=course, slug__in=slugs).values_list("slug", flat=True)
        return [{"course": course.slug, "team": slug} for slug in found]
    rows = Project.objects.filter(team__course=course).order_by("pk")
    return [
        {"course": course.slug, "team": row.team.slug, "project": row.slug}
        for row in [*rows[WORST : WORST + 1], *rows.reverse()[:1]] or _nothing("project")
    ]


def _worst(teams: QuerySet[Team]) -> int:
    return WORST % max(1, teams.count())


def _nothing(of: str) -> NoReturn:
    raise UnknownError(f"The data set holds no {of}: make one in tests/interface/course.")


def _rows(name: str) -> list[Model]:
    """Return the rows that the number in the address `name` may stand for, one for each look."""
    model = _model(name)
    look = LOOKS.get(name) or LOOKS.get(model) or _first
    return look(model.objects.order_by("pk")) or _nothing(model.__name__)


def _model(name: str) -> type[Model]:
    """Return the model that the address `name` is about: `courses:job_detail` is about jobs."""
    fitting = [factory for start, factory in FACTORIES.items() if name.startswith(start)]
    if fitting:
        return getattr(factories, fitting[0])._meta.model
    app, _, rest = name.partition(":")
    models = {model.__name__.lower(): model for model in apps.get_app_config(app).get_models()}
    if rest.partition("_")[0] not in models:
        raise UnknownError("Add its factory to FACTORIES in tests/dashboard/test_every_url.py.")
    return models[rest.partition("_")[0]]


def _first(rows: QuerySet[Model]) -> list[Model]:
    return list(rows[:1])


def _one_of_each(field: str, count: int = 1):
    """Return a look at the first `count` rows for each value of `field`."""

    def look(rows: QuerySet[Model]) -> list[Model]:
        values = list(rows.order_by(field).values_list(field, flat=True).distinct())
        return [row for value in values for row in islice(rows.filter(**{field: value}), count)]

    return look


def _worst_fine_and_bare(rows: QuerySet[Model]) -> list[Model]:
    """Return the row of the worst team, of one without trouble, and the last one."""
    return [*rows[WORST : WORST + 1], *rows[:1], *rows.reverse()[:1]]


LOOKS = {
    Alert: _one_of_each("state"),
    Delivery: _one_of_each("state"),
    Environment: _worst_fine_and_bare,
    Experiment: _one_of_each("state"),
    "experiments:experiment_detail": _one_of_each("state", 5),
    Job: _one_of_each("state"),
    Pipeline: _one_of_each("status"),
    Repository: _worst_fine_and_bare,
}


def _panel(name: str, parameters: tuple[str, ...]) -> list[Values]:
    """Return the values for an address of the admin panel: the first row of its model."""
    if parameters == ("app_label",):
        return [{"app_label": label} for label in ("alerts", "courses", "experiments", "health", "pipelines")]
    if parameters == ("content_type_id", "object_id"):
        return []  # leads to the row's own page
    model = next(
        (
            model
            for model in apps.get_models()
            if name.startswith(f"admin:{model._meta.label_lower.replace('.', '_')}_")
        ),
        None,
    )
    if name == "admin:auth_user_password_change":
        model = User
    if model is None:
        raise UnknownError(f"Add values for {parameters} to _panel() in {__file__}.")
    row = model.objects.order_by("pk").first()
    known = {"object_id": row.pk if row else None, "id": row.pk if row else None}
    return [{parameter: known[parameter] for parameter in parameters}] if row else []
