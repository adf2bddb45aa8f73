"""After a draw: a vial says whether it is open, empty or gone, and a lot whether anything of it is left."""

from formulary.db import db
from formulary.stock.actions.entries import Entry
from formulary.stock.models import BY_VIAL, GUARDED, Balance, Lot, Vial

ENDS = {"waste": "wasted", "destroyed": "wasted", "returned": "returned", "storage": "sealed"}
OVER = frozenset({"empty", "wasted", "returned", "lost"})


def settle(entry: Entry, left: int | None) -> None:
    """Let the vial and the lot say what their balances say; `left` is what the draw left, None for no
    balance.
    """
    if entry.vial is not None and entry.lot.id == entry.vial.lot_id:
        _settle_vial(entry.vial, entry, left)
    if entry.target.kind in GUARDED:
        _change(entry.lot, "exhausted", "available")
    elif left == 0 and not _holds_any(entry.lot):
        _change(entry.lot, "available", "exhausted")


def _settle_vial(vial: Vial, entry: Entry, left: int | None) -> None:
    if entry.target.kind in BY_VIAL:
        vial.state = "open" if vial.state in OVER else vial.state
    elif left == 0 and entry.source.kind in BY_VIAL:
        vial.state = "lost" if entry.way.reason == "lost" else ENDS.get(entry.target.kind, "empty")


def _change(lot: Lot, old: str, new: str) -> None:
    if lot.status == old:
        lot.status = new


def _holds_any(lot: Lot) -> bool:
    lies = db.select(Balance.id).where(Balance.lot_id == lot.id, Balance.quantity > 0)
    return db.session.scalar(lies.limit(1)) is not None
