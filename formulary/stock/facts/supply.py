"""How a site stands with its products: what is usable, what comes, what is used, what to order."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from formulary.accounts import queries as accounts
from formulary.catalogue.models import Product, ProductCode
from formulary.rules.facts import Stock
from formulary.rules.lot_status import day_of, free
from formulary.rules.reordering import Coming, Lying, Wanted, planned
from formulary.stock import queries
from formulary.stock.facts import candidates, usable_as_is
from formulary.stock.models import StockLevel, Supplier
from formulary.stock.queries import Kept, OnOrder, Supply, Usage, is_withdrawn


def supplies(
    site_id: int, products: Collection[Product], at: datetime, *, with_use: bool = True
) -> list[Supply]:
    """How the site stands with these products, in their order; as many queries for one as for all."""
    ids = [product.id for product in products]
    levels = queries.levels(site_id, ids)
    suppliers = queries.suppliers_by_id([level.supplier_id for level in levels.values()])
    kept = [Kept(one, levels.get(one.id), _supplier(levels.get(one.id), suppliers)) for one in products]
    used = queries.usage(site_id, ids, at) if with_use else {}
    return _all(site_id, kept, at, queries.on_order(site_id, ids), queries.pack_levels(ids), used)


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
    return list(alerts(site_id, at).short)


@dataclass(frozen=True)
class Alerts:
    """What runs out at a site, and what was expected before today and has not come."""

    short: Sequence[Supply]
    late: Sequence[OnOrder]


def alerts(site_id: int, at: datetime) -> Alerts:
    """Both at once: six queries at most, two where no level is set and nothing is on order."""
    coming, today = queries.on_order(site_id), day_of(at, accounts.site(site_id).zone)
    late = [one for one in coming if one.is_overdue(today)]
    told = [one for one in queries.kept_with_minimum(site_id) if not is_withdrawn(one.product)]
    found = _all(site_id, told, at, coming, {}, {}) if told else []
    return Alerts([one for one in found if one.plan.is_short], late)


def _all(  # noqa: PLR0917 - the rows that were read for all products at once
    site_id: int,
    products: Sequence[Kept],
    at: datetime,
    on_order: Iterable[OnOrder],
    packs: Mapping[int, Mapping[int, ProductCode | None]],
    used: Mapping[int, Usage],
) -> list[Supply]:
    lying = _by_product(candidates(site_id, [one.product.id for one in products], at))
    coming, today = _coming(on_order), day_of(at, accounts.site(site_id).zone)
    sent, read = queries.awaited_by_product(site_id), ((one, one.product.id) for one in products)
    return [
        _supply(one, packs.get(key, {}), lying[key], coming[key], sent.get(key, {}), used.get(key), at, today)
        for one, key in read
    ]


def _supplier(level: StockLevel | None, suppliers: Mapping[int, Supplier]) -> Supplier | None:
    return suppliers.get(level.supplier_id or 0) if level else None


def _supply(  # noqa: PLR0917 - what was read of one product
    kept: Kept,
    packs: Mapping[int, ProductCode | None],
    lying: Sequence[Stock],
    coming: Sequence[OnOrder],
    awaited: Mapping[str, int],
    used: Usage | None,
    at: datetime,
    today: date,
) -> Supply:
    product, level, supplier = kept.product, kept.level, kept.supplier
    stated = level.lead_days if level else None
    lead_days = stated if stated is not None else supplier.lead_days if supplier else None
    usable, unusable = _parted(lying, at)
    sealed = [stock for stock in usable if stock.vial_id is None]
    apart = [stock for stock in lying if stock.vial_id is None and _waits(stock, at)]
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
        near=(sum(stock.remaining.steps for stock in apart) + Fraction(sum(awaited.values()))) / content,
    )
    return Supply(
        product=product,
        level=level,
        supplier=supplier,
        pack=packs.get(plan.per_pack),
        sealed=sealed,
        opened=[stock for stock in usable if stock.vial_id is not None],
        unusable=unusable,
        apart=apart,
        awaited=awaited,
        coming=coming,
        used=used,
        lead_days=lead_days,
        plan=plan,
        today=today,
    )


def _parted(lying: Sequence[Stock], at: datetime) -> tuple[list[Stock], list[Stock]]:
    """What may be used as it is, and what may not."""
    usable: list[Stock] = []
    unusable: list[Stock] = []
    for stock in lying:
        (unusable if usable_as_is(stock, at) else usable).append(stock)
    return usable, unusable


def _waits(stock: Stock, at: datetime) -> bool:
    """Whether nothing but its quarantine stands against it: whoever releases it may use it."""
    return {found.code for found in usable_as_is(stock, at)} == {"lot.quarantined"}


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
