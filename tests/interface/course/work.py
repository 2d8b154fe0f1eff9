"""Which long work was asked for, and how far did it come?"""

from courses.models import Course, Job, JobChunk, User
from tests.interface.course import Story
from tests.interface.course.people import ROLES

# state, lines done, lines in all
JOBS = [
    ("waiting", 0, None),
    ("running", 410, 1000),
    ("done", 600, 600),
    ("failed", 40, 600),
    ("cancelled", 80, 600),
]


def make_jobs(story: Story, course: Course) -> None:
    """Make a roster import in every state; the one that is done made a file."""
    lecturer = User.objects.get(email=ROLES["lecturer"])
    for n, (state, done, total) in enumerate(JOBS):
        is_open = state in Job.OPEN
        job = Job.objects.create(
            course=course,
            kind="courses.roster_import",
            asked_by=lecturer,
            key=f"story-{n}",
            state=state,
            done=done,
            total=total,
            rate_per_s=38.0 if state == "running" else None,
            created_at=story.ago(hours=n, minutes=3),
            started_at=None if state == "waiting" else story.ago(hours=n, minutes=2),
            progress_at=story.ago(seconds=3) if is_open else story.ago(hours=n),
            finished_at=None if is_open else story.ago(hours=n),
            cancelled_by=lecturer if state == "cancelled" else None,
            outcome=story.text("600 people are in their teams.") if state == "done" else "",
            error=story.text("Line 41 names no team.") if state == "failed" else "",
            remedy=story.text("Write one, and import the file again.") if state == "failed" else "",
        )
        if state == "done":
            content = b"email,team\n"
            JobChunk.objects.create(job=job, role="result", start=0, content=content)
            Job.objects.filter(pk=job.pk).update(
                result_name="roster.csv", result_type="text/csv", result_bytes=len(content)
            )
