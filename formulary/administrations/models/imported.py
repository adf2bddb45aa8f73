"""What reached patients before this application was there, line by line of the records that tell of it."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime

NO_LOT = text("lot_id IS NULL")


class ImportedUse(Base):
    """So much of a product that a patient got by a line of earlier records: append-only, known by `identity`.

    `quantity` is in steps of the product's ledger, `written` what the line said ("500 mg"). Without a lot it
    is what no recall of the product can exclude; with one, a movement from supplier to patient and a row of
    `given_lot` tell of it. `practitioner` is a name as written: no account of ours.
    """

    __tablename__ = "imported_use"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        Index("ix_imported_use_patient", "patient_id", "at"),
        Index(
            "ix_imported_use_unnoted",
            "product_id",
            "site_id",
            "at",
            "patient_id",
            sqlite_where=NO_LOT,
            postgresql_where=NO_LOT,
        ),
    )

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    line: Mapped[int] = mapped_column(Integer)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    quantity: Mapped[int] = mapped_column(Steps)
    written: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    practitioner: Mapped[str] = mapped_column(String(120), default="")
    remark: Mapped[str] = mapped_column(String(400), default="")
    identity: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


USE_VERSION = "imported-use-1"
USE_HASHED = (
    "file_id", "line", "site_id", "patient_id", "product_id", "lot_id", "quantity", "at", "identity",
    "written",
)  # fmt: skip
USE_FREE, USE_LAST = "practitioner", "remark"
"""What was typed freely stands last, the first behind its length: no bar in it can be mistaken."""


def use_hash(row: dict[str, Any]) -> str:
    """SHA-256 over every field but the key; the audit entry of its stretch binds them all together."""
    parts = [USE_VERSION, *(_hashed(row[name]) for name in USE_HASHED), str(len(row[USE_FREE]))]
    return hashlib.sha256("|".join([*parts, row[USE_FREE], row[USE_LAST]]).encode()).hexdigest()


def stretch_hash(hashes: list[str]) -> str:
    """SHA-256 over the hashes of rows that follow one another, as the audit entry keeps it."""
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _hashed(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return "" if value is None else str(value)
