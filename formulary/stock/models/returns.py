"""What went back to a supplier, with what the supplier is told and what is expected for it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime


class SupplierReturn(Base):
    """So much of a lot, or an opened vial with all in it, on its way back (`RT-3`); append-only.

    `number` is the one the supplier gave for the return, `delivery_id` what it came with, where that is
    known. `minor` minor units of `currency` are expected in credit; None: nobody has said. A return that
    was undone keeps its row: its movements are reversed.
    """

    __tablename__ = "supplier_return"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("minor >= 0", name="minor_is_not_negative"),
        CheckConstraint("(minor IS NULL) = (currency = '')", name="credit_has_a_currency"),
        Index("ix_supplier_return_site", "site_id", "id"),
        Index("ix_supplier_return_lot", "lot_id", "id"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    quantity: Mapped[int] = mapped_column(Steps)
    reason: Mapped[str] = mapped_column(String(40))
    supplier: Mapped[str] = mapped_column(String(120), default="")
    number: Mapped[str] = mapped_column(String(60), default="")
    minor: Mapped[int | None] = mapped_column(Steps)
    currency: Mapped[str] = mapped_column(String(3), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    def __str__(self) -> str:
        return self.code
