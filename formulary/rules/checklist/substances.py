"""What all lines of one ingredient come to, and what a formula answers where nobody knows a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from formulary.rules.checklist.rule import CO_SIGN, Case, passed, unknown
from formulary.rules.facts import AcceptedRange, Ingredient, Limit, Pin, Product, Strength
from formulary.rules.findings import Finding, Fix, Level, capital
from formulary.rules.formulation import (
    Ceiling,
    Solved,
    about,
    as_basis,
    ceilings,
    counted_as,
    field_of,
    holds,
    limits_as,
    on_a_mark,
    range_for,
    strength_of,
    strength_words,
    value_of,
)
from formulary.rules.units import Dimension, Quantity, show_percent

NOT_ON_RECORD = "what is not on record"


@dataclass(frozen=True)
class Substance:
    """All lines of one ingredient. `dose` and `concentration` are those that count; None is unknown.

    What counts is achieved from the final check on, else the higher of prescribed and achieved.
    """

    ingredient: Ingredient
    lines: tuple[Solved, ...]
    prescribed_dose: Quantity | None
    prescribed: Strength | None
    dose: Quantity | None
    concentration: Strength | None

    @property
    def name(self) -> str:
        """The ingredient's name."""
        return self.ingredient.name

    @property
    def basis(self) -> str:
        """What its doses count, by its first line: the salt, the base, the element."""
        return self.lines[0].line.product.basis

    @property
    def products(self) -> list[Product]:
        """The products of its lines, with their limits told in its basis."""
        like = self.lines[0].line.product
        return [limits_as(solved.line.product, like) for solved in self.lines]

    @cached_property
    def largest(self) -> Solved:
        """The line that a finding about the whole is placed at."""
        return max(self.lines, key=lambda x: (x.volume.steps, -x.number))


def substances(case: Case) -> Sequence[Substance]:
    """The ingredients of the cocktail in the order of its lines, each with all its lines.

    Products of one ingredient that are measured in units of their own are apart: these never add.
    """
    return case.shared("substances", _substances)


def _substances(case: Case) -> tuple[Substance, ...]:
    together: dict[tuple[int, Dimension], list[Solved]] = {}
    for solved in case.counted:
        ingredient = solved.line.product.ingredient
        together.setdefault((ingredient.id, ingredient.dimension), []).append(solved)
    return tuple(_substance(case, lines) for lines in together.values())


def _substance(case: Case, lines: Sequence[Solved]) -> Substance:
    alike = [_counted_as_first(x, lines[0]) for x in lines]
    prescribed, delivered = _sum([x.dose for x in alike]), _sum([x.delivered_dose for x in alike])
    planned = _mixed([x.concentration for x in alike])
    achieved = _mixed([x.achieved_concentration for x in alike])
    dose, final = delivered, achieved
    if not case.final:
        dose = max((d for d in (prescribed, delivered) if d is not None), default=None)
        final = max((c for c in (planned, achieved) if c is not None), key=lambda c: c.ratio, default=None)
    return Substance(lines[0].line.product.ingredient, tuple(lines), prescribed, planned, dose, final)


def _counted_as_first(solved: Solved, first: Solved) -> Solved:
    """A line in the basis of the first one: salt and base do not add up. Unknown without a factor (U4)."""
    product, like = solved.line.product, first.line.product
    if product.basis == like.basis:
        return solved
    return replace(
        solved,
        dose=counted_as(solved.dose, product, like),
        delivered_dose=counted_as(solved.delivered_dose, product, like),
        concentration=_counted(solved.concentration, product, like),
        achieved_concentration=_counted(solved.achieved_concentration, product, like),
    )


def _counted(found: Strength | None, product: Product, like: Product) -> Strength | None:
    amount = None if found is None else counted_as(found.amount, product, like)
    return None if found is None or amount is None else Strength(amount, found.volume)


def _mixed(parts: Sequence[Strength | None]) -> Strength | None:
    amount = _sum([None if part is None else part.amount for part in parts])
    first = parts[0]
    return None if amount is None or first is None else Strength(amount, first.volume)


def _sum(parts: Sequence[Quantity | None]) -> Quantity | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return sum(known[1:], start=known[0])


