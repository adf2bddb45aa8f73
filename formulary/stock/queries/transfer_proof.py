"""The proof of transfers: what each line says became of it is what the movements of its transfer say."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import literal

from formulary.audit.queries import Fault
from formulary.db import db
from formulary.stock.models import Lot, Movement, Transfer, TransferLine, Vial

PARTS = ("sent", "arrived", "damaged", "lost")
NOT_SENT = ("packing", "cancelled")


def transfer_faults() -> Iterator[Fault]:
    """Parts of lines that are not the sum of their movements, what was undone taken off."""
    rows = db.union_all(*map(_told, PARTS), _moved()).subquery()
    key = (rows.c.transfer_id, rows.c.lot_id, rows.c.vial_id, rows.c.part)
    told, moved = db.func.sum(rows.c.told), db.func.sum(rows.c.moved)
    sums = db.select(*key, told.label("told"), moved.label("moved")).group_by(*key)
    sums = sums.having(told != moved).subquery()
    query = db.select(sums, Transfer.code, Lot.number, Vial.code.label("vial"))
    query = query.outerjoin(Transfer, Transfer.id == sums.c.transfer_id)
    query = query.join(Lot, Lot.id == sums.c.lot_id).outerjoin(Vial, Vial.id == sums.c.vial_id)
    order = (sums.c.transfer_id, sums.c.lot_id, sums.c.vial_id, sums.c.part)
    for row in db.session.execute(query.order_by(*order)):
        vial = f", vial {row.vial}" if row.vial else ""
        what = f"says {int(row.told)} {row.part} and the ledger {int(row.moved)} (lot {row.number}{vial})"
        yield Fault("transfer", f"transfer {row.code or row.transfer_id}", what)


def _told(part: str) -> Any:
    """What the lines say: nothing was sent of what is being packed, taken out or was called back."""
    quantity = TransferLine.quantity if part == "sent" else getattr(TransferLine, part)
    query = db.select(
        TransferLine.transfer_id.label("transfer_id"),
        TransferLine.lot_id.label("lot_id"),
        TransferLine.vial_id.label("vial_id"),
        literal(part).label("part"),
        quantity.label("told"),
        literal(0).label("moved"),
    )
    query = query.join(Transfer, Transfer.id == TransferLine.transfer_id)
    return query.where(Transfer.state.not_in(NOT_SENT), TransferLine.taken_out_at.is_(None))


def _moved() -> Any:
    """What the ledger says; of a mixture the row of the vial's own lot counts."""
    sign = db.case((Movement.reverses_id.is_(None), 1), else_=-1)
    query = db.select(
        Movement.document_id,
        Movement.lot_id,
        Movement.vial_id,
        Movement.reason,
        literal(0),
        sign * Movement.quantity,
    )
    query = query.outerjoin(Vial, Vial.id == Movement.vial_id)
    own = db.or_(Movement.vial_id.is_(None), Movement.lot_id == Vial.lot_id)
    return query.where(Movement.document_kind == "transfer", Movement.reason.in_(PARTS), own)
