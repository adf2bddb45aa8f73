"""Giving a cocktail: the session, its injection sites, and how it closed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.administrations.models.sites import InjectionSite
from formulary.db import Base, CanonicalJson, Steps, UtcDateTime, Versioned, one_of

GIVEN = ("given", "partly_given")
"""The outcomes of a session in which something reached the patient."""


GOES_ON = text("resumed_at IS NULL")
ANAESTHETICS = ("", "none", "cream", "injected", "cooling", "other")
"""What was done against the pain; empty where nobody said."""


class Administration(Versioned, Base):
    """One session: started with two identifiers and a scanned label, closed as given, partly given or not
    given. Volumes in nL.
    """

    __tablename__ = "administration"
    __table_args__ = (
        one_of("state", "started", "closed"),
        one_of("outcome", "", "given", "partly_given", "not_given"),
        one_of("anaesthetic", *ANAESTHETICS),
        CheckConstraint("anaesthetic_at IS NULL OR anaesthetic <> ''", name="anaesthetic_is_named"),
        Index("ix_administration_patient", "patient_id", "started_at"),
        Index("ix_administration_site", "site_id", "state"),
        Index("ix_administration_given", "started_at", "state", "outcome"),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), unique=True)
    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    state: Mapped[str] = mapped_column(String(20), default="started")
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    identity: Mapped[Any] = mapped_column(CanonicalJson)
    anything_new: Mapped[str] = mapped_column(String(20), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(String(20), default="")
    released: Mapped[int] = mapped_column(Steps)
    given: Mapped[int] = mapped_column(Steps, default=0)
    leftover: Mapped[int] = mapped_column(Steps, default=0)
    dead_space: Mapped[int] = mapped_column(Steps, default=0)
    difference: Mapped[int] = mapped_column(Steps, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    anaesthetic: Mapped[str] = mapped_column(String(20), default="")
    anaesthetic_what: Mapped[str] = mapped_column(String(120), default="")
    anaesthetic_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    sites: Mapped[list[InjectionSite]] = relationship(order_by=InjectionSite.number)
    pauses: Mapped[list["SessionPause"]] = relationship(order_by="SessionPause.id")

    @property
    def pause(self) -> "SessionPause | None":
        """The pause that goes on, if one does."""
        return next((pause for pause in self.pauses if pause.resumed_at is None), None)

    @property
    def recorded(self) -> int:
        """All that was injected by what was recorded, in nL."""
        return sum(site.volume for site in self.sites)


class SessionPause(Base):
    """A session left for a while: since when and why, and since when who went on with it."""

    __tablename__ = "session_pause"
    __table_args__ = (
        CheckConstraint("(resumed_at IS NULL) = (resumed_by_id IS NULL)", name="somebody_resumed"),
        Index(
            "uq_session_pause_open",
            "administration_id",
            unique=True,
            sqlite_where=GOES_ON,
            postgresql_where=GOES_ON,
        ),
    )

    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"), index=True)
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class GivenLot(Base):
    """How much of each lot reached the patient, in its ledger's steps: the recall's last step, written at
    closing and append-only; or brought over from earlier records (`imported_id`), without a session.

    Patient, cocktail and instant are copied here: a recall answers from this index alone. `at` is when the
    session began, however late it was closed.
    """

    __tablename__ = "given_lot"
    __table_args__ = (
        UniqueConstraint("administration_id", "draw_id"),
        CheckConstraint(
            "(imported_id IS NULL) = (administration_id IS NOT NULL)", name="of_a_session_or_imported"
        ),
        CheckConstraint("(draw_id IS NULL) = (administration_id IS NULL)", name="draw_of_a_session"),
        CheckConstraint("(cocktail_id IS NULL) = (administration_id IS NULL)", name="cocktail_of_a_session"),
        Index(
            "ix_given_lot_recall",
            "lot_id",
            "at",
            "id",
            "patient_id",
            "cocktail_id",
            "given",
            "grade",
            "via",
        ),
    )

    administration_id: Mapped[int | None] = mapped_column(ForeignKey("administration.id"))
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("draw.id"))
    imported_id: Mapped[int | None] = mapped_column(ForeignKey("imported_use.id"), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    cocktail_id: Mapped[int | None] = mapped_column(ForeignKey("cocktail.id"))
    grade: Mapped[str] = mapped_column(String(20), default="confirmed")
    via: Mapped[str] = mapped_column(String(10), default="direct")
    given: Mapped[int] = mapped_column(Steps, default=0)
    wasted: Mapped[int] = mapped_column(Steps, default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
