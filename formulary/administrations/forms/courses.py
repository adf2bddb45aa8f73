"""Courses and appointments: what is agreed, when, and what became of it."""

from datetime import date

from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm

CLOSINGS = [("kept", "Kept: the patient came"), ("no_show", "No-show"), ("cancelled", "Cancelled")]
NO_COURSE = "For no course"


class AgreedForm(Form):
    """How many sessions, and at what price; both may be left open."""

    sessions = f.CountField("Sessions planned", [f.Optional()], most=60, hint="Empty leaves it open.")
    session_price = f.MoneyField("Price of one session", [f.Optional()])
    course_price = f.MoneyField("Price of the whole course", [f.Optional()], hint="Where agreed as one.")
    note = f.NotesField("Remarks", [f.Optional()], most=1000)


class CourseForm(AgreedForm):
    """A course on a protocol."""

    protocol_id = f.IdSelect("Protocol", [f.Required()])


class EndCourseForm(Form):
    """Why a course ends."""

    why = f.NotesField("Why it ends", [f.Required()], most=400)


class CountForm(Form):
    """A cocktail that counts towards a course."""

    cocktail_id = f.IdField()


class BookForm(Form):
    """A time to come, and what for."""

    starts_at = f.InstantField("When", [f.Required()])
    course_id = f.IdSelect("Course", [f.Optional()])
    what = f.TextField("What for", [f.Optional()], most=120)
    early_why = f.TextField(
        "Why before the interval is over", [f.Optional()], most=400, hint="Asked only where it is."
    )


class MoveForm(Form):
    """Another time."""

    starts_at = f.InstantField("New time", [f.Required()])
    early_why = f.TextField(
        "Why before the interval is over", [f.Optional()], most=400, hint="Asked only where it is."
    )


class CloseAppointmentForm(Form):
    """What became of it."""

    state = f.OneOf("What became of it", [f.Required()], choices=f.choices(CLOSINGS))
    why = f.TextField("Why", [f.Optional()], most=400, hint="Needed where it is cancelled.")


class DayForm(SearchForm):
    """A day of the list."""

    day = f.DateField("Day", [f.Optional()], earliest=date(1900, 1, 1), latest=date(2999, 12, 31))
