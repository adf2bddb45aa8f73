"""What a case froze and stopped: its list of uses, its holds, and what they met; all append-only."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, one_of

USES = ("given", "tested", "untold_test", "untold_use")


class RecallListed(Base):
    """One use on the list of a case: given, patch-tested, or one that cannot be excluded (`untold_…`).

    `ref_id` is the row that tells of it; with `lot_id` and `via` it is listed once in a case. `is_added`: it
    came to the list after it was frozen. `quantity` in the lot's steps; None where nobody knows it.
    """

    __tablename__ = "recall_listed"
    __table_args__ = (
        one_of("use", *USES),
        UniqueConstraint("case_id", "key"),
        Index("ix_recall_listed_patient", "case_id", "patient_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("recall_event.id"))
    use: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(60))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    ref: Mapped[str] = mapped_column(String(20), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    quantity: Mapped[int | None] = mapped_column(Steps)
    grade: Mapped[str] = mapped_column(String(12))
    is_added: Mapped[bool] = mapped_column(Boolean, default=False)


class RecallHold(Base):
    """A hold that a case placed on a lot, a vial of it or (no lot) a version of a formula: it is this case's
    to release, and no other's.
    """

    __tablename__ = "recall_hold"

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"), index=True)
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), unique=True)


class RecallStopped(Base):
    """Something that containment met: a lot, a place, an open vial or a cocktail, and the state it was in; of
    a cocktail that a formula stops the lot is empty.
    """

    __tablename__ = "recall_stopped"
    __table_args__ = (Index("ix_recall_stopped_case", "case_id", "event_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("recall_event.id"))
    bucket: Mapped[str] = mapped_column(String(1))
    ref: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(200))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    quantity: Mapped[int | None] = mapped_column(Steps)
    patients: Mapped[int] = mapped_column(Integer, default=0)
