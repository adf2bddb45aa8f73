"""Products: strength, contents, clocks, and the codes on their packs."""

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models.substances import Ingredient
from formulary.db import Base, Steps, Versioned, one_of

if TYPE_CHECKING:
    from formulary.catalogue.models.limits import Limit


class Product(Versioned, Base):
    """One product: strength as a pair, what a full container holds, its clocks. None is unknown, always.

    `strength_amount`/`strength_volume` are steps (of the ingredient's dimension, and nL). A powder's strength
    is what its label states after reconstitution with `reconstitution_volume` nL. `content` is what one
    container holds, in the ledger's dimension: `volume` (nL) for solutions, mass or activity for powders
    (`ledger`). `basis` is what the strength and every dose count ("zinc", not its salt), "" where no source
    says. `label_routes` are codes ("IM;SC"), `unconfirmed` names the fields that rest on background.
    """

    __tablename__ = "product"
    __table_args__ = (
        one_of("container", "single_dose", "multi_dose", "ampoule", "bulk", "device", "unknown"),
        one_of("form", "solution", "lyophilised", "unknown"),
        one_of("basis_kind", "", "salt", "base", "element"),
    )

    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    maker: Mapped[str] = mapped_column(String(120), default="")
    form: Mapped[str] = mapped_column(String(20), default="solution")
    dimension: Mapped[str] = mapped_column(String(20))
    strength_amount: Mapped[int | None] = mapped_column(Steps)
    strength_volume: Mapped[int | None] = mapped_column(Steps)
    amount_unit: Mapped[str] = mapped_column(String(10), default="mg")
    strength_text: Mapped[str] = mapped_column(String(120), default="")
    basis: Mapped[str] = mapped_column(String(80), default="")
    basis_kind: Mapped[str] = mapped_column(String(10), default="")
    basis_source: Mapped[str] = mapped_column(Text, default="")
    ledger: Mapped[str] = mapped_column(String(20), default="volume")
    content: Mapped[int | None] = mapped_column(Steps)
    reconstitution_volume: Mapped[int | None] = mapped_column(Steps)
    diluent: Mapped[str] = mapped_column(String(120), default="")
    container: Mapped[str] = mapped_column(String(20), default="unknown")
    after_puncture_h: Mapped[int | None] = mapped_column(Integer)
    after_reconstitution_h: Mapped[int | None] = mapped_column(Integer)
    mixture_stability_h: Mapped[int | None] = mapped_column(Integer)
    ph_low: Mapped[str | None] = mapped_column(String(10))
    ph_high: Mapped[str | None] = mapped_column(String(10))
    osmolality_low: Mapped[str | None] = mapped_column(String(10))
    osmolality_high: Mapped[str | None] = mapped_column(String(10))
    osmolality_source: Mapped[str] = mapped_column(Text, default="")
    storage: Mapped[str] = mapped_column(String(120), default="")
    light_sensitive: Mapped[bool | None] = mapped_column(Boolean)
    route: Mapped[str] = mapped_column(String(120), default="")
    label_routes: Mapped[str] = mapped_column(String(60), default="")
    unconfirmed: Mapped[str] = mapped_column(String(120), default="")
    excipients_known: Mapped[bool] = mapped_column(Boolean, default=False)
    status: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(20), default="")

    ingredient: Mapped[Ingredient] = relationship(back_populates="products", lazy="joined")
    excipients: Mapped[list["ProductExcipient"]] = relationship(back_populates="product")
    codes: Mapped[list["ProductCode"]] = relationship(back_populates="product")
    limits: Mapped[list["Limit"]] = relationship(back_populates="product", order_by="Limit.id")

    def __str__(self) -> str:
        return self.name

    @property
    def ph(self) -> tuple[Decimal, Decimal] | None:
        """The pH range of the label, or None while one end is unknown."""
        return (
            None
            if self.ph_low is None or self.ph_high is None
            else (Decimal(self.ph_low), Decimal(self.ph_high))
        )


class ProductExcipient(Base):
    """Something else that a product's source says is in it; the amount may be unknown."""

    __tablename__ = "product_excipient"
    __table_args__ = (UniqueConstraint("product_id", "ingredient_id"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    amount_text: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(Text, default="")

    product: Mapped[Product] = relationship(back_populates="excipients")
    ingredient: Mapped[Ingredient] = relationship(lazy="joined")


class ProductCode(Base):
    """A GTIN of a pack level of a product, with how many containers it holds."""

    __tablename__ = "product_code"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    gtin: Mapped[str] = mapped_column(String(14), unique=True)
    level: Mapped[str] = mapped_column(String(20), default="vial")
    containers: Mapped[int] = mapped_column(Integer, default=1)

    product: Mapped[Product] = relationship(back_populates="codes")
