"""Receiving a delivery: scan, look, confirm."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import flash, g, request, url_for

from formulary import clock
from formulary.accounts import Actor, Permission, requires
from formulary.accounts import queries as accounts
from formulary.accounts.guards import second_person
from formulary.audit import record_refusal
from formulary.catalogue import queries as catalogue
from formulary.db import retried, transaction
from formulary.rules.findings import Finding, Fix, Level, Refused
from formulary.stock import actions, labels, queries
from formulary.stock.forms import ReceiveForm
from formulary.stock.labels.arrivals import said_of_lot
from formulary.stock.labels.prices import agreed
from formulary.stock.views.room import Answer, bp, page, to_lot, today
from formulary.web import fields as f
from formulary.web.asked import row_asked

NOT_FOR_THE_ACT = (
    "scan", "was_read", "by_hand", "number_again", "expires_on_again", "compared_product_id",
    "compared_number", "compared_expires_on", "packs", "signer",
)  # fmt: skip
REASONS = {
    "lot.expiry_far": ["Printed so on the pack", "Confirmed by the maker"],
    "lot.swallowed": ["Printed so on the pack"],
    "place.never_beside": ["In a closed bin of its own"],
    "delivery.noted_before": ["Further packs of the same delivery"],
    "order.over_delivered": ["Counted again: more came", "Free goods"],
    "order.other_supplier": ["Delivered on their behalf", "The supplier has another name now"],
}


@bp.route("/receive", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def receive() -> Answer:
    """Book a delivery in: first the code, then what it does not say, then the shelf."""
    form = _offered(ReceiveForm())
    form.by_hand.data = form.by_hand.data or request.args.get("by") == "hand"
    form.read(today())
    _know(form)
    form.follow_fix()
    _offer_orders(form)
    _go_on(form)
    if form.is_new_code:
        form.fill_blanks(supplier=_usual_supplier(form.product_id.data))
    to_be_booked = form.is_submitted() and form.is_filled and not (form.reading or form.fix)
    if to_be_booked and form.validate() and (lot := _receive(form)):
        flash(_said(lot))
        return to_lot(lot.id)
    return _page(form)


def _receive(form: ReceiveForm) -> Any:
    try:
        witness = _witness(form)
        with transaction():
            return actions.receive_lot(
                g.site.id,
                **form.values(*NOT_FOR_THE_ACT),
                containers=form.packs.data * form.per_pack.data,
                gtin=form.scan_of.gtin if form.scan_of else "",
                raw=form.scan_of.raw if form.scan_of else "",
                grade=form.grade,
                made_on=form.scan_of.made_on if form.scan_of else None,
                serial=form.scan_of.serial if form.scan_of else "",
                witness=witness,
                overrides=form.overrides(),
                at=clock.now(),
                by=g.actor,
                key=form.key,
            )
    except Refused as refusal:
        record_refusal("stock.receive", refusal, by=g.actor)
        form.add_findings(_with_ways_out(refusal.findings))
        return None


def _offered(form: ReceiveForm) -> ReceiveForm:
    """The form with the products and the places that it may name."""
    products = [(p.id, _product_words(p)) for p in catalogue.products()]
    form.product_id.choices = f.choices(products, empty="Choose…")
    places = [p for kind in ("storage", "quarantine") for p in queries.places(g.site.id, [kind])]
    form.place_id.choices = f.choices([(p.id, p.name) for p in places])
    form.price.offer(accounts.currency(g.site.id, clock.now()))
    return form


def _product_words(product: Any) -> str:
    holds = labels.content(product)
    word = labels.container_word(product)
    if holds is None:
        return str(product.name)
    return f"{product.name}, {word} of {labels.refusals.written(holds, g.site.id)}"


def _know(form: ReceiveForm) -> None:
    """Fill in what the code says; a blank in it leaves what was typed alone."""
    scan = form.scan_of
    if scan is None:
        return
    if scan.own:
        form.scan_of = None
        form.add_findings([_own_label(scan.own)])
        return
    code = catalogue.code(scan.gtin) if scan.gtin else None
    form.known_as = code.product_id if code else None
    if form.is_new_code:
        per_pack = code.containers if code else None
        form.fill(product_id=form.known_as, number=scan.lot, expires_on=scan.expires_on, per_pack=per_pack)


def _go_on(form: ReceiveForm) -> None:
    """After one pack the next of the same delivery: who brought it, with which note, how warm."""
    after = None if form.is_submitted() else row_asked("after")
    came = queries.last_receipt(after, g.site.id) if after else None
    if came is not None:
        (delivery,) = queries.deliveries([came.document_id])
        form.fill(**{name: getattr(delivery, name) for name in form.OF_THE_DELIVERY})


def _usual_supplier(product_id: int | None) -> str | None:
    """Who delivers a product, where the site has said so."""
    level = queries.level(g.site.id, product_id) if product_id else None
    known = queries.suppliers_by_id([level.supplier_id] if level and level.supplier_id else [])
    return next((row.name for row in known.values()), None)


def _offer_orders(form: ReceiveForm) -> None:
    """The lines that wait for this product; the only one is taken, and fills in what nobody has typed."""
    if not form.is_submitted():
        form.order_line_id.data = row_asked("order_line")
    product_id, chosen = form.product_id.data, form.order_line_id.data
    waiting = queries.on_order(g.site.id, [product_id] if product_id else None)
    if form.is_new_code and chosen is None and product_id and len(waiting) == 1:
        chosen = form.order_line_id.data = waiting[0].line.row.id
    if chosen is not None and chosen not in {one.line.row.id for one in waiting}:
        waiting = [one for one in queries.on_order(g.site.id) if one.line.row.id == chosen] + waiting
    offered = [(one.line.row.id, labels.purchases.offered_line(one)) for one in waiting]
    form.order_line_id.choices = f.choices(offered, "no order")
    line = next((one for one in waiting if one.line.row.id == chosen), None)
    if line is not None and (form.reading or not form.is_submitted()):
        row, price = line.line.row, agreed(line.line.row)
        said = {"product_id": row.product_id, "supplier": line.supplier.name, "per_pack": row.per_pack}
        form.fill_blanks(**said, price=price if price and price.currency == form.price.currency else None)


def _own_label(code: str) -> Finding:
    reason = f"{code} is a label of our own: what carries it has been received."
    return Finding("scan.own_code", code, reason, "Scan the maker’s code on the pack.", field="scan")


def _witness(form: ReceiveForm) -> Actor | None:
    """The second person, where one has signed on the same screen."""
    if not form.signer.username.data:
        return None
    return second_person(form.signer, at=clock.now())


def _with_ways_out(found: Iterable[Finding]) -> list[Finding]:
    """Findings that offer a choice stand above the form with their buttons; the others at their fields."""
    quarantine = queries.place(g.site.id, "quarantine")
    away = Fix("Book it into quarantine for return", "place_id", str(quarantine.id))
    return [
        replace(finding, field=None, fixes=(away,))
        if finding.code == "lot.expired"
        else replace(finding, field=None)
        if finding.fixes or finding.level == Level.WARN
        else finding
        for finding in found
    ]


def _page(form: ReceiveForm) -> Answer:
    product = next((p for p in catalogue.products() if p.id == form.product_id.data), None)
    after = row_asked("after")
    return page(
        "receive",
        form,
        product=product,
        arriving=_arriving(form, product),
        reasons=REASONS,
        given=form.overrides(),
        second_person=bool(accounts.policy(g.site.id, "manual_entry_second_person", clock.now())),
        beside=_on_record(form),
        to=url_for("stock.receive", after=after),
        by_hand=url_for("stock.receive", by="hand", order_line=form.order_line_id.data, after=after),
        suppliers=queries.suppliers(active=True),
    )


def _arriving(form: ReceiveForm, product: Any) -> dict[str, Any] | None:
    """The conversion: packs of so many containers of so much."""
    holds = labels.content(product) if product else None
    if holds is None or not (form.packs.data and form.per_pack.data):
        return None
    containers = form.packs.data * form.per_pack.data
    return {
        "packs": form.packs.data,
        "per_pack": form.per_pack.data,
        "containers": containers,
        "word": labels.container_word(product),
        "content": holds,
        "in_all": holds * containers,
    }


def _on_record(form: ReceiveForm) -> list[Any]:
    """Lots that are nearly what was entered, for side by side."""
    if not any(finding.code in {"lot.known_otherwise", "lot.looks_like"} for finding in form.findings):
        return []
    same = queries.lots_with_number(form.number.data, form.product_id.data)
    return same or queries.similar_lots(form.number.data, form.product_id.data)


def _said(lot: Any) -> str:
    """What happened, and where it lies."""
    row = queries.last_receipt(lot.id, g.site.id)
    place = queries.place_by_id(row.to_place_id, g.site.id)
    came = labels.container_count(lot.product, row.quantity)
    lies = "lies" if row.quantity == labels.content(lot.product).steps else "lie"
    words = " ".join(
        [f"{came} of {lot} {lies} at {place.name}.", *(one.words for one in said_of_lot(lot.id))]
    )
    if place.kind != "quarantine":
        return words
    return f"{words} They are not used before a second pharmacist has looked at them."
