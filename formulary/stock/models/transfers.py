"""Transfers between sites: what is packed, sent and received, line by line."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of

PACKING = text("state = 'packing'")


class Transfer(Versioned, Base):
    """Goods of one site for another (`TR-12`): packed, sent, and on the way until the other site has them.

    What was sent lies in the sender's place in transit. `missing`: something of it has neither arrived nor
    been explained; `lost`: nothing of it arrived. `why` is a word of `stock.labels.REASONS_FOR`,
    `arrived_at_tenths` the temperature on arrival in tenths of a degree Celsius (None: not measured). A site
    packs one at a time for another.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        one_of("state", "packing", "sent", "missing", "arrived", "lost", "cancelled"),
        CheckConstraint("site_id <> to_site_id", name="sites_differ"),
        Index("ix_transfer_from", "site_id", "id"),
        Index("ix_transfer_to", "to_site_id", "id"),
        Index(
            "uq_transfer_packing",
            "site_id",
            "to_site_id",
            unique=True,
            sqlite_where=PACKING,
            postgresql_where=PACKING,
        ),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    to_site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    state: Mapped[str] = mapped_column(String(20), default="packing")
    why: Mapped[str] = mapped_column(String(40), default="")
    carrier: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    arrived_at_tenths: Mapped[int | None] = mapped_column(Integer)
    remark: Mapped[str] = mapped_column(Text, default="")

    def __str__(self) -> str:
        return self.code


class TransferLine(Base):
    """So much of a lot from a shelf, or an open vial with all in it; in the lot's steps.

    What became of it: `arrived`, `damaged` (to quarantine) and `lost`; the rest is on its way. A line that
    was taken out before sending keeps its row (`taken_out_at`).
    """

    __tablename__ = "transfer_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("arrived >= 0 AND damaged >= 0 AND lost >= 0", name="parts_are_not_negative"),
        CheckConstraint("arrived + damaged + lost <= quantity", name="no_more_than_was_sent"),
        Index("ix_transfer_line_transfer", "transfer_id", "id"),
        Index("ix_transfer_line_lot", "lot_id", "transfer_id"),
    )

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    quantity: Mapped[int] = mapped_column(Steps)
    arrived: Mapped[int] = mapped_column(Steps, default=0)
    damaged: Mapped[int] = mapped_column(Steps, default=0)
    lost: Mapped[int] = mapped_column(Steps, default=0)
    taken_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def outstanding(self) -> int:
        """What has neither arrived nor been explained."""
        return self.quantity - self.arrived - self.damaged - self.lost
