"""Pages of formulas: the list, one version, two versions told apart, other products, each step of a life."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.accounts.guards import own_secret
from formulary.audit import record_refusal
from formulary.catalogue import actions, facts, labels, queries
from formulary.catalogue.forms import ApproveForm
from formulary.catalogue.forms.formulas import AgainstForm, GiveBackForm, RetireForm, SubmitForm
from formulary.catalogue.views.room import Page, bp
from formulary.db import retried, transaction
from formulary.rules.compatibility import Examined, Mixture, examine
from formulary.rules.findings import Refused
from formulary.rules.formulas import Change, Content, difference, figures, lines_of
from formulary.web import fields as f
from formulary.web.forms import Form

FORMS = {"approve": ApproveForm, "submit": SubmitForm, "give_back": GiveBackForm, "retire": RetireForm}


@bp.get("/formulas")
@requires(Permission.USE_THE_APP)
def formulas() -> Page:
    """Formulas: approved here first, then those that others published."""
    return render_template(
        "catalogue/formulas.html", versions=queries.formulas(), may_write=g.actor.may(Permission.AUTHOR)
    )


@bp.get("/formulas/<id:version_id>")
@requires(Permission.USE_THE_APP)
def formula(version_id: int) -> Page:
    """One version of a formula: lines, accepted ranges and pairs, what changed, and who signed."""
    return _formula(version_id)


@bp.get("/formulas/<id:version_id>/difference")
@requires(Permission.USE_THE_APP)
def formula_difference(version_id: int) -> Page:
    """What a version says otherwise than another one, chosen here."""
    row = queries.formula_version(version_id)
    form, others = AgainstForm(), queries.comparable(row)
    form.against.choices = f.choices([(other.id, str(other)) for other in others], empty="Choose a version…")
    asked = form.against.data if form.validate() else None
    chosen = next((other.id for other in others if other.id == asked), None)
    before = queries.formula_version(chosen) if chosen else queries.version_before(row)
    return render_template(
        "catalogue/formula_difference.html",
        version=row,
        before=before,
        form=form,
        changes=_changes(row, before),
    )


@bp.get("/formulas/<id:version_id>/substitutes")
@requires(Permission.USE_THE_APP)
def formula_substitutes(version_id: int) -> Page:
    """Which other products hold the same substances, and what each would change."""
    row = queries.formula_version(version_id)
    content = facts.content(row)
    rules, mark = facts.compatibilities(), g.site.decimal_mark
    return render_template(
        "catalogue/formula_substitutes.html",
        version=row,
        lines=labels.substitutes(content, facts.products_like(content), rules, mark),
        may_write=g.actor.may(Permission.AUTHOR),
    )


@bp.post("/formulas/<id:version_id>/submit")
@requires(Permission.AUTHOR)
@retried
def submit_formula(version_id: int) -> Page:
    """Hand a draft over for approval."""
    return _act(version_id, SubmitForm(), actions.submit_formula, "{} waits for another person's approval.")


@bp.post("/formulas/<id:version_id>/give-back")
@requires(Permission.AUTHOR)
@retried
def give_back_formula(version_id: int) -> Page:
    """Give a version back to its author, with a reason."""
    return _act(version_id, GiveBackForm(), actions.give_back_formula, "{} is a draft again.")


@bp.post("/formulas/<id:version_id>/retire")
@requires(Permission.APPROVE)
@retried
def retire_formula(version_id: int) -> Page:
    """Take a version out of use, with a reason."""
    return _act(version_id, RetireForm(), actions.retire_formula, "{} is out of use.")


@bp.post("/formulas/<id:version_id>/approve")
@requires(Permission.APPROVE)
@retried
def approve(version_id: int) -> Page:
    """Answer for a formula with one's own password."""
    form = ApproveForm()
    if form.validate_on_submit():
        try:
            by = own_secret(form.secret.data, at=clock.now(), field=form.secret.name)
            with transaction():
                row = actions.approve_formula(
                    version_id, version=form.version, at=clock.now(), by=by, key=form.key
                )
        except Refused as refusal:
            record_refusal("catalogue.approve_formula", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash(f"{row} is approved.")
            return redirect(url_for("catalogue.formula", version_id=version_id))
    return _formula(version_id, form), 422


def _act(version_id: int, form: Form, action: Callable[..., Any], done: str) -> Page:
    """One step of a version's life, from a form with or without a reason."""
    if form.validate_on_submit():
        said, at = form.values(), clock.now()
        try:
            with transaction():
                row = action(version_id, version=form.version, **said, at=at, by=g.actor, key=form.key)
        except Refused as refusal:
            record_refusal(f"catalogue.{action.__name__}", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash(done.format(row))
            return redirect(url_for("catalogue.formula", version_id=version_id))
    return _formula(version_id, form), 422


def _formula(version_id: int, refused: Form | None = None) -> str:
    row, names = queries.formula_version(version_id), queries.ingredient_names()
    content, before = facts.content(row), queries.version_before(row)
    return render_template(
        "catalogue/formula.html",
        version=row,
        content=content,
        lines=labels.lines(content),
        pairs=[labels.pair(pair, names) for pair in row.pairs],
        author=accounts.person_names([row.author_id]).get(row.author_id or 0, ""),
        signatures=accounts.signatures_on("formula_version", row.id),
        before=before,
        changes=_changes(row, before),
        examined=_examined(content),
        acts=labels.acts(row, g.actor),
        forms=_forms(row.row_version, refused),
        refused=refused,
        states=labels.STATES,
        confidences=labels.CONFIDENCES,
    )


def _forms(version: int, refused: Form | None) -> dict[str, Form]:
    """A form per act; the one that was refused comes back as it was typed."""
    return {
        name: refused if isinstance(refused, kind) else kind(formdata=None, row_version=version)
        for name, kind in FORMS.items()
    }


def _changes(row, before) -> Sequence[Change]:  # type: ignore[no-untyped-def]
    if before is None:
        return ()
    return difference(facts.content(before), facts.content(row), g.site.decimal_mark)


def _examined(content: Content) -> Examined:
    """What the table says of the lines, at the concentrations that are known."""
    found = figures(content)
    concentrations = {number: each.concentration for number, each in found.items()}
    volumes = {number: each.volume for number, each in found.items()}
    return examine(facts.compatibilities(), Mixture(tuple(lines_of(content)), concentrations, volumes))
