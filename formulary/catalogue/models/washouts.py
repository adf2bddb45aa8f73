"""Medicines, supplements and the like that are asked for, and how long before what they are left off."""

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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, UtcDateTime, Versioned, one_of

SORTS = ("medicine", "supplement", "on the skin", "other")
BEFORE = ("mesotherapy", "prick", "intradermal", "patch")
"""Before what a wash-out is: a session, or a kind of test of the skin."""
EFFECTS = ("avoid", "hides", "ask")
"""Avoided before a session, hides what a test would show, or only a matter for the prescriber."""


class MedicineKind(Base):
    """A kind of medicine, supplement or other thing taken, by the word that wash-outs name it with."""

    __tablename__ = "medicine_kind"
    __table_args__ = (one_of("sort", *SORTS),)

    word: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sort: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer, default=0)

    statements: Mapped[list["WashoutStatement"]] = relationship(
        back_populates="kind", order_by="WashoutStatement.id"
    )
    decisions: Mapped[list["WashoutDecision"]] = relationship(
        back_populates="kind", order_by="WashoutDecision.id"
    )

    def __str__(self) -> str:
        return self.name


class WashoutStatement(Base):
    """What one source says of a kind before a session or a test: at least so long without it, perhaps as
    long as `most`; None: it gives no time. `lifted`: it says that it does not matter.
    """

    __tablename__ = "washout_statement"
    __table_args__ = (
        one_of("before", *BEFORE),
        one_of("effect", *EFFECTS),
        one_of("unit", "hours", "days", "months"),
    )

    number: Mapped[int | None] = mapped_column(Integer, unique=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("medicine_kind.id"), index=True)
    before: Mapped[str] = mapped_column(String(20))
    effect: Mapped[str] = mapped_column(String(10))
    said: Mapped[str] = mapped_column(Text)
    least: Mapped[int | None] = mapped_column(Integer)
    most: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10), default="days")
    lifted: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(10), default="")

    kind: Mapped[MedicineKind] = relationship(back_populates="statements")

    @property
    def is_about_time(self) -> bool:
        """Whether it asks for some time without it: not where it does not matter, nor for a prescriber."""
        return not self.lifted and self.effect != "ask"


def _one_each(status: str) -> Index:
    """One version at a time waits, and one counts, of a kind before one thing."""
    where = text(f"status = '{status}'")
    name, of = f"ix_washout_decision_{status}", ("kind_id", "before")
    return Index(name, *of, unique=True, sqlite_where=where, postgresql_where=where)


class WashoutDecision(Versioned, Base):
    """One version of the clinic's own time of a kind before something: proposed by one person, approved by
    another, and counting from then on beside what sources say. None: no time of our own any more.

    Figures are never changed; the version approved last counts, and those before are kept.
    """

    __tablename__ = "washout_decision"
    __table_args__ = (
        one_of("before", *BEFORE),
        one_of("unit", "hours", "days", "months"),
        one_of("status", "proposed", "approved", "superseded", "withdrawn"),
        CheckConstraint("least > 0", name="some_time"),
        UniqueConstraint("kind_id", "before", "version"),
        _one_each("proposed"),
        _one_each("approved"),
    )

    kind_id: Mapped[int] = mapped_column(ForeignKey("medicine_kind.id"), index=True)
    before: Mapped[str] = mapped_column(String(20))
    least: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10), default="days")
    reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str] = mapped_column(String(20), default="proposed")
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    kind: Mapped[MedicineKind] = relationship(back_populates="decisions")

    @property
    def counts(self) -> bool:
        """Whether it is the clinic's time now."""
        return self.status == "approved" and self.least is not None
