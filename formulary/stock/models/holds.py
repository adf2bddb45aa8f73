"""What keeps stock from being used: holds, and reservations for somebody."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, one_of

STANDS = text("released_at IS NULL")


class Hold(Base):
    """A stop: on a lot, a vial, a place, a product, a delivery or a version of a formula; until somebody
    releases it.
    """

    __tablename__ = "hold"
    __table_args__ = (
        one_of("object_kind", "lot", "vial", "place", "product", "delivery", "formula_version"),
        Index("ix_hold_object", "object_kind", "object_id", "released_at"),
        Index("ix_hold_standing", "id", sqlite_where=STANDS, postgresql_where=STANDS),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200), default="")
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    release_reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def words(self) -> str:
        """How a page names it after "held:"."""
        return hold_words(self.source, self.code, self.reason)


def hold_words(source: str, code: str, reason: str) -> str:
    """What a hold is named by: where it comes from, else its code and reason."""
    return source or f"{code}, {reason}"


class KeptLess(Base):
    """How much less a movement left of a reservation, because it was no longer there: append-only."""

    __tablename__ = "kept_less"

    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"))
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), index=True)
    quantity: Mapped[int] = mapped_column(Steps)


class Reservation(Base):
    """A quantity of a lot (or of one vial) kept for somebody: `for_ref` is opaque to this room
    (`cocktail:12`).
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        Index("ix_reservation_lot", "lot_id", "ended_at"),
        Index("ix_reservation_ref", "for_ref", "ended_at"),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    quantity: Mapped[int] = mapped_column(Steps)
    for_ref: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(String(60), default="")
