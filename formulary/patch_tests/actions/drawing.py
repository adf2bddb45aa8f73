"""How what a test uses leaves the stock: from an open vial, one opened for it, or late what is on record."""

from collections.abc import Iterator
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
    held = wanted if vial and not late else Quantity(min(_left(vial), wanted.whole()), VOLUME)
    stood = _stood(vial, by.site_id)
    moved = _take(test, vial, held, late=late, at=at, by=by) if vial and not held.is_zero else []
    if missing := wanted.whole() - held.whole():
        parts = _missing_parts(lot, vial, Quantity(missing, VOLUME))
        moved += _shortfall(test, vial, stood, parts, at=at, by=by)
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


def _left(vial: Vial | None) -> int:
    """What the vial still holds, in nL; nothing where that is not known."""
    return 0 if vial is None else stock.volume_left(vial) or 0


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
    test: PatchTest,
    vial: Vial | None,
    source: Place,
    parts: Iterator[tuple[Lot, int]],
    *,
    at: datetime,
    by: Actor,
) -> list[Movement]:
    """Record what was used although it is not on record here; nothing where its amount cannot be told."""
    recorded = [
        stock_actions.record_shortfall(
            lot=each,
            vial=vial,
            source=source,
            target=stock.place(by.site_id, "patch_test"),
            quantity=quantity,
            reason=REASON,
            document=(KIND, test.id),
            what=f"Patch test {test.code}, entered late",
            occurred_at=test.applied_at,
            at=at,
            by=by,
        )
        for each, quantity in parts
        if quantity
    ]
    return [movement for one in recorded for movement in one.movements]


def _stood(vial: Vial | None, site_id: int) -> Place:
    """Where the vial stands; an empty one among the open ones, and without one it came from the shelf."""
    if vial is None:
        return stock.place(site_id, "storage")
    return stock_actions.where_is(vial) if _left(vial) else stock.place(site_id, "in_use")


def _missing_parts(lot: Lot, vial: Vial | None, missing: Quantity) -> Iterator[tuple[Lot, int]]:
    """Each lot that went with a volume, in its own steps: of a powder by its mixture, else by its label.

    From a vial that was mixed its diluent went too, in the same proportion.
    """
    mixed = vial is not None and vial.mixed_volume and vial.mixed_content
    if not mixed or vial is None:
        yield lot, _steps(lot, missing)
        return
    share = Fraction(missing.whole(), vial.mixed_volume or 1)
    yield lot, round_fraction(share * (vial.mixed_content or 0))
    if vial.diluent_lot_id is not None:
        fluid = (vial.mixed_volume or 0) - (vial.displacement or 0)
        yield stock.lot(vial.diluent_lot_id), round_fraction(share * fluid)


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
