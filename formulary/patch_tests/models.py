"""Patch tests: what was applied to which site of the skin, from which lot, and every reading of it."""

from datetime import datetime
from fractions import Fraction

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models import Product
from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of
from formulary.rules import facts
from formulary.rules.patch_test import NEGATIVE, Guideline, guideline
from formulary.rules.patch_test.guidelines import ICDRG
from formulary.rules.units import Quantity, dimension, round_fraction
from formulary.stock.models import Lot


class PatchTest(Versioned, Base):
    """One sitting: several products applied at one time. Its outcome is computed from the readings."""

    __tablename__ = "patch_test"
    __table_args__ = (
        one_of("state", "applied", "void"),
        CheckConstraint(
            "void_cosigner_id IS NULL OR void_cosigner_id <> voided_by_id", name="cosigner_is_another"
        ),
        Index("ix_patch_test_patient", "patient_id", "applied_at"),
        Index("ix_patch_test_site", "site_id", "applied_at"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    state: Mapped[str] = mapped_column(String(20), default="applied")
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    guideline: Mapped[str] = mapped_column(String(20), default=ICDRG.word)
    body_site: Mapped[str] = mapped_column(String(120), default="")
    late_reason: Mapped[str] = mapped_column(Text, default="")
    void_reason: Mapped[str] = mapped_column(Text, default="")
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    void_cosigner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    items: Mapped[list["PatchTestItem"]] = relationship(
        back_populates="test", order_by="PatchTestItem.number"
    )

    @property
    def by(self) -> Guideline:
        """The guideline under which it was applied: its kind, its readings, what it counts as positive."""
        return guideline(self.guideline)

    @property
    def controls(self) -> tuple[facts.Control, ...]:
        """The controls of the sitting as the rules see them."""
        rows = (item for item in self.items if item.role != "test")
        return tuple(facts.Control(r.role == "positive", tuple(x.fact for x in r.standing)) for r in rows)

    @property
    def reactions(self) -> list["PatchTestReading"]:
        """The readings that stand and are not negative."""
        return [r for item in self.items for r in item.standing if r.grade not in NEGATIVE]

    @property
    def spots(self) -> list["PatchTestItem"]:
        """What is looked at: each spot once, a mixture by its first component."""
        first = next((item for item in self.items if item.is_mixture), None)
        return [item for item in self.items if not item.is_mixture or item is first]


class PatchTestItem(Base):
    """What was applied to one spot: product, lot, dilution, vehicle, amount (steps of the lot's ledger).

    `role` is what it is there for: a test, or the control that must not (negative) or must (positive) react.
    A control that is not kept in stock has no product.
    """

    __tablename__ = "patch_test_item"
    __table_args__ = (
        UniqueConstraint("test_id", "number"),
        one_of("role", "test", "negative", "positive"),
        CheckConstraint("product_id IS NOT NULL OR role <> 'test'", name="test_has_a_product"),
        Index("ix_patch_test_item_lot", "lot_id", "test_id"),
    )

    test_id: Mapped[int] = mapped_column(ForeignKey("patch_test.id"))
    number: Mapped[int] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(String(10), default="test")
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("lot.id"))
    vial_id: Mapped[int | None] = mapped_column(ForeignKey("vial.id"))
    dilution: Mapped[str] = mapped_column(String(60), default="as supplied")
    vehicle: Mapped[str] = mapped_column(String(60), default="")
    volume: Mapped[int | None] = mapped_column(Steps)
    quantity: Mapped[int | None] = mapped_column(Steps)
    is_mixture: Mapped[bool] = mapped_column(Boolean, default=False)

    test: Mapped[PatchTest] = relationship(back_populates="items")
    product: Mapped[Product | None] = relationship(lazy="joined")
    lot: Mapped[Lot | None] = relationship(lazy="joined")
    readings: Mapped[list["PatchTestReading"]] = relationship(
        back_populates="item", order_by="PatchTestReading.read_at"
    )

    @property
    def standing(self) -> list["PatchTestReading"]:
        """The readings that no later one corrects, in the order of their making."""
        corrected = {r.corrects_id for r in self.readings if r.corrects_id is not None}
        return sorted((r for r in self.readings if r.id not in corrected), key=lambda r: (r.read_at, r.id))

    @property
    def together(self) -> list["PatchTestItem"]:
        """The item, or all of a mixture: they lie on one spot and are read as one."""
        return [item for item in self.test.items if item.is_mixture] if self.is_mixture else [self]

    @property
    def tested(self) -> Product:
        """The product; a control that has none is asked for it by nobody."""
        if self.product is None:
            raise LookupError(f"Spot {self.number} is a control without a product")
        return self.product

    @property
    def amount(self) -> Quantity | None:
        """How much of the ingredient lay on the spot; None for a control without a product.

        By the lot it left; where nobody noted the lot, by the volume and the label; else unknown.
        """
        product = self.product
        if self.lot is not None:
            return None if self.quantity is None else self.lot.active(self.quantity)
        if product is None or self.volume is None:
            return None
        if product.strength_amount is None or not product.strength_volume:
            return None
        steps = self.volume * Fraction(product.strength_amount, product.strength_volume)
        return Quantity(round_fraction(steps), dimension(product.dimension))

    @property
    def fact(self) -> facts.PatchTest:
        """The spot as the rules see it."""
        return facts.PatchTest(
            ingredient_id=self.tested.ingredient_id,
            product_id=self.tested.id,
            lot_id=self.lot_id,
            applied_at=self.test.applied_at,
            readings=tuple(r.fact for r in self.standing),
            is_mixture=self.is_mixture,
            kind=self.test.by.kind,
            guideline=self.test.guideline,
            controls=self.test.controls,
            label=f"{self.test.code}, {self.tested.name}",
        )


class PatchTestReading(Base):
    """One look at one spot; append-only: a correction is a further reading.

    `grade` is of the ICDRG scale, of a label's test, or what the guideline makes of the wheal that was
    measured: `wheal_first` at once, `wheal` now (both nm), with or without a `flare`.
    """

    __tablename__ = "patch_test_reading"
    __table_args__ = (
        one_of("grade", "-", "?+", "+", "++", "+++", "IR", "W-", "W?", "W+", "L-", "LR", "L+"),
        CheckConstraint("cosigner_id IS NULL OR cosigner_id <> reader_id", name="cosigner_is_another"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("patch_test_item.id"), index=True)
    grade: Mapped[str] = mapped_column(String(4))
    wheal_first: Mapped[int | None] = mapped_column(Steps)
    wheal: Mapped[int | None] = mapped_column(Steps)
    flare: Mapped[bool | None] = mapped_column(Boolean)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("patch_test_reading.id"), unique=True)
    cosigner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    item: Mapped[PatchTestItem] = relationship(back_populates="readings")

    @property
    def fact(self) -> facts.Reading:
        """The reading as the rules see it."""
        return facts.Reading(self.grade, self.read_at)
