"""Loading the compatibility table and the syringes."""

from collections.abc import Mapping

from formulary.catalogue.models import CompatibilityRule, Device
from formulary.db import db
from formulary.rules.units import MASS, VOLUME, Quantity, unit
from formulary.seed import rows
from formulary.seed.cells import known
from formulary.seed.merging import Merge
from formulary.seed.shelf import Shelf

ONE_ML = Quantity.of(1, "mL").whole()


def load_rules(shelf: Shelf, ids: Mapping[str, int], merge: Merge) -> None:
    """The table, superseded rows too; selectors name ingredients by id."""
    for row in shelf.rules:
        merge.row(CompatibilityRule, {"number": row.number}, _rule(row, shelf, ids))


def load_devices(shelf: Shelf, merge: Merge) -> None:
    """The syringes; a dead space that nobody has stated stays unknown.

    One that the clinic has changed or retired is left as it is.
    """
    for row in shelf.devices:
        values = {
            "capacity": Quantity.of(row.capacity_mL, "mL").whole(),
            "graduation": Quantity.of(row.graduation_mL, "mL").whole(),
            "dead_space": _volume(row.dead_space_mL),
            "source": row.source,
            "other_sources": row.other_sources,
        }
        newest = db.select(Device).filter_by(name=row.name).order_by(Device.version.desc()).limit(1)
        found = db.session.scalar(newest)
        if found is None or found.entered_by_id is None:
            merge.fill(found, Device, {"name": row.name, **values})


def _rule(row: rows.RuleRow, shelf: Shelf, ids: Mapping[str, int]) -> dict[str, object]:
    above = known(row.concentration_above)
    code = unit(row.concentration_unit or "mg", MASS)
    return {
        "kind": row.kind,
        "a": selector(row.a, ids),
        "b": selector(row.b, ids),
        "level": row.level,
        "condition": _condition(row),
        "concentration_above_amount": None if above is None else Quantity.of(above, code).whole(),
        "concentration_above_volume": None if above is None else ONE_ML,
        "ph_below": _text(row.ph_below),
        "ph_above": _text(row.ph_above),
        "mechanism": row.mechanism,
        "source": shelf.cited(row.source),
        "confidence": row.confidence,
        "version": row.version,
    }


def _condition(row: rows.RuleRow) -> str:
    """The words of the condition, and what the source asks where a machine cannot decide it."""
    if row.level_if_met == row.level or not row.condition:
        return row.condition
    return f"{row.condition}; then {row.level_if_met}"


def selector(text: str, ids: Mapping[str, int]) -> str:
    """A selector of a file as the rules read it: ingredients by their number."""
    kind, _, name = text.partition(":")
    return f"ingredient:{ids[name]}" if kind == "ingredient" else text


def _volume(figure: rows.Figure) -> int | None:
    value = known(figure)
    return None if value is None else Quantity.of(value, unit("mL", VOLUME)).whole()


def _text(figure: rows.Figure) -> str | None:
    value = known(figure)
    return None if value is None else str(value)
