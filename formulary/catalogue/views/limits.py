"""Pages of limits: what stands and what stood, the proposal, what waits, and the signature under it."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import ApproveForm, EndForm, LimitForm, WithdrawForm
from formulary.catalogue.views.acting import done, to_withdraw
from formulary.catalogue.views.room import Page, bp
from formulary.db import Missing, retried
from formulary.rules.units import dimension
from formulary.web.paging import Window


@bp.get("/limits")
@requires(Permission.USE_THE_APP)
def limits() -> Page:
    """What waits for another person's approval, and what was decided lately."""
    today = accounts.day_at(g.site.id, clock.now())
    waiting, decided = queries.limits_waiting(Window.of(request.args)), queries.limits_decided()
    names = accounts.person_names(row.author_id for row in (*waiting, *decided))
    shown = [[_listed(row, today, names) for row in rows] for rows in (waiting, decided)]
    many, pages = queries.how_many_limits_wait(), {"page": waiting}
    return render_template("catalogue/limits.html", waiting=shown[0], decided=shown[1], many=many, **pages)


@bp.get("/limits/<id:limit_id>")
@requires(Permission.USE_THE_APP)
def limit(limit_id: int) -> Page:
    """One version of a figure: whose word it is, who proposed and who signed, and its other versions."""
    return _limit(limit_id)


@bp.route("/products/<id:product_id>/limits/propose", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def propose_for_product(product_id: int) -> Page:
    """Propose a limit of one product."""
    return _propose(queries.product(product_id))


@bp.route("/ingredients/<id:ingredient_id>/limits/propose", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def propose_for_ingredient(ingredient_id: int) -> Page:
    """Propose a limit of every product of a substance."""
    return _propose(queries.ingredient(ingredient_id))


@bp.post("/limits/<id:limit_id>/approve")
@requires(Permission.APPROVE)
@retried
def approve_limit(limit_id: int) -> Page:
    """Answer for a limit with one's own password."""
    form = ApproveForm()
    if form.validate_on_submit() and done(
        form,
        "catalogue.approve_limit",
        lambda by: actions.approve_limit(limit_id, version=form.version, at=clock.now(), by=by, key=form.key),
        signed=True,
    ):
        flash("The limit is approved.")
        return redirect(url_for("catalogue.limit", limit_id=limit_id))
    return _limit(limit_id, approve=form), 422


@bp.post("/limits/<id:limit_id>/withdraw")
@requires(Permission.AUTHOR)
@retried
def withdraw_limit(limit_id: int) -> Page:
    """Take back or turn down what waits."""
    form = WithdrawForm()
    if form.validate_on_submit() and done(
        form,
        "catalogue.withdraw_limit",
        lambda by: actions.withdraw_limit(
            limit_id, reason=form.reason.data, version=form.version, at=clock.now(), by=by, key=form.key
        ),
    ):
        flash("The proposal is withdrawn.")
        return redirect(url_for("catalogue.limit", limit_id=limit_id))
    return _limit(limit_id, withdraw=form), 422


@bp.post("/limits/<id:limit_id>/end")
@requires(Permission.AUTHOR)
@retried
def end_limit(limit_id: int) -> Page:
    """Propose that a limit of the clinic's own ends."""
    form = EndForm()
    if form.validate_on_submit() and (
        row := done(
            form,
            "catalogue.end_limit",
            lambda by: actions.end_limit(
                limit_id,
                reason=form.reason.data,
                valid_from=form.valid_from.data,
                at=clock.now(),
                by=by,
                key=form.key,
            ),
        )
    ):
        flash("It waits for another person's approval.")
        return redirect(url_for("catalogue.limit", limit_id=row.id))
    return _limit(limit_id, end=form), 422


def shown_limits(of: Any) -> dict[str, Any]:
    """What the page of a product or a substance says of its limits."""
    today = accounts.day_at(g.site.id, clock.now())
    return {
        "figures": labels.figures(of, today),
        "versions": labels.other_versions(of, today),
        "may_state": g.actor.may(Permission.AUTHOR),
        "may_propose": g.actor.may(Permission.AUTHOR) and _can_be_limited(of),
    }


def _can_be_limited(of: Any) -> bool:
    """Whether one figure can hold for it: units of activity are never the same for two products."""
    return bool(of.dimension != "units")


def _propose(of: Any) -> Page:
    if not _can_be_limited(of):
        raise Missing(f"{of} is measured in units of each product's own: limit a product")
    form = LimitForm(data={"route": "ID", "valid_from": accounts.day_at(g.site.id, clock.now())})
    standing = [row for row in of.limits if row.holds_on(None) and row.kind != "unknown"]
    replaceable = [(row.id, labels.short(row)) for row in standing]
    form.offer(dimension(of.dimension), replaceable, labels.known_bases(of), labels.own_unit(of))
    if form.validate_on_submit() and (
        row := done(
            form,
            "catalogue.propose_limit",
            lambda by: actions.propose_limit(
                of,
                actions.Figures(**form.figures()),
                actions.Terms(**form.terms()),
                in_place_of=form.in_place_of.data,
                at=clock.now(),
                by=by,
                key=form.key,
            ),
        )
    ):
        flash("It waits for another person's approval.")
        return redirect(url_for("catalogue.limit", limit_id=row.id))
    page = render_template("catalogue/propose_limit.html", form=form, of=of, back=page_of(of))
    return page, 422 if form.errors else 200


def _limit(limit_id: int, **forms: Any) -> str:
    row, today = queries.limit(limit_id), accounts.day_at(g.site.id, clock.now())
    of, author = labels.whose(row), g.actor.may(Permission.AUTHOR)
    approve = forms.get("approve") or ApproveForm(formdata=None, obj=row)
    replaced = None if row.in_place_of_id is None else queries.limit(row.in_place_of_id)
    return render_template(
        "catalogue/limit.html",
        limit=row,
        of=of,
        back=page_of(of),
        figure=labels.figure(row, of.dimension, today),
        versions=[labels.figure(other, of.dimension, today) for other in queries.versions_of(row)],
        replaced=None if replaced is None else labels.figure(replaced, of.dimension, today),
        author=accounts.person_names([row.author_id]).get(row.author_id or 0, ""),
        signatures=accounts.signatures_on("catalogue_limit", row.id),
        form=approve,
        withdraw=forms.get("withdraw") or to_withdraw(row),
        end=forms.get("end") or EndForm(formdata=None, valid_from=today),
        may_approve=row.status == "proposed" and g.actor.may(Permission.APPROVE),
        may_withdraw=row.status == "proposed" and author,
        may_end=author and row.kind == "clinic_limit" and row.holds_on(None),
    )


def _listed(row: Any, today: Any, names: dict[int, str]) -> Any:
    of = labels.whose(row)
    return row, of, labels.figure(row, of.dimension, today), names.get(row.author_id or 0, "")


def page_of(of: Any) -> str:
    """The page of a product or a substance."""
    if of.__tablename__ == "product":
        return url_for("catalogue.product", product_id=of.id)
    return url_for("catalogue.ingredient", ingredient_id=of.id)
