"""What of each ingredient reached the patient in a session, as the room of patients keeps account of it."""

from collections.abc import Iterable

from formulary.administrations.models import Administration
from formulary.patients.actions import Exposed, note_exposure
from formulary.patients.models import Exposure
from formulary.stock.models import Lot

DOCUMENT = "administration"


def expose(
    session: Administration,
    given: Iterable[tuple[Lot, int]],
    *,
    grade: str = "confirmed",
    is_top_up: bool = False,
) -> list[Exposure]:
    """Count what was given of each lot, in its ledger's steps; diluents and what was not given do not."""
    parts = [exposed(lot, steps) for lot, steps in given if steps and not is_diluent(lot)]
    document = (DOCUMENT, session.id)
    more = {"at": session.started_at, "grade": grade, "is_top_up": is_top_up}
    return note_exposure(session.patient_id, parts, document=document, **more)


def exposed(lot: Lot, steps: int) -> Exposed:
    """So many steps of a lot's ledger, as its ingredient."""
    product, amount = lot.product, lot.active(steps)
    return Exposed(
        product_id=product.id,
        ingredient_id=product.ingredient_id,
        dimension=product.dimension,
        basis=product.basis,
        taken=steps,
        amount=None if amount is None else amount.whole(),
    )


def is_diluent(lot: Lot) -> bool:
    """Whether a lot only makes up a volume."""
    return lot.product.ingredient.role == "diluent"
