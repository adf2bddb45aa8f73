"""Loading published protocols as formulas that are not approved here."""

from collections.abc import Mapping

from formulary.catalogue.models import Formula, FormulaLine, FormulaVersion, Ingredient, Product
from formulary.db import db
from formulary.rules.units import VOLUME, Quantity, unit
from formulary.seed import rows
from formulary.seed.cells import known
from formulary.seed.merging import Merge
from formulary.seed.shelf import Shelf


def load_published(
    shelf: Shelf, ingredients: Mapping[str, Ingredient], products: Mapping[str, Product], merge: Merge
) -> None:
    """Every published protocol as version 1; a version that is there stays as it is."""
    for row in shelf.formulas:
        if row.status == "published":
            _load(row, shelf, ingredients, products, merge)


def _load(
    row: rows.FormulaRow,
    shelf: Shelf,
    ingredients: Mapping[str, Ingredient],
    products: Mapping[str, Product],
    merge: Merge,
) -> None:
    formula = merge.row(Formula, {"name": row.name}, formula_columns(row, shelf))
    db.session.flush()
    key = {"formula_id": formula.id, "number": row.number}
    if db.session.scalars(db.select(FormulaVersion).filter_by(**key)).one_or_none() is None:
        version = merge.fill(None, FormulaVersion, key | version_columns(row))
        version.lines = [
            FormulaLine(**line_columns(line, ingredients, products)) for line in lines_of(row, shelf)
        ]
        db.session.flush()


def formula_columns(row: rows.FormulaRow, shelf: Shelf) -> dict[str, object]:
    """The columns of a formula: what it is for, how good the evidence is, who says so."""
    return {
        "indication": row.indication,
        "is_published": row.status == "published",
        "evidence": row.evidence,
        "grade": row.confidence,
        "source": shelf.cited(row.source),
    }


def version_columns(row: rows.FormulaRow) -> dict[str, object]:
    """The columns of a version: status, volume, route, and the schedule and result in words."""
    target = known(row.target_mL)
    return {
        "status": row.status,
        "target": None if target is None else Quantity.of(target, "mL").whole(),
        "route": row.route,
        "note": words_of(row),
    }


def words_of(row: rows.FormulaRow) -> str:
    """Sessions, interval, result and remarks in sentences; what is not stated is said to be so."""
    schedule = f"Sessions: {row.sessions or 'not stated'}. Interval: {row.interval or 'not stated'}."
    result = f" Result: {row.result}." if row.result else ""
    return f"{schedule}{result} {row.note}".strip()


def lines_of(row: rows.FormulaRow, shelf: Shelf) -> list[rows.FormulaLineRow]:
    """The lines of one version, in their order."""
    mine = (line for line in shelf.formula_lines if (line.formula, line.number) == (row.name, row.number))
    return sorted(mine, key=lambda line: line.line)


def line_columns(
    line: rows.FormulaLineRow, ingredients: Mapping[str, Ingredient], products: Mapping[str, Product]
) -> dict[str, object]:
    """The columns of a line: a pinned concentration is a pair; accepted concentrations are steps per mL."""
    return {
        "number": line.line,
        "ingredient_id": ingredients[line.ingredient].id if line.ingredient else None,
        "named": line.named,
        "product_id": products[line.product].id if line.product else None,
        "pin": line.pin,
        "amount": _amount(line.amount, line),
        "volume": _volume(line.volume_mL),
        "unit": line.unit,
        "accepted_dose_low": _amount(line.dose_low, line),
        "accepted_dose_high": _amount(line.dose_high, line),
        "accepted_concentration_low": _amount(line.concentration_low, line),
        "accepted_concentration_high": _amount(line.concentration_high, line),
        "accepted_reason": line.reason,
    }


def _amount(figure: rows.Figure, line: rows.FormulaLineRow) -> int | None:
    value = known(figure)
    return None if value is None else Quantity.of(value, line.unit).whole()


def _volume(figure: rows.Figure) -> int | None:
    value = known(figure)
    return None if value is None else Quantity.of(value, unit("mL", VOLUME)).whole()
