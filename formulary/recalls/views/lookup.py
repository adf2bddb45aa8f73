"""The recall pages: one box, the answer with its ten buckets and its balance, and the hold."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, RecallSight, requires
from formulary.administrations.queries import reactions
from formulary.audit import log_access, record_refusal
from formulary.db import Missing, retried, transaction
from formulary.recalls import actions, labels, queries
from formulary.recalls.forms import HoldForm, LookupForm, read_asked
from formulary.recalls.labels import refusals
from formulary.recalls.views.room import MOST_LOTS, Page, asked_lots, bp, may
from formulary.rules.findings import Refused
from formulary.rules.lot_status import day_of
from formulary.stock.actions import place_hold
from formulary.web.fields import read_id
from formulary.web.paging import Window


@bp.get("/")
@requires(Permission.RECALL_LOOKUP)
def index() -> Page:
    """Type or scan a lot; below it, the lots that are on hold."""
    return _box(LookupForm())


@bp.post("/")
@requires(Permission.RECALL_LOOKUP, also_read_only=True)
@retried
def find() -> Page:
    """Go to the answer of a known number, else offer what looks alike; what was typed is in no address."""
    form = LookupForm()
    if not form.validate_on_submit():
        return _box(form), 422
    try:
        asked = read_asked(form.q.data, captured=form.q.captured, today=day_of(clock.now(), g.site.zone))
        found = queries.find_lots(asked.number, gtin=asked.gtin, own=asked.own)
        if len(found.exact) > MOST_LOTS:
            raise refusals.too_many_lots(asked.number, len(found.exact))
    except Refused as refusal:
        form.add_findings(finding.at_field("q") for finding in refusal.findings)
        return _box(form), 422
    if found.exact:
        return redirect(_answer([lot.id for lot in found.exact]), 303)
    return render_template(
        "recalls/offered.html", form=form, asked=asked, found=found, may=may(), words=labels
    )


@bp.get("/answer")
@requires(Permission.RECALL_LOOKUP)
@retried
def answer() -> Page:
    """Who received these lots, what is under way, what is left, and whether it adds up."""
    at, window = clock.now(), Window.of(request.args)
    lookup = queries.look_up_lots(asked_lots(), at=at, by=g.actor, window=window)
    cases = queries.open_cases_of(lookup.lots)
    with transaction():
        actions.note_lookup(lookup, at=at, by=g.actor)
    told = labels.told(lookup, g.actor.recall_sight)
    more = {"words": labels, "may": may(), "cases": cases, "reaction": _reaction()}
    return render_template("recalls/answer.html", form=LookupForm(), told=told, lookup=lookup, **more)


@bp.get("/excursions/<id:event_id>")
@requires(Permission.RECALL_LOOKUP)
@retried
def excursion(event_id: int) -> Page:
    """Who was treated since a temperature excursion with what was inside: counts, codes or names by role."""
    at = clock.now()
    since = queries.treated_since(event_id, Window.of(request.args), by=g.actor, at=at)
    with transaction():
        actions.note_excursion(since, at=at, by=g.actor)
    said = {"place_id": since.event.place_id, "title": f"Excursion {since.event.code} at {since.place}"}
    span = {"from_at": since.start.isoformat(), "to_at": since.end.isoformat()}
    start = url_for("recalls.new_case", **said, **span)
    return render_template("recalls/excursion.html", since=since, start=start, may=may())


@bp.route("/lots/<id:lot_id>/hold", methods=["GET", "POST"])
@requires(Permission.PLACE_HOLD)
@retried
def hold(lot_id: int) -> Page:
    """Put a lot, and every lot made from it, on hold at every site; first what that will stop."""
    at, reaction = clock.now(), _reaction()
    form = HoldForm(reason=_because(reaction, lot_id, at))
    if form.validate_on_submit() and (code := _hold(lot_id, form)):
        flash(f"Hold {code} is placed. Composing, the next draw, release and the start of giving stop now.")
        return redirect(_answer([lot_id]), 303)
    lookup = queries.look_up_lots([lot_id], at=at, by=g.actor)
    told = labels.told(lookup, g.actor.recall_sight)
    page = render_template(
        "recalls/hold.html", form=form, told=told, lookup=lookup, back=_answer([lot_id], reaction)
    )
    return page, 422 if form.errors else 200


def _hold(lot_id: int, form: HoldForm) -> str | None:
    try:
        with transaction():
            placed = place_hold("lot", lot_id, **form.values(), at=clock.now(), by=g.actor, key=form.key)
            return placed.code
    except Refused as refusal:
        record_refusal("recalls.hold", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return None


def _box(form: LookupForm) -> str:
    more = {"words": labels, "may_release": g.actor.may(Permission.RELEASE_HOLD), "may": may()}
    return render_template("recalls/index.html", form=form, holds=queries.standing_holds(), **more)


def _answer(lot_ids: list[int], reaction: int | None = None) -> str:
    return url_for("recalls.answer", lot=lot_ids, reaction=reaction)


def _reaction() -> int | None:
    """The reaction from whose page somebody came; a hold that is placed now says so."""
    try:
        return read_id(request.args.get("reaction"))
    except ValueError:
        raise Missing("No such reaction") from None


def _because(reaction: int | None, lot_id: int, at: datetime) -> str:
    """The reason to begin with; nothing where no reaction to this lot led here, or for who sees counts alone.

    Missing where it is of a patient whom somebody may not see who sees none but their own.
    """
    sight = g.actor.recall_sight
    if reaction is None or sight is RecallSight.COUNTS:
        return ""
    own = sight is RecallSight.OWN_NAMES
    row = reactions.reaction(reaction, by=g.actor, at=at) if own else reactions.coded(reaction)
    if lot_id not in {inside.lot.id for inside in reactions.mixture(row)}:
        return ""
    with transaction():
        log_access("recalls.hold", by=g.actor, at=at, subject=row, patients=1)
    return labels.because(row, ZoneInfo(g.site.zone), at)
