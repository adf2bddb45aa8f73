"""How a site stands with a product, as plain values: what lies there, what comes, what to order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from formulary.catalogue.models import Product, ProductCode
from formulary.rules.facts import Stock
from formulary.rules.reordering import Plan
from formulary.rules.units import Quantity
from formulary.stock.models import StockLevel, Supplier, measured_in
from formulary.stock.queries.orders import OnOrder
from formulary.stock.queries.usage import Usage

OUT_OF_USE = frozenset({"withdrawn", "discontinued"})
"""What the catalogue says of a product that cannot be had any more."""


@dataclass(frozen=True)
class Supply:
    """A product at a site: its levels, what lies there, what comes, its use, and what to order.

    `sealed` is usable stock, `opened` are open vials, kept apart from the figures, `unusable` is what may
    not be used; `apart` is what of it lies in quarantine and may be released, `awaited` what is on its way
    from another site, in steps by transfer. `used` is None where the use is unknown, or was not asked for.
    `lead_days` is the product's own, else its supplier's.
    """

    product: Product
    level: StockLevel | None
    supplier: Supplier | None
    pack: ProductCode | None
    sealed: Sequence[Stock]
    opened: Sequence[Stock]
    unusable: Sequence[Stock]
    apart: Sequence[Stock]
    awaited: Mapping[str, int]
    coming: Sequence[OnOrder]
    used: Usage | None
    lead_days: int | None
    plan: Plan
    today: date

    @property
    def content(self) -> int:
        """Steps of one full container; 1 while the catalogue does not know, and nothing can lie here then."""
        return self.product.content or 1

    @property
    def overdue(self) -> list[OnOrder]:
        """What was expected before today."""
        return [one for one in self.coming if one.is_overdue(self.today)]

    @property
    def is_withdrawn(self) -> bool:
        """Whether the catalogue says that it cannot be had any more."""
        return is_withdrawn(self.product)

    def quantity(self, containers: Fraction | int) -> Quantity:
        """So many containers as a quantity."""
        return Quantity(Fraction(containers) * self.content, measured_in(self.product))


def is_withdrawn(product: Product) -> bool:
    """Whether the catalogue says that a product cannot be had any more."""
    return product.status.strip().lower() in OUT_OF_USE
