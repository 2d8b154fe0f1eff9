"""What happens when a place a project runs is given up?"""

from datetime import datetime

from django.db import transaction

from alerts.services import close_alerts
from courses.models import Environment, User
from courses.services import record_events, settings_event
from health.models import EnvironmentState
from health.services.results import subject_of


@transaction.atomic
def remove_environment(environment: Environment, *, actor: User, now: datetime) -> None:
    """Delete an environment with its check, measurements, events and keys, and end its open alerts."""
    # Under this lock no worker stores an answer, so none can open another alert in the meantime.
    list(EnvironmentState.objects.select_for_update().filter(pk=environment.pk))
    pk, name, project = environment.pk, environment.name, environment.project
    if not Environment.objects.filter(pk=pk).delete()[0]:
        return
    reason = f"The environment “{name}” was deleted."
    close_alerts([subject_of(pk)], reason=reason, now=now)
    title = f"Environment “{name}” deleted"
    record_events([settings_event(project, title=title, detail=environment.url, actor=actor, now=now)])
