"""One step of the worksheet as the bench shows it: what to draw, from which vial, to which mark, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from formulary.catalogue.models import Device, Product
from formulary.preparations import queries
from formulary.preparations.labels.assayed import explain_assayed, held_words, is_assayed
from formulary.preparations.labels.choices import left_words
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules.facts import Cocktail, SitePolicies, Stock, Strength
from formulary.rules.formulation import (
    Explanation,
    Solved,
    about,
    explain_volume,
    signed_percent,
    solve_cocktail,
    strength_words,
)
from formulary.rules.lot_status import day_words, is_discarded, moment_words
from formulary.rules.units import VOLUME, Quantity, Rounding, show, show_percent
from formulary.stock.models import Lot, Vial

TIMES, MINUS, SPREAD = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}", "\N{PLUS-MINUS SIGN}"
LAST_DIGITS = 5


@dataclass(frozen=True)
class Check:
    """One thing that the scan settled: what, and what was found."""

    title: str
    words: str


@dataclass(frozen=True)
class Step:
    """One step of the worksheet, ready to print.

    `in_it` is what the final syringe holds already where this step is drawn up to its mark, else nothing.
    """

    number: int
    row: PlannedDraw
    solved: Solved
    product: Product
    lot: Lot
    vial: Vial | None
    place: str
    device: Device | None
    in_it: Quantity
    to_mark: bool
    drawn: Quantity | None
    source: Stock | None
    policies: SitePolicies
    at: datetime

    @property
    def name(self) -> str:
        """The ingredient's name."""
        return self.solved.name

    @property
    def strength(self) -> Strength | None:
        """The strength it is drawn at: as mixed in the vial, else that of the label; none for a powder."""
        if self.source is not None and self.source.strength is not None:
            return self.source.strength
        product = self.solved.line.product
        return None if product.is_powder or product.ingredient.is_diluent else self.solved.line.drawn_at

    @property
    def powder(self) -> Quantity | None:
        """What one container of a powder holds."""
        is_powder, content = self.product.form == "lyophilised", self.product.content
        return self.lot.quantity(content) if is_powder and content is not None else None

    @property
    def planned_words(self) -> str:
        """The dose that the planned volume holds, and how far off the prescribed one that is."""
        solved, mark = self.solved, self.policies.decimal_mark
        if is_assayed(self.lot, solved):
            return held_words(self.volume, self.lot, solved, self.graduation, mark)
        if solved.achieved_dose is None or self.row.volume != solved.achieved_volume.steps:
            return ""
        return f"{about(solved.achieved_dose, mark)}, {signed_percent(solved.deviation, mark)}"

    @property
    def is_done(self) -> bool:
        """Whether it is drawn."""
        return self.row.state == "drawn"

    @property
    def is_scanned(self) -> bool:
        """Whether its vial was scanned."""
        return self.row.scanned_at is not None

    @property
    def needs_mixing(self) -> bool:
        """Whether it is a powder whose diluent is not recorded yet."""
        is_powder = self.product.form == "lyophilised"
        return is_powder and self.vial is not None and self.vial.mixed_volume is None

    @property
    def needs_mixing_later(self) -> bool:
        """Whether it is a powder that nobody has mixed yet, so that the volume may still change."""
        return self.product.form == "lyophilised" and (self.vial is None or self.needs_mixing)

    @property
    def volume(self) -> Quantity:
        """What is drawn of this line."""
        return Quantity(self.row.volume, VOLUME)

    @property
    def reading(self) -> Quantity:
        """What the syringe is to show: the volume, or the mark of the whole."""
        return self.in_it + self.volume

    @property
    def low(self) -> Quantity:
        """The lowest mark of the syringe that passes as planned."""
        return min(self._marked(self.row.allowed_low, Rounding.CEILING), self.reading)

    @property
    def high(self) -> Quantity:
        """The highest mark of the syringe that passes as planned."""
        return max(self._marked(self.row.allowed_high, Rounding.FLOOR), self.reading)

    def _marked(self, steps: int, mode: Rounding) -> Quantity:
        limit = self.in_it + Quantity(steps, VOLUME)
        return limit if self.graduation is None else limit.rounded(self.graduation, mode)

    @property
    def capacity(self) -> Quantity | None:
        """What the syringe holds."""
        return None if self.device is None else Quantity(self.device.capacity, VOLUME)

    @property
    def graduation(self) -> Quantity | None:
        """One mark of the syringe."""
        return None if self.device is None else Quantity(self.device.graduation, VOLUME)

    @property
    def can_be_drawn(self) -> bool:
        """Whether there is a syringe whose picture shows the reading."""
        return self.capacity is not None and self.reading <= self.capacity

    @property
    def diluent_volume(self) -> Quantity | None:
        """How much diluent the product's label asks for."""
        volume = self.product.reconstitution_volume
        return None if volume is None else Quantity(volume, VOLUME)

    @property
    def open_words(self) -> str:
        """Until when the opened vial may be used, or that it is not kept."""
        if self.vial is None or self.source is None:
            return ""
        if is_discarded(self.source):
            return "for this session"
        until = self.vial.beyond_use_at
        zone = self.policies.zone
        return "beyond use not known" if until is None else f"open until {moment_words(until, zone, self.at)}"

    @property
    def words(self) -> str:
        """Where it stands, in the row of steps."""
        mark = self.policies.decimal_mark
        if self.drawn is not None:
            return f"{show(self.drawn, mark=mark)} drawn of {show(self.volume, mark=mark)}"
        if self.to_mark:
            return f"makes up {show(self.reading, mark=mark)}"
        return show(self.volume, mark=mark)

    @property
    def checks(self) -> list[Check]:
        """What the scan settled, in the order in which one looks."""
        return list(self._checks())

    def _checks(self) -> Iterator[Check]:
        by_hand = self.row.grade != "confirmed"
        digits = next((code.gtin[-LAST_DIGITS:] for code in self.product.codes), "")
        yield Check(
            "Right product", "by hand" if by_hand else f"GTIN ends {digits}" if digits else "own label"
        )
        yield Check(f"Lot {self.lot.number}", "typed twice" if by_hand else "matches our record")
        yield Check("Not expired", day_words(self.lot.expires_on))
        if self.vial is not None:
            left = left_words(self.vial, self.source, self.policies.decimal_mark)
            yield Check(f"Vial {self.vial.code}", f"{left}, {self.open_words}")

    @property
    def explained(self) -> Explanation:
        """Why this volume: formula, inputs, rounding, source."""
        mark = self.policies.decimal_mark
        if self.to_mark:
            return self._made_up(mark)
        has_strength = self.source is not None and self.source.strength is not None
        if self.product.form == "lyophilised" and has_strength:
            return self._mixed(mark)
        if is_assayed(self.lot, self.solved):
            return explain_assayed(self.volume, self.lot, self.solved, self.graduation, mark)
        return explain_volume(self.solved, mark)

    def _made_up(self, mark: str) -> Explanation:
        whole, held, rest = (show(q, mark=mark) for q in (self.reading, self.in_it, self.volume))
        formula = f"{whole} {MINUS} {held} drawn already = {rest} of {self.name}"
        inputs = (("whole volume", whole), ("in it already", held))
        source = "the prescription, and what was really drawn"
        return Explanation("draw", formula, inputs, "drawn up to the mark of the syringe", source=source)

    def _mixed(self, mark: str) -> Explanation:
        assert self.source is not None and self.source.strength is not None  # noqa: S101 - the caller asked
        needed = show(self.lot.quantity(self.row.quantity), mark=mark)
        strength = strength_words(self.source.strength, mark)
        exact = Quantity(self.row.quantity / self.source.strength.ratio, VOLUME)
        graduation = "" if self.graduation is None else show(self.graduation, mark=mark)
        return Explanation(
            "draw",
            f"{needed} ÷ {strength} = {about(exact, mark)}",
            (("needed", needed), ("strength as mixed", strength)),
            f"rounded to {graduation} of the syringe: {show(self.volume, mark=mark)}" if graduation else "",
            source=f"the strength mixed in {self.source.vial}",
        )

    @property
    def tolerance_words(self) -> str:
        """Why this range passes as planned."""
        tolerance, mark = self.policies.volume_tolerance, self.policies.decimal_mark
        if tolerance is None:
            return "The site has not decided how far off is accepted: only what is planned passes."
        of = f"the whole {show(self.reading, mark=mark)}" if self.to_mark else "the planned volume"
        around = f"{show(self.reading, mark=mark)} {SPREAD} {show_percent(tolerance, mark)}"
        return f"{around} of {of}, policy of the site."


