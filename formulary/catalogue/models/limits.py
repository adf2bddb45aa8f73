"""The figures that may limit: each in versions, proposed by one person and approved by another."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models.products import Product
from formulary.catalogue.models.substances import Ingredient
from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of

LIMITING = ("label_limit", "clinic_limit")
KINDS = (*LIMITING, "highest_published", "product_strength", "other_route", "unknown")
MEASURES = ("dose", "concentration", "volume", "points")
PER = ("session", "window", "course", "point", "cm2", "area")


class Limit(Versioned, Base):
    """One version of a figure with its kind, of a product or of every product of an ingredient.

    Only a `label_limit` and a `clinic_limit` of the same route limit; 0 means: not that way. `measure` says
    which column holds the figure: a dose `amount` (with `per_kg`, `minimum`), a concentration `amount` per
    `volume`, a volume `amount` in nL, or `amount` points. `per` is what it is for, `within_h` how long a
    window is, `window` what the source calls it. `basis` is what it counts where that is not what the
    product's strength counts. `level` is how far going beyond stops; "" is block where
    `hard`, else stop.

    Versions of one figure share `series_id` (the first version's key; None: this is the first). Approved
    ones hold from `valid_from` (None: from ever) to the day before `valid_until`. `in_place_of_id` is the
    version of a label's limit that a governance entry sets aside. Without an author it came with the files.
    `corrects`: the version before was typed by mistake, which the reason tells.
    """

    __tablename__ = "catalogue_limit"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("measure", *MEASURES),
        one_of("per", *PER),
        one_of("level", "", "info", "warn", "stop", "block"),
        one_of("status", "proposed", "approved", "withdrawn"),
        CheckConstraint("(product_id IS NULL) <> (ingredient_id IS NULL)", name="is_of_one_thing"),
        CheckConstraint("per <> 'window' OR within_h > 0", name="window_has_a_length"),
    )

    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    ingredient_id: Mapped[int | None] = mapped_column(ForeignKey("ingredient.id"), index=True)
    measure: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(Steps)
    volume: Mapped[int | None] = mapped_column(Steps)
    per_kg: Mapped[int | None] = mapped_column(Steps)
    minimum: Mapped[int | None] = mapped_column(Steps)
    basis: Mapped[str] = mapped_column(String(80), default="")
    unit_text: Mapped[str] = mapped_column(String(60), default="")
    route: Mapped[str] = mapped_column(String(120), default="")
    area: Mapped[str] = mapped_column(String(60), default="")
    per: Mapped[str] = mapped_column(String(20), default="session")
    within_h: Mapped[int | None] = mapped_column(Integer)
    window: Mapped[str] = mapped_column(String(40), default="session")
    corrects: Mapped[bool] = mapped_column(default=False)
    hard: Mapped[bool] = mapped_column(default=True)
    level: Mapped[str] = mapped_column(String(10), default="")
    confidence: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    edition: Mapped[str] = mapped_column(String(120), default="")
    jurisdiction: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("catalogue_limit.id"), index=True)
    in_place_of_id: Mapped[int | None] = mapped_column(ForeignKey("catalogue_limit.id"))
    status: Mapped[str] = mapped_column(String(20), default="approved")
    reason: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    product: Mapped[Product | None] = relationship(back_populates="limits")
    ingredient: Mapped[Ingredient | None] = relationship(back_populates="limits")

    @property
    def series(self) -> int:
        """What all versions of this figure share."""
        return self.series_id or self.id

    def holds_on(self, day: date | None) -> bool:
        """Whether it is approved and in force on a day; None asks for what is approved and not replaced."""
        if self.status != "approved":
            return False
        if day is None:
            return self.valid_until is None
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)
