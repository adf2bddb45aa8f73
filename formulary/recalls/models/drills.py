"""What a drill took: filed once, append-only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, one_of


class DrillResult(Base):
    """The figures of one drill: milliseconds from its start to the list and to containment, how many of so
    many uses named their lot, and what of what was received is unaccounted for, in the lot's steps.
    """

    __tablename__ = "drill_result"
    __table_args__ = (one_of("chosen", "by_hand", "by_chance"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    chosen: Mapped[str] = mapped_column(String(10))
    list_ms: Mapped[int] = mapped_column(Integer)
    contain_ms: Mapped[int] = mapped_column(Integer)
    patients: Mapped[int] = mapped_column(Integer)
    named: Mapped[int] = mapped_column(Integer)
    uses: Mapped[int] = mapped_column(Integer)
    received: Mapped[int] = mapped_column(Steps)
    unaccounted: Mapped[int] = mapped_column(Steps)
    remark: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
