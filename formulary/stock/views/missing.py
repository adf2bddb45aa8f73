"""What does not arrive of a transfer, what turns up, and what was called back and arrives all the same."""

from flask import flash, g

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, labels
from formulary.stock.forms import ComeAfterAllForm, FindAgainForm, LoseForm
from formulary.stock.views.room import Answer, bp, done, page
from formulary.stock.views.transfers import box_of, to_transfer


@bp.route("/transfers/<id:transfer_id>/lines/<id:line_id>/lost", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def lose_line(transfer_id: int, line_id: int) -> Answer:
    """Say that what is on its way or missing of a line will not arrive."""
    box, form = box_of(transfer_id), LoseForm()
    if form.validate_on_submit() and done(
        form,
        "stock.lose",
        lambda at: actions.lose(transfer_id, line_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash("It is recorded as lost; a pharmacist of the sender is asked to explain it.")
        return to_transfer(transfer_id)
    return page("transfer_lose", form, box=box, line=_line(box, line_id))


@bp.route("/transfers/<id:transfer_id>/lines/<id:line_id>/found", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def find_again(transfer_id: int, line_id: int) -> Answer:
    """Say that what was lost of a line has turned up."""
    box, form = box_of(transfer_id), FindAgainForm()
    if form.validate_on_submit() and done(
        form,
        "stock.find_again",
        lambda at: actions.find_again(transfer_id, line_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"It is on its way again: {box.to_site} receives it.")
        return to_transfer(transfer_id)
    return page("transfer_found", form, box=box, line=_line(box, line_id))


@bp.route("/transfers/<id:transfer_id>/after-all", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def come_after_all(transfer_id: int) -> Answer:
    """Say that a transfer which was called back is here."""
    box, form = box_of(transfer_id), ComeAfterAllForm()
    if form.validate_on_submit() and done(
        form,
        "stock.come_after_all",
        lambda at: actions.come_after_all(transfer_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{box.row.code} is on its way again on record. Receive it now.")
        return to_transfer(transfer_id)
    return page("transfer_after_all", form, box=box)


def _line(box: labels.Box, line_id: int) -> labels.BoxLine | None:
    return next((one for one in box.lines if one.packed.row.id == line_id), None)