def ceilings_of(case: Case, substance: Substance) -> list[Ceiling]:
    """The most of it that one session may hold, by each limit of each product of it, for this patient."""
    weight, route = case.patient.weight if case.patient is not None else None, case.cocktail.route
    own = [ceilings(product, route, weight, case.on) for product in substance.products]
    return list(dict.fromkeys(found for each in own for found in each))


def limits_of(case: Case, substance: Substance) -> list[Limit]:
    """Every limit that holds for its products by this route on this day, whatever it is of."""
    found = (limit for product in substance.products for limit in product.limits)
    return list(dict.fromkeys(x for x in found if holds(x, case.cocktail.route, case.on)))


def accepted_by(case: Case, substance: Substance, before: Quantity | None = None) -> str:
    """What an approved formula says of a limit nobody knows: accepted inside the doses signed."""
    dose, signed, formula = substance.prescribed_dose, _signed(case, substance), case.cocktail.formula
    whole = dose if dose is None or before is None else dose + before
    if signed is None or formula is None or whole is None or not signed.dose_low <= whole <= signed.dose_high:
        return ""
    return f"limit unknown, accepted in formula {formula.label}"


def set_to(case: Case, substance: Substance, dose: Quantity, *, up: bool = False) -> tuple[Fix, ...]:
    """The edit that sets a dose, where one line holds it and its dose or volume is pinned.

    The draw is brought to a mark: the next below what is the most, or above (`up`) what is the least.
    """
    line, strength = substance.lines[0].line, strength_of(substance.lines[0].line)
    if len(substance.lines) > 1 or line.pin not in (Pin.DOSE, Pin.VOLUME) or strength is None:
        return ()
    scale = case.solution.scale
    wanted = Quantity(dose.steps / strength.ratio, strength.volume.dimension) * scale
    volume = on_a_mark(wanted, case.cocktail.syringes, up=up) / scale
    if volume.is_zero:
        return ()
    held = Quantity(volume.steps * strength.ratio, strength.amount.dimension)
    value = held if line.pin is Pin.DOSE else volume
    label = f"Set {substance.name} to {about(value, case.mark)}{as_basis(line)}"
    return (Fix(label, field_of(line), value_of(value, case.mark, up=up)),)


def forbidden(subject: str, case: Case, substance: Substance, limit: Limit) -> Finding:
    """A limit of 0, which means: must not be used that way."""
    return Finding(
        f"{subject}.must_not_be_used",
        substance.name,
        f"{capital(substance.name)} must not be used this way ({case.cocktail.route}): its limit is 0.",
        "Leave it out.",
        level=Level.BLOCK,
        line=substance.largest.number,
        source=limit.source,
    )


def strength_unknown(code: str, substance: Substance, words: str) -> Finding:
    """What a strength that is not on record leaves unknown."""
    reason = f"{capital(substance.name)} {words}."
    return unknown(
        code, substance.name, reason, "Record the strength from the label.", line=substance.largest.number
    )


def within(subject: str, substance: Substance, inputs: tuple[tuple[str, str], ...]) -> Finding:
    """A dose or concentration within its limit; `inputs` are those of `inputs_of`."""
    (_, shown), (_, most), (_, share) = inputs[:3]
    reason = f"{capital(substance.name)} {shown} of {most} ({share})."
    return passed(f"{subject}.within_max", substance.name, reason, inputs, line=substance.largest.number)


def inputs_of(
    subject: str, compared: tuple[str, str], share: Fraction, case: Case, basis: str
) -> tuple[tuple[str, str], ...]:
    """What a limit was compared with, and what both count where that is on record."""
    shown, most = compared
    found = ((subject, shown), ("limit", most), ("of limit", show_percent(share, case.mark)))
    return (*found, ("counted as", basis)) if basis else found


