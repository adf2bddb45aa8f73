"""The ledger of movements, the balances that draws lock, and what did not fit."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime

SEALED, OPENED = text("vial_id IS NULL"), text("vial_id IS NOT NULL")
REVERSING = text("reverses_id IS NOT NULL")
"""SQLite would else look for what reverses nothing by this index: through nearly the whole ledger."""


class Movement(Base):
    """One row of the ledger: append-only, from one place to another, quantity above zero, in the lot's
    steps.

    `reason` is a word of `stock.labels.REASONS`; `document_kind`/`document_id` name what it belongs to
    (delivery, attempt, patch_test, reconstitution, administration …); a late entry keeps the two instants
    apart. `vial_id` says which vial it left or entered; at a place of BY_VIAL its balance is kept apart
    from the sealed stock. `mixture` is the volume of reconstituted solution that left with this row, in nL.
    A reversal keeps the reason of what it reverses.
    """

    __tablename__ = "movement"
    __audited__ = True
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("from_place_id <> to_place_id", name="places_differ"),
        Index("ix_movement_lot", "lot_id", "id", "from_place_id", "to_place_id", "quantity", "vial_id"),
        Index("ix_movement_vial", "vial_id", "id"),
        Index(
            "ix_movement_time",
            "lot_id",
            "occurred_at",
            "from_place_id",
            "to_place_id",
            "quantity",
            "reverses_id",
        ),
        Index("ix_movement_from", "from_place_id", "occurred_at"),
        Index("ix_movement_to", "to_place_id", "occurred_at"),
        Index("ix_movement_document", "document_kind", "document_id"),
        Index(
            "uq_movement_reverses",
            "reverses_id",
            unique=True,
            sqlite_where=REVERSING,
            postgresql_where=REVERSING,
        ),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    from_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    to_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    quantity: Mapped[int] = mapped_column(Steps)
    reason: Mapped[str] = mapped_column(String(40))
    document_kind: Mapped[str] = mapped_column(String(40))
    document_id: Mapped[int | None] = mapped_column(Integer)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("movement.id"))
    mixture: Mapped[int | None] = mapped_column(Steps)
    remark: Mapped[str] = mapped_column(String(200), default="")
    hash: Mapped[str] = mapped_column(String(64))


HASHED = (
    "lot_id", "vial_id", "from_place_id", "to_place_id", "quantity", "reason", "document_kind", "document_id",
    "occurred_at", "recorded_at", "by_id", "reverses_id", "mixture", "remark",
)  # fmt: skip
HASH_VERSION = "movement-3"
SAME_INSTANT = "="
"""Stands for the instant of a record that is that of the act: nothing that a column holds reads like it."""


def movement_hash(movement: Movement) -> str:
    """SHA-256 over every field but the key; the audit entry binds key and hash together.

    Fields stand between bars, an absent one is empty, SAME_INSTANT stands for the instant of a record that is
    that of the act; the remark, the only free text, comes last.
    """
    told = {name: getattr(movement, name) for name in HASHED}
    if told["recorded_at"] == told["occurred_at"]:
        told["recorded_at"] = SAME_INSTANT
    text_of = "|".join([HASH_VERSION, *map(_hashed, told.values())])
    return hashlib.sha256(text_of.encode()).hexdigest()


def _hashed(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]
    return "" if value is None else str(value)


class Balance(Base):
    """What the ledger says lies at a guarded place, kept as the row that a draw locks; proved by `formulary
    verify`.
    """

    __tablename__ = "balance"
    __audited__ = True
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_is_not_negative"),
        Index(
            "uq_balance_sealed",
            "place_id",
            "lot_id",
            unique=True,
            sqlite_where=SEALED,
            postgresql_where=SEALED,
        ),
        Index(
            "uq_balance_vial",
            "place_id",
            "lot_id",
            "vial_id",
            unique=True,
            sqlite_where=OPENED,
            postgresql_where=OPENED,
        ),
        Index("ix_balance_vial", "vial_id", sqlite_where=OPENED, postgresql_where=OPENED),
        Index("ix_balance_lot", "lot_id", "place_id", "quantity"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    quantity: Mapped[int] = mapped_column(Steps, default=0)


class Discrepancy(Base):
    """What happened and did not fit the ledger: recorded with a movement from lost-or-found, open until
    explained.
    """

    __tablename__ = "discrepancy"

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    movement_id: Mapped[int] = mapped_column(ForeignKey("movement.id"))
    quantity: Mapped[int] = mapped_column(Steps)
    what: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    explained_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    explanation: Mapped[str] = mapped_column(Text, default="")
