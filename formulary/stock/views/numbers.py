"""The page on which the number of a lot is corrected, by one pharmacist and confirmed by another."""

from datetime import datetime
from typing import Any

from flask import flash, g

from formulary.accounts import Actor, Permission, requires
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import NumberForm
from formulary.stock.views.room import Answer, bp, page, signed_by_another, to_lot


@bp.route("/lots/<id:lot_id>/number", methods=["GET", "POST"])
@requires(Permission.RELEASE_QUARANTINE)
@retried
def correct_number(lot_id: int) -> Answer:
    """Correct a number that was typed wrongly."""
    row = queries.lot(lot_id)
    form = NumberForm(data={"row_version": row.row_version})
    was = row.number
    if form.validate_on_submit() and signed_by_another(
        form, "stock.correct_number", lambda second, at: _corrected(lot_id, form, second, at)
    ):
        flash(f"Lot {was} is lot {form.number.data} from now on, and is found by either number.")
        return to_lot(lot_id)
    return page("lot_number", form, lot=row, had=labels.corrections_of(lot_id))


def _corrected(lot_id: int, form: NumberForm, second: Actor | None, at: datetime) -> Any:
    told = form.values("signer") | {"second": second, "version": form.version}
    return actions.correct_number(queries.lot(lot_id), **told, at=at, by=g.actor, key=form.key)
