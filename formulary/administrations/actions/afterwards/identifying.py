"""Whose vial it was: by its scan, by our own label, else by product and lot as printed; never skipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from formulary.accounts import Actor
from formulary.catalogue import queries as catalogue
from formulary.db import Missing
from formulary.rules.findings import joined, refuse
from formulary.rules.lot_status import day_words
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Vial


@dataclass(frozen=True)
class Identity:
    """What was read off a vial: our own code, what its pack's code says, or what was typed from it."""

    own: str = ""
    gtin: str = ""
    lot: str = ""
    expires_on: date | None = None
    product_id: int | None = None
    scanned: bool = False

    @property
    def grade(self) -> str:
        """How sure a recall is of it: the vial was scanned, or its lot was typed."""
        return "confirmed" if self.scanned else "probable"


def identified_vial(told: Identity, by: Actor) -> tuple[Lot, Vial | None]:
    """The lot and, by our own label, the very vial; Refused where it is not on record, or not one alone."""
    if told.own:
        lot, vial = _own(told.own, by)
        _agree(lot.product_id, told)
        return lot, vial
    if not told.lot:
        reason, remedy = "Nobody said which vial it was.", "Scan it, or choose the product and type its lot."
        raise refuse("vial.not_identified", "the vial", reason, remedy, field="scan")
    product_id = _product(told)
    return lot_of(told.lot, product_id, told.expires_on, field="lot"), None


def lot_of(number: str, product_id: int | None, expires_on: date | None = None, *, field: str) -> Lot:
    """The one lot of a product with this number on its pack, and of this expiry where it was read."""
    found = shelf.lots_with_number(number, product_id)
    same = [lot for lot in found if expires_on is None or lot.expires_on == expires_on]
    if len(same) == 1:
        return same[0]
    raise refuse("lot.not_told_apart", number, *_why(number, same, found), field=field)


def diluent_lot(number: str, *, field: str) -> Lot:
    """The lot of what it was mixed with: of the diluents with this number, else the one fluid that has it.

    Refused where none is on record, or several are.
    """
    fluids = [lot for lot in shelf.lots_with_number(number) if lot.product.ledger == "volume"]
    diluents = [lot for lot in fluids if lot.product.ingredient.role == "diluent"]
    found = diluents or fluids
    if len(found) == 1:
        return found[0]
    raise refuse("lot.not_told_apart", number, *_why(number, found, found), field=field)


def _own(code: str, by: Actor) -> tuple[Lot, Vial | None]:
    try:
        vial = shelf.vial_by_code(code, by.site_id)
    except Missing:
        reason, remedy = (
            f"No vial of this site has the label {code}.",
            "Scan it again, or type lot and product.",
        )
        raise refuse("vial.unknown", code, reason, remedy, field="scan") from None
    return vial.lot, vial


def _product(told: Identity) -> int:
    known = catalogue.code(told.gtin) if told.gtin else None
    if known:
        _agree(known.product_id, told)
    product_id = known.product_id if known else told.product_id
    if product_id is None:
        reason, remedy = "Nobody said which product it was.", "Choose the product beside its lot."
        raise refuse("vial.not_identified", "the vial", reason, remedy, field="product_id")
    return product_id


def _agree(product_id: int, told: Identity) -> None:
    """Refuse a product chosen beside a code that says another: nobody knows which of the two it was."""
    if told.product_id not in (None, product_id):
        reason, remedy = "The code is of another product than the one chosen.", "Look at the vial again."
        raise refuse("vial.differs", "the vial", reason, remedy, field="product_id")


def _why(number: str, same: Sequence[Lot], found: Sequence[Lot]) -> tuple[str, str]:
    if same:
        each = joined(f"{lot.product.name}, expiry {day_words(lot.expires_on)}" for lot in same)
        return f"Lot {number} is on record more than once: {each}.", "Type the expiry on the pack beside it."
    if found:
        return f"Lot {number} is on record with another expiry.", "Read the pack again."
    return f"No lot {number} of it is on record here.", "Book it in first, with its reason; then record this."
