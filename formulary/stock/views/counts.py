"""Counts: the list, opening one, its sheet on screen and paper, closing it and cancelling it."""

from typing import Any

from flask import Response, flash, g, redirect, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import CancelCountForm, CloseCountForm, FindLineForm, OpenCountForm
from formulary.stock.queries import Difference, Looked
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import barcodes, pdf
from formulary.web import fields as f
from formulary.web.paging import Window


@bp.get("/counts")
@requires(Permission.SEE_STOCK)
def counts() -> Answer:
    """The counts of the site, the newest first, and the places that are due for one."""
    found = queries.counts(g.site.id, Window.of(request.args))
    due = queries.due_for_count(g.site.id, clock.now())
    return page("counts", counts=found, rows=labels.count_rows(found.rows), due=due)


@bp.route("/counts/open", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def open_count() -> Answer:
    """Choose places and freeze their sheet."""
    form = OpenCountForm(data={"places": request.args.getlist("place", type=int)})
    here = queries.places(g.site.id, queries.LIES_AT)
    form.places.choices = f.choices([(place.id, place.name) for place in here])
    if form.validate_on_submit() and (
        count := done(
            form,
            "stock.open_count",
            lambda at: actions.open_count(g.site.id, form.places.data, at=at, by=g.actor, key=form.key),
        )
    ):
        flash(f"Count {count.id} is open. The sheet shows what to look for, not how much.")
        return to_count(count.id)
    return page("count_open", form, counting=queries.being_counted(g.site.id))


@bp.get("/counts/<id:count_id>")
@requires(Permission.SEE_STOCK)
def count(count_id: int) -> Answer:
    """The sheet: what is answered, and the differences once all is counted."""
    return count_page(queries.count(count_id, g.site.id), find_form(count_id))


@bp.route("/counts/<id:count_id>/close", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def close_count(count_id: int) -> Answer:
    """Review the differences and post them."""
    row, lines = queries.count(count_id, g.site.id), queries.count_lines(count_id)
    if ended(row):
        return to_count(count_id)
    newest = max((line.entries[-1].id for line in lines if line.entries), default=None)
    form = CloseCountForm(data={"seen_id": newest})
    if form.validate_on_submit() and done(
        form,
        "stock.close_count",
        lambda at: actions.close_count(count_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"Count {count_id} is closed.")
        return to_count(count_id)
    form.fill(seen_id=newest)
    return page("count_close", form, **_sheet(row, lines))


@bp.route("/counts/<id:count_id>/cancel", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def cancel_count(count_id: int) -> Answer:
    """End it without any movement."""
    row, form = queries.count(count_id, g.site.id), CancelCountForm()
    if ended(row):
        return to_count(count_id)
    if form.validate_on_submit() and done(
        form,
        "stock.cancel_count",
        lambda at: actions.cancel_count(count_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"Count {count_id} is cancelled; nothing was moved.")
        return to_count(count_id)
    return page("count_cancel", form, count=labels.count_rows([row])[0])


@bp.get("/counts/<id:count_id>/sheet.pdf")
@requires(Permission.SEE_STOCK)
def count_sheet(count_id: int) -> Response:
    """The sheet on paper: what to look for, its code, and room for what is found."""
    row, lines = queries.count(count_id, g.site.id), queries.count_lines(count_id)
    rows = [(line, labels.sheet_code(line)) for line in lines]
    printed = {"count": labels.count_rows([row])[0], "rows": rows, "word": labels.container_word}
    return pdf.answer(
        pdf.render("stock/count_sheet.html", **printed, barcode=barcodes.own, of_pack=barcodes.of_elements),
        f"count-{count_id}.pdf",
    )


def count_page(row: Any, form: FindLineForm) -> Answer:
    """The page of a count, with the box that finds a line."""
    return page("count", form, **_sheet(row, queries.count_lines(row.id)))


def find_form(count_id: int) -> FindLineForm:
    """The box that finds a line, with the places of the count."""
    form = FindLineForm()
    places = queries.count_places([count_id])[count_id]
    form.place_id.choices = f.choices([(place.id, place.name) for place in places])
    return form


def ended(row: Any) -> bool:
    """Whether the page of an act is opened on a count that has ended: there is nothing to do any more."""
    return request.method == "GET" and row.state != "open"


def to_count(count_id: int) -> Response:
    """To the page of a count."""
    return redirect(url_for("stock.count", count_id=count_id))  # type: ignore[return-value]


def waiting(row: Any, lines: list[Looked]) -> tuple[list[Difference], frozenset[int]]:
    """The differences once every line is answered, and the lines that another person counts again."""
    if row.state != "open" or any(line.last is None for line in lines):
        return [], frozenset()
    found = queries.differences(g.site.id, lines, clock.now())
    return found, frozenset(line.row.id for line in queries.waiting_for_another(g.site.id, found))


def _sheet(row: Any, lines: list[Looked]) -> dict[str, Any]:
    found, again = waiting(row, lines)
    left = [line for line in lines if line.last is None]
    is_blind = row.state == "cancelled" or (row.state == "open" and bool(left or again))
    expected = None if is_blind else _expected(row, lines, found)
    return {
        "count": labels.count_rows([row])[0],
        "rows": labels.line_rows(lines, again, expected),
        "left": len(left),
        "again": len(again),
        "is_blind": is_blind,
        "first": next((line.row.id for line in lines if line in left or line.row.id in again), None),
        "differs": any(one.by for one in found),
    }


def _expected(row: Any, lines: list[Looked], found: list[Difference]) -> dict[int, int]:
    if row.state == "open":
        return {one.line.row.id: one.expected for one in found}
    return {line.row.id: line.row.expected for line in lines if line.row.expected is not None}
