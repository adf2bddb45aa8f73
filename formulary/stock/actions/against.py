"""What comes against a line of an order: whether it is what was ordered, from whom, and not too much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from formulary.catalogue.models import Product
from formulary.catalogue.queries import fold
from formulary.rules.findings import Finding, Level, Refused
from formulary.rules.reordering import allowed
from formulary.stock import queries
from formulary.stock.labels import order_refusals as refusals
from formulary.stock.queries import Order, Ordered


@dataclass(frozen=True)
class Against:
    """The line that a delivery fills, and the reasons that were given for what did not fit."""

    order: Order
    line: Ordered
    reasons: dict[str, str]

    @property
    def told(self) -> dict[str, object]:
        """The same for the audit trail."""
        return {"order": self.order.row.code, "order_line": self.line.row.number}


def taken_against(
    line_id: int,
    site_id: int,
    product: Product,
    *,
    supplier: str,
    containers: int,
    overrides: Mapping[str, str],
) -> Against:
    """The line, its order taken until the act ends, so that two who receive it come one after the other.

    Refuses another product than was ordered and an order that nothing is received against; another supplier
    and more than is outstanding ask for a reason.
    """
    order, line = queries.order_of_line(line_id, site_id, locked=True)
    found = tuple(_looks(order, line, product, supplier, containers))
    given = {f.code: overrides[f.key] for f in found if f.level == Level.WARN and overrides.get(f.key)}
    if stops := [f for f in found if f.code not in given]:
        raise Refused(*stops)
    return Against(order, line, given)


def _looks(
    order: Order, line: Ordered, product: Product, supplier: str, containers: int
) -> Iterator[Finding]:
    if line.product.id != product.id:
        yield refusals.other_product(order, line, product)
        return
    if not allowed(order.state, "receive"):
        yield refusals.not_open(order)
        return
    if fold(supplier) != order.supplier.folded:
        yield refusals.other_supplier(order, supplier)
    if containers > line.outstanding:
        yield refusals.over_delivered(order, line, containers)
