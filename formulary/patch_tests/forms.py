"""The forms about patch tests: text to values."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request

from formulary.accounts.forms import PerhapsSignerForm
from formulary.patch_tests.actions import Seen, Spot
from formulary.patch_tests.labels import OUTSIDE, Source, guideline_choices, scale
from formulary.patients.forms import photo_field
from formulary.rules.patch_test import Guideline
from formulary.rules.patch_test.guidelines import ICDRG
from formulary.rules.units import Quantity
from formulary.web import fields as f
from formulary.web.forms import Form, SubForm

LEAST, MOST = Quantity.of("0.001", "mL"), Quantity.of("5", "mL")
FIRST_ROWS, MOST_ROWS = 3, 12
KNOWN_LOT = ("lot:", "vial:")
ROLES = [
    ("test", "It is tested"),
    ("negative", "Negative control: it must not react"),
    ("positive", "Positive control: it must react"),
]
FLARES = [("yes", "Red around it"), ("no", "Not red around it")]
WIDEST = Quantity.of(200, "mm")


class SpotForm(SubForm):
    """One spot: from what, how much, how it was prepared."""

    source = f.ChoiceField("Product and lot", choices=())
    role = f.ChoiceField("What it is there for", choices=f.choices(ROLES), default="test")
    volume = f.QuantityField("Volume drawn", units=("mL",), least=LEAST, most=MOST)
    dilution = f.TextField("Dilution", most=60, default="as supplied", hint="As supplied, 1 in 10 …")
    vehicle = f.TextField("Vehicle", most=60, hint="Water, petrolatum …")

    def validate(self, extra_validators: Any = None) -> bool:
        """A volume needs what it was drawn from, and a lot or a vial needs how much was drawn of it."""
        sound: bool = super().validate(extra_validators)
        if self.source.data == OUTSIDE and self.role.data == "test":
            self.role.errors = [*self.role.errors, "It is no test. Choose which control it is."]
        chosen, volume = self.source.data or "", self.volume
        if not chosen and volume.data is not None:
            self.source.errors = [*self.source.errors, "A volume without a product. Choose what was drawn."]
        if chosen.startswith(KNOWN_LOT) and volume.data is None and not volume.errors:
            volume.errors = [*volume.errors, "How much was drawn is not filled in. Type it in mL."]
        return sound and not self.errors


class ApplyForm(Form):
    """A sitting: what goes on which spot, when and where."""

    guideline = f.ChoiceField(
        "Kind of test and guideline",
        choices=f.choices(guideline_choices()),
        default=ICDRG.word,
        hint="The same wheal is positive by one and negative by another, so the test keeps which it was.",
    )
    scan = f.ScanField("Scan a vial or a pack", hint="It fills the next spot. Or choose from the lists.")
    spots = f.FieldList(f.FormField(SpotForm), min_entries=FIRST_ROWS, max_entries=MOST_ROWS)
    is_mixture = f.YesField("These were mixed and lie on one spot", hint="A mixture clears no component.")
    body_site = f.TextField("Where on the body", hint="Left forearm, upper back …")
    applied_at = f.InstantField("Applied at", hint="Leave it empty for now.")
    late_reason = f.NotesField("Why it is entered late", most=400)

    @property
    def wants_a_row(self) -> bool:
        """Whether the button for one more spot was pressed."""
        return "more" in request.form

    def offer(self, sources: Sequence[Source]) -> None:
        """Let every spot choose among these."""
        choices = f.choices([(source.ref, source.words) for source in sources], empty="Nothing on this spot")
        for entry in self.spots:
            entry.form.source.choices = choices

    def add_row(self) -> Any:
        """One more spot, as long as there is room."""
        if len(self.spots) < MOST_ROWS:
            self.spots.append_entry()
        return self.spots[-1].form

    def place(self, source: Source) -> None:
        """Put what was scanned on the next free spot."""
        free = next((e.form for e in self.spots if not e.form.source.data), None) or self.add_row()
        free.source.data, self.scan.data = source.ref, ""

    def begin_with(self, offered: Iterable[Source], product_id: int | None, lot_id: int | None) -> None:
        """Put what the page was opened for on the first spot: its lot, a vial of it, or the product alone."""
        own = [source for source in offered if product_id is not None and source.product_id == product_id]
        fitting = [source for source in own if source.lot_id == lot_id and not source.barred]
        found = next(iter(sorted(fitting, key=lambda source: source.vial_id is None)), None)
        if found is None:
            found = next((source for source in own if source.lot_id is None), None)
        if found is not None:
            self.spots[0].form.source.data = found.ref

    def chosen(self, sources: Iterable[Source]) -> list[Spot]:
        """The spots that are filled in."""
        offered = {source.ref: source for source in sources}
        rows = [entry.form for entry in self.spots]
        return [_spot(offered[row.source.data], row) for row in rows if row.source.data in offered]


class GradeForm(SubForm):
    """What is seen at one spot: a grade, or the wheal that is measured."""

    item = f.IdField()
    grade = f.ChoiceField("Grade", choices=(), default="")
    wheal_first = f.QuantityField("Wheal at once", units=("mm",), most=WIDEST, zero=True)
    wheal = f.QuantityField("Wheal now", units=("mm",), most=WIDEST, zero=True)
    flare = f.ChoiceField("Flare", choices=f.choices(FLARES, empty="Not looked at"), default="")

    @property
    def seen(self) -> Seen | None:
        """What was entered, None for a spot that was not looked at."""
        return _seen(self)


class ReadForm(Form):
    """One look at the spots of a test."""

    grades = f.FieldList(f.FormField(GradeForm))
    read_at = f.InstantField("Read at", hint="Leave it empty for now.")
    note = f.NotesField("Note", most=400)
    photo = photo_field("Photo of what you see")

    def offer(self, chosen: Guideline) -> None:
        """Let every spot be read by the scale of the guideline, before what came is checked."""
        for entry in self.grades:
            entry.form.grade.choices = f.choices(scale(chosen), empty="Not read now")

    def ask(self, spots: Iterable[Any], chosen: Guideline) -> None:
        """Put one question per spot, under its own name."""
        names = {spot.item.id: " + ".join(spot.names) for spot in spots}
        if not self.is_submitted():
            for item_id in names:
                self.grades.append_entry({"item": item_id})
        for asked in (entry.form for entry in self.grades):
            asked.grade.label.text = names.get(asked.item.data, "")
        self.offer(chosen)

    def seen(self) -> dict[int, Seen]:
        """What was entered now, by spot."""
        asked = [entry.form for entry in self.grades]
        return {one.item.data: one.seen for one in asked if one.item.data and one.seen}


class CorrectForm(Form):
    """A further reading in the place of a wrong one; a wheal that was measured is measured again."""

    grade = f.ChoiceField("What was seen", choices=(), default="")
    wheal_first = f.QuantityField("Wheal at once", units=("mm",), most=WIDEST, zero=True)
    wheal = f.QuantityField("Wheal now", units=("mm",), most=WIDEST, zero=True)
    flare = f.ChoiceField("Flare", choices=f.choices(FLARES, empty="Not looked at"), default="")
    read_at = f.InstantField("Read at", [f.Required()])
    note = f.NotesField("Why it is corrected", [f.Required()], most=400)
    signer = f.FormField(PerhapsSignerForm, "Second person")

    def offer(self, chosen: Guideline) -> None:
        """The scale of the guideline under which the test was applied."""
        self.grade.choices = f.choices(scale(chosen), empty="Choose what was seen")

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the two is told: the grade, or the wheal."""
        sound: bool = super().validate(extra_validators)
        if self.seen is None and not self.grade.errors:
            self.grade.errors = [*self.grade.errors, "What was seen is not filled in. Choose it."]
        return sound and not self.errors

    @property
    def seen(self) -> Seen | None:
        """What was entered in its place."""
        return _seen(self)


class VoidForm(Form):
    """Why a test no longer counts, and whether anything was applied at all."""

    reason = f.NotesField("Why", [f.Required()], most=400)
    nothing_applied = f.YesField("Nothing was applied: put the amounts back into the stock")
    signer = f.FormField(PerhapsSignerForm, "Second person")


def _spot(source: Source, row: Any) -> Spot:
    return Spot(
        product_id=source.product_id,
        lot_id=source.lot_id,
        vial_id=source.vial_id,
        volume=row.volume.data,
        dilution=row.dilution.data or "as supplied",
        vehicle=row.vehicle.data or "",
        role=row.role.data or "test",
    )


def _seen(row: Any) -> Seen | None:
    flare = {"yes": True, "no": False}.get(row.flare.data or "")
    if row.wheal.data is not None:
        return Seen("", row.wheal.data, row.wheal_first.data, flare)
    return Seen(row.grade.data) if row.grade.data else None
