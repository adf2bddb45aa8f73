"""A lot: its page, and what is done with its sealed containers."""

from typing import Any

from flask import flash, g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.db import retried
from formulary.rules.findings import Refused
from formulary.stock import actions, facts, labels, queries
from formulary.stock.actions import showing
from formulary.stock.forms import LabelForm, MoveLotForm, OpenForm, ReleaseLotForm, WasteLotForm
from formulary.stock.labels.arrivals import said_of_lot
from formulary.stock.labels.attached import attached
from formulary.stock.queries.documents import documents_of
from formulary.stock.views.room import (
    Answer,
    bins,
    bp,
    done,
    last_own_act,
    offered,
    page,
    paper,
    signed_by_another,
    to_lot,
    to_vial,
    today,
    undoable,
)
from formulary.web import barcodes, pdf
from formulary.web import fields as f
from formulary.web.paging import Window

STANDS_FOR = {"storage", "quarantine"}


@bp.get("/lots/<id:lot_id>")
@requires(Permission.SEE_STOCK)
def lot(lot_id: int) -> Answer:
    """Everything about a lot: how it stands, its balance, its vials, movements and holds."""
    row, at, own = queries.lot(lot_id), clock.now(), last_own_act()
    stocks = facts.at_site(g.site.id, [row.id], at)
    sums = queries.balance_sheet(row.id)
    places = queries.places_by_id(set(sums.at_place))
    movements = queries.movements_of_lot(row.id, Window.of(request.args))
    told = labels.state_of_lot(stocks or [facts.nowhere(row, g.site.zone)], at)
    mark, came = g.site.decimal_mark, queries.receipts(row.id, g.site.id)
    left = row.quantity(sum(int(s.remaining.steps) for s in stocks))
    prices = queries.prices(g.site.id, at, lots={row.id})
    elsewhere = {site: row.quantity(q) for site, q in queries.by_site(row.id).items() if site != g.site.name}
    return page(
        "lot",
        lot=row,
        assay=labels.strength_of(row),
        signatures=accounts.signatures_on("lot", row.id),
        shown=labels.on_shelf(row, stocks, told, at),
        sheet=labels.sheet(row, sums, places),
        usable=_usable(row, stocks, at),
        vials=labels.vial_rows(stocks, [labels.state_of(s, at) for s in stocks]),
        movements=movements,
        rows=labels.moved(movements.rows),
        story=labels.story(row, g.site.zone, at, undoable(own)),
        holds=labels.hold_lines(row),
        came=labels.came_lines(row, came, mark),
        left=left,
        worth=labels.left_worth(row, left, prices, mark),
        similar=queries.similar_lots(row.number),
        documents=attached(documents_of(row.id)),
        had=labels.corrections_of(row.id),
        elsewhere=elsewhere,
        offer=lambda: offered(own),
        goes_on=own is not None and (own.action, own.object_id) == ("stock.receive", row.id),
        said=said_of_lot(row.id),
        in_quarantine=any(s.status == "quarantined" and s.vial is None for s in stocks),
    )


def _usable(row: Any, stocks: Any, at: Any) -> Any:
    parts = [s for s in stocks if not facts.usable_as_is(s, at)]
    return row.quantity(sum(int(s.remaining.steps) for s in parts))


