"""The button under a finding that books a missing patch test: which line it is about, and where it leads."""

import re
from typing import Any

from flask import url_for

from formulary.cocktails.facts import Content
from formulary.cocktails.labels.sheet import Row

BOOKS = re.compile(r"test-([1-9][0-9]?)", re.ASCII)


def asked(act: str, content: Content) -> int | None:
    """The line whose button was pressed; None where none was, or there is no such line."""
    pressed = BOOKS.fullmatch(act)
    number = int(pressed[1]) if pressed else 0
    return number if 1 <= number <= len(content.lines) else None


def test_page(cocktail: Any, product_id: int, row: Row | None) -> str:
    """The page on which a patch test of a line is applied, with patient, product and lot filled in."""
    lot_id = row.source.lot_id if row is not None and row.source is not None else None
    told = {"product": product_id, "lot": lot_id, "draft": cocktail.id}
    return url_for("patch_tests.apply", patient_id=cocktail.patient_id, **told)
