"""What the technician does at the bench, by the doors of the room; and what a scanner would send."""

from typing import Any

from formulary import clock
from formulary.accounts import Actor
from formulary.catalogue import queries as catalogue
from formulary.db import db, transaction
from formulary.preparations import actions, queries
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Hold, Lot
from tests.support.world import Cast

ALL_WELL = {what: True for what in actions.INSPECTED}
NBSP = "\N{NO-BREAK SPACE}"


def technician() -> Actor:
    """Who prepares."""
    return Cast().actor("technician")


def ml(text: str) -> Quantity:
    """So many millilitres."""
    return Quantity.of(text, "mL")


def steps_of(attempt: Attempt) -> list[PlannedDraw]:
    """The worksheet as it is now."""
    return queries.steps(queries.attempt(attempt.id, technician()))


def step(attempt: Attempt, number: int) -> PlannedDraw:
    """The k-th step of the worksheet."""
    return steps_of(attempt)[number - 1]


def lot_of(row: PlannedDraw) -> Lot:
    """The lot that a step draws from."""
    return queries.lot(row.lot_id or 0)


def to_keep(attempt: Attempt) -> list[int]:
    """What is kept for its steps: the whole container where one is still to be opened for this patient."""
    products = [(row, lot_of(row).product) for row in steps_of(attempt)]
    sealed = [row.vial_id is None and product.container != "multi_dose" for row, product in products]
    pairs = zip(products, sealed, strict=True)
    return sorted(product.content if whole else row.quantity for (row, product), whole in pairs)


def a_scan(of: Lot, **other: Any) -> str:
    """What a scanner sends for a pack of this lot; another GTIN, lot or expiry on request."""
    codes = catalogue.product(of.product_id).codes
    gtin = other.get("gtin") or min(codes, key=lambda code: code.id).gtin
    expiry = other.get("expires_on") or of.expires_on
    return f"01{gtin}17{expiry:%y%m%d}10{other.get('number') or of.number}"


def shown(of: Lot, **other: Any) -> actions.Shown:
    """The same, read."""
    codes = catalogue.product(of.product_id).codes
    gtin = min(codes, key=lambda code: code.id).gtin
    fields = {"raw": a_scan(of), "gtin": gtin, "lot": of.number, "expires_on": of.expires_on}
    return actions.Shown(**fields | other)


def scan(attempt: Attempt, number: int, **other: Any) -> PlannedDraw:
    """Take the vial of the k-th step in hand."""
    row = step(attempt, number)
    with transaction():
        return actions.scan_vial(
            attempt.id, row.position, shown=shown(lot_of(row), **other), at=clock.now(), by=technician()
        )


def mix(attempt: Attempt, number: int, volume: str = "4", lot: str = "WFI-1", **more: Any) -> PlannedDraw:
    """Mix the powder of the k-th step."""
    row, [diluent] = step(attempt, number), shelf.lots_with_number(lot)
    given = {"diluent_lot_id": diluent.id, "volume": ml(volume)} | more
    with transaction():
        return actions.mix_powder(attempt.id, row.position, **given, at=clock.now(), by=technician())


def draw(attempt: Attempt, number: int, measured: str | None = None, **more: Any) -> PlannedDraw:
    """Confirm the k-th step: as planned, or so many millilitres."""
    row = step(attempt, number)
    volume = Quantity(row.volume, VOLUME) if measured is None else ml(measured)
    with transaction():
        return actions.confirm_draw(
            attempt.id, row.position, measured=volume, **more, at=clock.now(), by=technician()
        )


def do_step(attempt: Attempt, number: int, measured: str | None = None, **more: Any) -> PlannedDraw:
    """The k-th step whole: scanned, mixed where it is a powder, drawn."""
    scan(attempt, number)
    vial = queries.vial(step(attempt, number).vial_id or 0)
    if vial.lot.product.form == "lyophilised" and vial.mixed_volume is None:
        mix(attempt, number)
    return draw(attempt, number, measured, **more)


def undo(attempt: Attempt) -> None:
    """Take back the newest draw."""
    newest = queries.draws(attempt.id)[-1]
    with transaction():
        actions.undo_draw(newest.id, at=clock.now(), by=technician())


def finish(attempt: Attempt, **more: Any) -> Attempt:
    """Close the bench work."""
    with transaction():
        return actions.finish(attempt.id, **more, at=clock.now(), by=technician())


def release(attempt: Attempt, by: Actor | None = None, **inspection: bool) -> Attempt:
    """Release, everything looked at."""
    who, looked = by or Cast().actor("pharmacist"), ALL_WELL | inspection
    with transaction():
        return actions.release(attempt.id, inspection=looked, at=clock.now(), by=who)


def hold(lot_number: str) -> Hold:
    """Put a lot on hold, as a recall would."""
    [lot] = shelf.lots_with_number(lot_number)
    with transaction():
        return stock.place_hold(
            "lot", lot.id, reason="suspected", source="recall R-7", at=clock.now(), by=Cast().actor("recall")
        )


def left_in(vial_id: int) -> int | None:
    """What can still be drawn from a vial, in nL."""
    db.session.expire_all()
    return shelf.volume_left(queries.vial(vial_id))
