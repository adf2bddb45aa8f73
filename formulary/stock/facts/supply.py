"""How a site stands with its products: what is usable, what comes, what is used, what to order."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from formulary.accounts import queries as accounts
from formulary.catalogue.models import Product, ProductCode
from formulary.rules.facts import Stock
from formulary.rules.lot_status import day_of, free
from formulary.rules.reordering import Coming, Lying, Plan, Wanted, planned
from formulary.rules.units import Quantity
from formulary.stock import queries
from formulary.stock.facts import candidates, usable_as_is
from formulary.stock.models import StockLevel, Supplier, measured_in
from formulary.stock.queries import OnOrder, Usage

OUT_OF_USE = frozenset({"withdrawn", "discontinued"})
"""What the catalogue says of a product that cannot be had any more."""


@dataclass(frozen=True)
class Supply:
    """A product at a site: its levels, what lies there, what comes, its use, and what to order.

    `sealed` is usable stock, `opened` are open vials, kept apart from the figures, `unusable` is what may
    not be used. `used` is None where the use is unknown, or was not asked for. `lead_days` is the product's
    own, else its supplier's.
    """

    product: Product
    level: StockLevel | None
    supplier: Supplier | None
    pack: ProductCode | None
    sealed: Sequence[Stock]
    opened: Sequence[Stock]
    unusable: Sequence[Stock]
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


def supplies(
    site_id: int, products: Collection[Product], at: datetime, *, with_use: bool = True
) -> list[Supply]:
    """How the site stands with these products, in their order; as many queries for one as for all."""
    ids = [product.id for product in products]
    levels, packs = queries.levels(site_id, ids), queries.pack_levels(ids)
    suppliers = queries.suppliers_by_id([level.supplier_id for level in levels.values()])
    used = queries.usage(site_id, ids, at) if with_use else {}
    lying, coming = _by_product(candidates(site_id, ids, at)), _coming(queries.on_order(site_id, ids))
    today = day_of(at, accounts.site(site_id).zone)
    return [
        _supply(
            product,
            levels.get(product.id),
            suppliers,
            packs[product.id],
            lying[product.id],
            coming[product.id],
            used.get(product.id),
            at,
            today,
        )
        for product in products
    ]


def supply(site_id: int, product: Product, at: datetime) -> Supply:
    """How the site stands with one product."""
    return supplies(site_id, [product], at)[0]


def kept(site_id: int, at: datetime, *, with_use: bool = True) -> list[Supply]:
    """How the site stands with everything that it keeps."""
    return supplies(site_id, queries.kept_products(site_id), at, with_use=with_use)


def below_minimum(site_id: int, at: datetime) -> list[Supply]:
    """The products of which less is usable than their minimum, by name; what is on order is told beside it.

    Only products with a minimum are read, and their use is not.
    """
    told = {key for key, row in queries.levels(site_id).items() if row.minimum}
    products = [product for product in queries.products_by_id(told) if not is_withdrawn(product)]
    return [one for one in supplies(site_id, products, at, with_use=False) if one.plan.is_short]


def _supply(  # noqa: PLR0917 - the rows that were read for all products at once
    product: Product,
    level: StockLevel | None,
    suppliers: dict[int, Supplier],
    packs: dict[int, ProductCode | None],
    lying: Sequence[Stock],
    coming: Sequence[OnOrder],
    used: Usage | None,
    at: datetime,
    today: date,
) -> Supply:
    supplier = suppliers.get(level.supplier_id or 0) if level else None
    stated = level.lead_days if level else None
    lead_days = stated if stated is not None else supplier.lead_days if supplier else None
    usable = [stock for stock in lying if not usable_as_is(stock, at)]
    sealed = [stock for stock in usable if stock.vial_id is None]
    wanted = Wanted(
        minimum=level.minimum if level else None,
        target=level.target if level else None,
        lead_days=lead_days,
        per_pack=level.per_pack if level else None,
    )
    content = product.content or 1
    plan = planned(
        [Lying(free(stock).steps / content, (stock.expires_on - today).days + 1) for stock in sealed],
        [Coming(one.line.outstanding, one.is_overdue(today)) for one in coming],
        wanted,
        None if used is None else used.per_day / content,
    )
    return Supply(
        product=product,
        level=level,
        supplier=supplier,
        pack=packs.get(plan.per_pack),
        sealed=sealed,
        opened=[stock for stock in usable if stock.vial_id is not None],
        unusable=[stock for stock in lying if stock not in usable],
        coming=coming,
        used=used,
        lead_days=lead_days,
        plan=plan,
        today=today,
    )


def _by_product(stocks: Iterable[Stock]) -> dict[int, list[Stock]]:
    found: dict[int, list[Stock]] = defaultdict(list)
    for stock in stocks:
        if stock.remaining.steps > 0:
            found[stock.product_id].append(stock)
    return found


def _coming(lines: Iterable[OnOrder]) -> dict[int, list[OnOrder]]:
    found: dict[int, list[OnOrder]] = defaultdict(list)
    for one in lines:
        found[one.line.product.id].append(one)
    return found
