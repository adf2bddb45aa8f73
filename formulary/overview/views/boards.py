"""The boards of stock: what is open, what lapses when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, render_template

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts.facts import site_policies
from formulary.audit import log_access
from formulary.db import retried, transaction
from formulary.overview import labels, queries
from formulary.overview.forms import HorizonForm
from formulary.overview.labels import Around, Board
from formulary.overview.views.room import Page, bp, may_open
from formulary.rules.lot_status import day_of
from formulary.stock import queries as stock


@bp.get("/vials")
@requires(Permission.SEE_STOCK)
@retried
def vials() -> Page:
    """The board of open vials: what is left, until when, who could share it, what is lost if it lapses."""
    at = clock.now()
    board = _board(at)
    if board.named:
        with transaction():
            log_access("overview.vials", by=g.actor, at=at, patients=board.named)
    return render_template("overview/vials.html", board=board, may_open=may_open)


@bp.get("/expiry")
@requires(Permission.SEE_STOCK)
def expiry() -> Page:
    """What expires, as a picture and as rows: how much will lapse, and what that costs."""
    form, at = HorizonForm(), clock.now()
    within = form.within if form.validate() else HorizonForm.DEFAULT
    until = day_of(at, g.site.zone) + within
    rows = [row for row in queries.sealed(g.site.id, until=until) if row.expires_on <= until]
    found = labels.lapses(rows, queries.lapsing(g.site.id, rows, at), at)
    picture = labels.horizon(found.lines, at, within)
    shown = {"lapses": found, "picture": picture}
    answered = render_template("overview/expiry.html", form=form, may_open=may_open, **shown)
    return answered, 422 if form.errors else 200


def _board(at: datetime) -> Board:
    open_now, zone = queries.open_vials(g.site.id, at), ZoneInfo(g.site.zone)
    products = {vial.source.product_id for vial in open_now}
    around = Around(
        planned=queries.planned_today(products, by=g.actor, at=at, zone=zone),
        policies=site_policies(g.site, at),
        prices=stock.prices(g.site.id, at, lots={vial.lot_id for vial in open_now}),
        names=g.actor.may(Permission.SEE_PATIENTS),
    )
    return labels.board(open_now, at, around)
