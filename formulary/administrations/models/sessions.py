"""Giving a cocktail: the session, its injection sites, and how it closed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, CanonicalJson, Steps, UtcDateTime, Versioned, one_of

GIVEN = ("given", "partly_given")
"""The outcomes of a session in which something reached the patient."""


class Administration(Versioned, Base):
    """One session: started with two identifiers and a scanned label, closed as given, partly given or not
    given. Volumes in nL.
    """

    __tablename__ = "administration"
    __table_args__ = (
        one_of("state", "started", "closed"),
        one_of("outcome", "", "given", "partly_given", "not_given"),
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

    sites: Mapped[list["InjectionSite"]] = relationship(
        back_populates="administration", order_by="InjectionSite.number"
    )

    @property
    def recorded(self) -> int:
        """All that was injected by what was recorded, in nL."""
        return sum(site.volume for site in self.sites)


class InjectionSite(Base):
    """So many points of so much in one area: `points` times `per_point` nL."""

    __tablename__ = "injection_site"
    __table_args__ = (
        UniqueConstraint("administration_id", "number"),
        CheckConstraint("points > 0 AND per_point > 0", name="something_was_given"),
    )

    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"))
    number: Mapped[int] = mapped_column(Integer)
    area: Mapped[str] = mapped_column(String(60))
    points: Mapped[int] = mapped_column(Integer)
    per_point: Mapped[int] = mapped_column(Steps)
    depth: Mapped[str] = mapped_column(String(20), default="")
    technique: Mapped[str] = mapped_column(String(60), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    administration: Mapped[Administration] = relationship(back_populates="sites")

    @property
    def volume(self) -> int:
        """Points times volume per point, in nL."""
        return self.points * self.per_point


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
