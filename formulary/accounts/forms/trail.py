"""Looking through the audit trail and the log of who saw patients."""

from formulary.web import fields as f
from formulary.web.forms import SearchForm

OUTCOMES = [("done", "done"), ("refused", "refused")]


class TrailForm(SearchForm):
    """Which entries; every answer is one of a list or a date."""

    person = f.IdSelect("Person")
    act = f.ChoiceField("Act", default="")
    outcome = f.ChoiceField("Outcome", choices=f.choices(OUTCOMES, empty="Any"), default="")
    since = f.DateField("From")
    until = f.DateField("To")
    kind = f.ChoiceField("Object", default="")
    id = f.CountField("Its number", most=2**31 - 1)


class AccessForm(SearchForm):
    """Which looks at patients."""

    person = f.IdSelect("Person")
    since = f.DateField("From")
    until = f.DateField("To")
