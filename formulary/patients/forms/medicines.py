"""What a patient takes: of a list or in words, by whose choice, since when and until which last day."""

from typing import Any

from formulary.patients.actions import Taken
from formulary.patients.labels import CHOICES, TAKINGS
from formulary.web import fields as f
from formulary.web.forms import Form


class MedicineForm(Form):
    """One medicine, supplement or the like; the same form puts an entry right."""

    kind = f.IdSelect("Kind", [f.Optional()], hint="Wash-outs are on record for the kinds of this list.")
    name = f.TextField(
        "Name",
        [f.Optional()],
        most=120,
        hint="Brand and strength. Without a kind it is on record in words alone.",
    )
    choice = f.OneOf("By whose choice", [f.Required()], choices=f.choices(CHOICES))
    taking = f.OneOf("Taken", [f.Required()], choices=f.choices(TAKINGS))
    last_taken_on = f.DateField("Last taken on", [f.Optional()], hint="Where it is no longer taken.")
    started_on = f.DateField("Begun on", [f.Optional()], hint="Leave it empty where nobody knows.")
    remark = f.NotesField("Remark", [f.Optional()], most=400)

    def offer(self, kinds: Any) -> None:
        """Offer the kinds of the catalogue."""
        pairs = [(kind.id, kind.name) for kind in kinds]
        self.kind.choices = f.choices(pairs, empty="Another, in words")

    @property
    def taken(self) -> Taken:
        """What was told."""
        told = self.values("kind")
        return Taken(kind_id=self.kind.data, **told)


class TakesForm(Form):
    """The question was asked: nothing is taken, or the list is complete."""

    answer = f.ChoiceField(
        choices=f.choices([("none", "takes nothing"), ("complete", "the list is complete")])
    )


class CloseMedicineForm(Form):
    """From which day on what is in words alone does not matter, and why."""

    closed_on = f.DateField("From this day on it does not matter", [f.Required()])
    why = f.NotesField(
        "Why", [f.Required()], most=400, hint="What it is, whom you asked, and what they said."
    )
