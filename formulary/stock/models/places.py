"""Places, and the deliveries that come to them."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, UtcDateTime, one_of

PLACE_KINDS = (
    "supplier", "storage", "quarantine", "in_use", "preparation", "in_transit",
    "patient", "patch_test", "waste", "returned", "destroyed", "lost_or_found",
)  # fmt: skip
GUARDED = frozenset({"storage", "quarantine", "in_use", "preparation", "in_transit"})
BY_VIAL = frozenset({"quarantine", "in_use", "in_transit"})


class Place(Base):
    """A typed node of a site. Every loss, gain, disposal and patient is a place; GUARDED kinds keep
    balances.
    """

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        one_of("kind", *PLACE_KINDS),
        Index("ix_place_site_kind", "site_id", "kind"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    temperature: Mapped[str] = mapped_column(String(40), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    def __str__(self) -> str:
        return self.name


class Delivery(Base):
    """What came at once: supplier, delivery note, when, in what condition."""

    __tablename__ = "delivery"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    supplier: Mapped[str] = mapped_column(String(120), default="")
    note_number: Mapped[str] = mapped_column(String(60), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(Text, default="")
