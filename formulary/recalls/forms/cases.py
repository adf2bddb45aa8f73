"""What people type about a recall case: where it comes from, what it covers, why it goes on."""

from typing import Any

from wtforms.validators import ValidationError

from formulary.recalls.labels.case_words import CHANNELS, CLASSES, LEVELS, OUTCOMES, SOURCES
from formulary.recalls.queries import Scope
from formulary.web import fields as f
from formulary.web.forms import Form

LONGEST_TITLE = 200
OF_LOTS = ("number", "product_id", "expires_from", "expires_to", "supplier", "note_number")
OF_DRAWS = ("serials", "diluent", "place_id", "preparer_id", "formula_version_id", "from_at", "to_at")
SCOPE = OF_LOTS + OF_DRAWS
TIMES = ("from_at", "to_at")


class WorkForm(Form):
    """What was done and not which lot: what stays empty does not limit."""

    preparer_id = f.IdSelect("Prepared or drawn by")
    place_id = f.IdSelect("At", hint="A bench, or a shelf: then all that lay there in this time.")
    formula_version_id = f.IdSelect("By the formula")
    from_at = f.InstantField("From")
    to_at = f.InstantField("Until")
    serials = f.TextField(
        "Serials of vials", hint="Or our codes of vials and cocktails; several with commas.", most=400
    )
    diluent = f.IdentifierField("Lot of the diluent")

    def validate_from_at(self, field: f.InstantField) -> None:
        """A time says when something was done, and not what."""
        if field.data and not any(self[name].data for name in OF_DRAWS if name not in TIMES):
            raise ValidationError("A time alone is everything. Say too who, where, which formula or diluent.")

    def validate_to_at(self, field: f.InstantField) -> None:
        """The same, and it ends after it begins."""
        self.validate_from_at(field)
        if field.data and self.from_at.data and field.data < self.from_at.data:
            raise ValidationError("This is before its beginning. Change one of the two.")

    def offer_work(
        self, preparers: list[tuple[int, str]], places: list[tuple[int, str]], versions: list[tuple[int, str]]
    ) -> None:
        """Let be chosen who ever prepared, where, and by which formulas."""
        self.preparer_id.choices = f.choices(preparers, empty="anybody")
        self.place_id.choices = f.choices(places, empty="anywhere")
        self.formula_version_id.choices = f.choices(versions, empty="any formula, or none")

    @property
    def scope(self) -> Scope:
        """The line."""
        return Scope(
            **{name: self[name].data or Scope.__dataclass_fields__[name].default for name in OF_DRAWS}
        )


class ScopeForm(WorkForm):
    """One line of what is recalled; what stays empty does not limit."""

    number = f.IdentifierField("Lot number", hint="As the notice prints it. Empty: every lot of the product.")
    product_id = f.IdSelect("Product")
    expires_from = f.DateField("Expires from")
    expires_to = f.DateField("Expires until")
    supplier = f.TextField("Supplier", hint="Of the delivery that brought it.")
    note_number = f.IdentifierField("Delivery note")

    def offer(self, products: list[tuple[int, str]]) -> None:
        """Let the products be chosen of which a lot was ever received."""
        self.product_id.choices = f.choices(products, empty="any product")

    @property
    def scope(self) -> Scope:
        """The line."""
        return Scope(**{name: self[name].data or Scope.__dataclass_fields__[name].default for name in SCOPE})


class NewCaseForm(ScopeForm):
    """A case: who says so, how grave it is, whom it must reach, and the first line of what it covers."""

    title = f.TextField(
        "What it is about", [f.Required("Say what is recalled, and why.")], most=LONGEST_TITLE
    )
    source_kind = f.ChoiceField("Who says so", [f.Required()], choices=f.choices(list(SOURCES.items())))
    source = f.TextField("Name or notice number", most=LONGEST_TITLE)
    recall_class = f.ChoiceField(
        "Class", [f.Required()], choices=f.choices(list(CLASSES.items())), default="none"
    )
    notice = f.NotesField("Words of the notice")
    level = f.ChoiceField(
        "Patients to be answered for", [f.Required()], choices=f.choices(list(LEVELS.items())), default="A"
    )
    level_percent = f.CountField("Share of level B", most=100, word="per cent")
    tolerance = f.CountField(
        "May be unaccounted for",
        most=1000,
        word="thousandths",
        hint="Of what came. Empty: nothing without words.",
    )
    at_once = f.YesField("Freeze the list and stop its lots at once")

    def told(self) -> dict[str, Any]:
        """What the case is told, without its scope."""
        values = self.values(*SCOPE, "at_once")
        return values | {"tolerance": values["tolerance"] or 0}


class StepForm(Form):
    """A step that needs no words."""

    reason = f.NotesField("Remark")


class ReasonForm(Form):
    """A step that needs words."""

    reason = f.NotesField("Why", [f.Required("Say why.")])


class CloseForm(Form):
    """What came of it."""

    reason = f.NotesField("What came of it", [f.Required("Say what came of it.")])


class DecideLotForm(Form):
    """Whether a lot is meant."""

    decision = f.OneOf(
        "Is it meant?",
        [f.Required("Choose whether it is meant.")],
        choices=f.choices([("in", "It is meant: take it in"), ("out", "It is not meant: leave it out")]),
    )
    reason = f.NotesField("What that rests on", [f.Required("Say what that rests on.")])


class ExplainForm(Form):
    """Words for what is unaccounted for, signed."""

    reason = f.NotesField("What became of it, as far as anybody knows", [f.Required("Say what is known.")])
    secret = f.SecretField("Your password, as your signature", [f.Required("Type your password.")])


class ContactForm(Form):
    """An attempt to reach a patient."""

    channel = f.ChoiceField("How", [f.Required()], choices=f.choices(list(CHANNELS.items())))
    outcome = f.OneOf(
        "What came of it", [f.Required("Choose one.")], choices=f.choices(list(OUTCOMES.items()))
    )
    tried_at = f.InstantField("When", hint="Leave it empty for now.")
    next_on = f.DateField("Next contact due")
    note = f.NotesField("Remark")


class DrillForm(Form):
    """Which lot a drill is about."""

    number = f.IdentifierField(
        "Lot number", hint="Empty: drawn by chance, the likelier the more it was used."
    )


class LettersForm(Form):
    """The letters that were printed have been sent."""

    next_on = f.DateField("Next contact due")
    note = f.NotesField("Remark")
