"""Formulas in versions: lines, accepted ranges, accepted pairs."""

import unicodedata
from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from formulary.catalogue.models.products import Product
from formulary.catalogue.models.substances import Ingredient
from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of


def same_name(text: str) -> str:
    """What all spellings of one name share: case, spaces and accents aside."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join("".join(c for c in apart if not unicodedata.combining(c)).split())


class Formula(Base):
    """A cocktail that is written down: published by others, or the clinic's own.

    No two have names that only case, spaces or accents tell apart: `folded` is the name without them.
    """

    __tablename__ = "formula"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    folded: Mapped[str] = mapped_column(Text, unique=True)
    indication: Mapped[str] = mapped_column(String(120), default="")
    is_published: Mapped[bool] = mapped_column(Boolean, default=False)
    evidence: Mapped[str] = mapped_column(String(160), default="")
    grade: Mapped[str] = mapped_column(String(10), default="")
    source: Mapped[str] = mapped_column(Text, default="")

    versions: Mapped[list["FormulaVersion"]] = relationship(
        back_populates="formula", order_by="FormulaVersion.number"
    )

    @validates("name")
    def _named(self, _: str, name: str) -> str:
        """Keep what the spellings of the name share beside it."""
        self.folded = same_name(name)
        return name


STATUSES = ("published", "draft", "in_review", "approved", "superseded", "retired")


class FormulaVersion(Versioned, Base):
    """One version of a formula; it may be used once approved by somebody other than its author.

    `target` in nL; `beyond_use_h` is how long the mixture may be kept, with the reference that says so (None:
    unknown, the site's own limit decides). `closed_reason` is why it was given back or retired.
    """

    __tablename__ = "formula_version"
    __table_args__ = (
        UniqueConstraint("formula_id", "number"),
        one_of("status", *STATUSES),
    )

    formula_id: Mapped[int] = mapped_column(ForeignKey("formula.id"))
    number: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    target: Mapped[int | None] = mapped_column(Steps)
    route: Mapped[str] = mapped_column(String(20), default="ID")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("formula_version.id"))
    instructions: Mapped[str] = mapped_column(Text, default="")
    storage: Mapped[str] = mapped_column(Text, default="")
    beyond_use_h: Mapped[int | None] = mapped_column(Integer)
    beyond_use_source: Mapped[str] = mapped_column(Text, default="")
    closed_reason: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")

    formula: Mapped[Formula] = relationship(back_populates="versions", lazy="joined")
    based_on: Mapped["FormulaVersion | None"] = relationship(remote_side="FormulaVersion.id")
    lines: Mapped[list["FormulaLine"]] = relationship(
        back_populates="version", order_by="FormulaLine.number", cascade="all, delete-orphan"
    )
    pairs: Mapped[list["FormulaPair"]] = relationship(back_populates="version", cascade="all, delete-orphan")

    def __str__(self) -> str:
        return f"{self.formula.name} v{self.number}"


class FormulaLine(Base):
    """One line: the ingredient and product, what is pinned, and the ranges the approver accepted.

    Lines are numbered in the order of addition. `named` says in words what a source names and the catalogue
    does not hold. `pin` is unknown where the source states no figure. `scaling`: with the volume, or fixed.
    `accepted_basis` is what the accepted figures count ("zinc"); "": what the named product's strength does.
    """

    __tablename__ = "formula_line"
    __table_args__ = (
        one_of("pin", "dose", "volume", "concentration", "qs", "unknown"),
        one_of("scaling", "with_volume", "fixed"),
        CheckConstraint("ingredient_id IS NOT NULL OR named <> ''", name="says_what"),
        Index("ix_formula_line_version", "version_id", "number"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("formula_version.id"))
    number: Mapped[int] = mapped_column(Integer)
    ingredient_id: Mapped[int | None] = mapped_column(ForeignKey("ingredient.id"))
    named: Mapped[str] = mapped_column(String(120), default="")
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    pin: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(Steps)
    volume: Mapped[int | None] = mapped_column(Steps)
    unit: Mapped[str] = mapped_column(String(20), default="")
    scaling: Mapped[str] = mapped_column(String(20), default="with_volume")
    evidence: Mapped[str] = mapped_column(Text, default="")
    accepted_dose_low: Mapped[int | None] = mapped_column(Steps)
    accepted_dose_high: Mapped[int | None] = mapped_column(Steps)
    accepted_concentration_low: Mapped[int | None] = mapped_column(Steps)
    accepted_concentration_high: Mapped[int | None] = mapped_column(Steps)
    accepted_basis: Mapped[str] = mapped_column(String(80), default="")
    accepted_reason: Mapped[str] = mapped_column(Text, default="")

    version: Mapped[FormulaVersion] = relationship(back_populates="lines")
    ingredient: Mapped[Ingredient | None] = relationship(lazy="joined")
    product: Mapped[Product | None] = relationship(lazy="joined")

    @property
    def substance(self) -> str:
        """What the line is of, as pages name it."""
        return str(self.ingredient) if self.ingredient else self.named

    @property
    def dimension(self) -> str:
        """The name of the dimension its amounts are in: its product's, else its ingredient's."""
        if self.product:
            return self.product.dimension
        return self.ingredient.dimension if self.ingredient else "mass"


class FormulaPair(Base):
    """A pair without data that the approver accepted, once, with a reason."""

    __tablename__ = "formula_pair"

    version_id: Mapped[int] = mapped_column(ForeignKey("formula_version.id"), index=True)
    a_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    b_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"))
    reason: Mapped[str] = mapped_column(Text)

    version: Mapped[FormulaVersion] = relationship(back_populates="pairs")
