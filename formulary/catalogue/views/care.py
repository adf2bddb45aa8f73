"""Pages of the protocols: what sources state of courses, and the clinic's own."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import ProtocolChangeForm, ProtocolForm
from formulary.catalogue.views.acting import done
from formulary.catalogue.views.room import Page, bp
from formulary.db import retried


@bp.get("/protocols")
@requires(Permission.USE_THE_APP)
def protocols() -> Page:
    """Sessions and intervals of every indication, each as its source states it."""
    rows = queries.protocols()
    names = accounts.person_names(row.author_id for row in rows)
    groups = labels.by_indication(rows, names)
    may_write = g.actor.may(Permission.AUTHOR)
    return render_template("catalogue/protocols.html", groups=groups, count=len(rows), may_write=may_write)


@bp.route("/protocols/add", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def add_protocol() -> Page:
    """A protocol of the clinic's own."""
    form = ProtocolForm()
    if form.validate_on_submit() and done(form, "catalogue.write_protocol", lambda by: _write(form, by)):
        flash(f"{form.name.data} is on record.")
        return redirect(url_for("catalogue.protocols"))
    return _page(form, None)


@bp.route("/protocols/<id:protocol_id>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def protocol(protocol_id: int) -> Page:
    """Change or retire a protocol of the clinic's own."""
    row = queries.protocol(protocol_id)
    form = ProtocolChangeForm(obj=row)
    if form.validate_on_submit() and done(
        form, "catalogue.change_protocol", lambda by: _change(protocol_id, form, by)
    ):
        flash(f"{row.name} is changed.")
        return redirect(url_for("catalogue.protocols"))
    return _page(form, row)


def _write(form: ProtocolForm, by: Any) -> Any:
    plan = actions.Plan(**form.values("name"))
    return actions.write_protocol(form.name.data, plan, at=clock.now(), by=by, key=form.key)


def _change(protocol_id: int, form: ProtocolChangeForm, by: Any) -> Any:
    told = {"reason": form.reason.data, "version": form.version, "at": clock.now(), "by": by}
    if form.retire.data:
        return actions.retire_protocol(protocol_id, **told, key=form.key)
    plan = actions.Plan(**form.values("retire", "reason"))
    return actions.change_protocol(protocol_id, plan, **told, key=form.key)


def _page(form: ProtocolForm, row: Any) -> Page:
    return render_template("catalogue/protocol.html", form=form, row=row), 422 if form.errors else 200
