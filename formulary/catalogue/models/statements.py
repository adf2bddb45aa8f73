"""What is stated of a product or a substance, in versions: proposed by one person, approved by another."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models.products import Product
from formulary.catalogue.models.substances import Ingredient
from formulary.db import Base, UtcDateTime, Versioned, one_of

STATEMENTS = ("basis", "factor", "osmolality")


class Statement(Versioned, Base):
    """One version of what a strength counts, of a factor between two bases, or of an osmolality.

    A basis is `basis` with its `basis_kind`; a factor says that `low` mg of `basis` hold `high` mg of
    `to_basis`; an osmolality is `low` to `high` mOsm/kg. Figures are text as typed. The version approved last
    is what the product or the factor says; those before are kept.
    """

    __tablename__ = "catalogue_statement"
    __table_args__ = (
        one_of("kind", *STATEMENTS),
        one_of("basis_kind", "", "salt", "base", "element"),
        one_of("status", "proposed", "approved", "superseded", "withdrawn"),
        CheckConstraint("(product_id IS NULL) <> (ingredient_id IS NULL)", name="is_of_one_thing"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    ingredient_id: Mapped[int | None] = mapped_column(ForeignKey("ingredient.id"), index=True)
    basis: Mapped[str] = mapped_column(String(80), default="")
    basis_kind: Mapped[str] = mapped_column(String(10), default="")
    to_basis: Mapped[str] = mapped_column(String(80), default="")
    low: Mapped[str] = mapped_column(String(10), default="")
    high: Mapped[str] = mapped_column(String(10), default="")
    source: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str] = mapped_column(String(20), default="proposed")
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    product: Mapped[Product | None] = relationship()
    ingredient: Mapped[Ingredient | None] = relationship()

    @property
    def of(self) -> Product | Ingredient:
        """The product or the substance that it is about."""
        found = self.product or self.ingredient
        assert found is not None  # noqa: S101 - a constraint of the table
        return found
