"""The pages across the rooms: today, the box that finds things, who is on which formula, how rules do."""

from datetime import datetime

from flask import g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, Role, requires
from formulary.audit import log_access
from formulary.catalogue import queries as catalogue
from formulary.db import retried, transaction
from formulary.overview import labels, queries
from formulary.overview.forms import FindForm, ScannerForm
from formulary.overview.labels import governance as rules
from formulary.overview.queries import Hit
from formulary.overview.views.day import the_day
from formulary.overview.views.room import Page, bp, may_open
from formulary.recalls.forms import read_asked
from formulary.rules.findings import Refused
from formulary.rules.lot_status import day_of
from formulary.web import barcodes, gs1
from formulary.web.paging import Window


@bp.get("/")
@requires(Permission.USE_THE_APP)
@retried
def today() -> Page:
    """What needs doing now, by the roles of whoever asks, ordered by when it stops being possible."""
    page = labels.today(the_day())
    if page.patients:
        with transaction():
            log_access("overview.today", by=g.actor, at=page.day.at, patients=page.patients)
    return render_template("overview/today.html", page=page, may_open=may_open)


@bp.post("/find")
@requires(Permission.USE_THE_APP, also_read_only=True)
@retried
def find() -> Page:
    """Open what was scanned or typed, or offer what may be meant."""
    form, at = FindForm(), clock.now()
    if not form.validate_on_submit():
        return render_template("overview/find.html", form=form, asked="", hits=[]), 422
    try:
        hits = _hits(form, at)
    except Refused as refusal:
        form.add_findings(finding.at_field("q") for finding in refusal.findings)
        return render_template("overview/find.html", form=form, asked="", hits=[]), 422
    sure = [address for hit in hits if hit.exact and (address := _address(hit, form.q.data))]
    if len(sure) == 1:
        return redirect(sure[0], 303)
    if shown := sum(1 for hit in hits if hit.kind == "patient"):
        with transaction():
            log_access("overview.find", by=g.actor, at=at, patients=shown)
    offered = [(hit, address) for hit in hits if (address := _address(hit, form.q.data))]
    pack = form.q.data if _may_be_received(form, at) else ""
    return render_template("overview/find.html", form=form, asked=form.q.data, hits=offered, pack=pack)


@bp.route("/scanner", methods=["GET", "POST"])
@requires(Permission.USE_THE_APP, also_read_only=True)
def scanner() -> Page:
    """Set up a scanner: what it sends of a code whose content is known, and what to change."""
    form, told, came = ScannerForm(), (), ""
    if form.validate_on_submit() and form.scan.data:
        came = gs1.spelled(form.scan.data)
        told = gs1.what_it_sends(form.scan.data, captured=form.scan.captured)
        form.scan.data = ""
    shown = {"told": told, "came": came, "ready": gs1.ready(told)}
    picture = barcodes.of_elements(gs1.SYMBOL)
    answered = render_template("overview/scanner.html", form=form, picture=picture, **shown)
    return answered, 422 if form.errors else 200


@bp.get("/formulas/<id:formula_id>/patients")
@requires(Permission.SEE_STOCK)
@retried
def formula_patients(formula_id: int) -> Page:
    """Who is on which version of a formula: counts, and names for those who care for the patients."""
    at, names = clock.now(), g.actor.may(Permission.SEE_PATIENTS)
    versions = [version.id for version in catalogue.formula(formula_id).versions]
    window = Window.of(request.args)
    found = queries.followers(versions, by=g.actor, at=at, window=window) if names else None
    if found and found.ways:
        with transaction():
            log_access("overview.formula_patients", by=g.actor, at=at, patients=len(found.page))
    row = catalogue.formula(formula_id)
    rows = labels.version_rows(row, queries.follower_counts(versions), found.ways if found else ())
    shown = {"rows": rows, "older": labels.older(rows), "names": names, "page": found and found.page}
    return render_template("overview/formula_patients.html", formula=row, **shown)


@bp.get("/rules")
@requires(Permission.READ_RULES)
def governance() -> Page:
    """How the rules are answered here: shown, overridden, and which are to be looked at again."""
    since = clock.now() - rules.WINDOW
    lines = rules.governed(*queries.answered_rules(g.site.id, since))
    return render_template("overview/governance.html", lines=lines, since=since, window=rules.WINDOW)


def _may_be_received(form: FindForm, at: datetime) -> bool:
    """Whether a pack was scanned, taken whole, by somebody who receives stock."""
    if not form.q.captured or not g.actor.may(Permission.RECEIVE_STOCK):
        return False
    return bool(read_asked(form.q.data, captured=True, today=day_of(at, g.site.zone)).gtin)


def _hits(form: FindForm, at: datetime) -> list[Hit]:
    text = (form.q.data or "").strip()
    if not text:
        return []
    asked = read_asked(text, captured=form.q.captured, today=day_of(at, g.site.zone))
    if asked.gtin:
        return queries.of_pack(asked.gtin, asked.number, by=g.actor)
    code = queries.own_code(asked.number)
    own = queries.of_code(code, by=g.actor, at=at) if code else []
    return own if own and asked.own else [*own, *queries.of_words(asked.number, by=g.actor, at=at)]


def _address(hit: Hit, asked: str | None) -> str | None:
    """The first page about it that this person may open; a recall officer goes to who was touched.

    Where a cocktail is given the page takes the label as it was read: it says which container is in hand.
    """
    pages = [page for page in hit.pages if may_open(page[0])]
    if Role.RECALL_OFFICER in g.actor.roles:
        pages.sort(key=lambda page: page[0] != "recalls.answer")
    if not pages:
        return None
    page, own = pages[0]
    label = asked if asked and "/" in asked else hit.code
    return url_for(page, **dict(own), **({"label": label} if page == "administrations.start" else {}))