@bp.route("/lots/<id:lot_id>/open", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def open_vial(lot_id: int) -> Answer:
    """Open one container: any of the lot, or the vial whose label of ours is shown."""
    row, form = queries.lot(lot_id), OpenForm()
    form.place_id.choices = _lying(row, {"storage"})
    if _is_to_be_opened(form, row) and (
        vial := done(
            form,
            "stock.open",
            lambda at: actions.open_vial(
                queries.lot(lot_id),
                place=queries.place_by_id(form.place_id.data, g.site.id),
                opened_at=form.opened_at.data,
                late_reason=form.late_reason.data,
                serial=form.serial.data.strip() or None,
                labelled=_labelled(form, lot_id),
                at=at,
                by=g.actor,
                key=form.key,
            ),
        )
    ):
        flash(f"Vial {vial.code} is open. {'' if form.own else 'Put its label on it.'}".strip())
        return to_vial(vial.id)
    return page("open", form, lot=row)


def _is_to_be_opened(form: OpenForm, row: Any) -> bool:
    """Whether the page was sent to open one, and not only to read a code; the code is of this lot."""
    valid = form.validate_on_submit()
    form.read(today())
    only_reads = form.only_reads
    return _is_of(form, row) and valid and not only_reads


def _is_of(form: OpenForm, row: Any) -> bool:
    """Whether the code, where there is one, is of this lot; another one is refused at the scan field."""
    scan = form.scan_of
    try:
        labelled = _labelled(form, row.id)
        if labelled and form.only_reads:
            showing.sealed(labelled)
        elif scan and not labelled:
            showing.pack_of(row, gtin=scan.gtin, number=scan.lot, expires_on=scan.expires_on)
    except Refused as refusal:
        form.add_findings(finding.at_field("scan") for finding in refusal.findings)
    else:
        form.take_over()
    return not form.scan.errors


def _labelled(form: OpenForm, lot_id: int) -> Any:
    """The vial whose label of ours was read; none for the code of a pack."""
    return showing.vial_of(lot_id, form.own, g.site.id) if form.own else None


@bp.route("/lots/<id:lot_id>/move", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def move_lot(lot_id: int) -> Answer:
    """Move sealed containers to another place of the site.

    What was offered is asked for anew only where the page is shown: a second click names what has moved.
    """
    row, form = queries.lot(lot_id), MoveLotForm()
    form.source_id.choices = form.target_id.choices = _places(*STANDS_FOR)
    if form.validate_on_submit() and done(
        form,
        "stock.move",
        lambda at: actions.move_lot(
            queries.lot(lot_id),
            source=queries.place_by_id(form.source_id.data, g.site.id),
            target=queries.place_by_id(form.target_id.data, g.site.id),
            quantity=_steps(lot_id, form.containers.data),
            remark=form.remark.data,
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"Moved: {form.containers.data:,} of {row}.")
        return to_lot(lot_id)
    form.source_id.choices = _lying(row, STANDS_FOR)
    form.target_id.choices = _away_from(form.source_id.choices)
    return page("move_lot", form, lot=row)


@bp.route("/lots/<id:lot_id>/waste", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def waste_lot(lot_id: int) -> Answer:
    """Waste sealed containers, with a reason."""
    row, form = queries.lot(lot_id), WasteLotForm()
    form.place_id.choices = _lying(row, STANDS_FOR)
    form.stream_id.choices = bins()
    if form.validate_on_submit() and signed_by_another(
        form,
        "stock.waste",
        lambda witness, at: actions.waste_lot(
            queries.lot(lot_id),
            place=queries.place_by_id(form.place_id.data, g.site.id),
            quantity=_steps(lot_id, form.containers.data),
            witness=witness,
            **form.values("place_id", "containers", "signer"),
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"Wasted: {form.containers.data:,} of {row}.")
        return to_lot(lot_id)
    return page("waste_lot", form, lot=row)


@bp.route("/lots/<id:lot_id>/release", methods=["GET", "POST"])
@requires(Permission.RELEASE_QUARANTINE)
@retried
def release_lot(lot_id: int) -> Answer:
    """Release what lies in quarantine to a shelf."""
    row, form = queries.lot(lot_id), ReleaseLotForm()
    harmed = queries.damaged_here(lot_id, g.site.id)
    form.place_id.choices = _places("storage")
    if form.validate_on_submit() and done(
        form,
        "stock.release_quarantine",
        lambda at: actions.release_lot(
            queries.lot(lot_id),
            place=queries.place_by_id(form.place_id.data, g.site.id),
            remark=form.remark.data,
            damaged=bool(form.damaged.data),
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"{row} is released from quarantine.")
        return to_lot(lot_id)
    told = {"received": queries.last_receipt(lot_id, g.site.id), "names": _names(lot_id)}
    return page("release_lot", form, lot=row, harmed=labels.container_count(row.product, harmed), **told)


@bp.route("/lots/<id:lot_id>/labels", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def label_vials(lot_id: int) -> Answer:
    """Give sealed containers labels of our own, and print them."""
    row, form = queries.lot(lot_id), LabelForm()
    form.place_id.choices = _lying(row, {"storage"})
    if form.validate_on_submit() and done(
        form,
        "stock.label",
        lambda at: actions.label_vials(
            queries.lot(lot_id),
            place=queries.place_by_id(form.place_id.data, g.site.id),
            count=form.count.data,
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"{form.count.data:,} labels are ready to print.")
        return to_lot(lot_id)
    return page("label_vials", form, lot=row, labelled=queries.labelled_vials(lot_id, g.site.id))


@bp.get("/lots/<id:lot_id>/labels.pdf")
@requires(Permission.SEE_STOCK)
def lot_labels(lot_id: int) -> Any:
    """The labels of a lot's sealed vials, one under the other, on label stock or A4."""
    vials = queries.labelled_vials(lot_id, g.site.id)
    told = {"names": {}, "untils": {}, "paper": paper(), "barcode": barcodes.own}
    return pdf.answer(pdf.render("stock/label.html", vials=vials, **told), f"labels-lot-{lot_id}.pdf")


def _lying(row: Any, kinds: set[str]) -> Any:
    """The places of the site where sealed stock of a lot lies."""
    here = {p.id: p for p in queries.places(g.site.id, kinds)}
    lying = [c.place_id for c in queries.contents(lot_id=row.id) if c.place_id in here and c.vial_id is None]
    return f.choices([(key, here[key].name) for key in dict.fromkeys(lying)])


def _places(*kinds: str) -> Any:
    return f.choices([(p.id, p.name) for p in queries.places(g.site.id, kinds)])


def _away_from(sources: Any) -> Any:
    """Where it may go: not where all of it lies; of several places none is chosen for anybody."""
    lies = {source.value for source in sources}
    offered = _places(*STANDS_FOR)
    if len(lies) > 1:
        return [*f.choices((), empty="Choose…"), *offered]
    return [place for place in offered if place.value not in lies]


def _steps(lot_id: int, containers: int) -> int:
    return containers * actions.content_of(queries.lot(lot_id))


def _names(lot_id: int) -> dict[int, str]:
    row = queries.last_receipt(lot_id, g.site.id)
    return accounts.person_names([row.by_id] if row else [])
