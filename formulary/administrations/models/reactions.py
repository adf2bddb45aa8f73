"""What was felt after a treatment: the reaction, each report of it, what it was, and how it went on."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, UtcDateTime, Versioned, one_of

SEVERITIES = ("mild", "moderate", "severe", "unknown")
"""HL7 FHIR R4B, code system adverse-event-severity; `unknown` is ours: nobody has said."""
OUTCOMES = ("resolved", "recovering", "ongoing", "resolved_with_sequelae", "fatal", "unknown")
"""HL7 FHIR R4B, code system adverse-event-outcome."""
FATAL = "fatal"
ONSETS = ("exact", "about", "unknown")
SERIOUS = ("yes", "no", "unknown")
TOLD = (
    "number", "state", "onset", "severity", "outcome", "serious", "serious_reason", "other",
    "remark", "reported_by", "reporter", "late_reason", "reason", "by_id",
)  # fmt: skip
"""What the audit trail tells of a report, beside its times and kinds."""
REPORTERS = ("patient", "staff", "relative", "clinician", "other")


class ReactionKind(Base):
    """A kind of reaction on the checklist, with the source that names it."""

    __tablename__ = "reaction_kind"

    word: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(Integer, default=0)


class Reaction(Versioned, Base):
    """A reaction after one session or one patch test (`E-12`); what is known of it stands in its reports.

    Patient, cocktail and when the treatment began are copied here from the session or the test. The report
    that counts is the one of `report_number`; `due_on` is when somebody looks again, None where nobody has
    to. Withdrawn is what was recorded by mistake: it stays on record and is counted nowhere. `site_id` is
    the site that follows it up.
    """

    __tablename__ = "reaction"
    __table_args__ = (
        one_of("state", "standing", "withdrawn"),
        CheckConstraint("(administration_id IS NULL) <> (test_id IS NULL)", name="after_one_treatment"),
        Index("ix_reaction_administration", "administration_id"),
        Index("ix_reaction_test", "test_id"),
        Index("ix_reaction_cocktail", "cocktail_id"),
        Index("ix_reaction_patient", "patient_id", "treated_at"),
        Index("ix_reaction_due", "site_id", "due_on"),
        Index("ix_reaction_treated", "treated_at", "administration_id"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    administration_id: Mapped[int | None] = mapped_column(ForeignKey("administration.id"))
    test_id: Mapped[int | None] = mapped_column(ForeignKey("patch_test.id"))
    cocktail_id: Mapped[int | None] = mapped_column(ForeignKey("cocktail.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    treated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20), default="standing")
    report_number: Mapped[int] = mapped_column(Integer, default=1)
    due_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    reports: Mapped[list["ReactionReport"]] = relationship(
        back_populates="reaction", order_by="ReactionReport.number"
    )
    follow_ups: Mapped[list["ReactionFollowUp"]] = relationship(
        back_populates="reaction", order_by="ReactionFollowUp.seen_at, ReactionFollowUp.id"
    )

    def __str__(self) -> str:
        return self.code

    @property
    def report(self) -> "ReactionReport":
        """The report that counts: the last one."""
        return self.reports[-1]

    @property
    def outcome(self) -> str:
        """How it stands by the latest look since the report that counts, or by that report.

        A death that one of them tells of stands, whatever else was seen, until a further report.
        """
        of_report = [row for row in self.follow_ups if row.report_number == self.report_number]
        if FATAL in {self.report.outcome, *(row.outcome for row in of_report)}:
            return FATAL
        return (self.latest_look or self.report).outcome

    @property
    def latest_look(self) -> "ReactionFollowUp | None":
        """The follow-up of the report that counts which was seen last, whenever it was entered; what was seen
        before the clinic was told what the report says is older than that report.
        """
        told = self.report
        later = [
            row
            for row in self.follow_ups
            if row.report_number == self.report_number and row.seen_at >= told.told_at
        ]
        return max(later, key=lambda row: (row.seen_at, row.id), default=None)


class ReactionReport(Base):
    """What was said of a reaction at one time; append-only: a correction is a further report with its reason.

    `told_at` is when the clinic learned of it, `entered_at` when it was written down.
    """

    __tablename__ = "reaction_report"
    __table_args__ = (
        UniqueConstraint("reaction_id", "number"),
        one_of("state", "standing", "withdrawn"),
        one_of("onset", *ONSETS),
        one_of("severity", *SEVERITIES),
        one_of("outcome", *OUTCOMES),
        one_of("serious", *SERIOUS),
        one_of("reported_by", *REPORTERS),
        CheckConstraint("(onset_at IS NULL) = (onset = 'unknown')", name="onset_has_its_time"),
        CheckConstraint("number = 1 OR reason <> ''", name="correction_has_a_reason"),
    )

    reaction_id: Mapped[int] = mapped_column(ForeignKey("reaction.id"))
    number: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(20), default="standing")
    onset: Mapped[str] = mapped_column(String(10))
    onset_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    severity: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(30))
    serious: Mapped[str] = mapped_column(String(10))
    serious_reason: Mapped[str] = mapped_column(Text, default="")
    other: Mapped[str] = mapped_column(String(200), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[str] = mapped_column(String(20))
    reporter: Mapped[str] = mapped_column(String(120), default="")
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late_reason: Mapped[str] = mapped_column(Text, default="")
    follow_up_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    reaction: Mapped[Reaction] = relationship(back_populates="reports")
    signs: Mapped[list["ReactionSign"]] = relationship(
        back_populates="report", order_by="ReactionSign.kind_id"
    )

    @property
    def kind_ids(self) -> tuple[int, ...]:
        """The kinds that were ticked."""
        return tuple(sign.kind_id for sign in self.signs)

    @property
    def told(self) -> dict[str, Any]:
        """The report as the audit trail tells it."""
        moments = {name: _text(getattr(self, name)) for name in ("onset_at", "told_at", "follow_up_on")}
        return {name: getattr(self, name) for name in TOLD} | moments | {"kinds": sorted(self.kind_ids)}


class ReactionSign(Base):
    """One kind that a report ticks; append-only."""

    __tablename__ = "reaction_sign"
    __table_args__ = (UniqueConstraint("report_id", "kind_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reaction_report.id"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("reaction_kind.id"), index=True)

    report: Mapped[ReactionReport] = relationship(back_populates="signs")
    kind: Mapped[ReactionKind] = relationship(lazy="joined")


class ReactionFollowUp(Base):
    """Somebody asked or looked again: how it stood, and when the next time is due; append-only.

    `report_number` is the report that counted then.
    """

    __tablename__ = "reaction_follow_up"
    __table_args__ = (
        one_of("outcome", *OUTCOMES),
        Index("ix_reaction_follow_up_reaction", "reaction_id", "id"),
    )

    reaction_id: Mapped[int] = mapped_column(ForeignKey("reaction.id"))
    report_number: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(30))
    remark: Mapped[str] = mapped_column(Text, default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    reaction: Mapped[Reaction] = relationship(back_populates="follow_ups")

    @property
    def told(self) -> dict[str, Any]:
        """The follow-up as the audit trail tells it."""
        names = ("report_number", "outcome", "remark", "by_id")
        moments = {name: _text(getattr(self, name)) for name in ("seen_at", "next_on")}
        return {name: getattr(self, name) for name in names} | moments


def _text(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()
