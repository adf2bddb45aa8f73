"""Places of a site: a new one, and what may change of one."""

from formulary.stock.labels import PLACE_KINDS
from formulary.web import fields as f
from formulary.web.forms import Form

ADDED = ("storage", "quarantine", "in_use", "preparation")


class AddPlaceForm(Form):
    """A shelf, a quarantine, a place for open vials or for preparing."""

    name = f.TextField("Name", [f.Required("Give it the name that stands on it.")])
    kind = f.ChoiceField(
        "Kind", [f.Required()], choices=f.choices([(kind, PLACE_KINDS[kind]) for kind in ADDED])
    )
    temperature = f.TextField("Temperature", most=40, hint="As on its door: 2 to 8 °C.")


class ChangePlaceForm(Form):
    """Name, temperature, and whether it is in use."""

    name = f.TextField("Name", [f.Required("Give it the name that stands on it.")])
    temperature = f.TextField("Temperature", most=40)
    count_every = f.CountField("Count it every", most=3650, word="days", hint="Empty: it is never due.")
    is_active = f.YesField("In use")
