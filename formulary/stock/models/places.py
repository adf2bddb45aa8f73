"""Places, the deliveries that come to them, and what was paid for them."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from formulary.db import Base, Steps, UtcDateTime, one_of
from formulary.rules.lot_status import normalise

PLACE_KINDS = (
    "supplier", "storage", "quarantine", "in_use", "preparation", "in_transit",
    "patient", "patch_test", "waste", "returned", "destroyed", "lost_or_found",
)  # fmt: skip
GUARDED = frozenset({"storage", "quarantine", "in_use", "preparation", "in_transit"})
BY_VIAL = frozenset({"quarantine", "in_use", "in_transit"})
HAS_SERIAL = text("serial_folded IS NOT NULL")


class Place(Base):
    """A typed node of a site. Every loss, gain, disposal and patient is a place; GUARDED kinds keep
    balances.

    `temperature` is what stands on its door, `low_tenths` to `high_tenths` its range in tenths of a degree
    Celsius, `reading_every` how many minutes may pass between two readings; None: nobody has said.
    `count_every` is after how many days it is due for a count.
    """

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        one_of("kind", *PLACE_KINDS),
        CheckConstraint("(low_tenths IS NULL) = (high_tenths IS NULL)", name="range_has_two_ends"),
        CheckConstraint("low_tenths <= high_tenths", name="range_is_a_range"),
        CheckConstraint("reading_every IS NULL OR reading_every > 0", name="interval_is_positive"),
        Index("ix_place_site_kind", "site_id", "kind"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    temperature: Mapped[str] = mapped_column(String(40), default="")
    low_tenths: Mapped[int | None] = mapped_column(Integer)
    high_tenths: Mapped[int | None] = mapped_column(Integer)
    reading_every: Mapped[int | None] = mapped_column(Integer)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    count_every: Mapped[int | None] = mapped_column(Integer)

    def __str__(self) -> str:
        return self.name


class Delivery(Base):
    """What came at once: supplier, delivery note, when, in what condition.

    `per_pack` is how many containers a pack holds, `arrived_at_tenths` the temperature on arrival in tenths
    of a degree Celsius, `damage` what was seen; None and "" where nobody noted it. `supplier` is what was
    typed, `supplier_id` who that is. `order_line_id` is the line of an order that it was received against,
    `containers` how many came. `serial` is that of the pack whose code was read, `serial_folded` the same as
    a lookup compares it.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_supplier", "supplier_id", "site_id", "received_at"),
        Index("ix_delivery_order_line", "order_line_id"),
        Index("ix_delivery_serial", "serial_folded", sqlite_where=HAS_SERIAL, postgresql_where=HAS_SERIAL),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    supplier: Mapped[str] = mapped_column(String(120), default="")
    note_number: Mapped[str] = mapped_column(String(60), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(Text, default="")
    per_pack: Mapped[int | None] = mapped_column(Integer)
    arrived_at_tenths: Mapped[int | None] = mapped_column(Integer)
    damage: Mapped[str] = mapped_column(Text, default="")
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("purchase_order_line.id"))
    containers: Mapped[int | None] = mapped_column(Integer)
    serial: Mapped[str | None] = mapped_column(String(20))
    serial_folded: Mapped[str | None] = mapped_column(String(20))

    @validates("serial")
    def _fold(self, _name: str, serial: str | None) -> str | None:
        self.serial_folded = normalise(serial) if serial else None
        return serial


class Price(Base):
    """What one pack of a delivery cost: append-only, the one that nothing supersedes counts.

    `minor` are minor units of `currency` (ISO 4217), `pack` is what a pack holds in the lot's steps and
    `per_pack` in containers. A later one says why (`reason`). Site, lot and product are copied from the
    delivery, so that a price is found by any of them.
    """

    __tablename__ = "price"
    __table_args__ = (
        CheckConstraint("minor >= 0", name="minor_is_not_negative"),
        CheckConstraint("pack > 0", name="pack_is_positive"),
        Index("uq_price_supersedes", "supersedes_id", unique=True),
        Index("ix_price_delivery", "delivery_id"),
        Index("ix_price_lot", "lot_id", "site_id", "currency"),
        Index("ix_price_product", "product_id", "site_id", "currency"),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    minor: Mapped[int] = mapped_column(Steps)
    currency: Mapped[str] = mapped_column(String(3))
    pack: Mapped[int] = mapped_column(Steps)
    per_pack: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("price.id"))
