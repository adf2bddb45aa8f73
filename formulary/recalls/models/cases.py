"""A recall case: where it came from, what it covers, in which state it is, and what became of it."""

from datetime import date, datetime
from typing import Any

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
from sqlalchemy.orm import Mapped, mapped_column, validates

from formulary.db import Base, CanonicalJson, UtcDateTime, Versioned, one_of
from formulary.rules.lot_status import near

STATES = ("draft", "open", "contained", "notified", "reconciled", "closed")
SOURCES = ("maker", "authority", "supplier", "own")
CLASSES = ("I", "II", "III", "none")
LEVELS = ("A", "B", "C", "D", "E")


class RecallCase(Versioned, Base):
    """A case (`R-7`), or a drill of one, which touches no stock.

    `level` says how many of its patients must have been reached (21 CFR 7.42(b)(3)): A all, C 10 %, D 2 %,
    E none, B the share in `level_percent`. `tolerance` is how much of what was received may be unaccounted
    for without words, in thousandths.
    """

    __tablename__ = "recall_case"
    __table_args__ = (
        one_of("state", *STATES),
        one_of("source_kind", *SOURCES),
        one_of("recall_class", *CLASSES),
        one_of("level", *LEVELS),
        CheckConstraint("(level = 'B') = (level_percent IS NOT NULL)", name="level_b_has_a_share"),
        CheckConstraint("tolerance >= 0 AND tolerance <= 1000", name="tolerance_is_a_share"),
        Index("ix_recall_case_drill", "is_drill", "id"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    is_drill: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    source_kind: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(200), default="")
    recall_class: Mapped[str] = mapped_column(String(4), default="none")
    notice: Mapped[str] = mapped_column(Text, default="")
    level: Mapped[str] = mapped_column(String(1), default="A")
    level_percent: Mapped[int | None] = mapped_column(Integer)
    tolerance: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    def __str__(self) -> str:
        return self.code


class RecallScope(Base):
    """One line of what a case covers, as it was written: append-only; what is left empty does not limit.

    `number` is the maker's lot as the notice prints it, `near` as a tired eye reads it; `supplier` and
    `note_number` are of a delivery. From `serials` on a line means draws, and no lot: of vials, with a lot of
    diluent, at a bench or of what lay at a shelf, by a preparer, by a version of a formula, within a time.
    """

    __tablename__ = "recall_scope"
    __table_args__ = (Index("ix_recall_scope_near", "near", "product_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"), index=True)
    number: Mapped[str] = mapped_column(String(60), default="")
    near: Mapped[str] = mapped_column(String(60), default="")
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    expires_from: Mapped[date | None] = mapped_column(Date)
    expires_to: Mapped[date | None] = mapped_column(Date)
    supplier: Mapped[str] = mapped_column(String(120), default="")
    note_number: Mapped[str] = mapped_column(String(60), default="")
    serials: Mapped[str] = mapped_column(Text, default="")
    diluent: Mapped[str] = mapped_column(String(60), default="")
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    preparer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    formula_version_id: Mapped[int | None] = mapped_column(ForeignKey("formula_version.id"))
    from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    @validates("number")
    def _fill_lookup(self, _name: str, number: str) -> str:
        self.near = near(number)
        return number


class RecallLot(Versioned, Base):
    """A lot of ours that a line of the scope leads to: in, out, or proposed until a person decides."""

    __tablename__ = "recall_lot"
    __table_args__ = (
        one_of("how", "exact", "shared", "near", "rule", "untold"),
        one_of("decision", "in", "out", "proposed"),
        UniqueConstraint("case_id", "lot_id"),
        Index("ix_recall_lot_lot", "lot_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    scope_id: Mapped[int] = mapped_column(ForeignKey("recall_scope.id"))
    how: Mapped[str] = mapped_column(String(10))
    decision: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_why: Mapped[str] = mapped_column(Text, default="")


class RecallEvent(Base):
    """A step of a case: append-only, with the figures of that moment in `told`."""

    __tablename__ = "recall_event"
    __table_args__ = (
        Index("ix_recall_event_case", "case_id", "id"),
        Index("ix_recall_event_kind", "kind", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    told: Mapped[Any] = mapped_column(CanonicalJson)
