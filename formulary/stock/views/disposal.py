"""Waste: what lies in the bins, destroying it with a certificate, and the bins of the site."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, flash, g, redirect, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import ChangeStreamForm, DisposeForm, StreamForm
from formulary.stock.views.room import Answer, bp, done, page, signed_by_another
from formulary.web import pdf
from formulary.web.asked import row_asked
from formulary.web.paging import Window

LOOKED_BACK = timedelta(days=90)
READ_EMPTY = 0
"""What a page that was read while nothing lay in the bin stands for: there is no such waste."""


@bp.get("/waste")
@requires(Permission.SEE_STOCK)
def waste() -> Answer:
    """What lies in each bin, what was wasted lately, and the certificates."""
    found = queries.disposals(g.site.id, Window.of(request.args))
    since = clock.now() - LOOKED_BACK
    return page(
        "waste",
        bins=labels.filled_bins(g.site.id),
        wastage=labels.wastage(queries.wasted_since(g.site.id, since)),
        since=since,
        found=found,
        certificates=labels.certificates(found.rows, g.site.id),
    )


@bp.route("/waste/dispose", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def dispose() -> Answer:
    """Hand over or destroy all that lies in one bin (`?stream=`; without it, what is in none)."""
    stream_id = row_asked("stream")
    stream = queries.stream(stream_id, g.site.id) if stream_id else None
    newest = queries.newest_waiting(g.site.id, stream_id)
    form = DisposeForm(data={"seen_id": newest})
    filled = next((b for b in labels.filled_bins(g.site.id) if b.stream is stream), None)
    if form.validate_on_submit() and (
        made := signed_by_another(
            form,
            "stock.dispose",
            lambda witness, at: actions.dispose(
                g.site.id,
                stream_id=stream_id,
                **form.values("signer", "seen_id"),
                seen_id=form.seen_id.data or READ_EMPTY,
                witness=witness,
                at=at,
                by=g.actor,
                key=form.key,
            ),
        )
    ):
        flash(f"Certificate {made.code} is on record.")
        return redirect(url_for("stock.disposal", disposal_id=made.id))  # type: ignore[return-value]
    form.fill(seen_id=newest)
    return page("dispose", form, filled=filled, name=stream.name if stream else "the waste without a bin")


@bp.get("/waste/<id:disposal_id>")
@requires(Permission.SEE_STOCK)
def disposal(disposal_id: int) -> Answer:
    """One certificate."""
    return page("disposal", one=_certificate(disposal_id))


@bp.get("/waste/<id:disposal_id>/certificate.pdf")
@requires(Permission.SEE_STOCK)
def certificate(disposal_id: int) -> Response:
    """The certificate on paper."""
    one = _certificate(disposal_id)
    printed = pdf.render("stock/certificate.html", one=one, site=g.site)
    return pdf.answer(printed, f"certificate-{one.row.code}.pdf")


@bp.get("/streams")
@requires(Permission.MANAGE_CLINIC)
def streams() -> Answer:
    """The bins of the site."""
    return page("streams", rows=queries.streams(g.site.id, inactive=True))


@bp.route("/streams/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def add_stream() -> Answer:
    """Add a bin."""
    form = StreamForm()
    if form.validate_on_submit() and (
        made := done(
            form,
            "stock.add_stream",
            lambda at: actions.add_stream(g.site.id, **form.values(), at=at, by=g.actor, key=form.key),
        )
    ):
        flash(f"{made} is there.")
        return _to_streams()
    return page("stream", form, stream=None)


@bp.route("/streams/<id:stream_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def change_stream(stream_id: int) -> Answer:
    """Change a bin, or take it out of use."""
    row = queries.stream(stream_id, g.site.id)
    form = ChangeStreamForm(obj=row)
    if form.validate_on_submit() and done(
        form,
        "stock.change_stream",
        lambda at: actions.change_stream(stream_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{form.name.data} is changed.")
        return _to_streams()
    return page("stream", form, stream=row)


def _certificate(disposal_id: int) -> labels.Certificate:
    row = queries.disposal(disposal_id, g.site.id)
    lines = labels.thrown_lines(queries.destroyed_with(disposal_id))
    return replace(labels.certificates([row], g.site.id)[0], lines=lines)


def _to_streams() -> Any:
    return redirect(url_for("stock.streams"))
