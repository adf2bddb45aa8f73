"""Receipts and opening stock on record that a row of a list would tell of again."""

from datetime import datetime

from formulary.db import db
from formulary.stock.models import Delivery, Movement, Vial


def receipts_like(site_id: int, lot_id: int, supplier: str, note: str, quantity: int) -> list[datetime]:
    """When a lot came from a supplier with this delivery note, so much of it at once."""
    query = db.select(Delivery.received_at).join(Movement, Movement.document_id == Delivery.id)
    query = query.where(
        Movement.document_kind == "delivery",
        Movement.lot_id == lot_id,
        Movement.quantity == quantity,
        Movement.reverses_id.is_(None),
        Delivery.site_id == site_id,
        Delivery.note_number == note,
        db.func.lower(Delivery.supplier) == supplier.lower(),
    )
    return list(db.session.scalars(query.order_by(Delivery.id)))


def openings_like(lot_id: int, place_id: int, quantity: int, opened_at: datetime | None) -> int:
    """How often a lot was brought over to a place, so much of it at once, in a vial opened then or sealed."""
    query = db.select(db.func.count(Movement.id)).outerjoin(Vial, Vial.id == Movement.vial_id)
    query = query.where(
        Movement.lot_id == lot_id,
        Movement.reason == "opening_balance",
        Movement.to_place_id == place_id,
        Movement.quantity == quantity,
        Movement.reverses_id.is_(None),
        Movement.vial_id.is_(None) if opened_at is None else Vial.opened_at == opened_at,
    )
    return db.session.scalar(query) or 0
