"""What people type about temperatures: a range, a reading, a correction."""

from formulary.web import fields as f
from formulary.web.forms import Form

MOST_MINUTES = 60 * 24 * 31


class RangeForm(Form):
    """Between what a place is kept, how often it is read, and who says so."""

    low_tenths = f.DegreesField("Not below", hint="Empty: nobody has said.")
    high_tenths = f.DegreesField("Not above")
    reading_every = f.CountField(
        "Minutes between two readings, at most", most=MOST_MINUTES, word="min",
        hint="Empty: no reading is ever missing.",
    )  # fmt: skip
    reason = f.TextField("Why", [f.Required("Say who stated it, and where.")], most=400)


class ReadingForm(Form):
    """What the thermometer shows; a time in the past makes it a late entry."""

    tenths = f.DegreesField("It shows", [f.Required("Type what the thermometer shows.")])
    taken_at = f.InstantField("Read at", hint="Leave it empty for now.")
    late_reason = f.TextField("Why it is entered late", most=400)


class CorrectReadingForm(Form):
    """What the thermometer showed, and why something else was written down."""

    tenths = f.DegreesField("It showed", [f.Required("Type what the thermometer showed.")])
    reason = f.TextField("What was wrong", [f.Required("Say what was wrong.")], most=400)
