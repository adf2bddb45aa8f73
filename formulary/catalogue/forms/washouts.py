"""The clinic's own time for a wash-out."""

from formulary.web import fields as f
from formulary.web.forms import Form

UNITS = [("days", "days"), ("hours", "hours"), ("months", "months")]


class WashoutForm(Form):
    """How long without it, and why."""

    least = f.CountField(
        "How long without it", [f.Optional()], most=400, hint="Empty: no time of our own any more."
    )
    unit = f.ChoiceField("Counted in", [f.Required()], choices=f.choices(UNITS))
    reason = f.NotesField("Why", [f.Required()], most=400)
