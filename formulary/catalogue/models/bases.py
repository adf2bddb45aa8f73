"""How much of a base or an element a salt holds."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models.substances import Ingredient
from formulary.db import Base


class BasisFactor(Base):
    """`of_amount` mg of one basis hold `to_amount` mg of another, exactly as the source writes them."""

    __tablename__ = "basis_factor"
    __table_args__ = (UniqueConstraint("ingredient_id", "of_basis", "to_basis"),)

    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"), index=True)
    of_basis: Mapped[str] = mapped_column(String(80))
    of_amount: Mapped[str] = mapped_column(String(20))
    to_basis: Mapped[str] = mapped_column(String(80))
    to_amount: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(20), default="")

    ingredient: Mapped[Ingredient] = relationship(back_populates="factors")
