"""Writing a formula: from nothing, from an approved version, or from a protocol that others published."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record_refusal
from formulary.catalogue import actions, queries
from formulary.catalogue.views.room import Page, bp
from formulary.catalogue.views.starting import nothing_yet, start_from, with_product
from formulary.catalogue.views.writing import Writing
from formulary.db import Missing, retried, transaction
from formulary.rules.findings import Refused
from formulary.web.fields.choices import read_id


@bp.route("/formulas/new", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def new_formula() -> Page:
    """Begin a formula, the next version of one, or the clinic's own copy of a published protocol."""
    work = Writing(_start())
    if work.may_save:
        try:
            with transaction():
                row = actions.draft_formula(at=clock.now(), by=g.actor, key=work.form.key, **work.written())
        except Refused as refusal:
            record_refusal("catalogue.draft_formula", refusal, by=g.actor)
            work.form.add_findings(refusal.findings)
        else:
            return _saved(row)
    return _page(work)


@bp.route("/formulas/<id:version_id>/edit", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def edit_formula(version_id: int) -> Page:
    """Change a draft, until it is submitted."""
    row = queries.formula_version(version_id)
    if row.status != "draft" and request.method == "GET":
        return redirect(url_for("catalogue.formula", version_id=version_id))
    work = Writing(start_from(row, revising=True), version_id=version_id)
    if work.may_save:
        kept = {"version": work.form.version, "key": work.form.key, **work.written()}
        try:
            with transaction():
                row = actions.revise_formula(version_id, at=clock.now(), by=g.actor, **kept)
        except Refused as refusal:
            record_refusal("catalogue.revise_formula", refusal, by=g.actor)
            work.form.add_findings(refusal.findings)
        else:
            return _saved(row)
    return _page(work)


def _start() -> dict[str, Any]:
    """What the form begins with: the version that the address names, with another product where it does."""
    version_id, number, product_id = (_asked(name) for name in ("from", "line", "product"))
    if version_id is None:
        return nothing_yet()
    version = queries.formula_version(version_id)
    if number is None or product_id is None:
        return start_from(version, revising=False)
    return with_product(version, number, product_id)


def _asked(name: str) -> int | None:
    try:
        return read_id(request.args.get(name))
    except ValueError:
        raise Missing(f"No {name} {request.args.get(name)}") from None


def _saved(row: Any) -> Page:
    flash(f"{row} is kept as a draft.")
    return redirect(url_for("catalogue.formula", version_id=row.id))


def _page(work: Writing) -> Page:
    page = render_template("catalogue/formula_edit.html", work=work, form=work.form)
    return page, 422 if work.form.problems() else 200
