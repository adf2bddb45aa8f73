"""Pages of what goes together: the whole table, one row, and the rules that the clinic adds to it."""

from dataclasses import fields, replace
from typing import Any

from flask import abort, flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import ApproveForm, EndRuleForm, RuleForm, WithdrawForm
from formulary.catalogue.views.acting import done, to_withdraw
from formulary.catalogue.views.room import Page, bp
from formulary.db import retried
from formulary.rules.units import MASS, Quantity


@bp.get("/compatibility")
@requires(Permission.USE_THE_APP)
def compatibility() -> Page:
    """The whole table of what goes together and what does not, and what waits to be added."""
    return render_template(
        "catalogue/compatibility.html",
        rules=worded(queries.rules()),
        waiting=worded(queries.rules_waiting()),
        may_add=g.actor.may(Permission.AUTHOR),
    )


@bp.get("/compatibility/<id:rule_id>")
@requires(Permission.USE_THE_APP)
def rule(rule_id: int) -> Page:
    """One version of a row: what it says, by whose word, who signed, and its other versions."""
    return _rule(rule_id)


@bp.route("/compatibility/add", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def add_rule() -> Page:
    """Write a rule of the clinic."""
    return _write(None)


@bp.route("/compatibility/<id:rule_id>/change", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def change_rule(rule_id: int) -> Page:
    """Write the next version of a rule of the clinic."""
    row = queries.rule(rule_id)
    if row.origin != "clinic":
        abort(404)
    return _write(row)


@bp.post("/compatibility/<id:rule_id>/approve")
@requires(Permission.APPROVE)
@retried
def approve_rule(rule_id: int) -> Page:
    """Answer for a rule with one's own password."""
    form = ApproveForm()
    if form.validate_on_submit() and done(
        form,
        "catalogue.approve_rule",
        lambda by: actions.approve_rule(rule_id, version=form.version, at=clock.now(), by=by, key=form.key),
        signed=True,
    ):
        flash("The rule is approved, and asked from now on.")
        return redirect(url_for("catalogue.rule", rule_id=rule_id))
    return _rule(rule_id, approve=form), 422


@bp.post("/compatibility/<id:rule_id>/withdraw")
@requires(Permission.AUTHOR)
@retried
def withdraw_rule(rule_id: int) -> Page:
    """Take back or turn down what waits."""
    form = WithdrawForm()
    if form.validate_on_submit() and done(
        form,
        "catalogue.withdraw_rule",
        lambda by: actions.withdraw_rule(
            rule_id, reason=form.reason.data, version=form.version, at=clock.now(), by=by, key=form.key
        ),
    ):
        flash("The rule is withdrawn.")
        return redirect(url_for("catalogue.rule", rule_id=rule_id))
    return _rule(rule_id, withdraw=form), 422


@bp.post("/compatibility/<id:rule_id>/end")
@requires(Permission.AUTHOR)
@retried
def end_rule(rule_id: int) -> Page:
    """Propose that a rule of the clinic no longer holds."""
    form, row = EndRuleForm(), queries.rule(rule_id)
    if form.validate_on_submit() and (
        ended := done(
            form,
            "catalogue.propose_rule",
            lambda by: actions.propose_rule(
                _ended(row, form.why.data), in_place_of=rule_id, at=clock.now(), by=by, key=form.key
            ),
        )
    ):
        flash("It waits for another person's approval.")
        return redirect(url_for("catalogue.rule", rule_id=ended.id))
    return _rule(rule_id, end=form), 422


def worded(rules: list) -> list[labels.Rule]:  # type: ignore[type-arg]
    """The rows of the table in words."""
    names, meanings = queries.ingredient_names(), labels.meanings(queries.groups())
    instead = {row.loosens: row.number for row in rules if row.loosens and labels.stands(row)}
    return [
        replace(labels.rule(row, names, meanings), replaced_by=instead.get(row.number, "")) for row in rules
    ]


def _write(old: Any) -> Page:
    form = RuleForm(data={} if old is None else _typed(old))
    shipped = [row for row in queries.rules() if row.origin == "shipped" and row.kind in labels.MIXED]
    form.offer(
        _sides(),
        [(row.number, f"{row.number}: {row.a} with {row.b}, {row.level}") for row in worded(shipped)],
    )
    if form.validate_on_submit() and (
        row := done(
            form,
            "catalogue.propose_rule",
            lambda by: actions.propose_rule(
                actions.RuleTerms(**form.terms()),
                in_place_of=None if old is None else old.id,
                at=clock.now(),
                by=by,
                key=form.key,
            ),
        )
    ):
        flash("It waits for another person's approval.")
        return redirect(url_for("catalogue.rule", rule_id=row.id))
    page = render_template("catalogue/rule_edit.html", form=form, old=old)
    return page, 422 if form.errors else 200


def _sides() -> list[tuple[str, str]]:
    """Every group and every substance a rule may be about."""
    groups = [(f"group:{group.word}", f"all: {group.meaning}") for group in queries.groups()]
    names = sorted(queries.ingredient_names().items(), key=lambda item: item[1].casefold())
    return [*groups, *((f"ingredient:{key}", name) for key, name in names)]


def _typed(row: Any) -> dict[str, Any]:
    """What a version says, as the form takes it."""
    said = {field.name: getattr(row, field.name) for field in fields(actions.RuleTerms)}
    for name in ("concentration_from", "concentration_below"):
        said[name] = None if said[name] is None else Quantity(said[name], MASS)
    figures = {
        name: labels.figure_text(said[name]) for name in ("ratio_from", "ratio_below", "ph_from", "ph_below")
    }
    return {**said, **figures, "reason": ""}


def _ended(row: Any, why: str) -> actions.RuleTerms:
    said = {field.name: getattr(row, field.name) for field in fields(actions.RuleTerms)}
    return actions.RuleTerms(**said | {"kind": "superseded", "reason": why})


def _never(row: Any) -> list[str]:
    """Why it would never be asked, for a version that is, or may be."""
    loosened = queries.rule_in_use(row.loosens) if row.loosens else None
    meanings = labels.meanings(queries.groups())
    empty = [meanings.get(word, word) for word in queries.empty_groups((row.a, row.b))]
    return labels.never_applies(row, loosened, empty)


def _rule(rule_id: int, **forms: Any) -> str:
    row = queries.rule(rule_id)
    author, versions = g.actor.may(Permission.AUTHOR), queries.versions_of_rule(row)
    own = row.origin == "clinic"
    return render_template(
        "catalogue/rule.html",
        row=row,
        rule=worded([row])[0],
        never=_never(row),
        versions=worded([other for other in versions if other.id != row.id]),
        author=accounts.person_names([row.author_id]).get(row.author_id or 0, ""),
        signatures=accounts.signatures_on("compatibility_rule", row.id),
        approve=forms.get("approve") or ApproveForm(formdata=None, obj=row),
        withdraw=forms.get("withdraw") or to_withdraw(row),
        end=forms.get("end") or EndRuleForm(formdata=None),
        may_approve=row.status == "draft" and g.actor.may(Permission.APPROVE),
        may_withdraw=row.status == "draft" and author,
        may_change=own and author and row.status == "in_use" and row.kind != "superseded",
    )
