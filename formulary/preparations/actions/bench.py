"""At the bench: scan a vial, mix a powder, confirm a draw; the ledger moves at each, and a wrong vial goes
nowhere.
"""

from dataclasses import dataclass
from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Product
from formulary.cocktails.facts import reservation_ref
from formulary.db import db, once
from formulary.preparations import facts, queries
from formulary.preparations.models import Attempt, CloseCall, Draw, PlannedDraw
from formulary.rules import checklist
from formulary.rules.facts import DrawFacts, ScanFacts, Seen
from formulary.rules.findings import Finding, Level, Refused, refuse
from formulary.rules.formulation import ledger_amount
from formulary.rules.units import VOLUME, Quantity, Rounding
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Place, Vial


@dataclass(frozen=True)
class Shown:
    """What a scanner delivered, or what was typed twice where no code could be read."""

    raw: str
    gtin: str | None = None
    lot: str | None = None
    expires_on: date | None = None
    vial: str | None = None
    typed_again: tuple[str, date] | None = None
    second_person: Actor | None = None

    @property
    def is_manual(self) -> bool:
        """Whether it was typed, twice."""
        return self.typed_again is not None


@dataclass(frozen=True)
class Deviation:
    """Why a measured volume outside the tolerance is kept, and who else answers for it."""

    reason: str
    cosigner: Actor


@once
def scan_vial(attempt_id: int, position: int, *, shown: Shown, at: datetime, by: Actor) -> PlannedDraw:
    """Take the vial of a step in hand: Refused unless product, lot, expiry and vial are the ones meant.

    A sealed container is opened by it, under a code of its own.
    """
    attempt, step = step_in_hand(attempt_id, position, by)
    ref = reservation_ref(attempt.cocktail)
    source = facts.source_of(step, at, ref)
    findings = checklist.check_scan(_scan_facts(step, source, shown, attempt, at))
    if findings:
        raise Refused(*findings)
    if step.vial_id is None:
        step.vial_id, step.place_id = _open(attempt, step, at=at, by=by)
        keep_rest(attempt, at=at, by=by)
    step.scan, step.scanned_at, step.grade = (
        shown.raw[:200],
        at,
        "probable" if shown.is_manual else "confirmed",
    )
    new = {"position": position, "vial": step.vial_id, "manual": shown.is_manual}
    record("preparations.scan", attempt, by=by, at=at, new=new)
    return step


@once
def mix_powder(
    attempt_id: int, position: int, *, diluent_lot_id: int, volume: Quantity, at: datetime, by: Actor
) -> PlannedDraw:
    """Reconstitute the powder of a step; another volume than the label's changes the strength, and so the
    draw.
    """
    attempt, step = step_in_hand(attempt_id, position, by)
    vial = _scanned(step)
    diluent = shelf.lot(diluent_lot_id)
    stock.reconstitute(
        vial,
        diluent_lot=diluent,
        diluent_source=queries.place_holding(attempt.site_id, diluent.id),
        volume=volume,
        at=at,
        by=by,
        for_ref=reservation_ref(attempt.cocktail),
    )
    step.volume = _draw_volume(step, vial)
    step.allowed_low, step.allowed_high = _allowed(attempt, step.volume, at)
    record(
        "preparations.mix",
        attempt,
        by=by,
        at=at,
        new={"position": position, "vial": vial.code, "draw_nL": step.volume},
    )
    return step


@once
def confirm_draw(
    attempt_id: int,
    position: int,
    *,
    measured: Quantity,
    deviation: Deviation | None = None,
    at: datetime,
    by: Actor,
) -> PlannedDraw:
    """Record what the syringe holds: the ledger moves, the step is done.

    Refused for what may not be drawn now, for more than there is, and outside the tolerance without a co-
    signed reason.
    """
    attempt, step = step_in_hand(attempt_id, position, by)
    vial = _scanned(step)
    findings = checklist.check_draw(_draw_facts(attempt, step, vial, measured, at))
    _answered(findings, deviation, by)
    taken = stock.take(
        vial,
        measured,
        target=db.session.get_one(Place, attempt.place_id),
        reason="drawn",
        document=("attempt", attempt.id),
        at=at,
        by=by,
        for_patient=attempt.patient_id,
        for_ref=reservation_ref(attempt.cocktail),
    )
    draws = [_draw(attempt, step, part, measured, deviation, at=at, by=by) for part in taken]
    db.session.add_all(draws)
    step.state = "drawn"
    db.session.flush()
    keep_rest(attempt, at=at, by=by)
    new = {"position": position, "vial": vial.code, "measured_nL": measured.whole()}
    record("preparations.draw", attempt, by=by, at=at, new=new, movements=[part.movement for part in taken])
    return step


