"""Where a volume follows the certificate of its lot, the certificate explains it, not the label."""

from formulary.rules.facts import Pin, Strength
from formulary.rules.formulation import Explanation, Solved, about, amount, signed_percent, strength_of
from formulary.rules.formulation import strength_words as per_ml
from formulary.rules.units import VOLUME, Quantity, show
from formulary.stock.labels import assays
from formulary.stock.models import Lot

TIMES = "\N{MULTIPLICATION SIGN}"


def is_assayed(lot: Lot, solved: Solved) -> bool:
    """Whether an amount is prescribed and the lot it is drawn from has a strength of its own."""
    prescribed = solved.line.pin in (Pin.DOSE, Pin.CONCENTRATION)
    return prescribed and not solved.line.product.is_powder and assays.strength_of(lot) is not None


def certificate_words(lot: Lot) -> str:
    """Who says the strength: the assay of the lot, by the words of its certificate."""
    return f"the assay of lot {lot.number}" + (f": {lot.assay_source}" if lot.assay_source else "")


def explain_assayed(
    volume: Quantity, lot: Lot, solved: Solved, graduation: Quantity | None, mark: str
) -> Explanation:
    """The whole dose over the lot's own strength; where the volume is another, what that much of it holds."""
    strength, dose = _known(lot), _dose(solved)
    words = per_ml(strength, mark)
    inputs = (("dose", about(dose, mark)), ("strength of the lot", words))
    if not _is_whole(volume, dose, strength, graduation):
        held = about(_held(volume, strength), mark)
        formula = f"{show(volume, mark=mark)} {TIMES} {words} = {held} of the {about(dose, mark)} needed"
        return Explanation("draw", formula, inputs, source=certificate_words(lot))
    exact = about(Quantity(dose.steps / strength.ratio, VOLUME), mark)
    marks = "" if graduation is None else f"rounded to {show(graduation, mark=mark)} of the syringe: "
    rounding = marks and marks + show(volume, mark=mark)
    formula = f"{about(dose, mark)} ÷ {words} = {exact}"
    return Explanation("draw", formula, inputs, rounding, source=certificate_words(lot))


def held_words(volume: Quantity, lot: Lot, solved: Solved, graduation: Quantity | None, mark: str) -> str:
    """The dose in the volume and how far off the prescribed one it is; nothing where it is only a part."""
    strength, dose = _known(lot), _dose(solved)
    if not _is_whole(volume, dose, strength, graduation):
        return ""
    held = _held(volume, strength)
    return f"{about(held, mark)}, {signed_percent(held / dose - 1, mark)}"


def _is_whole(volume: Quantity, dose: Quantity, strength: Strength, graduation: Quantity | None) -> bool:
    """Whether the volume is what the dose comes to, but for the marks of the syringe."""
    apart = abs((Quantity(dose.steps / strength.ratio, VOLUME) - volume).steps)
    return apart <= (1 if graduation is None else graduation.steps)


def _known(lot: Lot) -> Strength:
    found = assays.strength_of(lot)
    assert found is not None  # noqa: S101 - the caller asked
    return found


def _dose(solved: Solved) -> Quantity:
    """What the whole line holds of its ingredient, with what is prepared on top."""
    found = amount(solved.draw_volume, strength_of(solved.line))
    assert found is not None  # noqa: S101 - a dose is prescribed
    return found


def _held(volume: Quantity, strength: Strength) -> Quantity:
    return Quantity(volume.steps * strength.ratio, strength.amount.dimension)
