"""The page of a check report: every answer of every rule, what was said to it, and whether it still holds."""

from typing import Any

from flask import g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Operator, Permission, requires
from formulary.cocktails import actions, queries
from formulary.cocktails.labels import LIVE
from formulary.cocktails.labels import report as labels
from formulary.cocktails.labels.story import Story, story
from formulary.cocktails.views.pages import Page, bp
from formulary.rules.findings import Report, Stage


@bp.get("/<id:cocktail_id>/checks")
@requires(Permission.COMPOSE)
def checks(cocktail_id: int) -> Page:
    """The newest report of a cocktail; of a draft, what the checks say now of what is saved."""
    found, at = queries.cocktail(cocktail_id, g.actor), clock.now()
    told = story(found, at=at)
    if told.reports and found.state != "draft":
        return redirect(
            url_for("cocktails.check_report", cocktail_id=cocktail_id, report_id=told.reports[0].id)
        )
    signing = g.actor if g.actor.may(Permission.PRESCRIBE) else None
    checked = actions.check(found, Stage.SIGN, at=at, by=signing)
    return _page(told, labels.of_now(checked.report, checked.gathered.cocktail))


@bp.get("/<id:cocktail_id>/checks/<id:report_id>")
@requires(Permission.COMPOSE)
def check_report(cocktail_id: int, report_id: int) -> Page:
    """One kept report, as it was, beside what the same checks would say now."""
    found = queries.cocktail(cocktail_id, g.actor)
    report, told = queries.report(report_id, found), story(found, at=clock.now())
    return _page(told, labels.kept(report, told, _now(report, told)))


def _now(report: Any, told: Story) -> Report | None:
    """The same checks at this moment; None where nobody waits for them any more."""
    current = report.revision_id == told.revision.id and told.cocktail.state in LIVE
    if not labels.may_be_asked_again(report, current=current):
        return None
    signer: Any = Operator(told.names[report.by_id], person_id=report.by_id)
    signed_by = signer if report.stage == Stage.SIGN else None
    return actions.check(told.cocktail, Stage(report.stage), at=told.at, by=signed_by).report


def _page(told: Story, checks: labels.Checks) -> Page:
    return render_template("cocktails/checks.html", story=told, checks=checks)
