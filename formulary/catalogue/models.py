"""Ingredients, products, codes, limits, compatibility, syringes, formulas: each with source and version."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of


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


class Product(Versioned, Base):
    """One product: strength as a pair, what a full container holds, its clocks. None is unknown, always.

    `strength_amount`/`strength_volume` are steps (of the ingredient's dimension, and nL). A powder's strength
    is what its label states after reconstitution with `reconstitution_volume` nL. `content` is what one
    container holds, in the ledger's dimension: `volume` (nL) for solutions, mass or activity for powders
    (`ledger`). `label_routes` are codes ("IM;SC"), `unconfirmed` names the fields that rest on background.
    """

    __tablename__ = "product"
    __table_args__ = (
        one_of("container", "single_dose", "multi_dose", "ampoule", "bulk", "device", "unknown"),
        one_of("form", "solution", "lyophilised", "unknown"),
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
    limits: Mapped[list["Limit"]] = relationship(back_populates="product")

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


class Limit(Base):
    """A figure with its kind: only a `label_limit` of the same route limits. 0 means: not that way."""

    __tablename__ = "catalogue_limit"
    __table_args__ = (
        one_of("kind", "label_limit", "highest_published", "product_strength", "other_route", "unknown"),
        one_of("measure", "dose", "concentration"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    measure: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(Steps)
    volume: Mapped[int | None] = mapped_column(Steps)
    per_kg: Mapped[int | None] = mapped_column(Steps)
    unit_text: Mapped[str] = mapped_column(String(60), default="")
    route: Mapped[str] = mapped_column(String(120), default="")
    window: Mapped[str] = mapped_column(String(40), default="session")
    hard: Mapped[bool] = mapped_column(Boolean, default=True)
    confidence: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)

    product: Mapped[Product] = relationship(back_populates="limits")


class CompatibilityRule(Base):
    """A row of the compatibility table; see `rules.facts.Compatibility` for what its columns mean.

    Rules are fed with pair, alone and compatible; a route becomes a limit of 0; the others are only shown.
    """

    __tablename__ = "compatibility_rule"
    __table_args__ = (
        one_of(
            "kind",
            "pair",
            "alone",
            "compatible",
            "route",
            "handling",
            "storage",
            "substitution",
            "mixture",
            "superseded",
        ),
        one_of("level", "info", "warn", "stop", "block"),
    )

    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    a: Mapped[str] = mapped_column(String(160))
    b: Mapped[str] = mapped_column(String(160))
    level: Mapped[str] = mapped_column(String(10))
    condition: Mapped[str] = mapped_column(Text, default="")
    concentration_above_amount: Mapped[int | None] = mapped_column(Steps)
    concentration_above_volume: Mapped[int | None] = mapped_column(Steps)
    ph_below: Mapped[str | None] = mapped_column(String(10))
    ph_above: Mapped[str | None] = mapped_column(String(10))
    mechanism: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(10), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class Device(Base):
    """A syringe: capacity, graduation, dead space (None: unknown), source."""

    __tablename__ = "device"

    name: Mapped[str] = mapped_column(String(60), unique=True)
    capacity: Mapped[int] = mapped_column(Steps)
    graduation: Mapped[int] = mapped_column(Steps)
    dead_space: Mapped[int | None] = mapped_column(Steps)
    source: Mapped[str] = mapped_column(Text, default="")


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