@once
def undo_draw(draw_id: int, *, at: datetime, by: Actor) -> Draw:
    """Take back a draw where nothing left the vial: only the newest act on that vial, and by its preparer."""
    draw = queries.draw(draw_id, by)
    attempt = queries.locked(draw.attempt_id, by)
    _is_preparer(attempt, by)
    together = [
        d for d in queries.draws(attempt.id) if (d.vial_id, d.drawn_at) == (draw.vial_id, draw.drawn_at)
    ]
    if queries.last_movement(draw.vial_id or 0) not in {d.movement_id for d in together}:
        raise refuse(
            "draw.moved_on",
            "this draw",
            "Something else was done with this vial since.",
            "Record what left it as waste, and draw again.",
        )
    reversals = [
        stock.reverse(queries.movement(d.movement_id), at=at, by=by, why="nothing left the vial")
        for d in together
    ]
    for each in together:
        each.undone = True
    step = next(s for s in attempt.planned if s.line_number == draw.line_number and s.vial_id == draw.vial_id)
    step.state = "planned"
    db.session.flush()
    keep_rest(attempt, at=at, by=by)
    record("preparations.undo_draw", attempt, by=by, at=at, new={"draw": draw.id}, movements=reversals)
    return draw


def note_close_call(
    attempt_id: int, position: int, refusal: Refused, *, raw: str, at: datetime, by: Actor
) -> CloseCall:
    """Keep a refused scan: what was scanned, what was needed. It has an entry of its own after the roll-
    back.
    """
    attempt = queries.attempt(attempt_id, by)
    finding = refusal.findings[0]
    call = CloseCall(
        attempt_id=attempt.id,
        line_number=queries.planned(attempt, position).line_number,
        code=finding.code,
        scanned=raw[:200],
        words=finding.reason,
        at=at,
        by_id=by.person_id,
    )
    db.session.add(call)
    db.session.flush()
    record("preparations.close_call", attempt, by=by, at=at, new={"code": finding.code}, outcome="refused")
    return call


def step_in_hand(attempt_id: int, position: int, by: Actor) -> tuple[Attempt, PlannedDraw]:
    """An attempt under way with one of its open steps, for its preparer."""
    by.must(Permission.PREPARE)
    attempt = queries.locked(attempt_id, by)
    _is_preparer(attempt, by)
    step = queries.planned(attempt, position)
    if attempt.state != "in_preparation" or step.state != "planned":
        raise refuse(
            "step.done",
            f"step {position}",
            "This step is done already.",
            "Load the page again for the next one.",
        )
    return attempt, step


def keep_rest(attempt: Attempt, *, at: datetime, by: Actor) -> None:
    """Keep what the remaining steps need, and nothing more."""
    picks = [
        stock.Pick(step.lot_id, step.quantity, step.place_id, step.vial_id)
        for step in attempt.planned
        if step.state == "planned" and step.lot_id and step.place_id
    ]
    stock.reserve(reservation_ref(attempt.cocktail), picks, at=at, by=by)


def _is_preparer(attempt: Attempt, by: Actor) -> None:
    if attempt.preparer_id != by.person_id:
        raise refuse(
            "attempt.other_preparer",
            attempt.cocktail.code,
            "Somebody else is preparing it.",
            "They can give it back, then you can claim it.",
        )


def _scan_facts(
    step: PlannedDraw, source: facts.facts.Stock, shown: Shown, attempt: Attempt, at: datetime
) -> ScanFacts:
    product = catalogue.product(step.product_id)
    seen = Seen(shown.gtin, shown.lot, shown.expires_on, shown.vial, _scanned_product(shown))
    again = shown.typed_again
    policy = accounts.policy(attempt.site_id, "manual_entry_second_person", at)
    return ScanFacts(
        line=step.line_number,
        product=product.name,
        gtins=frozenset(code.gtin for code in product.codes),
        stock=source,
        seen=seen,
        typed_again=None if again is None else Seen(lot=again[0], expires_on=again[1]),
        manual=shown.is_manual,
        needs_second_person=bool(policy),
        second_person=shown.second_person is not None,
    )


