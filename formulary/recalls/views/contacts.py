"""Whom a case must reach: the worklist, and one patient with every attempt."""

from zoneinfo import ZoneInfo

from flask import Response, flash, g, redirect, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.db import Missing, retried
from formulary.recalls import actions, labels, queries
from formulary.recalls.forms import ContactForm, LettersForm
from formulary.recalls.views.room import Page, bp, done, noted, page
from formulary.web import pdf
from formulary.web.paging import Window


@bp.get("/cases/<id:case_id>/contacts")
@requires(Permission.RECALL_LOOKUP)
@retried
def contacts(case_id: int) -> Page:
    """The worklist, the most urgent first."""
    row, at = queries.case(case_id), clock.now()
    lines = queries.reachable(case_id)
    found = labels.worklist(lines, Window.of(request.args), zone=ZoneInfo(g.site.zone), at=at, by=g.actor)
    noted(row, "contacts", len(found.rows))
    shown = {"effect": queries.effect(row, lines), "mark": labels.watermark(row, at=at, by=g.actor)}
    return page("contacts", row=row, found=found, words=labels.case_words, **shown)


@bp.route("/cases/<id:case_id>/contacts/<id:patient_id>", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def contact(case_id: int, patient_id: int) -> Page:
    """One patient of the case: every attempt, and a new one."""
    row, at, form = queries.case(case_id), clock.now(), ContactForm()
    line = queries.one_reachable(case_id, patient_id)
    if form.validate_on_submit() and done(
        form,
        "recalls.contact",
        lambda now: actions.record_contact(
            case_id, patient_id, **form.values(), at=now, by=g.actor, key=form.key
        ),
    ):
        flash("The attempt is written down.")
        return redirect(url_for("recalls.contacts", case_id=case_id), 303)
    tried = queries.contacts(case_id, patient_id)
    noted(row, "contact", 1)
    shown = labels.worklist([line], Window(), zone=ZoneInfo(g.site.zone), at=at, by=g.actor).rows[0]
    names = accounts.person_names([one.by_id for one in tried])
    told = {"tried": tried, "names": names, "words": labels.case_words}
    uses = labels.listed_lines(queries.listed_of(case_id, patient_id), at=at, by=g.actor)
    return page("contact", form, row=row, line=shown, uses=uses, **told)


@bp.get("/cases/<id:case_id>/letters.pdf")
@requires(Permission.RECALL_CASES)
@retried
def letters(case_id: int) -> Response:
    """A letter to each patient who is not answered for, a sheet each."""
    return _print(case_id, "letters")


@bp.get("/cases/<id:case_id>/calls.pdf")
@requires(Permission.RECALL_CASES)
@retried
def calls(case_id: int) -> Response:
    """Call sheets: whom to telephone, what to say, and blanks for what came of it."""
    return _print(case_id, "calls")


@bp.route("/cases/<id:case_id>/letters", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def letters_sent(case_id: int) -> Page:
    """Print letters and call sheets; write down that the letters were sent."""
    row, form = queries.case(case_id), LettersForm()
    waiting = [line for line in queries.reachable(case_id) if not line.is_concluded]
    if form.validate_on_submit() and done(
        form,
        "recalls.letters",
        lambda at: actions.record_letters(case_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash("The letters are written down, an attempt for each patient.")
        return redirect(url_for("recalls.contacts", case_id=case_id), 303)
    return page("letters", form, row=row, waiting=len(waiting))


def _print(case_id: int, what: str) -> Response:
    row, at = queries.case(case_id), clock.now()
    if row.is_drill:
        raise Missing(f"A drill reaches nobody: {row.code} has no letters and no call sheets")
    lines, zone = queries.reachable(case_id), ZoneInfo(g.site.zone)
    found = labels.letters(case_id, lines, zone=zone, at=at, by=g.actor)
    noted(row, what, len(found))
    shown = {"row": row, "letters": found, "site": g.site, "at": at}
    printed = pdf.render(
        f"recalls/{what}_print.html",
        mark=labels.watermark(row, at=at, by=g.actor),
        words=labels.case_words,
        **shown,
    )
    return pdf.answer(printed, f"recall-{row.code}-{what}.pdf")
