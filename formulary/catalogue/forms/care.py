"""A protocol of the clinic's own."""

from formulary.catalogue.labels.care import INDICATION_WORDS
from formulary.web import fields as f
from formulary.web.forms import Form

DAYS = [("days", "days"), ("months", "months")]
OPEN = "Empty leaves it open."


class ProtocolForm(Form):
    """Sessions, interval, upkeep and what it rests on."""

    name = f.TextField("Name", [f.Required()], most=120)
    indication = f.ChoiceField("Indication", [f.Required()], choices=f.choices(INDICATION_WORDS.items()))
    sessions_low = f.CountField("Sessions, at least", [f.Optional()], most=60, hint=OPEN)
    sessions_high = f.CountField("Sessions, at most", [f.Optional()], most=60, hint=OPEN)
    least = f.CountField("Apart, at least", [f.Optional()], most=400, hint=OPEN)
    most = f.CountField("Apart, at most", [f.Optional()], most=400, hint=OPEN)
    unit = f.ChoiceField("Counted in", [f.Required()], choices=f.choices(DAYS))
    upkeep_least = f.CountField("Kept up every, at least", [f.Optional()], most=400, hint=OPEN)
    upkeep_most = f.CountField("Kept up every, at most", [f.Optional()], most=400, hint=OPEN)
    upkeep_unit = f.ChoiceField("Upkeep counted in", [f.Required()], choices=f.choices(DAYS))
    source = f.NotesField("What it rests on", [f.Required()], most=1000)
    note = f.NotesField("Remarks", [f.Optional()], most=1000)


class ProtocolChangeForm(ProtocolForm):
    """The same again, with a reason; its name stays."""

    name = None  # type: ignore[assignment]  # how WTForms leaves a field of the class above out
    retire = f.YesField("Retire it: it is offered no more, open courses keep it")
    reason = f.NotesField("Why it changes", [f.Required()], most=400)
