"""The page on which a prescription is verified blind, or given back."""

from datetime import datetime

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.audit import record_refusal
from formulary.cocktails import actions, queries
from formulary.cocktails.actions.signing import TOTAL, Checked, asked_lines
from formulary.cocktails.forms import ReturnForm, VerifyForm
from formulary.cocktails.labels.story import Review, review
from formulary.cocktails.views.pages import Page, bp
from formulary.db import retried, transaction
from formulary.rules.findings import Refused, Stage
from formulary.rules.units import Quantity, units_of


@bp.route("/<id:cocktail_id>/verify", methods=["GET", "POST"])
@requires(Permission.VERIFY)
@retried
def verify(cocktail_id: int) -> Page:
    """Verify: what changed and what was answered first, then the blind boxes, and only then the doses."""
    at, found = clock.now(), queries.cocktail(cocktail_id, g.actor)
    if found.state != "prescribed" and request.method == "GET":
        return redirect(url_for("cocktails.cocktail", cocktail_id=cocktail_id))
    checked = actions.check(found, Stage.VERIFY, at=at)
    form = _blind_form(checked)
    if form.validate_on_submit():
        try:
            by = guards.own_secret(form.own_secret.data, at=at, field=form.own_secret.name)
            with transaction():
                entry = actions.verify(cocktail_id, answers=_answers(form), at=at, by=by, key=form.key)
        except Refused as refusal:
            record_refusal("cocktails.verify", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            return _after(cocktail_id, agreed=entry.agreed)
    return _page(checked, form, ReturnForm(formdata=None), at=at)


@bp.post("/<id:cocktail_id>/return")
@requires(Permission.VERIFY)
@retried
def return_(cocktail_id: int) -> Page:
    """Give a prescription back with a reason: the prescriber gets a new revision."""
    form = ReturnForm()
    if not form.validate():
        checked = actions.check(queries.cocktail(cocktail_id, g.actor), Stage.VERIFY, at=clock.now())
        return _page(checked, _blind_form(checked), form, at=clock.now())
    with transaction():
        given_back = actions.return_to_draft(
            cocktail_id, reason=form.reason.data, at=clock.now(), by=g.actor, key=form.key
        )
    flash(f"{given_back.code} went back to the prescriber as revision {given_back.revision_number}.")
    return redirect(url_for("cocktails.cocktail", cocktail_id=cocktail_id))


def _blind_form(checked: Checked) -> VerifyForm:
    asked = asked_lines(checked)
    form = (
        VerifyForm(doses=[{"line": line.number} for line in asked])
        if request.method == "GET"
        else VerifyForm()
    )
    products = {line.number: checked.gathered.products[line.product_id] for line in checked.revision.lines}
    for box in form.doses:
        product = products.get(box.form.line.data)
        if product is not None:
            box.form.dose.label.text = f"Dose of {product.ingredient.name}"
            offered = (u for u in units_of(product.ingredient.dimension) if u.code != "kg")
            box.form.dose.offer(sorted(offered, key=lambda u: (u.code != "mg", u.steps)))
    return form


def _answers(form: VerifyForm) -> dict[int, Quantity]:
    return {TOTAL: form.total.data} | {box.form.line.data: box.form.dose.data for box in form.doses}


def _page(checked: Checked, form: VerifyForm, give_back: ReturnForm, *, at: datetime) -> Page:
    shown: Review = review(checked, at=at, by=g.actor)
    page = render_template(
        "cocktails/verify.html",
        review=shown,
        form=form,
        give_back=give_back,
        alone_from=_alone_from(checked, at),
    )
    return page, 422 if form.errors or give_back.errors else 200


def _alone_from(checked: Checked, at: datetime) -> datetime | None:
    """From when on the reader may verify what they signed themselves; None where another person does."""
    revision = checked.revision
    is_own = revision.prescriber_id == g.actor.person_id
    alone = is_own and actions.second(g.site, "verify") is actions.Second.ALONE
    return actions.may_go_at(g.site, revision.prescribed_at, at) if alone else None


def _after(cocktail_id: int, *, agreed: bool) -> Response:
    if not agreed:
        flash(
            "Your entry differs from what was prescribed. Compare the two, then verify again or give it back."
        )
        return redirect(url_for("cocktails.verify", cocktail_id=cocktail_id))
    flash("Verified. It waits at the bench.")
    return redirect(url_for("cocktails.cocktail", cocktail_id=cocktail_id))
