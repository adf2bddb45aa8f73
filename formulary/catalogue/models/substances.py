"""Substances: their names, identifiers, groups, and what each group means."""

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, Versioned, one_of

if TYPE_CHECKING:
    from formulary.catalogue.models.bases import BasisFactor
    from formulary.catalogue.models.limits import Limit
    from formulary.catalogue.models.products import Product


class Ingredient(Versioned, Base):
    """A substance. `dimension` is mass, iu, amount or `units`; products of `units` get one of their own."""

    __tablename__ = "ingredient"
    __table_args__ = (one_of("role", "active", "diluent", "excipient"),)

    name: Mapped[str] = mapped_column(String(120), unique=True)
    tall_man: Mapped[str] = mapped_column(String(120), default="")
    unii: Mapped[str | None] = mapped_column(String(10))
    cas: Mapped[str | None] = mapped_column(String(20))
    atc: Mapped[str | None] = mapped_column(String(10))
    klass: Mapped[str] = mapped_column(String(120), default="")
    role: Mapped[str] = mapped_column(String(20), default="active")
    dimension: Mapped[str] = mapped_column(String(20), default="mass")
    do_not_mix: Mapped[bool] = mapped_column(Boolean, default=False)
    do_not_mix_source: Mapped[str] = mapped_column(Text, default="")
    high_alert: Mapped[bool] = mapped_column(Boolean, default=False)
    patch_test_required: Mapped[bool] = mapped_column(Boolean, default=True)
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(20), default="")

    synonyms: Mapped[list["Synonym"]] = relationship(back_populates="ingredient")
    groups: Mapped[list["IngredientGroup"]] = relationship(back_populates="ingredient")
    products: Mapped[list["Product"]] = relationship(back_populates="ingredient")
    factors: Mapped[list["BasisFactor"]] = relationship(back_populates="ingredient")
    limits: Mapped[list["Limit"]] = relationship(back_populates="ingredient", order_by="Limit.id")

    def __str__(self) -> str:
        return self.tall_man or self.name


class Synonym(Base):
    """Another name under which an ingredient is found; `folded` is lower case without accents."""

    __tablename__ = "synonym"
    __table_args__ = (UniqueConstraint("ingredient_id", "folded"),)

    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    name: Mapped[str] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(String(120), index=True)

    ingredient: Mapped[Ingredient] = relationship(back_populates="synonyms")


class IngredientGroup(Base):
    """An ingredient is one of a group: sulfite, thiol, local_anaesthetic, botulinum_toxin, …"""

    __tablename__ = "ingredient_group"
    __table_args__ = (UniqueConstraint("ingredient_id", "word"),)

    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    word: Mapped[str] = mapped_column(String(40), index=True)
    source: Mapped[str] = mapped_column(Text, default="")

    ingredient: Mapped[Ingredient] = relationship(back_populates="groups")


class SubstanceGroup(Base):
    """What a group's word means, and whether a patient may be recorded as allergic to the group."""

    __tablename__ = "substance_group"

    word: Mapped[str] = mapped_column(String(40), unique=True)
    meaning: Mapped[str] = mapped_column(String(120))
    is_allergy: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(Text, default="")
