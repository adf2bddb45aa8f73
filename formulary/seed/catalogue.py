"""Loading the catalogue's files: a second run changes nothing, a corrected file corrects."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from formulary.audit import record
from formulary.catalogue.models import (
    Ingredient,
    IngredientGroup,
    Product,
    ProductExcipient,
    SubstanceGroup,
    Synonym,
)
from formulary.catalogue.queries import approved_here, fold
from formulary.db import db
from formulary.rules.findings import Finding, Refused
from formulary.rules.units import VOLUME, Dimension, activity, dimension
from formulary.seed import rows
from formulary.seed.article_rows import load_articles
from formulary.seed.bases import Bases, load_factors
from formulary.seed.care_rows import load_care
from formulary.seed.cells import Unknown, known
from formulary.seed.figures import steps
from formulary.seed.files import fault
from formulary.seed.formulas import load_published
from formulary.seed.limits import load_limits
from formulary.seed.merging import Merge, Seeder
from formulary.seed.safety import load_safety
from formulary.seed.shelf import Shelf
from formulary.seed.table import load_devices, load_rules
from formulary.seed.washout_rows import load_washouts

NO_BASES = Bases((), ())


def load_catalogue(shelf: Shelf, *, at: datetime, by: Seeder | None = None) -> Merge:
    """Bring the catalogue in line with the files, in the caller's transaction; one entry when it changed.

    Refused, and nothing loaded, where a figure has no unit.
    """
    if faults := tuple(_without_unit(shelf)):
        raise Refused(*faults)
    merge = Merge()
    ingredients = _ingredients(shelf, merge)
    bases = replace(shelf.bases(), stated_here=_stated_here("basis"))
    products = _products(shelf, ingredients, bases, merge)
    _excipients(shelf, products, ingredients, merge)
    load_limits(shelf, products, bases, merge)
    load_factors(bases, ingredients, merge)
    ids = {name: row.id for name, row in ingredients.items()}
    load_rules(shelf, ids, merge)
    load_safety(shelf, ids, merge)
    load_devices(shelf, merge)
    load_care(shelf, merge)
    load_articles(shelf, merge)
    load_washouts(shelf, merge)
    load_published(shelf, ingredients, products, merge)
    db.session.flush()
    if merge:
        counts = {"created": merge.created, "corrected": merge.corrected}
        record("catalogue.load", None, by=by or Seeder(), at=at, new=counts)
    return merge


def _without_unit(shelf: Shelf) -> Iterator[Finding]:
    """A fault for each figure that no unit stands beside; 0 is 0 in every unit."""
    for file, these, columns in (
        (
            "products.csv",
            shelf.products,
            {"strength_amount": "strength_unit", "content_amount": "content_unit"},
        ),
        ("limits.csv", shelf.limits, {"amount": "unit", "per_kg_amount": "per_kg_unit"}),
    ):
        for number, row in enumerate(these, start=2):
            if getattr(row, "measure", "") == "points":
                continue  # points are counted
            for column, beside in columns.items():
                if known(getattr(row, column)) and known(getattr(row, beside)) is None:
                    subject = f"{file}, row {number}, column {beside}"
                    reason = f"{column} is {getattr(row, column)}, and no unit stands beside it."
                    yield fault("seed.no_unit", subject, reason, "Write its unit.", beside)


def _ingredients(shelf: Shelf, merge: Merge) -> dict[str, Ingredient]:
    """Every substance with its other names and groups, by name."""
    found = {
        row.name: merge.row(Ingredient, {"name": row.name}, _ingredient(row, shelf))
        for row in shelf.ingredients
    }
    db.session.flush()
    for other in shelf.synonyms:
        key = {"ingredient_id": found[other.ingredient].id, "folded": fold(other.synonym)}
        merge.row(Synonym, key, {"name": other.synonym})
    for group in shelf.groups:
        meant = {"meaning": group.meaning, "is_allergy": group.allergy, "source": shelf.cited(group.source)}
        merge.row(SubstanceGroup, {"word": group.word}, meant)
    for member in shelf.members:
        key = {"ingredient_id": found[member.ingredient].id, "word": member.word}
        merge.row(IngredientGroup, key, {"source": shelf.cited(member.source)})
    return found


def _ingredient(row: rows.IngredientRow, shelf: Shelf) -> dict[str, object]:
    return {
        "tall_man": row.tall_man,
        "unii": known(row.unii),
        "cas": known(row.cas),
        "atc": known(row.atc),
        "klass": row.klass,
        "role": row.role,
        "dimension": row.dimension,
        "do_not_mix": row.do_not_mix,
        "do_not_mix_source": shelf.cited(row.do_not_mix_source),
        "high_alert": row.high_alert,
        "patch_test_required": row.patch_test_required,
        "note": shelf.cited(row.note),
        "source": shelf.cited(row.source),
        "confidence": row.confidence,
    }


def _products(
    shelf: Shelf, ingredients: Mapping[str, Ingredient], bases: Bases, merge: Merge
) -> dict[str, Product]:
    measured = {row.product: _osmolality(row, shelf) for row in shelf.osmolalities}
    for name in _stated_here("osmolality"):
        measured.pop(name, None)
    return {
        row.name: load_product(row, ingredients[row.ingredient], merge, bases, measured.get(row.name))
        for row in (replace(row, source=shelf.cited(row.source)) for row in shelf.products)
    }


def _stated_here(kind: str) -> frozenset[str]:
    """The names of the products of which somebody here has stated this, and another person approved it."""
    keys = [key for what, key, *_ in approved_here() if what == kind]
    return frozenset(db.session.scalars(db.select(Product.name).where(Product.id.in_(keys))))


def _osmolality(row: rows.OsmolalityRow, shelf: Shelf) -> dict[str, object]:
    source = shelf.cited(row.source)
    low, high = _plain(row.low), _plain(row.high)
    return {"osmolality_low": low, "osmolality_high": high, "osmolality_source": source}


def load_product(
    row: rows.ProductRow,
    ingredient: Ingredient,
    merge: Merge,
    bases: Bases = NO_BASES,
    osmolality: Mapping[str, object] | None = None,
) -> Product:
    """One product; one that is measured in units gets the dimension of its own row."""
    found = db.session.scalars(db.select(Product).filter_by(name=row.name)).one_or_none()
    key = found.id if found else _new_product(row, ingredient)
    units = ingredient.dimension == "units"
    measured_in = activity(key) if units else dimension(ingredient.dimension)
    values = {"ingredient_id": ingredient.id, "dimension": measured_in.name}
    values |= _product(row) | _figures(row, measured_in) | bases.columns(row.name) | dict(osmolality or {})
    if found is None:
        merge.count(merge.created, Product)
        return Merge().fill(db.session.get_one(Product, key), Product, values)
    return merge.fill(found, Product, values)


def _new_product(row: rows.ProductRow, ingredient: Ingredient) -> int:
    """The key of a new row; a dimension of its own can be named only once the row has one."""
    new = Product(name=row.name, ingredient_id=ingredient.id, dimension="mass")
    db.session.add(new)
    db.session.flush()
    return new.id


def _product(row: rows.ProductRow) -> dict[str, object]:
    """The words of a product, and its clocks in hours."""
    return {
        "form": row.form,
        "amount_unit": known(row.strength_unit) or "mg",
        "strength_text": row.strength_text,
        "diluent": row.diluent,
        "container": row.container,
        "after_puncture_h": known(row.after_puncture_h),
        "after_reconstitution_h": known(row.after_reconstitution_h),
        "mixture_stability_h": known(row.mixture_stability_h),
        "ph_low": _plain(row.ph_low),
        "ph_high": _plain(row.ph_high),
        "storage": row.storage,
        "light_sensitive": known(row.light_sensitive),
        "route": row.route,
        "label_routes": ";".join(known(row.label_routes) or ()),
        "excipients_known": row.excipients_known,
        "status": row.status,
        "unconfirmed": ";".join(row.unconfirmed),
        "note": row.note,
        "source": row.source,
        "confidence": row.confidence,
    }


def _figures(row: rows.ProductRow, measured_in: Dimension) -> dict[str, object]:
    """The steps of a product: strength as a pair, what one container holds, in what the ledger counts."""
    is_powder = row.form == "lyophilised"
    ledger = measured_in if is_powder else VOLUME
    return {
        "strength_amount": steps(row.strength_amount, known(row.strength_unit), measured_in),
        "strength_volume": steps(row.strength_volume_mL, "mL", VOLUME),
        "ledger": ledger.name,
        "content": steps(row.content_amount, known(row.content_unit), ledger),
        "reconstitution_volume": steps(row.reconstitution_mL, "mL", VOLUME),
    }


def _excipients(
    shelf: Shelf, products: Mapping[str, Product], ingredients: Mapping[str, Ingredient], merge: Merge
) -> None:
    for row in shelf.excipients:
        key = {"product_id": products[row.product].id, "ingredient_id": ingredients[row.ingredient].id}
        amount = "unknown" if isinstance(row.amount_text, Unknown) else row.amount_text or ""
        merge.row(ProductExcipient, key, {"amount_text": amount, "source": shelf.cited(row.source)})


def _plain(figure: rows.Figure) -> str | None:
    value = known(figure)
    return None if value is None else format(value.normalize(), "f")
