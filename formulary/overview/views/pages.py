"""The pages across the rooms: today, the box that finds things, who is on which formula, how rules do."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, Role, requires
from formulary.accounts import queries as accounts
from formulary.accounts.facts import patch_test_policy
from formulary.administrations.labels import reactions as felt
from formulary.administrations.queries import reactions
from formulary.audit import log_access
from formulary.catalogue import queries as catalogue
from formulary.db import retried, transaction
from formulary.overview import labels, queries
from formulary.overview.forms import FindForm, ScannerForm
from formulary.overview.labels import Day, FollowUp, Reading
from formulary.overview.labels import governance as rules
from formulary.overview.queries import Hit
from formulary.overview.views.room import Page, bp, may_open
from formulary.patch_tests import labels as test_labels
from formulary.patch_tests import queries as tests
from formulary.recalls import queries as recalls
from formulary.recalls.forms import read_asked
from formulary.rules.findings import Refused
from formulary.rules.lot_status import day_of
from formulary.stock import queries as stock
from formulary.web import barcodes, gs1
from formulary.web.paging import Window

KEEPING = frozenset({Role.PHARMACIST, Role.TECHNICIAN})
"""Who is told of places that are due for a count: whoever counts them."""
WATCHING = frozenset({Role.PHARMACIST, Role.PRACTITIONER, Role.RECALL_OFFICER, Role.AUDITOR})
"""Who is told of holds on the first page: whoever decides what becomes of what is held, or looks it up."""


@bp.get("/")
@requires(Permission.USE_THE_APP)
@retried
def today() -> Page:
    """What needs doing now, by the roles of whoever asks, ordered by when it stops being possible."""
    page = labels.today(_day())
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
    sure = [address for hit in hits if hit.exact and (address := _address(hit))]
    if len(sure) == 1:
        return redirect(sure[0], 303)
    if shown := sum(1 for hit in hits if hit.kind == "patient"):
        with transaction():
            log_access("overview.find", by=g.actor, at=at, patients=shown)
    offered = [(hit, address) for hit in hits if (address := _address(hit))]
    return render_template("overview/find.html", form=form, asked=form.q.data, hits=offered)


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


def _day() -> Day:
    actor, at, roles = g.actor, clock.now(), g.actor.roles
    until = day_of(at, g.site.zone) + labels.HORIZON
    benches = roles & {Role.PHARMACIST, Role.TECHNICIAN, Role.PRACTITIONER}
    return Day(
        actor, at, ZoneInfo(g.site.zone),
        waiting=tuple(queries.waiting(actor)) if benches else (),
        vials=tuple(queries.open_vials(g.site.id, at)) if benches else (),
        sealed=tuple(queries.sealed(g.site.id, until=until)) if Role.PHARMACIST in roles else (),
        readings=tuple(_readings(at)) if Role.PRACTITIONER in roles else (),
        follow_ups=tuple(_follow_ups(at)) if Role.PRACTITIONER in roles else (),
        holds=tuple(recalls.standing_holds()) if roles & WATCHING else (),
        lookups=tuple(queries.recent_lookups(at)) if roles & {Role.RECALL_OFFICER, Role.AUDITOR} else (),
        discrepancies=stock.open_discrepancies(g.site.id) if Role.PHARMACIST in roles else 0,
        counts_due=tuple(stock.due_for_count(g.site.id, at)) if roles & KEEPING else (),
        transfers=tuple(stock.awaited(g.site.id)) if roles & KEEPING else (),
        warmth=tuple(stock.watched_places(g.site.id, at)) if Role.PHARMACIST in roles else (),
        emergencies=queries.emergencies_to_review() if actor.may(Permission.MANAGE_CLINIC) else 0,
        releases_alone=not g.site.release,
    )  # fmt: skip


def _readings(at: datetime) -> Iterable[Reading]:
    policy = patch_test_policy(accounts.policy(g.site.id, "patch_test", at))
    groups = test_labels.due_lines(tests.watched(by=g.actor, at=at), policy, ZoneInfo(g.site.zone), at)
    for line in (line for lines in groups.values() for line in lines if line.due.state == "due"):
        named = (line.test.id, line.test.code, line.patient.name, line.patient.code)
        yield Reading(*named, line.words, line.due.closes_at, line.state, line.spots)


def _follow_ups(at: datetime) -> Iterable[FollowUp]:
    today, zone = day_of(at, g.site.zone), ZoneInfo(g.site.zone)
    rows = [(r, p) for r, p in reactions.follow_ups_due(by=g.actor, at=at) if r.due_on and r.due_on <= today]
    for line, (row, patient) in zip(felt.lines([r for r, _ in rows], zone, at), rows, strict=True):
        yield FollowUp(
            row.id, row.code, patient.name, patient.code, line.told.kinds, line.due, line.due_state
        )


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


def _address(hit: Hit) -> str | None:
    """The first page about it that this person may open; a recall officer goes to who was touched."""
    pages = [page for page in hit.pages if may_open(page[0])]
    if Role.RECALL_OFFICER in g.actor.roles:
        pages.sort(key=lambda page: page[0] != "recalls.answer")
    return url_for(pages[0][0], **dict(pages[0][1])) if pages else None
