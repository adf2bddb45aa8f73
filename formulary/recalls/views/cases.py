"""Cases: their list, a new one, the page of one, what it covers, and who looked at it."""

from datetime import datetime

from flask import flash, g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import Missing, retried
from formulary.recalls import actions, labels, queries
from formulary.recalls.actions import NewCase
from formulary.recalls.forms import DecideLotForm, NewCaseForm, ScopeForm
from formulary.recalls.labels.documents import case_documents
from formulary.recalls.queries.documents import documents_of
from formulary.recalls.views.made import fill_work, offer_work
from formulary.recalls.views.room import Page, bp, done, noted, page, to_case
from formulary.web.fields import read_id
from formulary.web.paging import Window


@bp.get("/cases")
@requires(Permission.RECALL_LOOKUP)
def cases() -> Page:
    """The recall cases of the organisation, the newest first."""
    found = queries.cases(Window.of(request.args))
    return page("cases", found=found, words=labels.case_words)


@bp.route("/cases/new", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def new_case() -> Page:
    """Make a case, of a lot that was looked up or of one that nobody here ever had."""
    form = NewCaseForm()
    form.offer(queries.products())
    offer_work(form)
    if request.method == "GET":
        _fill(form)
    if form.validate_on_submit() and (made := done(form, "recalls.create_case", lambda at: _made(form, at))):
        flash(f"Case {made.code} is made.")
        return to_case(made.id)
    return page("case_new", form)


@bp.get("/cases/<id:case_id>")
@requires(Permission.RECALL_LOOKUP)
@retried
def case(case_id: int) -> Page:
    """A case: what it covers, what it stopped, its list, contacts, balance and history."""
    row, at = queries.case(case_id), clock.now()
    told = labels.case_told(row, at=at, by=g.actor)
    noted(row, "page")
    files = case_documents(documents_of(row.id))
    more = {"documents": files, "notices": queries.notices_of_case(row.id)}
    return page("case", row=row, told=told, words=labels.case_words, **more)


@bp.route("/cases/<id:case_id>/scope", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def add_scope(case_id: int) -> Page:
    """Write down a further line of what the case covers."""
    row, form = queries.case(case_id), ScopeForm()
    form.offer(queries.products())
    offer_work(form)
    if form.validate_on_submit() and done(
        form,
        "recalls.add_scope",
        lambda at: actions.add_scope(case_id, form.scope, at=at, by=g.actor, key=form.key),
    ):
        flash("The scope is written down. What looks alike waits for your decision.")
        return to_case(case_id)
    return page("case_scope", form, row=row)


@bp.route("/cases/<id:case_id>/lots/<id:row_id>", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def decide_lot(case_id: int, row_id: int) -> Page:
    """Decide whether a lot is meant."""
    row, found, form = queries.case(case_id), queries.case_lot(case_id, row_id), DecideLotForm()
    form.row_version.data = form.row_version.data or found.row.row_version
    if form.validate_on_submit() and done(
        form,
        "recalls.decide_lot",
        lambda at: _decided(case_id, row_id, form, at),
    ):
        flash(f"Lot {found.lot.number} is decided.")
        return to_case(case_id)
    found = queries.case_lot(case_id, row_id)
    form.row_version.data = found.row.row_version if form.findings else form.row_version.data
    return page("case_lot", form, row=row, found=found, words=labels.case_words)


@bp.get("/cases/<id:case_id>/views")
@requires(Permission.RECALL_LOOKUP)
def case_views(case_id: int) -> Page:
    """Who looked at a case, in which form, and how many patients it showed them."""
    row = queries.case(case_id)
    return page("case_views", row=row, found=queries.views_of(row.id, Window.of(request.args)))


def _made(form: NewCaseForm, at: object) -> object:
    named = {"at": at, "by": g.actor}
    made = actions.create_case(NewCase(**form.told()), form.scope, **named, key=form.key)
    if form.at_once.data and made.state == "draft":
        actions.open_case(made.id, **named)
        actions.contain(made.id, **named)
    return made


def _decided(case_id: int, row_id: int, form: DecideLotForm, at: datetime) -> object:
    told = form.values() | {"version": form.version}
    return actions.decide_lot(case_id, row_id, **told, at=at, by=g.actor, key=form.key)


def _fill(form: NewCaseForm) -> None:
    """The lot that the address names, as the page of its answer links here."""
    try:
        lot_id = read_id(request.args.get("lot"))
    except ValueError:
        raise Missing("No such lot") from None
    if lot_id is not None:
        lot = queries.lots_found([lot_id]).exact[0]
        form.fill(number=lot.number, product_id=lot.product_id, title=f"Lot {lot.number}, {lot.product}")
    fill_work(form)
