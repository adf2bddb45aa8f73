"""How what a test uses leaves the stock: from an open vial, one opened for it, or late what is on record."""

from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor
from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.rules.findings import refuse
from formulary.rules.units import VOLUME, Quantity, round_fraction
from formulary.stock import actions as stock_actions
from formulary.stock import queries as stock
from formulary.stock.models import Lot, Movement, Place, Vial

REASON, KIND = "tested", "patch_test"


def draw(test: PatchTest, item: PatchTestItem, *, late: bool, at: datetime, by: Actor) -> list[Movement]:
    """Move what one spot uses to the place of patch tests; nothing where the lot is not known."""
    if item.lot_id is None or item.volume is None:
        return []
    lot, wanted = stock.lot(item.lot_id), Quantity(item.volume, VOLUME)
    vial = _vial(test, item, lot, late=late, at=at, by=by)
    item.vial_id = vial.id if vial else None
    if vial and not (late and _left(vial) < wanted.steps):
        moved = _take(test, vial, wanted, late=late, at=at, by=by)
    else:
        moved = _shortfall(test, lot, vial, wanted, at=at, by=by)
    item.quantity = sum(m.quantity for m in moved if m.lot_id == lot.id and m.reason == REASON) or None
    return moved


def _vial(
    test: PatchTest, item: PatchTestItem, lot: Lot, *, late: bool, at: datetime, by: Actor
) -> Vial | None:
    """The vial it is drawn from: the one chosen, or a container opened for it; late there may be none."""
    chosen = stock.vial(item.vial_id, by.site_id) if item.vial_id else None
    if chosen is not None and chosen.state != "sealed":
        return chosen
    if lot.product.ledger != "volume":
        if late:
            return None
        told = f"{lot.product.name} is a powder, and no reconstituted vial was chosen."
        raise refuse(
            "test.powder", lot.product.name, told, "Open and reconstitute a vial first, then choose it."
        )
    shelf = _shelf(lot, by.site_id)
    if shelf is None:
        if late:
            return None
        told = f"No full container of lot {lot.number} lies at this site."
        raise refuse("stock.none_here", lot.number, told, "Choose another lot, or an open vial.")
    opened = {"opened_at": test.applied_at, "late_reason": test.late_reason} if late else {}
    return stock_actions.open_vial(
        lot,
        place=shelf,
        at=at,
        by=by,
        opened_for_id=test.patient_id,
        labelled=chosen,
        for_ref=_ref(test),
        **opened,
    )


def _ref(test: PatchTest) -> str:
    """How the stock room names this test: what is discarded serves it alone."""
    return f"{KIND}:{test.id}"


def _shelf(lot: Lot, site_id: int) -> Place | None:
    """Where a full container of the lot lies at the site: on a shelf, else in quarantine."""
    needed = lot.product.content or 1
    full = {c.place_id for c in stock.contents(lot_id=lot.id) if c.vial_id is None and c.quantity >= needed}
    here = [p for p in stock.places(site_id, ("storage", "quarantine")) if p.id in full]
    return min(here, key=lambda p: (p.kind != "storage", p.id), default=None)


def _left(vial: Vial) -> int:
    """What the vial still holds, in nL; nothing where that is not known."""
    return stock.volume_left(vial) or 0


def _take(
    test: PatchTest, vial: Vial, wanted: Quantity, *, late: bool, at: datetime, by: Actor
) -> list[Movement]:
    taken = stock_actions.take(
        vial,
        wanted,
        target=stock.place(by.site_id, "patch_test"),
        reason=REASON,
        document=(KIND, test.id),
        at=at,
        by=by,
        for_patient=test.patient_id,
        for_ref=_ref(test),
        occurred_at=test.applied_at,
        already_happened=late,
    )
    return [one.movement for one in taken]


def _shortfall(
    test: PatchTest, lot: Lot, vial: Vial | None, wanted: Quantity, *, at: datetime, by: Actor
) -> list[Movement]:
    """Record what was used although it is not on record here; nothing where its amount cannot be told."""
    quantity = _steps(lot, wanted)
    if not quantity:
        return []
    recorded = stock_actions.record_shortfall(
        lot=lot,
        vial=vial,
        source=stock.place(by.site_id, "in_use" if vial else "storage"),
        target=stock.place(by.site_id, "patch_test"),
        quantity=quantity,
        reason=REASON,
        document=(KIND, test.id),
        what=f"Patch test {test.code}, entered late",
        occurred_at=test.applied_at,
        at=at,
        by=by,
    )
    return recorded.movements


def _steps(lot: Lot, wanted: Quantity) -> int:
    """The volume in the lot's own steps: of a powder by its label's strength; 0 where that is not known."""
    product = lot.product
    if product.ledger == "volume":
        return wanted.whole()
    if product.strength_amount is None or product.strength_volume is None:
        return 0
    return round_fraction(wanted.steps * Fraction(product.strength_amount, product.strength_volume))


def undo(test: PatchTest, rows: list[Movement], *, why: str, at: datetime, by: Actor) -> list[Movement]:
    """Put back what a test took, the newest row first; refused where something moved on since."""
    undone = {m.reverses_id for m in rows}
    open_rows = [m for m in rows if m.reverses_id is None and m.id not in undone]
    reversals = [stock_actions.reverse(m, at=at, by=by, why=why) for m in reversed(open_rows)]
    for item in test.items:
        item.quantity = None
    db.session.flush()
    return reversals
