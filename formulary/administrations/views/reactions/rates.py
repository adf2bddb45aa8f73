"""How often something was followed by a reaction: n of m, as a page and as a file."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import g, render_template
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, RecallSight, requires
from formulary.accounts import queries as accounts
from formulary.administrations.forms import RatesForm
from formulary.administrations.labels import reactions as labels
from formulary.administrations.queries import reactions as queries
from formulary.administrations.queries.reactions import SUBJECTS, Span
from formulary.administrations.views.reactions.room import Answer, bp, zone
from formulary.audit import log_access
from formulary.db import Missing, retried, transaction
from formulary.web import sheets

YEAR = timedelta(days=365)
COLUMNS = (
    "what", "more", "sessions followed by a reaction", "sessions followed by a serious reaction",
    "sessions given", "from", "to",
)  # fmt: skip


@bp.get("/rates")
@requires(Permission.SEE_STOCK)
def rates() -> Answer:
    """By ingredient, product, lot or formula: of so many sessions given, so many were followed by one."""
    form, (since, until) = _asked()
    found = queries.rates(form.by.data, _span(since, until)) if not form.errors else None
    shown = {"subject": labels.SUBJECT.get(form.by.data, ""), "kept": _kept(form, since, until)}
    page = render_template("reactions/rates.html", form=form, found=found, since=since, until=until, **shown)
    return page, 422 if form.errors else 200


@bp.get("/rates.csv")
@requires(Permission.SEE_STOCK)
def rates_csv() -> Response:
    """The same as a file; it holds counts and nobody."""
    form, (since, until) = _asked()
    if form.errors:
        raise Missing("No such rates")
    found = queries.rates(form.by.data, _span(since, until))
    rows = [
        (
            rate.name,
            rate.detail,
            rate.followed,
            rate.serious,
            rate.given,
            since.isoformat(),
            until.isoformat(),
        )
        for rate in found.rows
    ]
    return sheets.answer(sheets.Sheet(f"reactions-by-{form.by.data}", COLUMNS, rows), "csv")


@bp.get("/rates/<any(ingredient,product,lot,formula):subject>/<id:key>")
@requires(Permission.RECALL_LOOKUP)
@retried
def behind(subject: str, key: int) -> Answer:
    """The reactions behind a rate, by codes; counts alone for whoever sees counts."""
    form, (since, until) = _asked()
    span, at = _span(since, until), clock.now()
    counts_only = g.actor.recall_sight is RecallSight.COUNTS
    with transaction():
        found = queries.reactions_behind(subject, key, span)
        shown = 0 if counts_only else len({code for _, code in found.rows})
        log_access("reactions.behind", by=g.actor, at=at, patients=shown, detail=f"{subject} {found.name}")
    lines = [] if counts_only else labels.lines([row for row, _ in found.rows], zone(), at, in_words=False)
    more = {"since": since, "until": until, "kept": _kept(form, since, until) | {"by": subject}}
    more["shown"] = labels.shown(len(found.rows), found.in_all)
    codes = [code for _, code in found.rows]
    rows = list(zip(lines, codes, strict=False))
    heading = labels.SUBJECT[subject]
    page = render_template(
        "reactions/behind.html", found=found, rows=rows, subject=subject, key=key, heading=heading, **more
    )
    return page, 200


def _asked() -> tuple[RatesForm, tuple[date, date]]:
    """What was asked, and the days: the last year where nothing is said; wrong days stand as errors."""
    form = RatesForm()
    form.by.data = form.by.data or SUBJECTS[2]
    form.validate()
    today = accounts.day_at(g.site.id, clock.now())
    until = form.until.data or today
    since = form.since.data or until - YEAR
    if since > until:
        form.since.errors = [*form.since.errors, "This day is after the other one. Turn them round."]
    form.since.data, form.until.data = since, until
    return form, (since, until)


def _span(since: date, until: date) -> Span:
    return Span(_begins(since), _begins(until + timedelta(days=1)))


def _begins(day: date) -> datetime:
    """The first instant of a day at the site."""
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def _kept(form: RatesForm, since: date, until: date) -> dict[str, Any]:
    return {"by": form.by.data, "since": since.isoformat(), "until": until.isoformat()}
