"""Weight, contraindications, consents, and the reason with which something ends."""

from collections.abc import Sequence
from typing import Any

from formulary.rules.units import Quantity
from formulary.web import fields as f
from formulary.web.forms import Form, SubForm

LIGHTEST, HEAVIEST = Quantity.of("1", "kg"), Quantity.of("400", "kg")
ANSWERS = [("yes", "Yes"), ("no", "No"), ("unknown", "Patient does not know")]


class WeightForm(Form):
    """A weighing and its day."""

    weight = f.QuantityField("Weight", [f.Required()], units=("kg",), least=LIGHTEST, most=HEAVIEST)
    measured_on = f.DateField("Weighed on", [f.Required()])


class AnswerForm(SubForm):
    """One question."""

    kind = f.IdField()
    answer = f.OneOf("Answer", [f.Optional()], choices=f.choices(ANSWERS))
    detail = f.TextField("Details", [f.Optional()], most=400)


class ConditionsForm(Form):
    """Every question; what is left open stays as it was."""

    questions = f.FieldList(f.FormField(AnswerForm))

    def ask(self, kinds: Sequence[Any]) -> None:
        """Put one question per kind, each under its own name."""
        if not self.is_submitted():
            for kind in kinds:
                self.questions.append_entry({"kind": kind.id})
        names = {kind.id: kind.name for kind in kinds}
        for asked in (entry.form for entry in self.questions):
            name = names.get(asked.kind.data, "")
            asked.answer.label.text, asked.detail.label.text = name, f"Details: {name}"

    def answers(self) -> dict[int, tuple[str, str]]:
        """The questions that were answered now, by kind."""
        asked = [entry.form for entry in self.questions]
        return {q.kind.data: (q.answer.data, q.detail.data) for q in asked if q.kind.data and q.answer.data}


class ConsentForm(Form):
    """A consent as it was given."""

    procedure = f.TextField("To what", [f.Required()], most=60)
    version = f.IdentifierField("Version of the text", [f.Required()], most=20)
    covers_off_label = f.YesField("It covers off-label use")
    given_at = f.InstantField("Given at", [f.Optional()], hint="Leave it empty for now.")


class WhyForm(Form):
    """Why something on record ends."""

    why = f.NotesField("Why", [f.Required()], most=400)
