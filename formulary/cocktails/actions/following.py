"""What a cocktail begins with that follows a formula: its lines, in its volume or scaled to another."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.catalogue import facts as catalogue_facts
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import FormulaLine, FormulaVersion, Product
from formulary.cocktails.facts import Content, TypedLine
from formulary.cocktails.labels.entry import MAKE_UP, PER_ML
from formulary.rules.facts import Pin
from formulary.rules.findings import refuse
from formulary.rules.formulas import UNKNOWN, Unscaled, Written, scale
from formulary.rules.units import Quantity
from formulary.stock.facts import candidates

DOSES = frozenset({"mcg", "mg", "g", "IU", "units", "mmol"})


@dataclass(frozen=True)
class Followed:
    """What is begun, and the lines that did not scale with the volume."""

    content: Content
    unscaled: tuple[Unscaled, ...] = ()


def follow(
    version: FormulaVersion, patient_id: int, *, target: Quantity | None = None, at: datetime, by: Actor
) -> Followed:
    """The lines of a formula for a patient, each by its own rule where `target` is another volume.

    A line that names no product takes the only one there is, else the only one that this site has on its
    shelf. Refused where that leaves a choice, and for what the catalogue does not hold. A figure that the
    formula does not state stays to be typed.
    """
    told, unscaled = catalogue_facts.content(version), ()
    if target is not None:
        scaled = scale(told, target)
        told, unscaled = scaled.content, scaled.unscaled
    lines = tuple(
        _line(row, written, _product(row, at=at, by=by))
        for row, written in zip(version.lines, told.lines, strict=True)
    )
    content = Content(
        patient_id=patient_id,
        lines=lines,
        target=None if told.target is None else told.target.whole(),
        route=version.route,
        formula_version_id=version.id,
    )
    return Followed(content, unscaled)


def _line(row: FormulaLine, written: Written, product: Product) -> TypedLine:
    pin = Pin.DOSE if written.pin == UNKNOWN else Pin(written.pin)
    amount, volume = _steps(written)
    return TypedLine(row.number, product.id, pin, amount, volume, _unit(row, pin))


def _steps(written: Written) -> tuple[int | None, int | None]:
    """Amount and volume as a line stores them."""
    if written.concentration is not None:
        return written.concentration.amount.whole(), written.concentration.volume.whole()
    if written.quantity is None:
        return None, None
    steps = written.quantity.whole()
    return (None, steps) if written.pin == Pin.VOLUME else (steps, None)


def _unit(row: FormulaLine, pin: Pin) -> str:
    """The unit under which the compose page shows what the formula pins."""
    if pin is Pin.QS:
        return MAKE_UP
    if pin is Pin.VOLUME:
        return "mL"
    return f"{row.unit}{PER_ML}" if pin is Pin.CONCENTRATION and row.unit in DOSES else row.unit


def _product(row: FormulaLine, *, at: datetime, by: Actor) -> Product:
    if row.product is not None:
        return row.product
    if row.ingredient_id is None:
        raise refuse(
            "formula.not_in_catalogue",
            row.named,
            f"The formula names {row.named}, which the catalogue does not hold.",
            "Compose line by line with what it holds.",
        )
    several = catalogue.products_of(row.ingredient_id)
    stocked = {stock.product_id for stock in candidates(by.site_id, {x.id for x in several}, at)}
    for found in (several, [product for product in several if product.id in stocked]):
        if len(found) == 1:
            return found[0]
    raise refuse(
        "formula.product_open",
        row.substance,
        f"The formula names {row.substance} and the catalogue has {len(several)} products of it.",
        "Choose a formula of this clinic, which names the product, or compose line by line.",
    )


def unscaled(version_id: int, target: Quantity, mark: str) -> tuple[str, ...]:
    """What does not follow the volume when a formula is made in this one, in sentences."""
    content = catalogue_facts.content(catalogue.formula_version(version_id))
    return tuple(line.words for line in scale(content, target, mark).unscaled)
