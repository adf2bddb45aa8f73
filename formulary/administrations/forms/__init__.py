"""What is entered while a cocktail is given, and about what was felt afterwards."""

from formulary.administrations.forms.care import CareForm
from formulary.administrations.forms.courses import (
    AgreedForm,
    BookForm,
    CloseAppointmentForm,
    CountForm,
    CourseForm,
    DayForm,
    EndCourseForm,
    MoveForm,
)
from formulary.administrations.forms.reactions import (
    CorrectReactionForm,
    ExportForm,
    FollowUpForm,
    RatesForm,
    ReactionForm,
    WithdrawForm,
)
from formulary.administrations.forms.sessions import (
    AnaestheticForm,
    CloseForm,
    PauseForm,
    PointsForm,
    RemoveSiteForm,
    ResumeForm,
    StartForm,
)

__all__ = [
    "AgreedForm",
    "AnaestheticForm",
    "BookForm",
    "CareForm",
    "CloseAppointmentForm",
    "CloseForm",
    "CorrectReactionForm",
    "CountForm",
    "CourseForm",
    "DayForm",
    "EndCourseForm",
    "ExportForm",
    "FollowUpForm",
    "MoveForm",
    "PauseForm",
    "PointsForm",
    "RatesForm",
    "ReactionForm",
    "RemoveSiteForm",
    "ResumeForm",
    "StartForm",
    "WithdrawForm",
]
