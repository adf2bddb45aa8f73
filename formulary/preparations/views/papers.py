"""What the bench prints: labels, numbered; the tag of what is not released yet; worksheets, also blank."""

from flask import flash, g, redirect, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record_refusal
from formulary.cocktails import queries as cocktails
from formulary.cocktails.labels.story import heading_of
from formulary.db import Missing, retried, transaction
from formulary.preparations import actions, facts, labels, queries
from formulary.preparations.forms import PrintForm
from formulary.preparations.views.room import Page, attempt_page, bp, looks_anew, the_photos, the_sheet
from formulary.rules.findings import Refused
from formulary.web import barcodes, pdf

TAGGED = ("in_preparation", "prepared")
ON_PAPER = ("verified",)


@bp.post("/<id:attempt_id>/label.pdf")
@requires(Permission.PREPARE)
@retried
def label(attempt_id: int) -> Page:
    """The labels of a released cocktail, each with its DataMatrix, on label stock or A4; the print counts."""
    form = PrintForm()
    if not form.validate():
        return attempt_page(attempt_id, print=form), 422
    try:
        with transaction():
            actions.print_labels(attempt_id, paper=form.paper.data, at=clock.now(), by=g.actor, key=form.key)
    except Refused as refusal:
        record_refusal("preparations.print_label", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, print=form), 422
    found = queries.attempt(attempt_id, g.actor)
    made_of = facts.gather_attempt(found, at=clock.now()).cocktail
    shown = labels.labels(found, queries.syringes(attempt_id), made_of, queries.revision(found).area)
    told = {"labels": shown, "barcode": barcodes.own, "paper": form.paper.data}
    page = pdf.render_labels("preparations/label.html", count=len(shown), **told)
    return pdf.answer(page, f"label-{found.cocktail.code}.pdf")


@bp.get("/<id:attempt_id>/tag.pdf")
@requires(Permission.PREPARE)
def tag(attempt_id: int) -> Page:
    """The tag on what is being prepared and not released: for whom, by whom, since when; it is no label."""
    sheet = the_sheet(attempt_id)
    if sheet.attempt.state not in TAGGED:
        raise Missing(f"{sheet.attempt.cocktail.code} is not in process")
    page = pdf.render("preparations/tag.html", sheet=sheet, barcode=barcodes.own)
    return pdf.answer(page, f"tag-{sheet.attempt.cocktail.code}.pdf")


@bp.get("/<id:attempt_id>/worksheet.pdf")
@requires(Permission.PREPARE)
def worksheet(attempt_id: int) -> Page:
    """The worksheet of an attempt: what is planned, what was drawn, lines for what is still open."""
    sheet = the_sheet(attempt_id)
    if looks_anew(sheet):
        flash("What is in it is shown, and printed, once you have read the syringe anew.")
        return redirect(url_for("preparations.attempt", attempt_id=attempt_id))
    heading = heading_of(sheet.attempt.cocktail, queries.revision(sheet.attempt))
    page = pdf.render(
        "preparations/worksheet.html",
        sheet=sheet,
        barcode=barcodes.own,
        heading=heading,
        photos=the_photos(sheet),
    )
    return pdf.answer(page, f"worksheet-{sheet.attempt.cocktail.code}.pdf")


@bp.get("/cocktails/<id:cocktail_id>/worksheet.pdf")
@requires(Permission.PREPARE)
def blank(cocktail_id: int) -> Page:
    """What was signed and verified, to be prepared on paper when the system is down: lines and signatures."""
    found = cocktails.cocktail(cocktail_id, g.actor)
    if found.state not in ON_PAPER:
        raise Missing(f"{found.code} is not verified")
    told = labels.on_paper(found, cocktails.revision(found), clock.now())
    page = pdf.render("preparations/blank.html", paper_sheet=told, barcode=barcodes.own)
    return pdf.answer(page, f"worksheet-{found.code}.pdf")
