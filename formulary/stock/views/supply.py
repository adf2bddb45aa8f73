"""What the site keeps: the list of products with their levels, one product, the purchase list."""

from typing import Any

from flask import Response, flash, g, redirect, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.catalogue import queries as catalogue
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.facts import supply as facts
from formulary.stock.forms import LevelForm
from formulary.stock.labels import purchases
from formulary.stock.views.room import Answer, bp, done, page, today
from formulary.web import pdf, sheets


@bp.get("/supply")
@requires(Permission.SEE_STOCK)
def supplies() -> Answer:
    """Every product that lies here or has a level: usable, minimum, target, on order."""
    rows = [_row(one) for one in facts.kept(g.site.id, clock.now(), with_use=False)]
    return page("supplies", rows=rows)


@bp.get("/supply/<id:product_id>")
@requires(Permission.SEE_STOCK)
def supply(product_id: int) -> Answer:
    """One product: what is usable and what is not, what comes, its use, and why so many packs."""
    product = catalogue.product(product_id)
    row = _row(facts.supply(g.site.id, product, clock.now()))
    return page("supply", row=row, product=product, states=_states(row), holds=labels.content(product))


@bp.route("/supply/<id:product_id>/level", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def level(product_id: int) -> Answer:
    """Say what the site wants to keep of a product; what is left empty is unknown."""
    product, known = catalogue.product(product_id), queries.level(g.site.id, product_id)
    form = _level_form(product, known)
    if form.validate_on_submit() and done(
        form,
        "stock.set_level",
        lambda at: actions.set_level(
            g.site.id,
            product_id,
            **form.values(),
            version=form.version or 0,
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"The levels of {product.name} are on record.")
        return redirect(url_for("stock.supply", product_id=product_id))  # type: ignore[return-value]
    return page("level", form, product=product)


@bp.get("/purchase-list")
@requires(Permission.SEE_STOCK)
def purchase_list() -> Answer:
    """What to order now, by supplier; what is below its minimum and on its way stands apart."""
    return page("purchase_list", **_purchases())


@bp.get("/purchase-list.<any(csv, xlsx):kind>")
@requires(Permission.SEE_STOCK)
def purchase_file(kind: str) -> Response:
    """The same as a file."""
    groups = _purchases()["groups"]
    rows = [purchases.purchase_cells(group, buy) for group in groups for buy in group.buys]
    return sheets.answer(sheets.Sheet(f"purchase-list-{today()}", purchases.PURCHASE_HEADER, rows), kind)


@bp.get("/purchase-list.pdf")
@requires(Permission.SEE_STOCK)
def purchase_print() -> Response:
    """The same on paper."""
    document = pdf.render("stock/purchase_list_print.html", site=g.site, **_purchases())
    return pdf.answer(document, f"purchase-list-{today()}.pdf")


def _purchases() -> dict[str, Any]:
    at, mark = clock.now(), g.site.decimal_mark
    kept = facts.kept(g.site.id, at)
    wanted = [one.product.id for one in kept if one.plan.packs]
    paid = queries.prices(g.site.id, at, lots=(), products=wanted)
    on_its_way = [_row(one) for one in kept if one.plan.is_short and not one.plan.packs]
    return {"groups": purchases.groups(kept, paid, mark), "on_its_way": on_its_way, "mark": mark, "at": at}


def _row(one: queries.Supply) -> labels.SupplyRow:
    return labels.supply_row(one, g.site.decimal_mark)


def _states(row: labels.SupplyRow) -> list[Any]:
    """What lies here and may not be used, and why."""
    at = clock.now()
    return [(stock, labels.state_of(stock, at)) for stock in row.supply.unusable]


def _level_form(product: Any, known: Any) -> LevelForm:
    names = ("minimum", "target", "supplier_id", "lead_days", "per_pack")
    data = (
        {name: getattr(known, name) for name in names} | {"row_version": known.row_version} if known else {}
    )
    form = LevelForm(data=data)
    word = labels.container_word(product)
    sizes = queries.pack_levels([product.id])[product.id]
    packs = [(size, f"1 {word}" if size == 1 else f"{size:,} {word}s") for size in sizes]
    offered = [row for row in queries.suppliers() if row.is_active or (known and row.id == known.supplier_id)]
    form.offer(word, [(row.id, row.name) for row in offered], packs)
    return form
