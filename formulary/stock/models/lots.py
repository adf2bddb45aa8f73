"""Lots of a maker, and the vials that were opened or labelled out of them."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, Row, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from formulary.catalogue.models import Product
from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of
from formulary.rules.lot_status import near, normalise
from formulary.rules.units import VOLUME, Dimension, Quantity, dimension
from formulary.stock.models.places import HAS_SERIAL

NOT_USED_UP = text("status <> 'exhausted'")
AS_READ = "as_read"
"""The grade of a lot that nobody booked in: it was read off the pack of what was used."""
STANDS_OPEN = text("state = 'open'")


def measured_in(product: Product | Row[Any]) -> Dimension:
    """What the ledger of a product counts: volume, or for a powder the dimension of its strength.

    A row with its `ledger` and `dimension` tells as much as the product.
    """
    return VOLUME if product.ledger == "volume" else dimension(product.dimension)


class Lot(Versioned, Base):
    """A maker's lot of a product, of the whole organisation. Hold and expiry are computed, never stored.

    `expires_on` is the printed date; usable through that day. `normalised` is what a lookup begins with.
    `assay_amount` per `assay_volume` nL is what a certificate found in a solution, in place of the label's
    strength; None: it was not assayed. Two people answer for it.
    """

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("product_id", "maker", "number", "expires_on"),
        one_of("status", "quarantined", "available", "exhausted"),
        Index("ix_lot_normalised", "normalised", "product_id"),
        Index("ix_lot_near", "near"),
        Index("ix_lot_expiry", "product_id", "expires_on", "id"),
        Index("ix_lot_shelf", "expires_on", "id", sqlite_where=NOT_USED_UP, postgresql_where=NOT_USED_UP),
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
    assay_amount: Mapped[int | None] = mapped_column(Steps)
    assay_volume: Mapped[int | None] = mapped_column(Steps)
    assay_source: Mapped[str] = mapped_column(Text, default="")
    assayed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

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

    def active(self, steps: int) -> Quantity | None:
        """How much of the ingredient so many of its ledger's steps hold, to one smallest step.

        None while the strength of a solution is not on record: it is never guessed.
        """
        product, held = self.product, self.quantity(steps)
        if held.dimension.name == product.dimension:
            return held
        amount, volume = product.strength_amount, product.strength_volume
        if self.assay_amount is not None:
            amount, volume = self.assay_amount, self.assay_volume
        if amount is None or not volume:
            return None
        per_step = Fraction(amount, volume)
        return Quantity(steps * per_step, dimension(product.dimension)).to_step()


class LotAlias(Base):
    """A number that a lot was on record under until somebody corrected it to `corrected_to`: append-only.

    Whatever looks for a lot by its number finds it by this one too, for ever. Two people answer for it.
    """

    __tablename__ = "lot_alias"
    __table_args__ = (
        Index("ix_lot_alias_normalised", "normalised", "lot_id"),
        Index("ix_lot_alias_near", "near", "lot_id"),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    normalised: Mapped[str] = mapped_column(String(20))
    near: Mapped[str] = mapped_column(String(20))
    corrected_to: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    def __str__(self) -> str:
        return self.number

    @validates("number")
    def _fill_lookups(self, _name: str, number: str) -> str:
        self.normalised, self.near = normalise(number), near(number)
        return number


class Vial(Versioned, Base):
    """A container with a serial of its own (`V-0417`), made when it is opened or labelled.

    `state`: sealed, open, empty, wasted, returned, lost. `beyond_use_at` was shortened by opening and
    reconstituting, never lengthened, and `beyond_use_limit` names the term that decided it. A reconstituted
    vial holds `mixed_volume` nL; the lot of its diluent is in the ledger under the same vial.
    `serial_folded` is the serial as a lookup compares it.
    `opened_for_ref` is the act it was opened or first drawn for (`cocktail:12`, opaque to this room), and
    empty once that act is over.
    """

    __tablename__ = "vial"
    __table_args__ = (
        one_of("state", "sealed", "open", "empty", "wasted", "returned", "lost"),
        Index("ix_vial_lot", "lot_id", "state"),
        Index("ix_vial_serial", "serial_folded", sqlite_where=HAS_SERIAL, postgresql_where=HAS_SERIAL),
        Index(
            "ix_vial_open", "site_id", "beyond_use_at", sqlite_where=STANDS_OPEN, postgresql_where=STANDS_OPEN
        ),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    serial: Mapped[str | None] = mapped_column(String(20))
    serial_folded: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="open")
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_for_id: Mapped[int | None] = mapped_column(Integer)
    opened_for_ref: Mapped[str | None] = mapped_column(String(60))
    late_reason: Mapped[str] = mapped_column(Text, default="")
    reconstituted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mixed_volume: Mapped[int | None] = mapped_column(Steps)
    mixed_content: Mapped[int | None] = mapped_column(Steps)
    displacement: Mapped[int | None] = mapped_column(Steps)
    diluent_lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"), index=True)
    beyond_use_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    beyond_use_limit: Mapped[str] = mapped_column(String(200), default="")

    lot: Mapped[Lot] = relationship(lazy="joined", foreign_keys=[lot_id])

    @validates("serial")
    def _fold(self, _name: str, serial: str | None) -> str | None:
        self.serial_folded = normalise(serial) if serial else None
        return serial

    def __str__(self) -> str:
        return self.code
