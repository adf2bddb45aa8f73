"""What of each ingredient reached the patient in a test, as the room of patients keeps account of it."""

from fractions import Fraction

from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients.actions import Exposed, note_exposure, take_back_exposure
from formulary.patients.models import Exposure
from formulary.rules.units import Quantity, dimension, round_fraction

DOCUMENT = "patch_test"


def expose(test: PatchTest) -> list[Exposure]:
    """Count what was applied of each product; what nobody noted the amount of counts as unknown."""
    known = [item for item in test.items if item.product is not None]
    parts = [_exposed(item) for item in known if item.tested.ingredient.role != "diluent"]
    return note_exposure(test.patient_id, parts, document=(DOCUMENT, test.id), at=test.applied_at)


def take_back(test: PatchTest) -> list[Exposure]:
    """Count against it what a test is on record with, where nothing was applied after all."""
    return take_back_exposure((DOCUMENT, test.id))


def _exposed(item: PatchTestItem) -> Exposed:
    product = item.tested
    return Exposed(
        product_id=product.id,
        ingredient_id=product.ingredient_id,
        dimension=product.dimension,
        basis=product.basis,
        taken=item.quantity,
        amount=amount_of(item),
    )


def amount_on(item: PatchTestItem) -> Quantity | None:
    """The same as a quantity; None for a control without a product, and where it is unknown."""
    steps = None if item.product is None else amount_of(item)
    return None if steps is None else Quantity(steps, dimension(item.tested.dimension))


def amount_of(item: PatchTestItem) -> int | None:
    """How much of the ingredient lay on the spot, in steps of the product's dimension.

    By the lot it left; where nobody noted the lot, by the volume and the label; else unknown.
    """
    product = item.tested
    if item.lot is not None:
        held = None if item.quantity is None else item.lot.active(item.quantity)
        return None if held is None else held.whole()
    if item.volume is None or product.strength_amount is None or not product.strength_volume:
        return None
    return round_fraction(item.volume * Fraction(product.strength_amount, product.strength_volume))
