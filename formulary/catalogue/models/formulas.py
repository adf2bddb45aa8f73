"""Formulas in versions: lines, accepted ranges, accepted pairs."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models.products import Product
from formulary.catalogue.models.substances import Ingredient
from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of


class Formula(Base):
    """A cocktail that is written down: published by others, or the clinic's own."""

    __tablename__ = "formula"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    indication: Mapped[str] = mapped_column(String(120), default="")
    is_published: Mapped[bool] = mapped_column(Boolean, default=False)
    evidence: Mapped[str] = mapped_column(String(40), default="")
    source: Mapped[str] = mapped_column(Text, default="")

    versions: Mapped[list["FormulaVersion"]] = relationship(
        back_populates="formula", order_by="FormulaVersion.number"
    )


class FormulaVersion(Versioned, Base):
    """One version of a formula; it may be used once approved by somebody other than its author."""

    __tablename__ = "formula_version"
    __table_args__ = (
        UniqueConstraint("formula_id", "number"),
        one_of("status", "published", "draft", "approved", "superseded", "retired"),
    )

    formula_id: Mapped[int] = mapped_column(ForeignKey("formula.id"))
    number: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    target: Mapped[int | None] = mapped_column(Steps)
    route: Mapped[str] = mapped_column(String(20), default="ID")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    formula: Mapped[Formula] = relationship(back_populates="versions", lazy="joined")
    lines: Mapped[list["FormulaLine"]] = relationship(back_populates="version", order_by="FormulaLine.number")
    pairs: Mapped[list["FormulaPair"]] = relationship(back_populates="version")

    def __str__(self) -> str:
        return f"{self.formula.name} v{self.number}"


class FormulaLine(Base):
    """One line: the ingredient and product, what is pinned, and the ranges the approver accepted."""

    __tablename__ = "formula_line"
    __table_args__ = (
        one_of("pin", "dose", "volume", "concentration", "qs"),
        Index("ix_formula_line_version", "version_id", "number"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("formula_version.id"))
    number: Mapped[int] = mapped_column(Integer)
    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    pin: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(Steps)
    volume: Mapped[int | None] = mapped_column(Steps)
    unit: Mapped[str] = mapped_column(String(20), default="")
    accepted_dose_low: Mapped[int | None] = mapped_column(Steps)
    accepted_dose_high: Mapped[int | None] = mapped_column(Steps)
    accepted_concentration_low: Mapped[int | None] = mapped_column(Steps)
    accepted_concentration_high: Mapped[int | None] = mapped_column(Steps)
    accepted_reason: Mapped[str] = mapped_column(Text, default="")

    version: Mapped[FormulaVersion] = relationship(back_populates="lines")
    ingredient: Mapped[Ingredient] = relationship(lazy="joined")
    product: Mapped[Product | None] = relationship(lazy="joined")


class FormulaPair(Base):
    """A pair without data that the approver accepted, once, with a reason."""

    __tablename__ = "formula_pair"

    version_id: Mapped[int] = mapped_column(ForeignKey("formula_version.id"), index=True)
    a_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    b_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    reason: Mapped[str] = mapped_column(Text)

    version: Mapped[FormulaVersion] = relationship(back_populates="pairs")
