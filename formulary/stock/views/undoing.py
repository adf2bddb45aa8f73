"""The page on which a person undoes their own last act: what would be reversed, and the button."""

from typing import Any

from flask import flash, g, redirect, url_for

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import UndoForm
from formulary.stock.labels.undoing import act_words
from formulary.stock.views.room import Answer, bp, done, page


@bp.route("/undo/<id:entry_id>", methods=["GET", "POST"])
@requires(Permission.PLACE_HOLD)
@retried
def undo(entry_id: int) -> Answer:
    """Undo one's own last act."""
    entry, form = queries.own_act(entry_id, g.actor), UndoForm()
    rows = labels.moved(queries.movements_of_act(entry))
    if form.validate_on_submit() and done(
        form,
        "stock.undo",
        lambda at: actions.undo(entry_id, why=form.why.data, at=at, by=g.actor, key=form.key),
    ):
        flash(f"Undone: {act_words(entry)}.")
        return _back(entry)
    return page("undo", form, entry=entry, what=act_words(entry), rows=rows)


def _back(entry: Any) -> Answer:
    """To the page of what the act was about."""
    pages = {
        "lot": ("stock.lot", "lot_id"),
        "vial": ("stock.vial", "vial_id"),
        "transfer": ("stock.transfer", "transfer_id"),
        "supplier_return": ("stock.supplier_return", "return_id"),
    }
    kind, number = entry.object_kind, entry.object_id
    if kind == "stored_file":
        return redirect(url_for("exchange.index"))  # type: ignore[return-value]
    if kind not in pages:
        return redirect(url_for("stock.index"))  # type: ignore[return-value]
    endpoint, name = pages[kind]
    return redirect(url_for(endpoint, **{name: number}))  # type: ignore[return-value]
