"""Acts on stock that were undone: append-only, one row for each entry of the trail."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, UtcDateTime


class UndoneAct(Base):
    """The entry of the trail that was undone, what it was, and by whom: each entry at most once."""

    __tablename__ = "undone_act"

    entry_id: Mapped[int] = mapped_column(Integer, unique=True)
    action: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(Text, default="")
