"""Valid facts by default, one word each; a test says only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from formulary.rules.checklist import BY_ID, Case
from formulary.rules.facts import (
    AcceptedRange,
    Allergy,
    AllergySeverity,
    Cocktail,
    Compatibility,
    Consent,
    Container,
    Course,
    Draw,
    Excipient,
    Formula,
    History,
    Ingredient,
    Limit,
    LimitKind,
    Line,
    PatchTest,
    PatchTestPolicy,
    Patient,
    Pin,
    Product,
    Reading,
    SitePolicies,
    Stock,
    Strength,
    Syringe,
)
from formulary.rules.findings import Finding, Stage
from formulary.rules.units import MASS, Quantity

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROUTE = "intradermal"
SYRINGES = tuple(
    Syringe(
        f"{capacity} mL syringe", Quantity.of(capacity, "mL"), Quantity.of(mark, "mL"), None, "maker's table"
    )
    for capacity, mark in (("1", "0.01"), ("3", "0.1"), ("5", "0.2"), ("10", "0.2"))
)


def q(text: str) -> Quantity:
    """`q("12.5 mg")`: an amount as a reader writes it."""
    number, unit = text.split(" ")
    return Quantity.of(number.replace(",", ""), unit)


def per(text: str) -> Strength:
    """`per("600 mg/4 mL")` or `per("4 mg/mL")`: an amount in a volume."""
    amount, volume = text.split("/")
    return Strength(q(amount), q(volume if " " in volume else f"1 {volume}"))


def an_ingredient(id: int = 1, name: str = "tranexamic acid", **more: Any) -> Ingredient:
    """A substance measured by mass that may be mixed."""
    return Ingredient(**{"id": id, "name": name, "dimension": MASS, **more})


def a_product(
    id: int = 1, name: str = "tranexamic acid", strength: str | Strength | None = "100 mg/mL", **more: Any
) -> Product:
    """A vial of one ingredient, known to hold no excipient; `of` gives the ingredient's own fields."""
    ingredient = an_ingredient(id, name, **more.pop("of", {}))
    facts = {
        "id": id,
        "name": f"{name} {strength}" if isinstance(strength, str) else name,
        "ingredient": ingredient,
        "strength": per(strength) if isinstance(strength, str) else strength,
        "container": Container.SINGLE_DOSE,
        "excipients_known": True,
        "routes": (ROUTE,),
        "after_puncture_h": Fraction(0),
    }
    return Product(**{**facts, **more})


TRANEXAMIC = a_product(1, "tranexamic acid", "100 mg/mL")
ASCORBIC = a_product(2, "ascorbic acid", "500 mg/mL")
GLUTATHIONE = a_product(
    3,
    "glutathione",
    "600 mg/4 mL",
    is_powder=True,
    after_reconstitution_h=Fraction(2),
    of={"groups": frozenset({"thiol"})},
)
SALINE = a_product(
    4, "sodium chloride 0.9 %", "9 mg/mL", of={"is_diluent": True, "patch_test_required": False}
)


def a_line(number: int = 1, product: Product = TRANEXAMIC, typed: str = "20 mg", **more: Any) -> Line:
    """A line as typed: "20 mg" pins a dose, "2 mL" a volume, "4 mg/mL" a concentration, "qs" makes up."""
    return Line(**{"number": number, "product": product, **_pin(typed, product), **more})


def _pin(typed: str, product: Product) -> dict[str, Any]:
    if typed == "qs":
        return {"pin": Pin.QS}
    if "/" in typed:
        return {"pin": Pin.CONCENTRATION, "concentration": per(typed)}
    by_volume = typed.endswith("mL") and product.ingredient.dimension == MASS
    return {"pin": Pin.VOLUME if by_volume else Pin.DOSE, "quantity": q(typed)}


def melasma_lines() -> tuple[Line, ...]:
    """The published cocktail: tranexamic acid 4 mg/mL, vitamin C 3 %, glutathione 2 % [Iraji 2019]."""
    return (
        a_line(1, TRANEXAMIC, "4 mg/mL"),
        a_line(2, ASCORBIC, "3000 mg/100 mL"),
        a_line(3, GLUTATHIONE, "2000 mg/100 mL"),
        a_line(4, SALINE, "qs"),
    )


def a_range(product: Product, dose: tuple[str, str], concentration: tuple[str, str]) -> AcceptedRange:
    """What an approver signed for one ingredient."""
    return AcceptedRange(
        product.ingredient.id,
        product.id,
        q(dose[0]),
        q(dose[1]),
        per(concentration[0]),
        per(concentration[1]),
    )


def a_formula(**more: Any) -> Formula:
    """The clinic's approved copy of the melasma protocol, with every pair of it accepted."""
    ids = [x.ingredient.id for x in (TRANEXAMIC, ASCORBIC, GLUTATHIONE, SALINE)]
    facts = {
        "name": "Melasma",
        "version": 3,
        "approved": True,
        "route": ROUTE,
        "products": frozenset(ids),
        "ranges": (
            a_range(TRANEXAMIC, ("10 mg", "25 mg"), ("2 mg/mL", "5 mg/mL")),
            a_range(ASCORBIC, ("50 mg", "200 mg"), ("10 mg/mL", "40 mg/mL")),
            a_range(GLUTATHIONE, ("50 mg", "150 mg"), ("10 mg/mL", "30 mg/mL")),
        ),
        "accepted_pairs": frozenset(frozenset((a, b)) for a in ids for b in ids if a < b),
    }
    return Formula(**{**facts, **more})


