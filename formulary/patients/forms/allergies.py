"""Allergies: found in the catalogue by any part of a name, then noted with how bad it was."""

from collections.abc import Sequence
from typing import Any

from formulary.rules.facts import AllergySeverity
from formulary.web import fields as f
from formulary.web.forms import Form

WORDS = "words"
SEVERITIES = [
    (AllergySeverity.ANAPHYLAXIS, "Anaphylaxis"),
    (AllergySeverity.SEVERE, "Severe"),
    (AllergySeverity.MODERATE, "Moderate"),
    (AllergySeverity.MILD, "Mild"),
    (AllergySeverity.UNKNOWN, "Not known"),
]


class AllergyForm(Form):
    """What is typed, what of the catalogue it stands for, and how bad the reaction was."""

    what = f.TextField(
        "Substance, excipient or group",
        [f.Required()],
        hint="Any part of a name: lidocaine, benzyl, sulfite. Then choose what it stands for.",
    )
    stands_for = f.OneOf("It stands for", [f.Optional()])
    severity = f.ChoiceField("How bad the reaction was", choices=f.choices(SEVERITIES, empty="Choose…"))
    reaction = f.TextField("What happened", [f.Optional()], hint="Rash, swelling, breathing …")
    list_is_complete = f.YesField("The patient was asked just now: beside this, the list is complete")

    def offer(self, found: Sequence[Any]) -> None:
        """Offer what the catalogue holds, and last the words alone; the only match is chosen beforehand."""
        pairs = [(one.ref, f"{one.name} ({one.kind})") for one in found]
        alone = (WORDS, f"“{self.what.data}” in words alone: no check will find it in a product")
        self.stands_for.choices = f.choices([*pairs, alone])
        if len(found) == 1 and not self.stands_for.data:
            self.stands_for.data = found[0].ref

    def chosen(self, found: Sequence[Any]) -> dict[str, Any]:
        """The substance or group chosen, or the words alone."""
        one = next((s for s in found if s.ref == self.stands_for.data), None)
        if one is None:
            return {"name": self.what.data, "ingredient_id": None, "group_word": None}
        return {"name": one.name, "ingredient_id": one.ingredient_id, "group_word": one.group_word}


class AskedForm(Form):
    """The question was asked: none known, or the list is complete."""

    answer = f.ChoiceField(
        choices=f.choices([("none_known", "none known"), ("listed", "the list is complete")])
    )
