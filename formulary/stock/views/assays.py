"""The page on which a lot's assay is recorded, by one pharmacist and confirmed by another."""

from datetime import datetime
from typing import Any

from flask import flash, g

from formulary.accounts import Actor, Permission, requires
from formulary.db import retried
from formulary.rules.units import dimension
from formulary.stock import actions, labels, queries
from formulary.stock.forms import AssayForm
from formulary.stock.views.room import Answer, bp, page, signed_by_another, to_lot


@bp.route("/lots/<id:lot_id>/assay", methods=["GET", "POST"])
@requires(Permission.RELEASE_QUARANTINE)
@retried
def assay_lot(lot_id: int) -> Answer:
    """Record the strength that a lot's certificate states."""
    row = queries.lot(lot_id)
    form = AssayForm(data={"row_version": row.row_version})
    form.amount.offer(dimension(row.product.dimension), row.product.amount_unit)
    if form.validate_on_submit() and signed_by_another(
        form, "stock.assay", lambda second, at: _assay(lot_id, form, second, at)
    ):
        flash(f"{row} is computed with its own strength from now on.")
        return to_lot(lot_id)
    return page("assay_lot", form, lot=row, strength=labels.label_strength(row))


def _assay(lot_id: int, form: AssayForm, second: Actor | None, at: datetime) -> Any:
    told = form.values("signer") | {"second": second, "version": form.version}
    return actions.assay_lot(queries.lot(lot_id), **told, at=at, by=g.actor, key=form.key)
