"""What the pages about alerts need from several tables."""

from django.utils import timezone

from alerts import queries
from courses.models import OPERATIONS, Event
from tests import factories


def test_the_first_sign_stands_last_also_at_the_same_instant(db):
    alert = factories.AlertFactory()
    place = {"course": alert.project.team.course, "project": alert.project, "url": alert.get_absolute_url()}
    factories.EventFactory(kind=Event.Kind.ALERT, at=alert.pending_since, title="Firing: x", **place)
    factories.DeliveryFactory(alert=alert, sent_at=alert.pending_since, transition="resolved")
    story = queries.story(alert, alert.deliveries.all(), is_mail_filed=False)
    assert [step.word for step in story] == ["firing", "told", "first sign"]
    assert story[1].text.endswith("was told that it is over")


def test_delivery_counts_tell_all_and_each_state(lecturer, team):
    channel = factories.ChannelFactory(course=team.course)
    for state in ("sent", "sent", "dead"):
        factories.DeliveryFactory(channel=channel, state=state, sent_at=timezone.now())
    factories.DeliveryFactory(state="dead")
    assert queries.delivery_counts(queries.delivery_log(lecturer)) == {"": 3, "sent": 2, "dead": 1}


def test_the_bell_tells_of_the_sample_course_until_there_is_a_course_of_ones_own(db):
    admin = factories.UserFactory(is_superuser=True)
    mine = factories.AlertFactory(state="firing", project__team__course__slug=OPERATIONS)
    made_up = factories.AlertFactory(state="firing", project__team__course__is_sample=True)
    factories.CourseFactory(is_archived=True)
    assert queries.untaken(admin) == {"count": 2, "newest": made_up}
    factories.CourseFactory()
    assert queries.untaken(admin) == {"count": 1, "newest": mine}
