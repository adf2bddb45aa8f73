"""The shelf."""

from flask import g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.stock import facts, labels, queries
from formulary.stock.forms import ShelfForm
from formulary.stock.queries import Asked
from formulary.stock.views.room import Answer, bp, page, today
from formulary.web.paging import Window


@bp.get("/")
@requires(Permission.SEE_STOCK)
def index() -> Answer:
    """Lots that lie here, earliest expiry first, and the search."""
    form, at = ShelfForm(), clock.now()
    asked = form.asked(today()) if form.validate() else Asked()
    lots = queries.shelf(g.site.id, asked, Window.of(request.args))
    stocks = facts.at_site(g.site.id, [lot.id for lot in lots], at)
    kept = {name: request.args[name] for name in ("q", "used_up") if request.args.get(name)}
    return page(
        "index", form, lots=lots, rows=labels.shelf_rows(lots, stocks, at), kept=kept, searched=bool(kept)
    )
