"""Suppliers, what a site wants to keep of a product, and what it has ordered."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of


class Supplier(Versioned, Base):
    """Who delivers, of the whole organisation; learned from deliveries, or entered.

    `folded` is the name as a search compares it, so that one supplier is one row however it is typed.
    `lead_days` is how many days pass from an order to its delivery, as somebody states it; None: unknown.
    """

    __tablename__ = "supplier"
    __table_args__ = (CheckConstraint("lead_days >= 0", name="lead_days_are_a_number"),)

    name: Mapped[str] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(120), unique=True)
    lead_days: Mapped[int | None] = mapped_column(Integer)
    contact: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return self.name


class StockLevel(Versioned, Base):
    """What a site wants to keep of a product, in containers; each is None while nobody has said.

    `lead_days` comes before the supplier's own; `per_pack` is how many containers the pack holds that is
    ordered.
    """

    __tablename__ = "stock_level"
    __table_args__ = (
        UniqueConstraint("site_id", "product_id"),
        CheckConstraint("minimum >= 0", name="minimum_is_a_number"),
        CheckConstraint("target > 0", name="target_is_positive"),
        CheckConstraint("minimum <= target", name="target_is_not_below_the_minimum"),
        CheckConstraint("lead_days >= 0", name="lead_days_are_a_number"),
        CheckConstraint("per_pack > 0", name="pack_is_positive"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    minimum: Mapped[int | None] = mapped_column(Integer)
    target: Mapped[int | None] = mapped_column(Integer)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    lead_days: Mapped[int | None] = mapped_column(Integer)
    per_pack: Mapped[int | None] = mapped_column(Integer)


class PurchaseOrder(Versioned, Base):
    """An order of a site to a supplier, PO-1 and up at each site.

    `state` is what people did with it; how far it has come is computed from its deliveries
    (`rules.reordering.standing`). `reason` says why it was cancelled.
    """

    __tablename__ = "purchase_order"
    __table_args__ = (
        one_of("state", "draft", "sent", "cancelled"),
        UniqueConstraint("site_id", "number"),
        CheckConstraint("(sent_at IS NULL) = (sent_by_id IS NULL)", name="sent_by_somebody"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_at_an_instant"),
        CheckConstraint("state <> 'cancelled' OR reason <> ''", name="cancelled_with_a_reason"),
        Index("ix_purchase_order_supplier", "supplier_id", "site_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    number: Mapped[int] = mapped_column(Integer)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    remark: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """How people call it: PO-12."""
        return f"PO-{self.number}"


class PurchaseOrderLine(Base):
    """So many packs of a product, each of `per_pack` containers, as agreed; `minor` is the price of a pack.

    `cancelled` is how many containers were called off. What came is nowhere stored: it is the sum of the
    line's deliveries that were not undone.
    """

    __tablename__ = "purchase_order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        CheckConstraint("packs > 0", name="packs_are_positive"),
        CheckConstraint("per_pack > 0", name="pack_is_positive"),
        CheckConstraint("minor >= 0", name="minor_is_not_negative"),
        CheckConstraint("(minor IS NULL) = (currency = '')", name="price_has_a_currency"),
        CheckConstraint("cancelled BETWEEN 0 AND packs * per_pack", name="cancelled_of_what_was_ordered"),
        Index("ix_purchase_order_line_product", "product_id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    number: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    packs: Mapped[int] = mapped_column(Integer)
    per_pack: Mapped[int] = mapped_column(Integer)
    expected_on: Mapped[date | None] = mapped_column(Date)
    minor: Mapped[int | None] = mapped_column(Steps)
    currency: Mapped[str] = mapped_column(String(3), default="")
    cancelled: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def ordered(self) -> int:
        """How many containers were ordered."""
        return self.packs * self.per_pack


class PurchaseOrderChange(Base):
    """What was changed of an order after it was sent, from what to what and why: append-only."""

    __tablename__ = "purchase_order_change"
    __table_args__ = (
        one_of("what", "added", "packs", "expected_on", "price", "called_off", "cancelled"),
        CheckConstraint("reason <> ''", name="change_has_a_reason"),
        Index("ix_purchase_order_change_order", "order_id", "id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("purchase_order_line.id"))
    what: Mapped[str] = mapped_column(String(20))
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
