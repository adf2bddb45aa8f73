"""The page on which the number of a lot is corrected, by one pharmacist and confirmed by another."""

from datetime import datetime
from typing import Any

from flask import flash, g

from formulary import clock
from formulary.accounts import Actor, Permission, requires
from formulary.accounts.guards import second_person
from formulary.db import retried
from formulary.rules.findings import Refused
from formulary.stock import actions, labels, queries
from formulary.stock.forms import NumberForm
from formulary.stock.views.room import Answer, bp, done, page, to_lot


@bp.route("/lots/<id:lot_id>/number", methods=["GET", "POST"])
@requires(Permission.RELEASE_QUARANTINE)
@retried
def correct_number(lot_id: int) -> Answer:
    """Correct a number that was typed wrongly."""
    row = queries.lot(lot_id)
    form = NumberForm(data={"row_version": row.row_version})
    was = row.number
    if form.validate_on_submit() and _signed(lot_id, form):
        flash(f"Lot {was} is lot {form.number.data} from now on, and is found by either number.")
        return to_lot(lot_id)
    return page("lot_number", form, lot=row, had=labels.corrections_of(lot_id))


def _signed(lot_id: int, form: NumberForm) -> Any:
    """The row of the act; the second person's secret is checked before its transaction opens."""
    try:
        named = form.signer.form.username.data
        second = second_person(form.signer, at=clock.now()) if named else None
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return None
    return done(form, "stock.correct_number", lambda at: _corrected(lot_id, form, second, at))


def _corrected(lot_id: int, form: NumberForm, second: Actor | None, at: datetime) -> Any:
    told = form.values("signer") | {"second": second, "version": form.version}
    return actions.correct_number(queries.lot(lot_id), **told, at=at, by=g.actor, key=form.key)
