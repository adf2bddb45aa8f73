"""What was recorded after it was done: in an emergency, or from paper; and who signed for it afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.administrations.models.sessions import Administration
from formulary.cocktails.models import EMERGENCY, LATE
from formulary.db import Base, CanonicalJson, UtcDateTime, one_of


class AfterRecord(Base):
    """A session that was recorded when it was over: who did it and when, who typed it and when, and why.

    `then` and `now` are what the checks found, as of the act and as of the record. It never changes.
    """

    __tablename__ = "after_record"
    __table_args__ = (
        one_of("kind", LATE, EMERGENCY),
        CheckConstraint("done_at <= recorded_at", name="done_before_recorded"),
        CheckConstraint("(kind = 'emergency') = (indication <> '')", name="emergency_has_its_indication"),
        Index("ix_after_record_site", "site_id", "kind", "recorded_at"),
        Index("ix_after_record_patient", "patient_id"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    cocktail_id: Mapped[int] = mapped_column(ForeignKey("cocktail.id"), unique=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    indication: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text)
    then: Mapped[Any] = mapped_column(CanonicalJson)
    now: Mapped[Any] = mapped_column(CanonicalJson)

    administration: Mapped[Administration] = relationship(lazy="joined")
    signature: Mapped["AfterSignature | None"] = relationship(lazy="joined", uselist=False)

    @property
    def own_people(self) -> frozenset[int]:
        """Who prepared, gave or recorded it: somebody else signs for it."""
        return frozenset({self.prepared_by_id, self.given_by_id, self.recorded_by_id})


class AfterSignature(Base):
    """A second person looked at it afterwards, in their own words; SELF-CHECKED where one works alone."""

    __tablename__ = "after_signature"

    record_id: Mapped[int] = mapped_column(ForeignKey("after_record.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text)
    self_checked: Mapped[bool] = mapped_column(default=False)