def steps(attempt: Attempt, told: Cocktail, current: Stock | None = None) -> list[Step]:
    """The steps of a worksheet in the order of work; `current` is the source of the step in hand."""
    lines = {solved.number: solved for solved in solve_cocktail(told).lines}
    whole, drawn = queries.prepared_volume(attempt), drawn_by_step(attempt)
    in_it, found = sum(drawn.values()), []
    for number, row in enumerate(queries.steps(attempt), start=1):
        volume = drawn.get(row.position)
        before = Quantity(in_it, VOLUME)
        around = Around(lines[row.line_number], volume, before, whole, current, told.policies, told.at)
        found.append(_step(number, row, around))
        in_it += row.volume if volume is None else 0
    return found


@dataclass(frozen=True)
class Around:
    """What stands around a row of the worksheet: its line, what was drawn, what is in it, its source."""

    solved: Solved
    drawn: int | None
    in_it: Quantity
    whole: int | None
    current: Stock | None
    policies: SitePolicies
    at: datetime


def _step(number: int, row: PlannedDraw, around: Around) -> Step:
    vial, to_mark = row.vial_id and queries.vial(row.vial_id), queries.is_to_mark(row, around.whole)
    source, lot = around.current, queries.lot(row.lot_id or 0)
    is_it = source is not None and (source.lot_id, source.vial_id) == (row.lot_id, row.vial_id)
    return Step(
        number=number,
        row=row,
        solved=around.solved,
        product=lot.product,
        lot=lot,
        vial=vial or None,
        place=str(queries.place(row.place_id or 0)),
        device=queries.device(row.device_id) if row.device_id else None,
        in_it=around.in_it if to_mark and around.drawn is None else Quantity.zero(VOLUME),
        to_mark=to_mark,
        drawn=None if around.drawn is None else Quantity(around.drawn, VOLUME),
        source=source if is_it else None,
        policies=around.policies,
        at=around.at,
    )


def drawn_by_step(attempt: Attempt) -> dict[int, int]:
    """The volume drawn for each step that is done, by its position: draws and steps go in the same order."""
    done = [step for step in queries.steps(attempt) if step.state == "drawn"]
    found: dict[int, int] = {}
    for draw in (d for d in queries.draws(attempt.id) if d.via != "diluent"):
        mine = (s for s in done if (s.line_number, s.vial_id) == (draw.line_number, draw.vial_id))
        step = next((s for s in sorted(mine, key=lambda s: s.position) if s.position not in found), None)
        if step is not None:
            found[step.position] = draw.volume
    return found
