"""What the form of a formula begins with: nothing, a version, or a version with another product in it."""

from typing import Any

from formulary.catalogue import facts, labels
from formulary.db import Missing
from formulary.rules.facts import Pin
from formulary.rules.formulas import lines_of, put_in
from formulary.rules.units import Quantity


def nothing_yet() -> dict[str, Any]:
    """The form of a formula that begins from nothing."""
    return {"route": "ID"}


def start_from(version: Any, *, revising: bool) -> dict[str, Any]:
    """The form filled from a version: the same one while it is a draft, else the next, or a copy."""
    content, published = facts.content(version), version.formula.is_published
    return {
        "name": "" if published else version.formula.name,
        "indication": version.formula.indication,
        "source": version.formula.source,
        "target": content.target,
        "route": content.route,
        "instructions": content.instructions,
        "storage": content.storage,
        "beyond_use_h": version.beyond_use_h,
        "beyond_use_source": content.beyond_use_source,
        "note": version.note,
        "lines": [
            _line(row, line)
            for row, line in zip(version.lines, content.lines, strict=True)
            if row.ingredient_id is not None
        ],
        "pairs": [{"a_id": p.a_id, "b_id": p.b_id, "reason": p.reason} for p in version.pairs],
        "based_on_id": version.based_on_id if revising else version.id,
        "row_version": version.row_version if revising else None,
    }


def _line(row: Any, line: Any) -> dict[str, Any]:
    amount: Quantity | None = line.quantity
    if line.concentration is not None:
        amount = line.concentration.amount * (labels.ONE_ML / line.concentration.volume)
    dose, mixture = line.dose or (None, None), line.mixture or (None, None)
    return {
        "ingredient_id": row.ingredient_id,
        "product_id": row.product_id,
        "pin": line.pin,
        "amount": amount,
        "scaling": row.scaling,
        "dose_low": dose[0],
        "dose_high": dose[1],
        "concentration_low": mixture[0] and mixture[0].amount,
        "concentration_high": mixture[1] and mixture[1].amount,
        "basis": line.basis,
        "reason": line.reason,
        "evidence": line.evidence,
    }


def with_product(version: Any, number: int, product_id: int) -> dict[str, Any]:
    """The next version of a formula with another product of the same substance in one of its lines.

    Refused where that is no substitute; Missing where the version has no such line.
    """
    content, start = facts.content(version), start_from(version, revising=False)
    line = next((line for line in lines_of(content) if line.number == number), None)
    if line is None:
        raise Missing(f"No line {number} of {version}")
    put = put_in(line, facts.product(product_id), content.target)
    known = [row.number for row in version.lines if row.ingredient_id is not None]
    place = known.index(number)
    start["lines"][place] |= {"product_id": product_id, "pin": put.pin, "evidence": ""}
    if put.pin is Pin.DOSE:
        start["lines"][place]["amount"] = put.quantity
    return start
