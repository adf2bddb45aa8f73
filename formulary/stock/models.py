"""Places, lots, vials, the ledger of movements, balances, holds, reservations, deliveries."""

import hashlib
from datetime import UTC, date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from formulary.catalogue.models import Product
from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of
from formulary.rules.lot_status import near, normalise
from formulary.rules.units import VOLUME, Dimension, Quantity, dimension

PLACE_KINDS = (
    "supplier", "storage", "quarantine", "in_use", "preparation", "in_transit",
    "patient", "patch_test", "waste", "returned", "destroyed", "lost_or_found",
)  # fmt: skip
SEALED, OPENED = text("vial_id IS NULL"), text("vial_id IS NOT NULL")
GUARDED = frozenset({"storage", "quarantine", "in_use", "preparation", "in_transit"})
BY_VIAL = frozenset({"quarantine", "in_use", "in_transit"})


def measured_in(product: Product) -> Dimension:
    """What the ledger of a product counts: volume, or for a powder the dimension of its strength."""
    return VOLUME if product.ledger == "volume" else dimension(product.dimension)


class Place(Base):
    """A typed node of a site. Every loss, gain, disposal and patient is a place; GUARDED kinds keep
    balances.
    """

    __tablename__ = "place"
    __table_args__ = (
        UniqueConstraint("site_id", "name"),
        one_of("kind", *PLACE_KINDS),
        Index("ix_place_site_kind", "site_id", "kind"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    temperature: Mapped[str] = mapped_column(String(40), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)

    def __str__(self) -> str:
        return self.name


class Delivery(Base):
    """What came at once: supplier, delivery note, when, in what condition."""

    __tablename__ = "delivery"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    supplier: Mapped[str] = mapped_column(String(120), default="")
    note_number: Mapped[str] = mapped_column(String(60), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(Text, default="")


class Lot(Versioned, Base):
    """A maker's lot of a product, of the whole organisation. Hold and expiry are computed, never stored.

    `expires_on` is the printed date; usable through that day. `normalised` is what a lookup begins with.
    """

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("product_id", "maker", "number", "expires_on"),
        one_of("status", "quarantined", "available", "exhausted"),
        Index("ix_lot_normalised", "normalised", "product_id"),
        Index("ix_lot_near", "near"),
        Index("ix_lot_expiry", "product_id", "expires_on", "id"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    maker: Mapped[str] = mapped_column(String(120), default="")
    number: Mapped[str] = mapped_column(String(20))
    normalised: Mapped[str] = mapped_column(String(20))
    near: Mapped[str] = mapped_column(String(20))
    expires_on: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20), default="available")
    made_from_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    grade: Mapped[str] = mapped_column(String(20), default="scanned")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    product: Mapped[Product] = relationship(lazy="joined")

    @validates("number")
    def _fill_lookups(self, _name: str, number: str) -> str:
        self.normalised, self.near = normalise(number), near(number)
        return number

    def __str__(self) -> str:
        return f"{self.product.name}, lot {self.number}"

    @property
    def measured_in(self) -> Dimension:
        """What its ledger counts: volume, or for a powder the dimension of its strength."""
        return measured_in(self.product)

    def quantity(self, steps: int) -> Quantity:
        """So many of its ledger's steps as a quantity."""
        return Quantity(steps, self.measured_in)


class Vial(Versioned, Base):
    """A container with a serial of its own (`V-0417`), made when it is opened or labelled.

    `state`: sealed, open, empty, wasted, returned. `beyond_use_at` was shortened by opening and
    reconstituting, never lengthened, and `beyond_use_limit` names the term that decided it. A reconstituted
    vial holds `mixed_volume` nL; the lot of its diluent is in the ledger under the same vial.
    """

    __tablename__ = "vial"
    __table_args__ = (
        one_of("state", "sealed", "open", "empty", "wasted", "returned"),
        Index("ix_vial_lot", "lot_id", "state"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    serial: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="open")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_for_id: Mapped[int | None] = mapped_column(Integer)
    late_reason: Mapped[str] = mapped_column(Text, default="")
    reconstituted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mixed_volume: Mapped[int | None] = mapped_column(Steps)
    mixed_content: Mapped[int | None] = mapped_column(Steps)
    displacement: Mapped[int | None] = mapped_column(Steps)
    diluent_lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    beyond_use_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    beyond_use_limit: Mapped[str] = mapped_column(String(200), default="")

    lot: Mapped[Lot] = relationship(lazy="joined", foreign_keys=[lot_id])

    def __str__(self) -> str:
        return self.code


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
        Index("ix_movement_document", "document_kind", "document_id"),
        Index("uq_movement_reverses", "reverses_id", unique=True),
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
HASH_VERSION = "movement-1"


def movement_hash(movement: Movement) -> str:
    """SHA-256 over every field but the key; the audit entry binds key and hash together.

    Fields stand between bars, an absent one is empty; the remark, the only free text, comes last.
    """
    text_of = "|".join([HASH_VERSION, *(_hashed(getattr(movement, name)) for name in HASHED)])
    return hashlib.sha256(text_of.encode()).hexdigest()


def _hashed(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
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
        Index("ix_balance_vial", "vial_id"),
        Index("ix_balance_lot", "lot_id", "place_id", "quantity"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    quantity: Mapped[int] = mapped_column(Steps, default=0)


class Hold(Base):
    """A stop: on a lot, a vial, a place, a product or a delivery; until somebody releases it with a reason."""

    __tablename__ = "hold"
    __table_args__ = (
        one_of("object_kind", "lot", "vial", "place", "product", "delivery"),
        Index("ix_hold_object", "object_kind", "object_id", "released_at"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200), default="")
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    release_reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def words(self) -> str:
        """How a page names it after "held:"."""
        return self.source or f"{self.code}, {self.reason}"


class Reservation(Base):
    """A quantity of a lot (or of one vial) kept for somebody: `for_ref` is opaque to this room
    (`cocktail:12`).
    """

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        Index("ix_reservation_lot", "lot_id", "ended_at"),
        Index("ix_reservation_ref", "for_ref", "ended_at"),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    quantity: Mapped[int] = mapped_column(Steps)
    for_ref: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_why: Mapped[str] = mapped_column(String(60), default="")


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
