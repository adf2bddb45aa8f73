"""What is stated of a product or a substance, in words, and whether it stands."""

from decimal import Decimal

from formulary.catalogue.labels.bases import BASES, by_mass
from formulary.catalogue.labels.limits import Standing
from formulary.catalogue.labels.products import plain
from formulary.catalogue.models import Product, Statement

STATEMENTS = {"basis": "what the strength counts", "factor": "factor", "osmolality": "osmolality"}
STANDINGS = {
    "proposed": Standing("in_review", "waits for approval"),
    "approved": Standing("approved", "in force"),
    "superseded": Standing("superseded", "superseded"),
    "withdrawn": Standing("info", "withdrawn"),
}


def stated(row: Statement) -> str:
    """A statement in a sentence's words: "by mass, 4.4 of zinc sulfate heptahydrate hold 1 of zinc"."""
    if row.kind == "basis":
        return f"{row.basis}, {BASES[row.basis_kind]}"
    if row.kind == "factor":
        return by_mass(row.low, row.basis, row.high, row.to_basis)
    return between(row.low, row.high)


def between(low: str, high: str) -> str:
    """An osmolality: one figure where both ends are the same."""
    ends = list(dict.fromkeys((plain(Decimal(low)), plain(Decimal(high)))))
    return f"{' to '.join(ends)}\N{NO-BREAK SPACE}mOsm/kg"


def osmolality(product: Product) -> str | None:
    """The osmolality of a product as it is drawn; None is unknown."""
    if product.osmolality_low is None or product.osmolality_high is None:
        return None
    return between(product.osmolality_low, product.osmolality_high)
