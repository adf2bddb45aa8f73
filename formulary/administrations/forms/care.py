"""What a clinic decides about one topic of after-care."""

from formulary.web import fields as f
from formulary.web.forms import Form

CHOICES = [
    ("strictest", "What the strictest source says"),
    ("own", "A time of our own"),
    ("left_out", "Leave it off the sheet"),
]
UNITS = [("hours", "hours"), ("days", "days"), ("months", "months")]


class CareForm(Form):
    """The choice, a time where it is the clinic's own, and why."""

    choice = f.OneOf("What holds here", [f.Required()], choices=f.choices(CHOICES))
    number = f.CountField("For how long", [f.Optional()], most=400, hint="Only for a time of your own.")
    unit = f.ChoiceField("Counted in", [f.Required()], choices=f.choices(UNITS))
    reason = f.NotesField("Why", [f.Required()], most=400)
