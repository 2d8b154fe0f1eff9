"""What would a roster change in a course? The plan: unsaved rows, made without writing anything.

Nothing is looked up line by line, so 5,000 lines cost as many queries as five.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db.models import Model
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from courses.models import Course, Environment, Membership, Project, Team, User
from courses.rules.csvfile import Problem, shown
from courses.rules.names import name_key, slug_of
from courses.rules.roster import RosterRow
from courses.services.roster_changes import Change, RosterPlan
from courses.services.roster_tags import TagDraft
from courses.wording import ROLES

PRODUCTION = "production"


class Draft:
    """The course as it would be after the import; nothing of it is stored."""

    def __init__(self, course: Course, rows: Sequence[RosterRow], now: datetime) -> None:
        self.course, self.rows, self.now, self.plan = course, rows, now, RosterPlan()
        names = list(course.teams.values_list("pk", "slug", "name"))
        self.by_slug = {slug: pk for pk, slug, _name in names}
        self.by_name = {name_key(name): pk for pk, _slug, name in names}
        meant = course.teams.filter(pk__in=[self.known_team(row) or 0 for row in rows])
        self.there = {team.pk: team for team in meant.prefetch_related("projects__environments", "tags")}
        self.tags, self.teams = TagDraft(course, self.plan), dict[str, Team]()
        people = User.objects.alias(small=Lower("email")).filter(small__in={row.email for row in rows})
        self.people: dict[str, User] = {person.email.lower(): person for person in people}
        paths = {row.repository.lower() for row in rows if row.repository}
        owned = Project.objects.alias(small=Lower("repository_path")).filter(
            team__course=course, small__in=paths
        )
        self.owners = {p.repository_path.lower(): p.team for p in owned.select_related("team")}
        self.places: dict[str, RosterRow] = {}
        self.roles: dict[str, list[Membership]] = {}
        for membership in course.memberships.filter(user__in=people).select_related("user", "team"):
            self.roles.setdefault(membership.user.email.lower(), []).append(membership)

    def make(self, what: str, row: Model, name: str, detail: str = "") -> None:
        self.plan.made.append(row)
        self.plan.changes.append(Change("new", what, name, detail))

    def change(self, what: str, row: Model, name: str, detail: str) -> None:
        self.plan.updated.append(row)
        self.plan.changes.append(Change("changed", what, name, detail))

    def refuse(self, row: RosterRow, column: str, kind: str, **facts: object) -> None:
        value = shown(getattr(row, column))
        self.plan.problems.append(Problem(row.line, column, value, kind, facts))

    def run(self) -> RosterPlan:
        """Take in all lines, then give each team its project and environment; return the plan."""
        for row in self.rows:
            self.take(row)
        for slug, row in self.places.items():
            project = self.project(row, self.teams[slug])
            if project and row.url:
                self.environment(row, project)
        return self.plan

    def take(self, row: RosterRow) -> None:
        """Take in one line; what it says about a project waits for the other lines of the team."""
        team = self.team(row)
        if row.email:
            self.role(row, team)
        self.tags.take(row, team)
        place = self.places.setdefault(slug_of(row.team), row)
        if row.repository and not place.repository:
            place = replace(place, repository=row.repository, line=row.line)
        if row.url and not place.url:
            place = replace(place, url=row.url, line=row.line)
        self.places[slug_of(row.team)] = place

    def known_team(self, row: RosterRow) -> int | None:
        """Return the key of the course's team of that name, else of that address."""
        return self.by_name.get(name_key(row.team)) or self.by_slug.get(slug_of(row.team))

    def team(self, row: RosterRow) -> Team:
        """Return the team of a line: the one of that name, else that address, else a new one."""
        slug = slug_of(row.team)
        if slug in self.teams:
            return self.teams[slug]
        team = self.there.get(self.known_team(row) or 0)
        if team is None:
            team = Team(course=self.course, name=row.team, slug=slug, created_at=self.now)
            self.make("team", team, row.team)
        elif team in self.teams.values():
            self.refuse(row, "team", "team_again", team=team.name)
        else:
            self.plan.kept += 1
            self.plan.kept_teams += 1
        self.teams[slug] = team
        return team

    def person(self, row: RosterRow) -> User:
        person = self.people.get(row.email)
        if person is None:
            password = make_password(None)  # set by the person, through the reset mail
            person = User(email=row.email, name=row.name, password=password, created_at=self.now)
            self.people[row.email] = person
            self.make("person", person, row.email, row.name)
        elif row.name and not person.name:
            person.name = row.name
            if person.pk:
                self.change("person", person, row.email, _("is called %(name)s") % {"name": row.name})
        return person

    def role(self, row: RosterRow, team: Team) -> None:
        person = self.person(row)
        mine = self.roles.setdefault(row.email, [])
        other = next((membership for membership in mine if membership.role != row.role), None)
        if other:
            self.refuse(row, "role", "role_known", role=other.role)
        elif any(membership.team == team for membership in mine):
            self.plan.kept += 1
        elif row.role == Membership.Role.STUDENT and mine:
            self.move(row, mine, team)
        else:
            membership = Membership(
                user=person, course=self.course, team=team, role=row.role, created_at=self.now
            )
            mine.append(membership)
            words = _("%(role)s of %(team)s") % {"role": ROLES[row.role], "team": team.name}
            self.make("membership", membership, row.email, words)

    def move(self, row: RosterRow, mine: Sequence[Membership], team: Team) -> None:
        if len(mine) > 1:
            self.refuse(row, "team", "teams_known")
            return
        words = _("moves from %(old)s to %(new)s") % {"old": mine[0].team, "new": team.name}
        self.change("membership", mine[0], row.email, words)
        mine[0].team = team

    def known_project(self, row: RosterRow, known: Sequence[Project]) -> Project | None:
        """Return the one with the line's repository, else its name, else the only one that fits."""
        slug = slug_of(row.project_name)
        by_path = (p for p in known if row.repository and p.repository_path == row.repository)
        project = next(by_path, next((p for p in known if p.slug == slug), None))
        if project is None and len(known) == 1 and not (row.repository and known[0].repository_path):
            return known[0]
        return project

    def project(self, row: RosterRow, team: Team) -> Project | None:
        """Return the project a line means, or None where it says nothing about one."""
        known = list(team.projects.all()) if team.pk else []
        owner = self.owners.get(row.repository.lower(), team) if row.repository else team
        if owner != team:
            self.refuse(row, "repository", "owner_known", team=owner.name)
            return None
        project = self.known_project(row, known)
        if project is None and known and not row.repository:
            if row.url:
                self.refuse(row, "url", "projects_known")
            return None
        if project is None:
            return self.new_project(row, team)
        old = project.repository_path
        if row.repository in ("", old):
            self.plan.kept += 1
        else:
            project.repository_path = row.repository
            words = _("repository: %(old)s → %(new)s") % {"old": old or _("none"), "new": row.repository}
            self.change("project", project, f"{team.name} · {project.name}", words)
        return project

    def new_project(self, row: RosterRow, team: Team) -> Project:
        name = row.project_name
        values = {"slug": slug_of(name), "repository_path": row.repository, "created_at": self.now}
        project = Project(team=team, name=name[:120], **values)
        self.make("project", project, f"{team.name} · {project.name}", row.repository)
        return project

    def environment(self, row: RosterRow, project: Project) -> None:
        """Put the project's production environment at the line's URL."""
        known = project.environments.all() if project.pk else []
        environment = next((e for e in known if e.slug == PRODUCTION), None)
        name = f"{project.team.name} · {PRODUCTION}"
        if environment is None:
            environment = Environment(
                project=project, name=PRODUCTION, slug=PRODUCTION, url=row.url, created_at=self.now
            )
            self.make("environment", environment, name, row.url)
        elif environment.url != row.url:
            words = _("URL: %(old)s → %(new)s") % {"old": environment.url or _("none"), "new": row.url}
            environment.url = row.url
            self.change("environment", environment, name, words)
        else:
            self.plan.kept += 1
