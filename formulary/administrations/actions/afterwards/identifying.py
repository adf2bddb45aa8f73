"""Whose vial it was: by its scan, by our own label, else by product and lot as printed; never skipped.

Where what was read fits several lots, or none, its candidates are offered: nothing is kept off the record.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from formulary.accounts import Actor
from formulary.administrations.actions.afterwards.told import AsRead
from formulary.catalogue import queries as catalogue
from formulary.db import Missing
from formulary.rules.findings import refuse
from formulary.rules.lot_status import NOT_ON_RECORD, day_words, normalise
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Vial

LOT, READ = "lot-", "read-"
CHOOSE = "Look at the pack again, and choose what it was."
Known = Lot | AsRead


@dataclass(frozen=True)
class Identity:
    """What was read off a vial: our own code, what its pack's code says, or what was typed from it.

    `which` is the key of the candidate that was chosen where what was read fits several lots, or none.
    """

    own: str = ""
    gtin: str = ""
    lot: str = ""
    expires_on: date | None = None
    product_id: int | None = None
    scanned: bool = False
    which: str = ""

    @property
    def grade(self) -> str:
        """How sure a recall is of it: the vial was scanned, or its lot was typed."""
        return "confirmed" if self.scanned else "probable"


@dataclass(frozen=True)
class Candidate:
    """What may be meant, in words: a lot on record, or what was read, to be written as it was read."""

    key: str
    words: str


def identified_vial(told: Identity, by: Actor, *, field: str = "lot") -> tuple[Known, Vial | None]:
    """The lot and, by our own label, the very vial; Refused where nobody said which of several it was."""
    if told.own:
        lot, vial = _own(told.own, by)
        _agree(lot.product_id, told)
        return lot, vial
    if not told.lot:
        reason, remedy = "Nobody said which vial it was.", "Scan it, or choose the product and type its lot."
        raise refuse("vial.not_identified", "the vial", reason, remedy, field="scan")
    return lot_of(told, field=field), None


def lot_of(told: Identity, *, field: str) -> Known:
    """The one lot with this number, of the product and the expiry where those were read, or the chosen one.

    Refused where several fit or none does, as long as no candidate was chosen.
    """
    product_id = _product(told)
    if told.which:
        return _chosen(told.which, told)
    fits = _fitting(told.lot, product_id, told.expires_on)
    if product_id is not None and len(fits) == 1:
        return fits[0]
    if product_id is None and not fits:
        reason, remedy = "Nobody said which product it was.", "Choose the product beside its lot."
        raise refuse("vial.not_identified", "the vial", reason, remedy, field="product_id")
    raise refuse("lot.not_told_apart", told.lot, _why(told.lot, fits, product_id), CHOOSE, field=field)


def candidates(told: Identity) -> list[Candidate]:
    """What may be meant where what was read names no lot alone; empty where it does, or names nothing."""
    product_id = _product(told)
    if told.own or not told.lot:
        return []
    if product_id is not None and len(_fitting(told.lot, product_id, told.expires_on)) == 1:
        return []
    near = shelf.similar_lots(told.lot, product_id) if product_id is not None else []
    known = [_candidate(lot) for lot in (*shelf.lots_with_number(told.lot, product_id), *near)]
    return [*known, *_read(told, [] if product_id is None else [product_id])]


def diluent_lot(told: Identity, *, field: str) -> Known:
    """The lot of what it was mixed with: of the diluents with this number, else the one fluid that has it.

    Refused where none is on record, or several are, as long as no candidate was chosen.
    """
    if told.which:
        return _chosen(told.which, told)
    found = _fluids(told.lot)
    if len(found) == 1:
        return found[0]
    raise refuse("lot.not_told_apart", told.lot, _why(told.lot, found, None), CHOOSE, field=field)


def diluent_candidates(number: str) -> list[Candidate]:
    """What may be meant by a diluent's number that several fluids have, or none."""
    found = _fluids(number) if number else []
    if not number or len(found) == 1:
        return []
    diluents = [row.id for row in catalogue.products() if row.ingredient.role == "diluent"]
    return [*map(_candidate, found), *_read(Identity(lot=number), diluents)]


def _fitting(number: str, product_id: int | None, expires_on: date | None) -> list[Lot]:
    found = shelf.lots_with_number(number, product_id)
    return [lot for lot in found if expires_on is None or lot.expires_on == expires_on]


def _fluids(number: str) -> list[Lot]:
    fluids = [lot for lot in shelf.lots_with_number(number) if lot.product.ledger == "volume"]
    return [lot for lot in fluids if lot.product.ingredient.role == "diluent"] or fluids


def _candidate(lot: Lot) -> Candidate:
    words = f"{lot.product.name}, lot {lot.number}, expiry {day_words(lot.expires_on)}"
    return Candidate(f"{LOT}{lot.id}", words)


def _read(told: Identity, product_ids: Collection[int]) -> Iterator[Candidate]:
    """To be written as it was read, of each product that it may be."""
    names = {row.id: row.name for row in catalogue.products()}
    expiry = day_words(told.expires_on or NOT_ON_RECORD)
    for product_id in [key for key in names if key in product_ids]:
        words = f"Not on record here; write it as read: {names[product_id]}, lot {told.lot}, expiry {expiry}"
        yield Candidate(f"{READ}{product_id}-{normalise(told.lot)}", words)


def _chosen(which: str, told: Identity) -> Known:
    if which.startswith(READ):
        return AsRead(int(which.split("-")[1]), told.lot, told.expires_on)
    return shelf.lot(int(which.removeprefix(LOT)))


def _own(code: str, by: Actor) -> tuple[Lot, Vial]:
    try:
        vial = shelf.vial_by_code(code, by.site_id)
    except Missing:
        reason, remedy = (
            f"No vial of this site has the label {code}.",
            "Scan it again, or type lot and product.",
        )
        raise refuse("vial.unknown", code, reason, remedy, field="scan") from None
    return vial.lot, vial


def _product(told: Identity) -> int | None:
    """The product by its code or as chosen; None where nobody said; Refused where the two differ."""
    known = catalogue.code(told.gtin) if told.gtin else None
    if known is None:
        return told.product_id
    _agree(known.product_id, told)
    return known.product_id


def _agree(product_id: int, told: Identity) -> None:
    """Refuse a product chosen beside a code that says another: nobody knows which of the two it was."""
    if told.product_id not in (None, product_id):
        reason, remedy = "The code is of another product than the one chosen.", "Look at the vial again."
        raise refuse("vial.differs", "the vial", reason, remedy, field="product_id")


def _why(number: str, found: Sequence[Lot], product_id: int | None) -> str:
    if len(found) > 1:
        return f"Lot {number} is on record more than once."
    if found:
        return f"Nobody said of which product lot {number} is."
    if shelf.lots_with_number(number, product_id):
        return f"Lot {number} is on record with another expiry."
    return f"No lot {number} of it is on record here."
