"""Patients and what must be known of them: weight, allergies, conditions, consents, who cares for them."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of
from formulary.rules.units import MASS, Quantity


class Patient(Versioned, Base):
    """A patient of the organisation, known by our code (`P-20817`) and the date of birth."""

    __tablename__ = "patient"
    __table_args__ = (
        one_of("sex", "female", "male", "other", "unknown"),
        Index("ix_patient_folded", "folded"),
        Index("ix_patient_born_on", "born_on"),
        Index("ix_patient_merged_into", "merged_into_id"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(120))
    born_on: Mapped[date] = mapped_column(Date)
    sex: Mapped[str] = mapped_column(String(10), default="unknown")
    record_number: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)

    def __str__(self) -> str:
        return self.code


class Care(Base):
    """A site cares for a patient, by registration or an act. Staff of other sites need a reason."""

    __tablename__ = "care"
    __table_args__ = (UniqueConstraint("patient_id", "site_id", "why"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    why: Mapped[str] = mapped_column(String(40), default="registered")
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class BreakGlass(Base):
    """Emergency access to a patient of another site: a reason, a limit in time, a review."""

    __tablename__ = "break_glass"
    __table_args__ = (Index("ix_break_glass_person", "person_id", "patient_id", "until"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Weight(Base):
    """A weighing: nanograms as every mass, with its day. There is no default weight."""

    __tablename__ = "patient_weight"
    __table_args__ = (Index("ix_patient_weight_patient", "patient_id", "measured_on"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    mass: Mapped[int] = mapped_column(Steps)
    measured_on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def quantity(self) -> Quantity:
        """The weight, exactly."""
        return Quantity(self.mass, MASS)


class Allergy(Base):
    """An allergy to a substance of the catalogue (excipients too) or a group; ended, never deleted."""

    __tablename__ = "allergy"
    __table_args__ = (
        one_of("severity", "mild", "moderate", "severe", "anaphylaxis", "unknown"),
        Index("ix_allergy_patient", "patient_id"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    ingredient_id: Mapped[int | None] = mapped_column(ForeignKey("ingredient.id"))
    group_word: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    severity: Mapped[str] = mapped_column(String(20))
    reaction: Mapped[str] = mapped_column(Text, default="")
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(Text, default="")


class AllergyReview(Base):
    """The question was asked: "none known" is a dated, signed fact; never asked is another thing."""

    __tablename__ = "allergy_review"
    __table_args__ = (
        one_of("answer", "none_known", "listed"),
        Index("ix_allergy_review_patient", "patient_id", "asked_at"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    answer: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ConditionKind(Base):
    """A contraindication that is asked of every patient, with what to do and the source that names it."""

    __tablename__ = "condition_kind"
    __table_args__ = (one_of("action", "block", "prescriber", "inform"),)

    word: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(20), default="prescriber")
    source: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(Integer, default=0)


class PatientCondition(Base):
    """What the patient answered about one contraindication; the newest counts, unasked is unknown."""

    __tablename__ = "patient_condition"
    __table_args__ = (
        one_of("answer", "yes", "no", "unknown"),
        Index("ix_patient_condition_patient", "patient_id", "kind_id", "asked_at"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("condition_kind.id"))
    answer: Mapped[str] = mapped_column(String(10))
    detail: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    kind: Mapped[ConditionKind] = relationship(lazy="joined")


class Consent(Base):
    """Consent to a procedure in a version of its text; withdrawn, never deleted."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_patient", "patient_id", "given_at"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    procedure: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(20))
    covers_off_label: Mapped[bool] = mapped_column(Boolean, default=False)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_why: Mapped[str] = mapped_column(Text, default="")


class Photo(Base):
    """A photo of a patient, drawn anew without EXIF; it lies in the database, and no address leads to a file.

    `about` is the act that it shows, by kind and number, of a room above this one; "" is the patient.
    Taken away, its content is gone and the row says why.
    """

    __tablename__ = "patient_photo"
    __table_args__ = (
        one_of("about_kind", "", "patch_test", "reaction", "administration", "draw"),
        Index("ix_patient_photo_patient", "patient_id", "about_kind", "about_id"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    about_kind: Mapped[str] = mapped_column(String(20), default="")
    about_id: Mapped[int | None] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(120), default="")
    media: Mapped[str] = mapped_column(String(10))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_why: Mapped[str] = mapped_column(Text, default="")
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Exposure(Base):
    """How much of an ingredient reached the patient by one product in one act; a correction is a row below 0.

    `amount` is in steps of `dimension` and counts `basis`, as the product's strength did when it was noted
    ("" is not on record); `taken` is in steps of the product's ledger, which the proof compares with what the
    ledger moved; None where nobody knows. `document` is the act that wrote it (a session, a
    patch test, a line of earlier records), of a room above this one; `at` is when it happened. Diluents do
    not count. `takes_back` is the row that this one takes back whole, known amount or not: the two together
    are nothing. `is_top_up` says that it tops up the session before, into whose total it counts.
    """

    __tablename__ = "exposure"
    __table_args__ = (
        one_of("document_kind", "administration", "patch_test", "imported_use"),
        Index("ix_exposure_patient", "patient_id", "ingredient_id", "at"),
        Index("ix_exposure_ingredient", "ingredient_id", "document_kind", "at"),
        Index("ix_exposure_document", "document_kind", "document_id"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    dimension: Mapped[str] = mapped_column(String(20))
    basis: Mapped[str] = mapped_column(String(80))
    amount: Mapped[int | None] = mapped_column(Steps)
    taken: Mapped[int | None] = mapped_column(Steps)
    takes_back_id: Mapped[int | None] = mapped_column(ForeignKey("exposure.id"), unique=True)
    is_top_up: Mapped[bool] = mapped_column(Boolean, default=False)
    document_kind: Mapped[str] = mapped_column(String(20))
    document_id: Mapped[int] = mapped_column(Integer)
    grade: Mapped[str] = mapped_column(String(20), default="confirmed")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
