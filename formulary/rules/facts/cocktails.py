"""A cocktail as typed, the formula it follows, the site's policies, and all that is known beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from formulary.rules.facts.bases import Factor
from formulary.rules.facts.compatibility import Compatibility
from formulary.rules.facts.courses import Course
from formulary.rules.facts.exposures import History, Usual
from formulary.rules.facts.patients import PatchTestPolicy, Patient
from formulary.rules.facts.precautions import Practitioner, Precautions
from formulary.rules.facts.stock import Stock, Syringe
from formulary.rules.facts.substances import Product, Strength
from formulary.rules.units import Quantity


class Pin(StrEnum):
    """What of a line the person fixed; the rest follows."""

    DOSE = "dose"
    VOLUME = "volume"
    CONCENTRATION = "concentration"
    QS = "qs"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as typed: `quantity` is the pinned dose or volume, `concentration` the final one pinned.

    `strength` is that of the lot assayed or the vial reconstituted, where it is not the product's own.
    """

    number: int
    product: Product
    pin: Pin
    quantity: Quantity | None = None
    concentration: Strength | None = None
    strength: Strength | None = None

    @property
    def drawn_at(self) -> Strength | None:
        """The strength it is drawn at: its own, else the product's, else unknown."""
        return self.strength or self.product.strength


@dataclass(frozen=True, slots=True)
class AcceptedRange:
    """What the approver of a formula signed for one ingredient: the doses and concentrations accepted.

    Within it an unknown limit does not stop the day. Doses are per session; concentrations are final. It
    holds for the product that the line names, and for any of the ingredient where it names none. `basis` is
    what its figures count; "" is what the strength of the product that it names counts, and not on record
    where it names none. A `factor` says that they were converted.
    """

    ingredient_id: int
    product_id: int | None
    dose_low: Quantity
    dose_high: Quantity
    concentration_low: Strength
    concentration_high: Strength
    basis: str = ""
    factor: Factor | None = None

    def is_for(self, product: Product) -> bool:
        """Whether it was signed for this product."""
        return self.ingredient_id == product.ingredient.id and self.product_id in (None, product.id)


@dataclass(frozen=True, slots=True)
class Formula:
    """The approved formula version a cocktail follows, and what its approver answered for, by one route.

    `products` are those its lines name, `any_product_of` the ingredients of lines that name none.
    `beyond_use_h` is how long its mixture may be kept, None while nobody says. Where it is not approved,
    `status` says what it is, `newer` which version is, and `differs` what that changed. `held` names the
    holds that stop it.
    """

    name: str
    version: int
    approved: bool
    route: str
    ranges: tuple[AcceptedRange, ...] = ()
    accepted_pairs: frozenset[frozenset[int]] = frozenset()
    products: frozenset[int] = frozenset()
    any_product_of: frozenset[int] = frozenset()
    beyond_use_h: Fraction | None = None
    beyond_use_source: str = ""
    status: str = "approved"
    newer: str = ""
    differs: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def covers(self, product: Product) -> bool:
        """Whether one of its lines is of this product."""
        return product.id in self.products or product.ingredient.id in self.any_product_of

    @property
    def label(self) -> str:
        """How the pages name it."""
        return f"{self.name} v{self.version}"


SMALLEST_FILL = Fraction(20, 100)
"""The least of a syringe that is measured with it while the site has decided no other share: house policy."""


@dataclass(frozen=True, slots=True)
class SitePolicies:
    """What a site has decided, None while undecided.

    `shared_single_dose_h` is for how long after opening, in ISO 5 air, a single-dose container may serve more
    than one patient, by a signed and dated policy. A limit is `unconfirmed` where nobody has read its text;
    `limits_products` is whether it limits how many products are mixed, to `most_products`.
    """

    zone: str
    decimal_mark: str = "."
    patch_test: PatchTestPolicy = field(default_factory=PatchTestPolicy)
    allergy_asked_within: timedelta | None = None
    conditions_asked_within: timedelta | None = None
    duplicate_order_within: timedelta | None = None
    top_up_within: timedelta | None = None
    weighed_within: timedelta | None = None
    consent_version: str | None = None
    consent_procedure: str = "mesotherapy"
    preparation_limit_h: Fraction | None = None
    preparation_limit_name: str = ""
    preparation_limit_source: str = ""
    preparation_limit_unconfirmed: bool = False
    limits_products: bool | None = None
    most_products: int | None = None
    shared_single_dose_h: Fraction | None = None
    dose_tolerance: Fraction | None = None
    volume_tolerance: Fraction | None = None
    smallest_fill: Fraction = SMALLEST_FILL


@dataclass(frozen=True, slots=True)
class Draw:
    """What was really drawn for a line: from which stock, with which device, how much, when.

    `measured` is the volume in the syringe; `amount` is what left the ledger (volume, or the mass of a
    powder).
    """

    line: int
    stock: Stock
    measured: Quantity
    amount: Quantity
    syringe: Syringe | None
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class Points:
    """So many injections of so much each into one area of the body, planned or given."""

    area: str
    count: int
    each: Quantity


@dataclass(frozen=True, slots=True)
class Cocktail:
    """Everything the checklist looks at: what was typed and what is known, bound together by its hash.

    `target` is the volume prescribed; None lets it follow from the lines (given as supplied). `overfill`
    and `dead_space` are prepared on top of it. `stock` is all that may be drawn from, `picked` what was
    chosen of it; `ref` is the cocktail's own name in reservations. `diluents` are the products that open
    vials among them were mixed with. `precautions` are what speaks against a substance in some patients;
    `acting` is who is about to sign, prepare or inject; `course` what else was ordered for the patient and
    `history` what reached the patient of its ingredients before (None: nobody looked); `usual` is what the
    clinic gives of them, `points` where it goes, as far as anybody said.
    """

    lines: tuple[Line, ...]
    target: Quantity | None
    route: str
    policies: SitePolicies
    at: datetime
    formula: Formula | None = None
    patient: Patient | None = None
    stock: tuple[Stock, ...] = ()
    syringes: tuple[Syringe, ...] = ()
    compatibilities: tuple[Compatibility, ...] = ()
    overfill: Quantity | None = None
    planned_for: datetime | None = None
    draws: tuple[Draw, ...] = ()
    beyond_use_at: datetime | None = None
    dead_space: Quantity | None = None
    picked: tuple[Stock, ...] = ()
    ref: str | None = None
    diluents: tuple[Product, ...] = ()
    precautions: Precautions = field(default_factory=Precautions)
    acting: Practitioner | None = None
    course: Course | None = None
    is_top_up: bool = False
    history: History | None = None
    usual: tuple[Usual, ...] = ()
    points: tuple[Points, ...] = ()

    @property
    def answering(self) -> Formula | None:
        """The formula it follows, where that is approved, and for this route: else nobody answers."""
        formula = self.formula
        if formula is None or not formula.approved or formula.route.casefold() != self.route.casefold():
            return None
        return formula

    @property
    def off_label(self) -> bool:
        """Whether a line but for the diluents is given by a route that its label does not name."""
        used = (line.product for line in self.lines if not line.product.ingredient.is_diluent)
        return any(product.labelled_for(self.route) is not True for product in used)
