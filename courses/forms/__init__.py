"""Is this input valid?"""

from courses.forms.api_keys import ApiKeyForm
from courses.forms.catalogue import (
    CourseForm,
    NewCourseForm,
    TeamForm,
    TeamNoteForm,
    course_field,
)
from courses.forms.people import MemberForm, ProfileForm, ReadingForm, ThemeForm
from courses.forms.projects import EnvironmentForm, ProjectChoiceForm, ProjectForm
from courses.forms.roster import RosterForm

__all__ = [
    "ApiKeyForm",
    "CourseForm",
    "EnvironmentForm",
    "MemberForm",
    "NewCourseForm",
    "ProfileForm",
    "ProjectChoiceForm",
    "ProjectForm",
    "ReadingForm",
    "RosterForm",
    "TeamForm",
    "TeamNoteForm",
    "ThemeForm",
    "course_field",
]
