"""Ingredients, products with their codes, limits, rules, devices and formulas."""

from typing import Any

from formulary.catalogue.models import (
    CompatibilityRule,
    Device,
    Formula,
    FormulaLine,
    FormulaVersion,
    Ingredient,
    IngredientGroup,
    Limit,
    Product,
    ProductCode,
    ProductExcipient,
    Synonym,
)
from formulary.patients.queries import fold
from formulary.rules.units import Quantity
from formulary.web.gs1.gtin import check_digit
from tests.support.builders.base import act, fresh, number, saved


def steps(text: str) -> int:
    """`steps("5 mL")`: an amount as the database keeps it, in whole steps of its dimension."""
    amount, unit = text.split(" ")
    return Quantity.of(amount.replace(",", ""), unit).whole()


def a_gtin() -> str:
    """A GTIN-14 of the range for demonstrations, that no other builder has given."""
    digits = f"0952{number():09d}"
    return digits + check_digit(digits)


@act()
def an_ingredient(
    name: str = "", *, groups: tuple[str, ...] = (), synonyms: tuple[str, ...] = (), **columns: Any
) -> Ingredient:
    """An active substance measured by mass that may be mixed; `groups` are words such as sulfite."""
    row = saved(Ingredient(**{"name": name or fresh("substance"), "source": "test"} | columns))
    for word in groups:
        saved(IngredientGroup(ingredient_id=row.id, word=word, source="test"))
    for other in synonyms:
        saved(Synonym(ingredient_id=row.id, name=other, folded=fold(other)))
    return row


@act()
def a_product(
    ingredient: Ingredient | None = None,
    *,
    strength: str = "100 mg/1 mL",
    content: str = "5 mL",
    excipients: tuple[Ingredient, ...] = (),
    **columns: Any,
) -> Product:
    """A multi-dose vial of 5 mL at 100 mg/mL, good for 28 days once opened, with one GTIN, known excipients.

    `a_powder()` gives a lyophilised one.
    """
    ingredient = ingredient or an_ingredient()
    amount, _, volume = strength.partition("/")
    row = saved(
        Product(
            **{
                "ingredient_id": ingredient.id,
                "name": fresh(f"{ingredient.name} {strength}"),
                "maker": "Maker",
                "dimension": ingredient.dimension,
                "strength_amount": steps(amount),
                "strength_volume": steps(volume),
                "amount_unit": amount.split(" ")[1],
                "content": steps(content),
                "container": "multi_dose",
                "after_puncture_h": 28 * 24,
                "route": "ID",
                "label_routes": "ID",
                "excipients_known": True,
                "source": "test",
            }
            | columns
        )
    )
    saved(ProductCode(product_id=row.id, gtin=a_gtin()))
    for excipient in excipients:
        saved(ProductExcipient(product_id=row.id, ingredient_id=excipient.id, source="test"))
    return row


def a_powder(ingredient: Ingredient | None = None, *, content: str = "600 mg", **columns: Any) -> Product:
    """A single-dose vial of 600 mg powder, 4 mL of diluent, good for 6 hours once dissolved."""
    defaults = {
        "form": "lyophilised",
        "ledger": "mass",
        "reconstitution_volume": steps("4 mL"),
        "container": "single_dose",
        "after_puncture_h": None,
        "after_reconstitution_h": 6,
    }
    return a_product(ingredient, strength=f"{content}/4 mL", content=content, **defaults | columns)


def a_code(product: Product, gtin: str = "", **columns: Any) -> ProductCode:
    """Another GTIN of the product, such as a box of ten: `level="box", containers=10`."""
    return saved(ProductCode(product_id=product.id, gtin=gtin or a_gtin(), **columns))


def gtin_of(product: Product) -> str:
    """The product's first GTIN."""
    return min(product.codes, key=lambda code: code.id).gtin


def a_limit(product: Product, amount: str | None, *, measure: str = "dose", **columns: Any) -> Limit:
    """A label's limit for one session by the product's own route; None is unknown."""
    kind = "label_limit" if amount else "unknown"
    defaults = {"kind": kind, "measure": measure, "amount": steps(amount) if amount else None, "route": "ID"}
    return saved(Limit(product_id=product.id, **{"source": "test"} | defaults | columns))


def a_rule(
    a: str, b: str = "", *, kind: str = "pair", level: str = "stop", **columns: Any
) -> CompatibilityRule:
    """A row of the compatibility table between two selectors (names of ingredients or groups)."""
    row = {"number": fresh("T"), "kind": kind, "a": a, "b": b, "level": level, "source": "test"}
    return saved(CompatibilityRule(**row | columns))


def a_device(capacity: str = "5 mL", graduation: str = "0.2 mL", **columns: Any) -> Device:
    """A syringe with unknown dead space."""
    row = {"name": fresh(f"{capacity} syringe"), "capacity": steps(capacity), "graduation": steps(graduation)}
    return saved(Device(**row | columns))


@act()
def a_formula(
    *products: Product, target: str = "5 mL", status: str = "approved", **columns: Any
) -> FormulaVersion:
    """The first version of a formula with a line of 1 mL per product."""
    formula = saved(Formula(name=fresh("Formula"), source="test"))
    version = saved(
        FormulaVersion(
            **{"formula_id": formula.id, "number": 1, "status": status, "target": steps(target)} | columns
        )
    )
    for place, product in enumerate(products, 1):
        saved(
            FormulaLine(
                version_id=version.id,
                number=place,
                ingredient_id=product.ingredient_id,
                product_id=product.id,
                pin="volume",
                volume=steps("1 mL"),
                unit="mL",
            )
        )
    return version