def _scanned_product(shown: Shown) -> str | None:
    found = catalogue.code(shown.gtin) if shown.gtin else None
    return found.product.name if found else None


def _open(attempt: Attempt, step: PlannedDraw, *, at: datetime, by: Actor) -> tuple[int, int]:
    lot, place = db.session.get_one(Lot, step.lot_id), db.session.get_one(Place, step.place_id)
    ref = reservation_ref(attempt.cocktail)
    vial = stock.open_vial(lot, place=place, at=at, by=by, opened_for_id=attempt.patient_id, for_ref=ref)
    return vial.id, stock.where_is(vial).id


def _scanned(step: PlannedDraw) -> Vial:
    if step.scanned_at is None or step.vial_id is None:
        raise refuse(
            "step.not_scanned", f"step {step.position}", "No vial was scanned for it.", "Scan the vial first."
        )
    return db.session.get_one(Vial, step.vial_id)


def _draw_facts(
    attempt: Attempt, step: PlannedDraw, vial: Vial, measured: Quantity, at: datetime
) -> DrawFacts:
    ref = reservation_ref(attempt.cocktail)
    source = facts.source_of(step, at, ref)
    product = db.session.get_one(Product, step.product_id)
    whole = sum(s.volume for s in attempt.planned)
    return DrawFacts(
        line=step.line_number,
        product=product.name,
        planned=Quantity(step.volume, VOLUME),
        measured=measured,
        amount=ledger_amount(measured, source.strength, is_powder=product.form == "lyophilised"),
        stock=source,
        policies=site_policies(accounts.site(attempt.site_id), at),
        at=at,
        scanned_vial=vial.code,
        for_patient=attempt.patient_id,
        of=Quantity(whole, VOLUME) if step.is_qs else None,
    )


def _answered(findings: tuple[Finding, ...], deviation: Deviation | None, by: Actor) -> None:
    stops = [f for f in findings if (f.level or Level.INFO) >= Level.STOP]
    may_pass = deviation is not None and deviation.reason and deviation.cosigner.person_id != by.person_id
    open_stops = [f for f in stops if f.level is Level.BLOCK or not may_pass]
    if open_stops:
        raise Refused(*open_stops)


def _draw(
    attempt: Attempt,
    step: PlannedDraw,
    part: stock.Taken,
    measured: Quantity,
    deviation: Deviation | None,
    *,
    at: datetime,
    by: Actor,
) -> Draw:
    return Draw(
        attempt_id=attempt.id,
        cocktail_id=attempt.cocktail_id,
        patient_id=attempt.patient_id,
        line_number=step.line_number,
        lot_id=part.lot_id,
        vial_id=part.vial_id,
        movement_id=part.movement.id,
        via="diluent" if part.via == "diluent" else "supplied" if attempt.cocktail.is_direct else "direct",
        volume=measured.whole(),
        quantity=part.quantity,
        device_id=step.device_id,
        drawn_at=at,
        by_id=by.person_id,
        scan=step.scan,
        grade=step.grade,
        deviation_reason=deviation.reason if deviation else "",
    )


def _draw_volume(step: PlannedDraw, vial: Vial) -> int:
    """The volume that holds what the step needs, at the strength that was mixed, on the syringe's
    graduation.
    """
    if not vial.mixed_volume or not vial.mixed_content:
        raise refuse(
            "vial.not_reconstituted",
            vial.code,
            "Its diluent was not recorded.",
            "Record the reconstitution first.",
        )
    exact = Quantity(step.quantity * vial.mixed_volume, VOLUME) / vial.mixed_content
    if step.device_id is None:
        return exact.rounded(Quantity(1, VOLUME), Rounding.HALF_EVEN).whole()
    graduation = Quantity(catalogue.device(step.device_id).graduation, VOLUME)
    return exact.rounded(graduation, Rounding.HALF_EVEN).whole()


def _allowed(attempt: Attempt, volume: int, at: datetime) -> tuple[int, int]:
    tolerance = site_policies(accounts.site(attempt.site_id), at).volume_tolerance
    spread = int(volume * tolerance) if tolerance is not None else 0
    return volume - spread, volume + spread
