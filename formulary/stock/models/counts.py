"""Counts of what lies at places: the sheet that was frozen, and every time somebody counted a line of it."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, one_of

BEING_COUNTED = text("is_open")
SEALED = text("vial_id IS NULL")
OPENED = text("vial_id IS NOT NULL")


class StockCount(Base):
    """A count of one place or several of a site; it ends closed, with its differences posted, or cancelled.

    `reason` says why it was cancelled, or what explains the differences. `self_checked`: one person counted
    twice and closed it, which only a solo site allows. `shown_at` is when its differences were first there
    to be seen: from then on nobody counts a line blind any more.
    """

    __tablename__ = "stock_count"
    __table_args__ = (
        one_of("state", "open", "closed", "cancelled"),
        Index("ix_stock_count_site", "site_id", "id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    state: Mapped[str] = mapped_column(String(20), default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    self_checked: Mapped[bool] = mapped_column(Boolean, default=False)
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return f"count {self.id}"


class CountPlace(Base):
    """A place that a count covers; while the count is open no other one takes the place."""

    __tablename__ = "count_place"
    __table_args__ = (
        UniqueConstraint("count_id", "place_id"),
        Index(
            "uq_count_place_open",
            "place_id",
            unique=True,
            sqlite_where=BEING_COUNTED,
            postgresql_where=BEING_COUNTED,
        ),
        Index("ix_count_place_place", "place_id", "count_id"),
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    is_open: Mapped[bool] = mapped_column(Boolean, default=True)


class CountLine(Base):
    """What is looked for: a lot's sealed stock at a place, or one open vial there.

    `added`: somebody found it although no line expected it. What the ledger expected and what was posted
    (below zero where it was missing) are kept when the count is closed, in the steps that were counted: the
    lot's, or nL of the solution of a reconstituted vial.
    """

    __tablename__ = "count_line"
    __table_args__ = (
        Index(
            "uq_count_line_sealed",
            "count_id",
            "place_id",
            "lot_id",
            unique=True,
            sqlite_where=SEALED,
            postgresql_where=SEALED,
        ),
        Index(
            "uq_count_line_vial",
            "count_id",
            "place_id",
            "vial_id",
            unique=True,
            sqlite_where=OPENED,
            postgresql_where=OPENED,
        ),
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    added: Mapped[bool] = mapped_column(Boolean, default=False)
    expected: Mapped[int | None] = mapped_column(Steps)
    posted: Mapped[int | None] = mapped_column(Steps)


class CountEntry(Base):
    """One time that somebody counted a line; the last one counts, the ones before it stay: append-only.

    `found` is None for "not counted" and 0 for "none found". `mixture`: it is the volume of a reconstituted
    solution. `mark` is the lot's last movement by then: what was recorded later and happened earlier, such
    as a late entry, is told from what happened after the counting. `seeing`: the differences had been shown.
    """

    __tablename__ = "count_entry"
    __table_args__ = (
        UniqueConstraint("line_id", "number"),
        one_of("outcome", "counted", "none", "not_counted"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("count_line.id"))
    number: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    found: Mapped[int | None] = mapped_column(Steps)
    mixture: Mapped[bool] = mapped_column(Boolean, default=False)
    mark: Mapped[int] = mapped_column(Integer, default=0)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seeing: Mapped[bool] = mapped_column(Boolean, default=False)
