"""The recall page: one box, ten buckets, a mass balance, and the hold."""

from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record_refusal
from formulary.db import retried, transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.forms import HoldForm, LookupForm
from formulary.rules.findings import Refused
from formulary.rules.lot_status.days import day_of
from formulary.web.gs1 import read_scan

bp = Blueprint("recalls", __name__, url_prefix="/recalls")
Page = str | Response | tuple[str, int]
SCANNED = ("]", "\x1d", "(", "[", "FML1:", "<GS>", "http")


@dataclass(frozen=True)
class Asked:
    """What the box was given: a number, perhaps a product, perhaps one of our vials."""

    number: str
    gtin: str | None = None
    vial: str | None = None


@bp.get("/")
@requires(Permission.RECALL_LOOKUP)
def index() -> Page:
    """Type or scan a lot: who received it, what is under way, what is left, and whether it adds up."""
    form = LookupForm()
    if not form.q.data:
        return render_template("recalls/index.html", form=LookupForm(formdata=None), labels=labels)
    try:
        asked = _asked(form)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return render_template("recalls/index.html", form=form, labels=labels), 422
    at = clock.now()
    lookup = queries.look_up(asked.number, at=at, by=g.actor, gtin=asked.gtin, vial=asked.vial)
    with transaction():
        actions.note_lookup(lookup, at=at, by=g.actor)
    return render_template(
        "recalls/answer.html", form=form, lookup=lookup, labels=labels, sight=g.actor.recall_sight
    )


@bp.route("/lots/<id:lot_id>/hold", methods=["GET", "POST"])
@requires(Permission.PLACE_HOLD)
@retried
def hold(lot_id: int) -> Page:
    """Put a lot, and every lot made from it, on hold at every site; first what that will stop."""
    form, at = HoldForm(), clock.now()
    lookup = queries.look_up_lot(lot_id, at=at, by=g.actor)
    if form.validate_on_submit():
        try:
            with transaction():
                placed = actions.hold_lots(lot_id, **form.values(), at=at, by=g.actor, key=form.key)
        except Refused as refusal:
            record_refusal("recalls.hold", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash(
                f"{placed.code} is placed. The next composing, draw, release and start of giving from it stop."
            )
            return redirect(url_for("recalls.index", q=lookup.asked))
    page = render_template("recalls/hold.html", form=form, lookup=lookup, labels=labels)
    return page, 422 if form.errors else 200


def _asked(form: LookupForm) -> Asked:
    text = form.q.data
    if not any(mark in text for mark in SCANNED):
        return Asked(text)
    scan = read_scan(text, captured=form.q.captured, today=day_of(clock.now(), g.site.zone))
    if scan.own:
        return Asked(scan.own, vial=scan.own)
    return Asked(scan.lot or "", gtin=scan.gtin)
