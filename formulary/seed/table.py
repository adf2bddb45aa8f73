"""Loading the compatibility table and the syringes."""

from collections.abc import Mapping

from formulary.catalogue.models import CompatibilityRule, Device
from formulary.db import db
from formulary.rules.units import MASS, VOLUME, Quantity, Unit, unit
from formulary.seed import rows, rule_rows
from formulary.seed.cells import known
from formulary.seed.merging import Merge
from formulary.seed.shelf import Shelf


def load_rules(shelf: Shelf, ids: Mapping[str, int], merge: Merge) -> None:
    """The table, superseded rows too; selectors name ingredients by id."""
    for row in shelf.rules:
        merge.row(CompatibilityRule, {"number": row.number, "origin": "shipped"}, _rule(row, shelf, ids))


def load_devices(shelf: Shelf, merge: Merge) -> None:
    """The syringes; a dead space that nobody has stated stays unknown.

    One that the clinic has changed or retired is left as it is.
    """
    for row in shelf.devices:
        values = {
            "capacity": Quantity.of(row.capacity_mL, "mL").whole(),
            "graduation": Quantity.of(row.graduation_mL, "mL").whole(),
            "dead_space": _volume(row.dead_space_mL),
            "source": shelf.cited(row.source),
            "other_sources": shelf.cited(row.other_sources),
        }
        newest = db.select(Device).filter_by(name=row.name).order_by(Device.version.desc()).limit(1)
        found = db.session.scalar(newest)
        if found is None or found.entered_by_id is None:
            merge.fill(found, Device, {"name": row.name, **values})


def _rule(row: rule_rows.RuleRow, shelf: Shelf, ids: Mapping[str, int]) -> dict[str, object]:
    return {
        "kind": row.kind,
        "a": selector(row.a, ids),
        "b": selector(row.b, ids),
        "level": row.level,
        "condition": _condition(row),
        **_figures(row, ids),
        "actives_only": row.actives_only,
        "decidable": row.decidable,
        "first": row.first or "",
        "mechanism": row.mechanism,
        "source": shelf.cited(row.source),
        "confidence": row.confidence,
        "version": row.version,
    }


def _figures(row: rule_rows.RuleRow, ids: Mapping[str, int]) -> dict[str, object]:
    """What narrows a rule; a concentration is that of 1 mL."""
    code = unit(row.concentration_unit or "mg", MASS)
    bare = ("ratio_from", "ratio_below", "ph_below", "ph_above", "ph_from", "ph_gap")
    onset = ("onset_pka", "onset_solubility", "onset_share")
    per_ml = ("concentration_from", "concentration_below", "also_from")
    return {
        "also": selector(row.also, ids),
        "kept_above_h": row.kept_above_h,
        "kept_up_to_h": row.kept_up_to_h,
        **{name: _text(getattr(row, name)) for name in (*bare, *onset)},
        **{name: _per_ml(getattr(row, name), code) for name in per_ml},
    }


def _condition(row: rule_rows.RuleRow) -> str:
    """The words of the condition, and what the source asks where a machine cannot decide it."""
    if row.level_if_met == row.level or not row.condition:
        return row.condition
    return f"{row.condition}; then {row.level_if_met}"


def selector(text: str, ids: Mapping[str, int]) -> str:
    """A selector of a file as the rules read it: ingredients by their number."""
    kind, _, name = text.partition(":")
    return f"ingredient:{ids[name]}" if kind == "ingredient" else text


def _per_ml(figure: rows.Figure, code: Unit) -> int | None:
    value = known(figure)
    return None if value is None else Quantity.of(value, code).whole()


def _volume(figure: rows.Figure) -> int | None:
    value = known(figure)
    return None if value is None else Quantity.of(value, unit("mL", VOLUME)).whole()


def _text(figure: rows.Figure) -> str | None:
    value = known(figure)
    return None if value is None else str(value)
