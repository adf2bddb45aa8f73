"""Reconstituting: a diluent moves into an open powder, and the mixture gets a strength and a clock."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.db import once
from formulary.rules.findings import refuse
from formulary.rules.units import Quantity
from formulary.stock import facts, queries
from formulary.stock.actions.ledger import Document, Entry, write
from formulary.stock.actions.taking import steps_of
from formulary.stock.actions.vials import content_now, content_of, limit_use, open_vial, where_is
from formulary.stock.models import Lot, Movement, Place, Vial


@once
def reconstitute(
    vial: Vial,
    *,
    diluent_lot: Lot,
    diluent_source: Place,
    volume: Quantity,
    at: datetime,
    by: Actor,
    displacement: Quantity | None = None,
    diluent_vial: Vial | None = None,
    reconstituted_at: datetime | None = None,
    for_ref: str | None = None,
) -> Vial:
    """Add `volume` of a diluent to an open powder: it moves under this vial and shortens its beyond-use
    date.

    The diluent comes from `diluent_vial`, or from containers of `diluent_lot` opened at `diluent_source`
    for it, which stay open with what is left. The mixture's volume is the diluent's and the powder's
    displacement. Refuses a second time, a vial that is not an open powder, and a powder of which something
    was taken before.
    """
    _reconstitutable(vial)
    steps = steps_of(volume, "volume")
    place = where_is(vial)
    sources = _diluent(diluent_lot, diluent_vial, diluent_source, steps, vial, at, by, for_ref)
    through = queries.place(place.site_id, "preparation")
    document: Document = ("reconstitution", vial.id)
    when = reconstituted_at or at
    movements: list[Movement] = []
    for source, part in sources:
        stands = where_is(source)
        out = Entry(diluent_lot, source, stands, through, part, "reconstituted", document, when)
        use = facts.Use(diluent_lot, source, stands, through, part, vial.opened_for_id, for_ref)
        movements += write([out], at=at, by=by, use=use)
        into = Entry(diluent_lot, vial, through, place, part, "reconstituted", document, when)
        movements += write([into], at=at, by=by)
    vial.diluent_lot_id, vial.reconstituted_at = diluent_lot.id, when
    vial.displacement = None if displacement is None else displacement.whole()
    vial.mixed_volume, vial.mixed_content = steps + (vial.displacement or 0), content_now(vial)
    limit_use(vial, place, at)
    new = {
        "vial": vial.code,
        "diluent": diluent_lot.number,
        "volume_nL": steps,
        "until": str(vial.beyond_use_at),
    }
    record("stock.reconstitute", vial, by=by, at=at, new=new, movements=movements)
    return vial


def _reconstitutable(vial: Vial) -> None:
    if vial.mixed_volume is not None:
        raise refuse(
            "vial.reconstituted_already",
            vial.code,
            f"Vial {vial.code} has its diluent already.",
            "Draw from it.",
        )
    if vial.lot.product.ledger == "volume":
        raise refuse(
            "vial.not_a_powder", vial.code, f"Vial {vial.code} holds a solution.", "Draw from it as it is."
        )
    if content_now(vial) != content_of(vial.lot):
        reason = f"Something of vial {vial.code} has gone already, so its strength would not be known."
        raise refuse("vial.not_full", vial.code, reason, "Waste it and open another.")


def _diluent(
    lot: Lot,
    vial: Vial | None,
    place: Place,
    needed: int,
    powder: Vial,
    at: datetime,
    by: Actor,
    for_ref: str | None,
) -> list[tuple[Vial, int]]:
    """The vials that the diluent comes from, with what each gives; sealed containers are opened for it."""
    if lot.product.ledger != "volume":
        raise refuse(
            "diluent.not_a_fluid", lot.number, f"{lot.product.name} is not a fluid.", "Choose a diluent."
        )
    if vial is not None:
        return [(vial, needed)]
    given: list[tuple[Vial, int]] = []
    while needed > 0:
        opened = open_vial(
            lot, place=place, at=at, by=by, opened_for_id=powder.opened_for_id, for_ref=for_ref
        )
        part = min(needed, content_of(lot))
        given.append((opened, part))
        needed -= part
    return given
