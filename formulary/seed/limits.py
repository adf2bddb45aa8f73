"""Loading the figures of the products: those of the label limit, the rest is shown.

What the clinic has replaced by a version of its own stays replaced: a file corrects its own figures only.
"""

from collections.abc import Mapping
from itertools import groupby

from formulary.catalogue.models import Limit, Product
from formulary.db import db
from formulary.rules.units import VOLUME, Dimension, dimension
from formulary.seed import rows
from formulary.seed.bases import Bases
from formulary.seed.cells import known
from formulary.seed.figures import steps
from formulary.seed.merging import Merge
from formulary.seed.shelf import Shelf

COUNTED = ("dose", "concentration")
LONGEST_3_MONTHS = 92 * 24
WINDOWS = {"24 h": 24, "day": 24, "3 months": LONGEST_3_MONTHS}


def load_limits(shelf: Shelf, products: Mapping[str, Product], bases: Bases, merge: Merge) -> None:
    """The figures of each product, matched by their order in the file."""
    by_product = sorted(shelf.limits, key=lambda row: row.product)
    for name, these in groupby(by_product, key=lambda row: row.product):
        product = products[name]
        ours = db.select(Limit).filter_by(product_id=product.id, author_id=None).order_by(Limit.id)
        stored = list(db.session.scalars(ours))
        for place, row in enumerate(these):
            found = stored[place] if place < len(stored) else None
            merge.fill(found, Limit, _limit(row, product, shelf) | _counts(row, product, found, bases))
        db.session.flush()


def _counts(row: rows.LimitRow, product: Product, found: Limit | None, bases: Bases) -> dict[str, object]:
    """What a figure counts: its own word; "" is what the strength does.

    Where somebody here has stated what the strength counts, it counts what it did before that.
    """
    if row.basis or row.measure not in COUNTED or product.name not in bases.stated_here:
        return {"basis": row.basis}
    return {"basis": found.basis if found else bases.counted(product.name, product.basis)}


def _limit(row: rows.LimitRow, product: Product, shelf: Shelf) -> dict[str, object]:
    measured_in = dimension(product.dimension)
    return {
        "product_id": product.id,
        "measure": row.measure,
        "kind": row.kind,
        "amount": _amount(row, measured_in),
        "volume": steps(row.volume_mL, "mL", VOLUME),
        "per_kg": steps(row.per_kg_amount, row.per_kg_unit, measured_in),
        "unit_text": row.unit_text,
        "route": ";".join(row.route),
        "per": "window" if row.window in WINDOWS else row.window or "session",
        "within_h": WINDOWS.get(row.window),
        "window": row.window,
        "hard": row.level in (None, "block"),
        "level": row.level or "",
        "note": row.note,
        "source": shelf.cited(row.source) or product.source,
        "edition": row.edition,
        "jurisdiction": row.jurisdiction,
        "confidence": product.confidence,
        "valid_from": row.valid_from,
        "version": row.version,
    }


def _amount(row: rows.LimitRow, measured_in: Dimension) -> int | None:
    """The figure in steps: points are counted, a volume is one of the mixture."""
    if row.measure == "points":
        points = known(row.amount)
        return None if points is None else int(points)
    return steps(row.amount, row.unit, VOLUME if row.measure == "volume" else measured_in)
