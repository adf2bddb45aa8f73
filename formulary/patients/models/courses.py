"""Courses of treatment and appointments: what was planned for a patient, and what became of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models import Protocol
from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of
from formulary.patients.models.record import Patient

APPOINTMENT_STATES = ("booked", "moved", "kept", "no_show", "cancelled")


class Course(Versioned, Base):
    """A patient's plan: sessions by a protocol, as agreed when it was opened; ended with a reason.

    `sessions` None: how many was left open. Prices are minor units of `currency`, for one session and for
    the whole course; None: nothing was agreed.
    """

    __tablename__ = "course"
    __table_args__ = (
        Index("ix_course_patient", "patient_id", "opened_at"),
        Index("ix_course_site", "site_id", "ended_at"),
        CheckConstraint("session_price >= 0 AND course_price >= 0", name="prices_are_not_negative"),
        CheckConstraint(
            "currency <> '' OR (session_price IS NULL AND course_price IS NULL)",
            name="prices_have_a_currency",
        ),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocol.id"), index=True)
    sessions: Mapped[int | None] = mapped_column(Integer)
    session_price: Mapped[int | None] = mapped_column(Steps)
    course_price: Mapped[int | None] = mapped_column(Steps)
    currency: Mapped[str] = mapped_column(String(3), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_why: Mapped[str] = mapped_column(Text, default="")

    protocol: Mapped[Protocol] = relationship(lazy="joined")
    patient: Mapped[Patient] = relationship(lazy="joined")

    def __str__(self) -> str:
        return str(self.protocol)


class Appointment(Versioned, Base):
    """A time for a patient at a site, perhaps for a session of a course, and what became of it.

    One that was moved stays, and `moved_from_id` of the new one names it. `early_why` is why it was booked
    before the interval of its course is over. `kept_ref` is what kept it, as whoever closed that calls it.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        one_of("state", *APPOINTMENT_STATES),
        Index("ix_appointment_day", "site_id", "starts_at"),
        Index("ix_appointment_patient", "patient_id", "starts_at"),
        Index("ix_appointment_course", "course_id", "state"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20), default="booked")
    what: Mapped[str] = mapped_column(String(120), default="")
    early_why: Mapped[str] = mapped_column(Text, default="")
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), unique=True)
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_why: Mapped[str] = mapped_column(Text, default="")
    kept_ref: Mapped[str] = mapped_column(String(40), default="")

    patient: Mapped[Patient] = relationship(lazy="joined")
    course: Mapped[Course | None] = relationship(lazy="joined")
