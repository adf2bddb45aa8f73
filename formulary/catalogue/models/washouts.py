"""Medicines, supplements and the like that are asked for, and how long before what they are left off."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, UtcDateTime, one_of

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

    def __str__(self) -> str:
        return self.name


class WashoutStatement(Base):
    """What one source says of a kind before a session or a test: at least so long without it, perhaps as
    long as `most`; None: it gives no time. `lifted`: it says that it does not matter.

    With an author it is the clinic's own time, beside what sources say; without a number then.
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
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    kind: Mapped[MedicineKind] = relationship(back_populates="statements")
