"""Waste after it was wasted: in which stream it lies, who watched, and how it was destroyed."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, UtcDateTime, Versioned, one_of

WAITS = text("disposal_id IS NULL AND NOT is_undone")


class WasteStream(Versioned, Base):
    """A bin of a site for one kind of waste, such as sharps: what goes in, and what the rule for it says.

    `rule` and `source` are empty while nobody has entered them: then what the law asks is unknown.
    """

    __tablename__ = "waste_stream"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(String(120))
    goes_in: Mapped[str] = mapped_column(Text, default="")
    rule: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    def __str__(self) -> str:
        return self.name


class Disposal(Base):
    """A certificate (`DC-4`): all that lay in one stream, handed over or destroyed, how and by whom."""

    __tablename__ = "disposal"
    __table_args__ = (Index("ix_disposal_site", "site_id", "id"),)

    code: Mapped[str] = mapped_column(String(20), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    stream_id: Mapped[int | None] = mapped_column(ForeignKey("waste_stream.id"))
    method: Mapped[str] = mapped_column(String(40))
    taken_by: Mapped[str] = mapped_column(String(120), default="")
    reference: Mapped[str] = mapped_column(String(60), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    self_checked: Mapped[bool] = mapped_column(Boolean, default=False)

    def __str__(self) -> str:
        return self.code


class Wasted(Base):
    """A movement to the waste place, as it lies there until it is destroyed.

    `container`: it came out of a closed container, an open one, or a preparation. `stream_id` None: nobody
    said into which bin. `is_undone`: the movement was reversed.
    """

    __tablename__ = "wasted"
    __table_args__ = (
        one_of("container", "closed", "open", "prepared"),
        Index("ix_wasted_waiting", "site_id", "stream_id", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_wasted_site", "site_id", "at"),
        Index("ix_wasted_disposal", "disposal_id"),
    )

    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    container: Mapped[str] = mapped_column(String(20))
    stream_id: Mapped[int | None] = mapped_column(ForeignKey("waste_stream.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    self_checked: Mapped[bool] = mapped_column(Boolean, default=False)
    disposal_id: Mapped[int | None] = mapped_column(ForeignKey("disposal.id"))
    is_undone: Mapped[bool] = mapped_column(Boolean, default=False)
