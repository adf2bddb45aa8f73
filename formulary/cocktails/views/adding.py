"""Whether another line goes into what is composed."""

from collections.abc import Sized

from flask import request

from formulary.cocktails.labels.bounds import MOST_LINES
from formulary.rules.findings import Finding, Level


def full(lines: Sized, *, as_supplied: bool) -> list[Finding]:
    """What is said where a line is added to as many as there may be."""
    if request.form.get("act") != "add":
        return []
    if as_supplied and lines:
        told, do = "It is given as supplied, so it has one line.", "To mix, begin another cocktail."
        return [Finding("supplied.not_one_line", "lines", told, do, level=Level.BLOCK, field="add")]
    if len(lines) < MOST_LINES:
        return []
    told, do = f"There are {MOST_LINES} lines, the most there may be.", "Leave one out first."
    return [Finding("cocktail.too_many_lines", "lines", told, do, level=Level.BLOCK, field="add")]
