"""The lines of a count: finding one by scan or number, answering for it, adding what no line expects."""

import re
from typing import Any

from flask import flash, g, redirect, url_for

from formulary.accounts import Permission, requires
from formulary.catalogue import queries as catalogue
from formulary.db import Missing, retried
from formulary.rules.findings import Refused
from formulary.rules.units import VOLUME
from formulary.stock import actions, labels, queries
from formulary.stock.forms import CountLineForm, FindLineForm
from formulary.stock.labels import count_refusals as refusals
from formulary.stock.queries import Looked
from formulary.stock.views.counts import count_page, ended, find_form, to_count, waiting
from formulary.stock.views.room import Answer, bp, done, page, today
from formulary.web.gs1 import Scan

OWN_VIAL = re.compile(r"V-[0-9]{1,9}", re.ASCII)


@bp.post("/counts/<id:count_id>/find")
@requires(Permission.RECEIVE_STOCK)
@retried
def find_line(count_id: int) -> Answer:
    """Go to the line of what was scanned or typed; offer to add what no line expects."""
    row, form = queries.count(count_id, g.site.id), find_form(count_id)
    if not form.validate_on_submit():
        return count_page(row, form)
    if form.lot_id.data or form.vial_id.data:
        line = done(form, "stock.add_to_count", lambda at: _added(count_id, form, at))
        return _to_line(count_id, line.id) if line else count_page(row, form)
    try:
        found = _line_of(form, queries.count_lines(count_id))
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return count_page(row, form)
    return _to_line(count_id, found.row.id)


@bp.route("/counts/<id:count_id>/lines/<id:line_id>", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def count_line(count_id: int, line_id: int) -> Answer:
    """Answer for one line; the next one follows."""
    row, line = queries.count(count_id, g.site.id), queries.count_line(line_id, count_id)
    if ended(row):
        return to_count(count_id)
    lines = queries.count_lines(count_id)
    again = waiting(row, lines)[1]
    form = CountLineForm(
        data={"again": len(line.entries) if line_id in again else None, "outcome": "counted"}
    )
    _offer_units(form, line)
    if form.validate_on_submit() and done(
        form,
        "stock.count_line",
        lambda at: actions.count_line(line_id, count_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{line.name[0].upper()}{line.name[1:]}: {labels.OUTCOMES[form.outcome.data]}.")
        return _next(count_id, line_id)
    shown = labels.line_rows([line], again, None)[0]
    left = sum(one.last is None for one in lines)
    more = {"left": left, "find": find_form(count_id), "content": labels.content(line.lot.product)}
    return page(
        "count_line", form, count=row, row=shown, word=labels.container_word(line.lot.product), **more
    )


def _offer_units(form: CountLineForm, line: Looked) -> None:
    """The units of what is left of it: a solution is a volume, a powder what its ledger counts."""
    is_volume = line.vial is not None and line.vial.mixed_volume is not None
    form.part.offer(VOLUME if is_volume else line.lot.measured_in)
    form.part.label.text = "Left in it" if line.vial else "Part of a container"
    if line.vial is None and line.lot.product.content is None:
        form.part.label.text = "Quantity in all"


def _next(count_id: int, line_id: int) -> Answer:
    """The next line that nobody answered for, then one that waits for another person, then the sheet."""
    row, lines = queries.count(count_id, g.site.id), queries.count_lines(count_id)
    again = waiting(row, lines)[1]
    in_turn = [one for one in lines if one.row.id > line_id] + [one for one in lines if one.row.id < line_id]
    open_ones = [one for one in in_turn if one.last is None]
    mine = [one for one in in_turn if one.row.id in again and one.entries[0].by_id != g.actor.person_id]
    following = next(iter(open_ones or mine), None)
    return to_count(count_id) if following is None else _to_line(count_id, following.row.id)


def _to_line(count_id: int, line_id: int) -> Answer:
    return redirect(url_for("stock.count_line", count_id=count_id, line_id=line_id))  # type: ignore[return-value]


def _added(count_id: int, form: FindLineForm, at: Any) -> Any:
    about: dict[str, Any] = {"place_id": form.place_id.data}
    if form.vial_id.data:
        vial = queries.vial(form.vial_id.data, g.site.id)
        about = {"vial": vial, "place_id": actions.where_is(vial).id}
    else:
        about["lot"] = queries.lot(form.lot_id.data or 0)
    return actions.add_to_count(count_id, **about, at=at, by=g.actor, key=form.key)


def _line_of(form: FindLineForm, lines: list[Looked]) -> Looked:
    """The line that is meant, one not answered yet before others; raises Refused with what may be added."""
    vial, lots = _meant(form)
    if vial is not None and vial.state != "sealed":
        return _of_vial(vial, lines, [key for key, *_ in form.place_id.iter_choices()])
    numbers = {lot.id for lot in lots}
    matching = [line for line in lines if line.row.lot_id in numbers]
    matching.sort(
        key=lambda line: (line.row.place_id != form.place_id.data, line.last is not None, line.row.id)
    )
    if matching:
        return matching[0]
    if not lots:
        raise refusals.unknown(form.scan.data or "")
    if len(lots) > 1:
        raise refusals.which_lot(lots)
    label = f"Add {lots[0]} to this count"
    raise refusals.not_on_sheet(label, "lot_id", lots[0].id, f"lot {lots[0].number}")


def _of_vial(vial: Any, lines: list[Looked], places: list[Any]) -> Looked:
    for line in lines:
        if line.row.vial_id == vial.id:
            return line
    if vial.state != "open":
        raise refusals.vial_closed(vial, vial.state)
    stands = actions.where_is(vial)
    if stands.id not in {int(key) for key in places}:
        raise refusals.vial_moved(vial, stands)
    raise refusals.not_on_sheet(
        f"Add vial {vial.code} to this count", "vial_id", vial.id, f"vial {vial.code}"
    )


def _meant(form: FindLineForm) -> tuple[Any, list[Any]]:
    text, scan = form.scan.data or "", _read(form)
    own = scan.own if scan else text.upper() if OWN_VIAL.fullmatch(text.upper()) else ""
    if own:
        return _own_vial(own, text)
    if scan is None or not scan.lot:
        return None, queries.lots_with_number(text)
    code = catalogue.code(scan.gtin)
    found = queries.lots_with_number(scan.lot, code.product_id if code else None)
    same_day = [lot for lot in found if scan.expires_on in {None, lot.expires_on}]
    return None, same_day or found


def _own_vial(own: str, text: str) -> tuple[Any, list[Any]]:
    try:
        vial = queries.vial_by_code(own, g.site.id)
    except Missing:
        raise refusals.unknown(text) from None
    return vial, [vial.lot]


def _read(form: FindLineForm) -> Scan | None:
    """What the code says; None where it is a number as somebody types it."""
    try:
        return form.scan.read(today())
    except Refused:
        return None
