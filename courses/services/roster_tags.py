"""Which tags would a roster give to teams? It gives, and takes none away."""

from courses.models import Course, Tag, Team
from courses.rules.csvfile import Problem, shown
from courses.rules.names import slug_of
from courses.rules.roster import RosterRow
from courses.rules.tags import MOST, split_tags
from courses.services.roster_changes import Change, RosterPlan

TeamTag = Tag.teams.through


class TagDraft:
    """The tags of a course and of its teams as they would be after the import."""

    def __init__(self, course: Course, plan: RosterPlan) -> None:
        self.course, self.plan = course, plan
        self.tags = {tag.name: tag for tag in course.tags.all()}
        self.held: dict[str, set[str]] = {}

    def take(self, row: RosterRow, team: Team) -> None:
        """Take in one line; what several lines say of a team adds up."""
        held = self.held.setdefault(
            slug_of(row.team), {tag.name for tag in team.tags.all()} if team.pk else set()
        )
        names = split_tags(row.tags)
        if len(held.union(names)) > MOST:
            facts = {"team": shown(team.name), "most": MOST}
            self.plan.problems.append(Problem(row.line, "tags", shown(row.tags), "tags_known", facts))
            return
        self.plan.kept += len(held.intersection(names))
        for name in names:
            if name not in held:
                held.add(name)
                self.give(team, name)

    def give(self, team: Team, name: str) -> None:
        if name not in self.tags:
            self.tags[name] = Tag(course=self.course, name=name)
            self.plan.made.append(self.tags[name])
        self.plan.made.append(TeamTag(team=team, tag=self.tags[name]))
        self.plan.changes.append(Change("new", "tag", team.name, name))
