"""What did not fit the ledger: the list, and the page where somebody explains it."""

from flask import flash, g, redirect, url_for

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, queries
from formulary.stock.forms import ExplainForm
from formulary.stock.views.room import Answer, bp, done, page


@bp.get("/discrepancies")
@requires(Permission.SEE_STOCK)
def discrepancies() -> Answer:
    """More was used than the ledger knew of: what is open, and what was explained last."""
    unfit, closed = (queries.discrepancies(g.site.id, explained=e) for e in (False, True))
    return page("discrepancies", unfit=unfit, explained=closed, most=queries.MOST_DISCREPANCIES)


@bp.route("/discrepancies/<id:number>/explain", methods=["GET", "POST"])
@requires(Permission.RELEASE_QUARANTINE)
@retried
def explain(number: int) -> Answer:
    """Say what had happened; the ledger stays as it is."""
    unfit, form = queries.discrepancy(number, g.site.id), ExplainForm()
    if form.validate_on_submit() and done(
        form,
        "stock.explain",
        lambda at: actions.explain(number, g.site.id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"The discrepancy of lot {unfit.lot.number} is explained.")
        return redirect(url_for("stock.discrepancies"))  # type: ignore[return-value]
    return page("explain", form, unfit=unfit)