def a_test(
    product: Product, grades: str = "- - -", *, started: datetime | None = None, **more: Any
) -> PatchTest:
    """A patch test of a product with readings at 24, 48 and 96 h, applied five days before AT."""
    applied = started or AT - timedelta(days=5)
    readings = tuple(
        Reading(grade, applied + timedelta(hours=hours))
        for grade, hours in zip(grades.split(), (24, 48, 96), strict=False)
    )
    facts = {
        "ingredient_id": product.ingredient.id,
        "product_id": product.id,
        "lot_id": product.id * 10,
        "applied_at": applied,
        "readings": readings,
    }
    return PatchTest(**{**facts, **more})


def an_allergy(
    name: str = "sulfites", severity: AllergySeverity = AllergySeverity.SEVERE, **more: Any
) -> Allergy:
    """A severe allergy to the group of sulfites; another name is a group of that name unless it says more."""
    facts = {"name": name, "severity": severity}
    return Allergy(**{**facts, **(more or {"group": "sulfite" if name == "sulfites" else name})})


def a_consent(**more: Any) -> Consent:
    """A consent in the site's version that covers off-label use."""
    facts = {
        "procedure": "mesotherapy",
        "version": "2026-1",
        "given_at": AT - timedelta(days=2),
        "covers_off_label": True,
    }
    return Consent(**{**facts, **more})


def a_patient(**more: Any) -> Patient:
    """A patient of 58 kg without allergies, asked yesterday, tested for the cocktail, who consented."""
    facts = {
        "id": 7,
        "allergies_asked_at": AT - timedelta(days=1),
        "medicines_asked_at": AT - timedelta(days=1),
        "weight": q("58 kg"),
        "weighed_on": date(2026, 11, 12),
        "tests": tuple(a_test(product) for product in (TRANEXAMIC, ASCORBIC, GLUTATHIONE)),
        "consents": (a_consent(),),
    }
    return Patient(**{**facts, **more})


def some_policies(**more: Any) -> SitePolicies:
    """A site that has decided everything."""
    facts = {
        "zone": "Europe/Paris",
        "patch_test": PatchTestPolicy(valid_for=timedelta(days=180), source="clinic policy"),
        "allergy_asked_within": timedelta(days=30),
        "weighed_within": timedelta(days=90),
        "conditions_asked_within": timedelta(days=90),
        "top_up_within": timedelta(days=14),
        "consent_version": "2026-1",
        "preparation_limit_h": Fraction(12),
        "preparation_limit_name": "Category 1",
        "preparation_limit_source": "USP <797>, 1 Nov 2023",
        "limits_products": False,
        "dose_tolerance": Fraction(5, 100),
        "volume_tolerance": Fraction(5, 100),
    }
    return SitePolicies(**{**facts, **more})


def a_stock(product: Product = TRANEXAMIC, remaining: str | None = None, **more: Any) -> Stock:
    """A sealed lot on the shelf, good for a year, with plenty left."""
    facts = {
        "lot_id": product.id * 10,
        "lot": f"L{product.id}231",
        "product_id": product.id,
        "expires_on": date(2027, 11, 30),
        "zone": "Europe/Paris",
        "remaining": q(remaining or ("6000 mg" if product.is_powder else "100 mL")),
        "place": "cabinet A",
        "container": product.container,
        "after_puncture_h": product.after_puncture_h,
        "after_reconstitution_h": product.after_reconstitution_h,
    }
    return Stock(**{**facts, **more})


def a_draw(line: Line, measured: str, **more: Any) -> Draw:
    """What was drawn for a line from its product's lot, at AT."""
    facts = {
        "line": line.number,
        "stock": a_stock(line.product),
        "measured": q(measured),
        "amount": q(measured),
        "syringe": SYRINGES[0],
        "drawn_at": AT,
    }
    return Draw(**{**facts, **more})


def a_limit(dose: str | None = None, concentration: str | None = None, **more: Any) -> Limit:
    """A hard limit of the label for the route of the builders."""
    facts = {
        "kind": LimitKind.LABEL_LIMIT,
        "route": ROUTE,
        "source": "label",
        "dose": q(dose) if dose else None,
        "concentration": per(concentration) if concentration else None,
    }
    return Limit(**{**facts, **more})


def an_excipient(name: str = "sodium metabisulfite", id: int = 90, *groups: str, **more: Any) -> Excipient:
    """Something else in the vial; a metabisulfite unless named."""
    return Excipient(id, name, frozenset(groups or ("sulfite",)), **more)


def a_rule(
    number: str, a: str, b: str = "any", level: str = "BLOCK", kind: str = "pair", **more: Any
) -> Compatibility:
    """A row of the compatibility table."""
    facts = {"mechanism": f"mechanism of {number}", "source": f"source of {number}"}
    return Compatibility(number, kind, a, b, level, **{**facts, **more})


def a_cocktail(**more: Any) -> Cocktail:
    """The melasma cocktail, 5 mL, for a patient who may have it, from a full shelf, by its formula."""
    facts = {
        "lines": melasma_lines(),
        "target": q("5 mL"),
        "route": ROUTE,
        "policies": some_policies(),
        "at": AT,
        "formula": a_formula(),
        "patient": a_patient(),
        "stock": tuple(a_stock(product) for product in (TRANEXAMIC, ASCORBIC, GLUTATHIONE, SALINE)),
        "syringes": SYRINGES,
        "course": Course(elsewhere=False),
        "history": History(),
    }
    return Cocktail(**{**facts, **more})


def ask(rule: str, stage: Stage = Stage.SIGN, **more: Any) -> tuple[Finding, ...]:
    """What one rule answers about the melasma cocktail, changed as said."""
    return BY_ID[rule].answers(Case(a_cocktail(**more), stage))


def codes(found: Iterable[Finding]) -> list[str]:
    """The codes of findings, in their order."""
    return [finding.code for finding in found]
