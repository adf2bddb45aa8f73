"""Receipts and opening stock on record that a row of a list would tell of again; what was undone is none."""

from datetime import datetime

from sqlalchemy.orm import aliased

from formulary.db import db
from formulary.stock import queries as stock
from formulary.stock.models import Delivery, Movement, Vial
from formulary.stock.queries import called

Reversal = aliased(Movement)


def receipts_like(site_id: int, lot_id: int, supplier: str, note: str, quantity: int) -> list[datetime]:
    """When a lot came from a supplier with this delivery note, so much of it at once."""
    query = db.select(Delivery.received_at, Delivery.supplier, Delivery.supplier_id).select_from(Delivery)
    query = stock.that_came(query).where(
        Movement.lot_id == lot_id,
        Movement.quantity == quantity,
        Delivery.site_id == site_id,
        Delivery.note_number == note,
    )
    named = stock.supplier_named(supplier)
    number = named.id if named else 0
    return [
        came.received_at
        for came in db.session.execute(query.order_by(Delivery.id))
        if came.supplier_id == number or called(came.supplier) == called(supplier)
    ]


def openings_of(lot_id: int, place_id: int, opened_at: datetime | None) -> list[int]:
    """How much of a lot was brought over to a place each time, in a vial opened then or sealed."""
    query = db.select(Movement.quantity).outerjoin(Vial, Vial.id == Movement.vial_id)
    query = query.where(
        Movement.lot_id == lot_id,
        Movement.reason == "opening_balance",
        Movement.to_place_id == place_id,
        Movement.reverses_id.is_(None),
        ~db.exists().where(Reversal.reverses_id == Movement.id),
        Movement.vial_id.is_(None) if opened_at is None else Vial.opened_at == opened_at,
    )
    return list(db.session.scalars(query.order_by(Movement.id)))
