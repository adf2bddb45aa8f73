"""Who was touched by what was done: at a bench or shelf, by a preparer, a formula, a vial, a diluent."""

from datetime import datetime
from typing import Any

from flask import g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import Missing, retried, transaction
from formulary.recalls import actions, queries
from formulary.recalls.forms import WorkForm
from formulary.recalls.forms.cases import OF_DRAWS
from formulary.recalls.views.room import Page, bp, noted, page
from formulary.web.fields import read_id
from formulary.web.paging import Window

KEYS = ("preparer_id", "place_id", "formula_version_id")
TIMES = ("from_at", "to_at")


@bp.route("/work", methods=["GET", "POST"])
@requires(Permission.RECALL_LOOKUP, also_read_only=True)
@retried
def work() -> Page:
    """Which cocktails, vials and patients: counts, codes or names by role."""
    form, at, window = WorkForm(), clock.now(), Window.of(request.args)
    offer_work(form)
    if request.method == "GET":
        fill_work(form)
    is_asked = form.validate_on_submit() or window != Window()
    if not (is_asked and form.scope.is_of_draws):
        return page("work", form, found=None)
    found = queries.done_by(form.scope, by=g.actor, at=at, window=window)
    with transaction():
        actions.note_work(found, at=at, by=g.actor)
    return page("work", form, found=found, said=_said(form))


@bp.get("/cases/<id:case_id>/cocktails")
@requires(Permission.RECALL_LOOKUP)
@retried
def case_made(case_id: int) -> Page:
    """The cocktails of what a case says was done, a page at a time; no patient is named."""
    row, meant = queries.case(case_id), queries.draws_of_case(case_id)
    found, count = queries.made(meant, Window.of(request.args)), queries.made_count(meant)
    noted(row, "cocktails")
    return page("case_made", row=row, found=found, count=count)


def offer_work(form: WorkForm) -> None:
    """Fill the lists of a form that asks what was done."""
    form.offer_work(queries.preparers(), queries.benches_and_shelves(), queries.formula_versions())


def fill_work(form: WorkForm) -> None:
    """What the address names, as the pages of an excursion, a reaction and an answer link here."""
    try:
        keys = {name: read_id(request.args.get(name)) for name in KEYS}
        times = {name: _instant(request.args.get(name, "")) for name in TIMES}
    except ValueError:
        raise Missing("No such line") from None
    words = {name: request.args.get(name, "")[:60] for name in ("serials", "diluent")}
    for name, value in (keys | words).items():
        if value:
            form.fill(**{name: value})
    for name, moment in times.items():
        if moment is not None:
            form[name].data = moment
    title = request.args.get("title", "")[:200]
    if title and "title" in form:
        form.fill(title=title)


def _instant(text: str) -> datetime | None:
    found = datetime.fromisoformat(text) if text else None
    if found is not None and found.utcoffset() is None:
        raise ValueError("an instant without its zone")
    return found


def _said(form: WorkForm) -> dict[str, Any]:
    """The line as an address holds it: of its further pages, and of a case of just this."""
    said = {name: form[name].data for name in OF_DRAWS if form[name].data}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}
