"""Cocktails from draft to verified: revisions, lines, check reports, overrides, verification, transitions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models import FormulaVersion, Product
from formulary.db import Base, CanonicalJson, Steps, UtcDateTime, Versioned, one_of
from formulary.patients.models import Patient

STATES = (
    "draft", "prescribed", "verified", "in_preparation", "prepared", "released",
    "administering", "administered", "wasted", "cancelled",
)  # fmt: skip
OUTCOMES = ("given", "partly_given", "not_given")
"""How the session of an administered cocktail ended."""
LATE, EMERGENCY = AFTERWARDS = ("recorded_late", "emergency")
"""What of a cocktail is on record only since it was over: from paper, or given in an emergency, which is no
session of a course and nothing to repeat."""


class Cocktail(Versioned, Base):
    """One mixture for one patient (`C-1845`). `is_direct`: one line given as supplied, never mixed.
    `is_top_up`: it belongs to the session before. `recorded` says that it was recorded afterwards. Volumes
    are in nL.
    """

    __tablename__ = "cocktail"
    __table_args__ = (
        one_of("state", *STATES),
        one_of("outcome", "", *OUTCOMES),
        one_of("recorded", "", *AFTERWARDS),
        Index("ix_cocktail_site_state", "site_id", "state", "planned_for"),
        Index("ix_cocktail_patient", "patient_id", "created_at"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    revision_number: Mapped[int] = mapped_column(Integer, default=1)
    is_direct: Mapped[bool] = mapped_column(Boolean, default=False)
    is_top_up: Mapped[bool] = mapped_column(Boolean, default=False)
    recorded: Mapped[str] = mapped_column(String(20), default="")
    planned_for: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    patient: Mapped[Patient] = relationship(lazy="joined")
    revisions: Mapped[list["Revision"]] = relationship(back_populates="cocktail", order_by="Revision.number")

    def __str__(self) -> str:
        return self.code

    @property
    def shown_state(self) -> str:
        """The state as pages show it: what was administered says how that ended."""
        return (self.state == "administered" and self.outcome) or self.state


class Revision(Versioned, Base):
    """The content of a cocktail; frozen at signing, superseded by the next. `snapshot` is what was signed,
    in words and numbers.
    """

    __tablename__ = "cocktail_revision"
    __table_args__ = (
        UniqueConstraint("cocktail_id", "number"),
        one_of("state", "draft", "frozen", "superseded"),
        Index("ix_cocktail_revision_formula", "formula_version_id"),
    )

    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    formula_version_id: Mapped[int | None] = mapped_column(ForeignKey("formula_version.id"))
    target: Mapped[int | None] = mapped_column(Steps)
    target_text: Mapped[str] = mapped_column(String(20), default="")
    overfill: Mapped[int] = mapped_column(Steps, default=0)
    route: Mapped[str] = mapped_column(String(20), default="ID")
    area: Mapped[str] = mapped_column(String(120), default="")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prescriber_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    prescribed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verifier_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    self_checked: Mapped[bool] = mapped_column(Boolean, default=False)
    snapshot: Mapped[Any] = mapped_column(CanonicalJson, nullable=True)
    inputs_hash: Mapped[str] = mapped_column(String(64), default="")
    return_reason: Mapped[str] = mapped_column(Text, default="")

    cocktail: Mapped[Cocktail] = relationship(back_populates="revisions", lazy="joined")
    formula_version: Mapped[FormulaVersion | None] = relationship(lazy="joined")
    lines: Mapped[list["CocktailLine"]] = relationship(
        back_populates="revision", order_by="CocktailLine.number", cascade="all, delete-orphan"
    )


Revision.__table__.append_constraint(
    CheckConstraint(
        "verifier_id IS NULL OR self_checked OR verifier_id <> prescriber_id", name="verifier_is_another"
    )
)


class CocktailLine(Base):
    """One line as typed: product, what is pinned, its value (steps; for a concentration amount in volume),
    the text as entered.
    """

    __tablename__ = "cocktail_line"
    __table_args__ = (
        UniqueConstraint("revision_id", "number"),
        one_of("pin", "dose", "volume", "concentration", "qs"),
    )

    revision_id: Mapped[int] = mapped_column(ForeignKey("cocktail_revision.id"))
    number: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    pin: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(Steps)
    volume: Mapped[int | None] = mapped_column(Steps)
    unit: Mapped[str] = mapped_column(String(20), default="")
    entered: Mapped[str] = mapped_column(String(40), default="")
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))

    revision: Mapped[Revision] = relationship(back_populates="lines")
    product: Mapped[Product] = relationship(lazy="joined")


class CheckReport(Base):
    """A run of the checklist at a transition: every answer, rule set and data version, the hash of all
    inputs.
    """

    __tablename__ = "check_report"
    __table_args__ = (Index("ix_check_report_revision", "revision_id", "at"),)

    revision_id: Mapped[int] = mapped_column(ForeignKey("cocktail_revision.id"))
    stage: Mapped[str] = mapped_column(String(2))
    rule_set: Mapped[str] = mapped_column(String(40))
    data_version: Mapped[str] = mapped_column(String(20), default="")
    inputs_hash: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(10))
    answers: Mapped[Any] = mapped_column(CanonicalJson)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class ShownFinding(Base):
    """A finding that asked for an answer, as a draft was saved or signing was tried: once per cocktail, rule
    and code, so that those who govern the rules can count.
    """

    __tablename__ = "shown_finding"
    __audited__ = False  # a count, and no act
    __table_args__ = (
        UniqueConstraint("cocktail_id", "rule", "code"),
        Index("ix_shown_finding_site", "site_id", "at", "rule", "code"),
    )

    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    rule: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Override(Base):
    """One finding answered for by a person with a reason, co-signed where it is a STOP; dead when what it
    answered changes. `answered` is the finding as it was shown.
    """

    __tablename__ = "check_override"
    __table_args__ = (
        Index("ix_check_override_revision", "revision_id"),
        CheckConstraint("cosigner_id IS NULL OR cosigner_id <> by_id", name="cosigner_is_another"),
    )

    revision_id: Mapped[int] = mapped_column(ForeignKey("cocktail_revision.id"))
    finding_key: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(10))
    answered: Mapped[Any] = mapped_column(CanonicalJson)
    stage: Mapped[str] = mapped_column(String(2))
    inputs_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    cosigner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cosigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def told(self) -> dict[str, Any]:
        """The answer as the audit trail tells it."""
        names = ("finding_key", "level", "reason", "words", "by_id", "cosigner_id")
        return {name: getattr(self, name) for name in names}


class Verification(Base):
    """What the verifier entered blind, before seeing it, and where it differed."""

    __tablename__ = "verification"

    revision_id: Mapped[int] = mapped_column(ForeignKey("cocktail_revision.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    answers: Mapped[Any] = mapped_column(CanonicalJson)
    mismatches: Mapped[Any] = mapped_column(CanonicalJson)
    agreed: Mapped[bool] = mapped_column(Boolean)


class Transition(Base):
    """A cocktail went from one state to another: when, by whom, why, self-checked or not."""

    __tablename__ = "cocktail_transition"
    __table_args__ = (Index("ix_cocktail_transition_cocktail", "cocktail_id", "at"),)

    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"))
    from_state: Mapped[str] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    revision_number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    self_checked: Mapped[bool] = mapped_column(Boolean, default=False)


class CourseEntry(Base):
    """A cocktail was counted towards a course (None: taken out of any); the newest entry holds."""

    __tablename__ = "course_entry"
    __table_args__ = (Index("ix_course_entry_course", "course_id", "cocktail_id"),)

    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"), index=True)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Amendment(Base):
    """What was added to a cocktail after it was over, and why; append-only, beside the original."""

    __tablename__ = "amendment"

    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