def by_formula(subject: str, case: Case, substance: Substance) -> Finding:
    """What an approved formula says where nobody knows a limit: accepted inside its range, a STOP outside it.

    It is asked about what was prescribed; how far the syringe strays from that is M2's and M3's to say.
    """
    formula, shown = case.cocktail.formula, prescribed(subject, substance, case.mark)
    signed = _signed(case, substance)
    inputs: tuple[tuple[str, str], ...] = ((subject, shown), ("limit", "unknown"))
    where = f"No limit of {substance.name} for {case.cocktail.route} use is on record ({shown})"
    if formula is None or signed is None:
        return unknown(
            f"{subject}.limit_unknown",
            substance.name,
            f"{where}, and {_unanswered(case, substance)}.",
            f"Follow an approved formula, {CO_SIGN}",
            line=substance.largest.number,
            inputs=inputs,
        )
    inside, low, high = _range(subject, substance, signed, case.mark)
    counted = (("counted as", substance.basis),) if substance.basis else ()
    inputs = (*inputs, ("accepted", f"{low} to {high}"), *counted)
    if inside:
        accepted = f"limit unknown, accepted in formula {formula.label}"
        code, line = f"{subject}.limit_unknown", substance.largest.number
        return unknown(code, substance.name, f"{where}.", line=line, inputs=inputs, accepted=accepted)
    return Finding(
        f"{subject}.outside_formula",
        substance.name,
        f"{capital(substance.name)} {shown} is outside what formula {formula.label} accepts "
        f"({low} to {high}), and no limit is on record.",
        f"Keep within the formula, {CO_SIGN}",
        level=Level.STOP,
        line=substance.largest.number,
        field=field_of(substance.largest.line),
        inputs=inputs,
        fixes=_into_range(case, substance, signed) if subject == "dose" else (),
    )


def prescribed(subject: str, substance: Substance, mark: str) -> str:
    """The dose or concentration as prescribed, in words; how far a draw strays from it is M2's and M3's."""
    if subject == "dose":
        return "unknown" if substance.prescribed_dose is None else about(substance.prescribed_dose, mark)
    return "unknown" if substance.prescribed is None else strength_words(substance.prescribed, mark)


def _signed(case: Case, substance: Substance) -> AcceptedRange | None:
    """The range an approver signed by this route for every product of the substance, in its basis."""
    like, dimension = substance.lines[0].line.product, substance.ingredient.dimension
    told = (range_for(x, like) for x in _ranges(case, substance))
    return next((x for x in told if x is not None and x.dose_low.dimension == dimension), None)


def _ranges(case: Case, substance: Substance) -> list[AcceptedRange]:
    formula = case.cocktail.answering
    ranges = () if formula is None else formula.ranges
    return [x for x in ranges if all(x.is_for(solved.line.product) for solved in substance.lines)]


def _unanswered(case: Case, substance: Substance) -> str:
    """Why no approver answers: another route, another product, or no approved formula at all."""
    formula = case.cocktail.formula
    ranges = formula.ranges if formula is not None and formula.approved else ()
    if formula is None or substance.ingredient.id not in (x.ingredient_id for x in ranges):
        return "no approved formula answers for it"
    if case.cocktail.answering is None:
        return f"formula {formula.label} answers for {formula.route} use only"
    if signed := _ranges(case, substance):
        said, counts = signed[0].basis or NOT_ON_RECORD, substance.basis or NOT_ON_RECORD
        return (
            f"formula {formula.label} accepts it counted as {said}, its strength counts {counts}, and no "
            "factor between them is on record"
        )
    return f"formula {formula.label} answers for another product of it"


def _range(subject: str, substance: Substance, signed: AcceptedRange, mark: str) -> tuple[bool, str, str]:
    dose, final = substance.prescribed_dose, substance.prescribed
    if subject == "dose":
        inside = dose is not None and signed.dose_low <= dose <= signed.dose_high
        return inside, about(signed.dose_low, mark), about(signed.dose_high, mark)
    low, high = signed.concentration_low, signed.concentration_high
    inside = final is not None and low.ratio <= final.ratio <= high.ratio
    return inside, strength_words(low, mark), strength_words(high, mark)


def _into_range(case: Case, substance: Substance, signed: AcceptedRange) -> tuple[Fix, ...]:
    dose = substance.prescribed_dose
    if dose is None:
        return ()
    above = dose > signed.dose_high
    return set_to(case, substance, signed.dose_high if above else signed.dose_low, up=not above)
