"""What a patient takes: said one by one, dated and signed, and never changed; a newer row corrects."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models import MedicineKind
from formulary.db import Base, UtcDateTime, one_of

SAID = ("takes", "none", "complete", "mistake")
"""A medicine; that nothing is taken; that the list is complete; that a row was a mistake."""
TAKING = ("", "still", "stopped", "unknown")
CHOICE = ("", "prescribed", "own", "unknown")


class PatientMedicine(Base):
    """One thing that was said of what a patient takes, when, to whom; append-only.

    `takes` names a medicine, by its kind or in words alone (`kind_id` None); `stopped` has the day on which
    it was last taken. `none` and `complete` are answers to the question as a whole: without one nobody
    asked. `replaces_id` is the row that this one puts right: by saying it anew, or by `mistake`, that
    nothing of the kind is true. `closed_on` is from which day on what is in words alone does not matter, with
    the reason as its remark.
    """

    __tablename__ = "patient_medicine"
    __table_args__ = (
        one_of("said", *SAID),
        one_of("taking", *TAKING),
        one_of("choice", *CHOICE),
        CheckConstraint("(said = 'takes') = (taking <> '')", name="taking_is_said"),
        CheckConstraint("(said = 'takes') = (choice <> '')", name="choice_is_said"),
        CheckConstraint("(taking = 'stopped') = (last_taken_on IS NOT NULL)", name="last_day_is_said"),
        CheckConstraint("started_on <= last_taken_on", name="days_in_order"),
        CheckConstraint(
            "closed_on IS NULL OR (said = 'takes' AND kind_id IS NULL AND remark <> '')",
            name="closed_in_words_with_a_reason",
        ),
        CheckConstraint("said <> 'mistake' OR replaces_id IS NOT NULL", name="mistake_of_a_row"),
        Index("ix_patient_medicine_patient", "patient_id", "said", "at"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    said: Mapped[str] = mapped_column(String(10))
    kind_id: Mapped[int | None] = mapped_column(ForeignKey("medicine_kind.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    choice: Mapped[str] = mapped_column(String(10), default="")
    taking: Mapped[str] = mapped_column(String(10), default="")
    started_on: Mapped[date | None] = mapped_column(Date)
    last_taken_on: Mapped[date | None] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    remark: Mapped[str] = mapped_column(Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("patient_medicine.id"), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    kind: Mapped[MedicineKind | None] = relationship(lazy="joined")

    def __str__(self) -> str:
        return self.name
