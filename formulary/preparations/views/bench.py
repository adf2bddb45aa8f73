"""The bench: what waits, what is in hand, and taking a cocktail in hand."""

from flask import g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.audit import record_refusal
from formulary.cocktails import queries as cocktails
from formulary.db import retried, transaction
from formulary.preparations import actions, labels, queries
from formulary.preparations.forms import ClaimForm
from formulary.preparations.views.room import Page, attempt_page, back, bp
from formulary.rules.findings import Refused

MOST_CALLS = 50
UNVERIFIED = ("draft", "prescribed")
"""Its doses wait behind the blind entry: no page of the bench shows them."""


@bp.get("/")
@requires(Permission.PREPARE)
def index() -> Page:
    """What waits to be prepared, is being prepared, waits for release, or is ready to be given."""
    found = queries.at_bench(g.actor)
    names = accounts.person_names({attempt.preparer_id for _, attempt in found if attempt})
    waiting, count = labels.waiting(found), queries.at_bench_in_all(g.actor)
    start = {cocktail.id: ClaimForm(formdata=None) for cocktail, _ in found if cocktail.state == "verified"}
    told = {"waiting": waiting, "names": names, "count": count, "more": count - len(found), "start": start}
    return render_template("preparations/index.html", **told)


@bp.get("/record")
@requires(Permission.PREPARE)
def bench_record() -> Page:
    """By month: scans that were refused, and what one person checked alone; the newest refusals in words."""
    months = queries.by_month(g.site.id, g.site.zone)
    calls = queries.close_calls_at(g.site.id, MOST_CALLS)
    names = accounts.person_names({call.by_id for call, _ in calls})
    return render_template("preparations/record.html", months=months, calls=calls, names=names)


@bp.get("/cocktails/<id:cocktail_id>")
@requires(Permission.PREPARE)
def cocktail(cocktail_id: int) -> Page:
    """The bench page of a cocktail: its newest attempt, or the button that claims it."""
    found = cocktails.cocktail(cocktail_id, g.actor)
    if found.state == "verified":
        return _claim_page(cocktail_id, ClaimForm(formdata=None))
    return redirect(url_for("preparations.attempt", attempt_id=queries.latest(cocktail_id, g.actor).id))


@bp.post("/cocktails/<id:cocktail_id>/claim")
@requires(Permission.PREPARE)
@retried
def claim(cocktail_id: int) -> Page:
    """Claim a verified cocktail: everything is checked once more and its vials are reserved."""
    form = ClaimForm()
    try:
        with transaction():
            attempt = actions.claim(cocktail_id, at=clock.now(), by=g.actor, key=form.key)
    except Refused as refusal:
        record_refusal("preparations.claim", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return _claim_page(cocktail_id, form), 422
    return back(attempt.id)


@bp.get("/<id:attempt_id>")
@requires(Permission.PREPARE)
def attempt(attempt_id: int) -> Page:
    """One attempt: the step in hand fills the screen; then finish, release, label."""
    return attempt_page(attempt_id)


def _claim_page(cocktail_id: int, form: ClaimForm) -> str:
    found = cocktails.cocktail(cocktail_id, g.actor)
    snapshot = {} if found.state in UNVERIFIED else cocktails.revision(found).snapshot or {}
    lines = snapshot.get("lines", [])
    return render_template("preparations/claim.html", cocktail=found, lines=lines, form=form)
