"""What of each ingredient reached the patient in a test, as the room of patients keeps account of it."""

from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients.actions import Exposed, note_exposure, take_back_exposure
from formulary.patients.models import Exposure

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
        amount=None if item.amount is None else item.amount.whole(),
    )
