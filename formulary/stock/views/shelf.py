"""The shelf, on the page and as a file."""

from collections.abc import Iterator
from datetime import datetime

from flask import Response, g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.stock import facts, labels, queries
from formulary.stock.forms import ShelfForm
from formulary.stock.labels import OnShelf
from formulary.stock.queries import Asked
from formulary.stock.views.room import Answer, bp, page, today
from formulary.web import fields as f
from formulary.web import sheets
from formulary.web.paging import Page, Window

FILTERS = ("q", "place", "expires", "used_up")
AT_ONCE = 500


@bp.get("/")
@requires(Permission.SEE_STOCK)
def index() -> Answer:
    """Lots that lie here, earliest expiry first, and the search."""
    form, at = _form(), clock.now()
    asked = form.asked(today()) if form.validate() else Asked()
    lots = queries.shelf(g.site.id, asked, Window.of(request.args))
    kept = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    coming = labels.on_order_words(queries.on_order(g.site.id, {lot.product_id for lot in lots}))
    shown = {"rows": _rows(lots, at), "coming": coming, "kept": kept}
    return page("index", form, lots=lots, **shown, **_around(bool(kept), at))


@bp.get("/shelf.<any(csv, xlsx):kind>")
@requires(Permission.SEE_STOCK)
def shelf_file(kind: str) -> Answer | Response:
    """The lots that the search finds, all of them, as a file."""
    form, at = _form(), clock.now()
    if not form.validate():
        return page("index", form, lots=Page([]), rows=[], coming={}, kept={}, **_around(True, at))
    rows = map(labels.shelf_cells, _every_row(form.asked(today()), at))
    return sheets.answer(sheets.Sheet(f"shelf-{today()}", labels.SHELF_HEADER, rows), kind)


def _around(searched: bool, at: datetime) -> dict[str, object]:
    return {"searched": searched, "due": queries.due_for_count(g.site.id, at)}


def _form() -> ShelfForm:
    form = ShelfForm()
    here = queries.places(g.site.id, queries.LIES_AT)
    form.place.choices = f.choices([(place.id, place.name) for place in here], "anywhere")
    return form


def _every_row(asked: Asked, at: datetime) -> Iterator[OnShelf]:
    window = Window()
    while True:
        lots = queries.shelf(g.site.id, asked, window, AT_ONCE)
        yield from _rows(lots, at)
        if not lots.older:
            return
        window = Window(after=lots.older)


def _rows(lots: Page, at: datetime) -> list[OnShelf]:
    return labels.shelf_rows(lots, facts.at_site(g.site.id, [lot.id for lot in lots], at), at)
