"""Questions that tests put to the ledger."""

from sqlalchemy.orm import aliased

from formulary.db import db
from formulary.stock.models import Movement, Place


def in_preparation(lot_id: int) -> dict[tuple[str, int | None], int]:
    """What of the lot lies in preparations, by the document that brought it there (`("attempt", 12)`)."""
    into, out = aliased(Place), aliased(Place)
    arrives = db.case((into.kind == "preparation", Movement.quantity), else_=0)
    leaves = db.case((out.kind == "preparation", Movement.quantity), else_=0)
    query = db.select(Movement.document_kind, Movement.document_id, db.func.sum(arrives - leaves))
    query = query.join(into, into.id == Movement.to_place_id).join(out, out.id == Movement.from_place_id)
    query = query.where(Movement.lot_id == lot_id)
    query = query.group_by(Movement.document_kind, Movement.document_id)
    return {(kind, number): int(total) for kind, number, total in db.session.execute(query) if total}
