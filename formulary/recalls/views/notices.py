"""Notices from outside: brought in, listed, read against our lots, decided."""

from flask import flash, g, redirect, request, url_for

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.recalls import actions, labels, queries
from formulary.recalls.forms import DecideNoticeForm, NoticesForm
from formulary.recalls.views.room import Page, bp, done, page, to_case
from formulary.web import fields as f
from formulary.web.paging import Window


@bp.get("/notices")
@requires(Permission.RECALL_LOOKUP)
def notices() -> Page:
    """The notices on record, the newest first, each against our lots of now."""
    found, rows = queries.notices(Window.of(request.args))
    return page("notices", found=found, rows=rows, words=labels.case_words)


@bp.route("/notices/import", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def import_notices() -> Page:
    """Bring notices in; what is on record as it is, is passed over."""
    form = NoticesForm()
    if form.validate_on_submit() and (
        made := done(
            form, "recalls.import_notices", lambda at: actions.import_notices(form.raw, at=at, by=g.actor)
        )
    ):
        flash(f"{made.new} new, {made.changed} changed, {made.known} on record already.")
        return redirect(url_for("recalls.notices"), 303)
    return page("notices_import", form)


@bp.route("/notices/<id:notice_id>", methods=["GET", "POST"])
@requires(Permission.RECALL_LOOKUP)
@retried
def notice(notice_id: int) -> Page:
    """The words of a notice, the lots of ours that it may mean, and what a person makes of it."""
    found, form = queries.notice(notice_id), DecideNoticeForm()
    form.chosen.choices = f.choices([(one.lot_id, _lot_words(one)) for one in found.proposed])
    if request.method == "POST":
        g.actor.must(Permission.RECALL_CASES)
    if form.validate_on_submit() and (
        row := done(
            form,
            "recalls.decide_notice",
            lambda at: actions.decide_notice(notice_id, **form.values(), at=at, by=g.actor, key=form.key),
        )
    ):
        flash(f"Notice {row.number} is decided.")
        return to_case(row.case_id) if row.decision == "case" else redirect(url_for("recalls.notices"), 303)
    case = queries.case(found.row.case_id) if found.row.case_id else None
    more = {"versions": queries.versions(notice_id), "words": labels.case_words, "case": case}
    return page("notice", form, one=found, **more)


def _lot_words(one: queries.Proposed) -> str:
    return f"{one.number}, {one.product}: {labels.case_words.FOUND[one.how]}"
