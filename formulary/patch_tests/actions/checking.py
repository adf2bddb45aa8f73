"""What a sitting must be before anything goes on the skin: its spots, its guideline, its controls."""

from collections.abc import Sequence
from dataclasses import dataclass

from formulary.catalogue import queries as catalogue
from formulary.rules.findings import refuse
from formulary.rules.patch_test import GUIDELINES, Guideline
from formulary.rules.units import Quantity
from formulary.stock import queries as stock


@dataclass(frozen=True)
class Spot:
    """What goes on one spot: a product, from a lot or a vial of it (None: not known), and how much.

    `role` is `test`, or the control that must not (`negative`) or must (`positive`) react; a control that is
    not kept in stock has no product.
    """

    product_id: int | None
    lot_id: int | None = None
    vial_id: int | None = None
    volume: Quantity | None = None
    dilution: str = "as supplied"
    vehicle: str = ""
    role: str = "test"


def check_spots(spots: Sequence[Spot], is_mixture: bool) -> None:
    """Refuse nothing at all, a mixture of one, another product's lot, and a lot without a volume."""
    if not any(spot.role == "test" for spot in spots):
        raise refuse("test.empty", "the test", "Nothing was chosen.", "Choose what is applied.")
    if is_mixture and sum(spot.role == "test" for spot in spots) == 1:
        told = "A mixture has two products or more."
        raise refuse("test.no_mixture", "the test", told, "Add the others, or untick it.", field="is_mixture")
    for spot in spots:
        _check_spot(spot)


def _check_spot(spot: Spot) -> None:
    if spot.product_id is None:
        return
    name = catalogue.product(spot.product_id).name
    if spot.lot_id is not None and stock.lot(spot.lot_id).product_id != spot.product_id:
        told = f"The lot is not one of {name}."
        raise refuse("test.other_product", name, told, "Choose again.")
    if spot.lot_id is not None and spot.volume is None:
        told = f"How much of {name} was used is not filled in."
        raise refuse("test.no_volume", name, told, "Type the volume that leaves the vial.")


def check_guideline(word: str, spots: Sequence[Spot], *, late: bool) -> Guideline:
    """The guideline of this word; refuses what it is not about, and, now, a control that is missing.

    What was applied without its control is recorded late all the same, and cannot be interpreted.
    """
    chosen = GUIDELINES.get(word)
    if chosen is None:
        told = "The guideline is not chosen."
        raise refuse("test.no_guideline", "the test", told, "Choose one of the list.", field="guideline")
    _refuse_other_group(chosen, spots)
    roles = {spot.role for spot in spots}
    wanted = (("negative", chosen.needs_negative), ("positive", chosen.needs_positive))
    for role, asked in wanted:
        if asked and role not in roles and not late:
            told = f"{chosen.name} asks for a {role} control; without one nothing can be told from the test."
            raise refuse("test.no_control", "the test", told, f"Add a spot that is the {role} control.")
    return chosen


def _refuse_other_group(chosen: Guideline, spots: Sequence[Spot]) -> None:
    tested = [spot.product_id for spot in spots if spot.role == "test" and spot.product_id is not None]
    for product in map(catalogue.product, tested if chosen.of_group else ()):
        of = catalogue.groups_of([product.ingredient_id]).get(product.ingredient_id, frozenset())
        if chosen.of_group not in of:
            told = f"This test is the one on the {chosen.name}, and {product.name} is none."
            raise refuse(
                "test.other_label", product.name, told, "Choose another guideline.", field="guideline"
            )
