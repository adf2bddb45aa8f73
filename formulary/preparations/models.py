"""Preparing a cocktail: attempts, planned draws, draws, refused scans, syringes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.cocktails.models import Cocktail
from formulary.db import Base, CanonicalJson, Steps, UtcDateTime, Versioned, one_of
from formulary.rules.units import VOLUME, Quantity


class Attempt(Versioned, Base):
    """One preparation of a cocktail; a scrapped one is followed by the next. Prescriber and verifier are
    copied here for the CHECKs.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("cocktail_id", "number"),
        one_of(
            "state",
            "in_preparation",
            "prepared",
            "released",
            "administering",
            "administered",
            "wasted",
            "cancelled",
        ),
        CheckConstraint(
            "releaser_id IS NULL OR self_released OR releaser_id <> preparer_id", name="releaser_is_another"
        ),
        CheckConstraint(
            "verifier_id IS NULL OR self_verified OR verifier_id <> prescriber_id", name="verifier_is_another"
        ),
        Index("ix_attempt_site_state", "site_id", "state"),
        Index("ix_attempt_preparer", "preparer_id", "claimed_at"),
        Index("ix_attempt_place", "place_id", "claimed_at"),
        Index("ix_attempt_revision", "revision_id"),
    )

    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("cocktail_revision.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    number: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(20), default="in_preparation")
    prescriber_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    verifier_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    self_verified: Mapped[bool] = mapped_column(Boolean, default=False)
    preparer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    prepared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total: Mapped[int | None] = mapped_column(Steps)
    beyond_use_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    beyond_use_limit: Mapped[str] = mapped_column(String(200), default="")
    beyond_use_terms: Mapped[Any] = mapped_column(CanonicalJson, nullable=True)
    storage: Mapped[str] = mapped_column(String(20), default="room")
    releaser_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    self_released: Mapped[bool] = mapped_column(Boolean, default=False)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    inspection: Mapped[Any] = mapped_column(CanonicalJson, nullable=True)
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    cocktail: Mapped[Cocktail] = relationship(lazy="joined")
    planned: Mapped[list["PlannedDraw"]] = relationship(
        back_populates="attempt", order_by="PlannedDraw.position"
    )
    draws: Mapped[list["Draw"]] = relationship(back_populates="attempt", order_by="Draw.id")

    @property
    def shown_state(self) -> str:
        """The state as pages show it: what was administered says how that ended."""
        return self.cocktail.shown_state if self.state == "administered" else self.state


class PlannedDraw(Base):
    """One step of the worksheet: which line, from which lot or vial, how much (nL), with which syringe,
    within what.
    """

    __tablename__ = "planned_draw"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        one_of("state", "planned", "drawn", "dropped"),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int] = mapped_column(Integer)
    line_number: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    volume: Mapped[int] = mapped_column(Steps)
    quantity: Mapped[int] = mapped_column(Steps)
    allowed_low: Mapped[int] = mapped_column(Steps)
    allowed_high: Mapped[int] = mapped_column(Steps)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    is_qs: Mapped[bool] = mapped_column(Boolean, default=False)
    why: Mapped[str] = mapped_column(String(200), default="")
    scan: Mapped[str] = mapped_column(String(200), default="")
    scanned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grade: Mapped[str] = mapped_column(String(20), default="confirmed")
    state: Mapped[str] = mapped_column(String(20), default="planned")

    attempt: Mapped[Attempt] = relationship(back_populates="planned")


class Draw(Base):
    """What left a vial for a cocktail, one row per lot in it: the ingredient's, and its diluent's (`via`
    says which).

    The patient and the instant are copied here and never change: a recall reads this table by lot alone.
    `volume` is nL of fluid measured; `quantity` is in the lot's ledger steps. `planned_draw_id` is the step
    it was made for; what was drawn before this application was there has none.
    """

    __tablename__ = "draw"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        one_of("via", "direct", "diluent", "supplied"),
        Index(
            "ix_draw_recall",
            "lot_id",
            "drawn_at",
            "cocktail_id",
            "patient_id",
            "quantity",
            "attempt_id",
            "via",
            "undone",
        ),
        Index("ix_draw_attempt", "attempt_id"),
        Index("ix_draw_cocktail", "cocktail_id"),
        Index("ix_draw_vial", "vial_id"),
        Index("ix_draw_by", "by_id", "drawn_at"),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    line_number: Mapped[int] = mapped_column(Integer)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"), unique=True)
    planned_draw_id: Mapped[int | None] = mapped_column(ForeignKey("planned_draw.id"))
    via: Mapped[str] = mapped_column(String(10), default="direct")
    volume: Mapped[int] = mapped_column(Steps)
    quantity: Mapped[int] = mapped_column(Steps)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    scan: Mapped[str] = mapped_column(String(200), default="")
    grade: Mapped[str] = mapped_column(String(20), default="confirmed")
    deviation_reason: Mapped[str] = mapped_column(Text, default="")
    undone: Mapped[bool] = mapped_column(Boolean, default=False)

    attempt: Mapped[Attempt] = relationship(back_populates="draws")


class CloseCall(Base):
    """A scan that was refused: what was scanned, what was needed, why."""

    __tablename__ = "close_call"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    line_number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(60))
    scanned: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Syringe(Base):
    """One final container, k of n, of a released cocktail, with its own code on its label (`C-1842/1`)."""

    __tablename__ = "syringe"
    __table_args__ = (UniqueConstraint("attempt_id", "number"),)

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    number: Mapped[int] = mapped_column(Integer)
    of: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    volume: Mapped[int] = mapped_column(Steps)
    dead_space: Mapped[int | None] = mapped_column(Steps)
    printed: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def held(self) -> Quantity:
        """What it was filled with."""
        return Quantity(self.volume, VOLUME)
