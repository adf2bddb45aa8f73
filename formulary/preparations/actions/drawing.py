"""Drawing: what the syringe holds is recorded and the ledger moves at once; taking back what never left."""

from datetime import datetime
from itertools import takewhile

from formulary.accounts import Actor
from formulary.accounts import actions as accounts_actions
from formulary.audit import record
from formulary.cocktails.actions import must_be_answered
from formulary.cocktails.facts import reservation_ref
from formulary.db import db, once
from formulary.preparations import facts, queries
from formulary.preparations.actions.acts import (
    Deviation,
    formula_findings,
    keep_rest,
    step_in_hand,
    under_way,
)
from formulary.preparations.actions.pictures import keep_photo
from formulary.preparations.actions.planning import follow
from formulary.preparations.models import Attempt, Draw, PlannedDraw
from formulary.rules import checklist
from formulary.rules import facts as rules
from formulary.rules.facts import DrawFacts
from formulary.rules.findings import Finding, Level, Refused, Stage, inputs_hash, refuse
from formulary.rules.formulation import ledger_amount
from formulary.rules.lot_status import usable
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock.models import Vial


@once
def confirm_draw(
    attempt_id: int,
    position: int,
    *,
    measured: Quantity,
    deviation: Deviation | None = None,
    as_read: bool = False,
    photo: bytes = b"",
    at: datetime,
    by: Actor,
) -> PlannedDraw:
    """Record what the syringe holds of this line: the ledger moves, the step is done.

    `as_read` says that `measured` was read off the syringe, which holds the others too where this line is
    drawn up to its mark. A `photo` of it is kept with the patient's, drawn anew without EXIF. Refused for
    what may not be drawn now, for more than there is, for a hold on anything drawn before, and outside the
    tolerance without a co-signed reason.
    """
    attempt, step = step_in_hand(attempt_id, position, by)
    vial, told = _drawable(step), facts.gather_draw(attempt, at=at)
    measured = measured - in_it(attempt, step) if as_read else measured
    _still_sound(attempt, told, at)
    kept = _answered(checklist.check_draw(_draw_facts(attempt, step, vial, measured, told)), deviation, by)
    taken = stock.take(
        vial,
        measured,
        target=queries.place(attempt.place_id),
        reason="drawn",
        document=("attempt", attempt.id),
        at=at,
        by=by,
        for_patient=attempt.patient_id,
        for_ref=reservation_ref(attempt.cocktail),
    )
    drawn = [_draw(attempt, step, part, measured, kept, at=at, by=by) for part in taken]
    db.session.add_all(drawn)
    step.state = "drawn"
    db.session.flush()
    follow(attempt, told.policies)
    keep_rest(attempt, at=at, by=by)
    new = {"position": position, "vial": vial.code, "measured_nL": measured.whole()}
    new |= {"patient": attempt.patient_id, "draws": [row.id for row in drawn]}
    new |= keep_photo(attempt, step, drawn, photo, at=at, by=by)
    _sign_deviation(attempt, kept, new, at)
    record("preparations.draw", attempt, by=by, at=at, new=new, movements=[part.movement for part in taken])
    return step


@once
def undo_draw(draw_id: int, *, at: datetime, by: Actor) -> Draw:
    """Take back a draw where nothing left the vial: only the newest act on that vial, and by its preparer."""
    draw = queries.draw(draw_id, by)
    attempt = under_way(draw.attempt_id, by)
    if draw.undone:
        raise refuse("draw.undone", "this draw", "It was taken back already.", "Go on with the step shown.")
    together = _together(draw, queries.draws(attempt.id))
    rows = [queries.movement(each.movement_id) for each in together]
    stock.stand_still(rows)
    _nothing_since(together)
    reversals = [stock.reverse(row, at=at, by=by, why="nothing left the vial") for row in rows]
    for each in together:
        each.undone = True
    step = next(step for step in attempt.planned if step.id == draw.planned_draw_id)
    step.state, step.scanned_at = "planned", None
    db.session.flush()
    follow(attempt, facts.gather_attempt(attempt, at=at).cocktail.policies)
    keep_rest(attempt, at=at, by=by)
    record("preparations.undo_draw", attempt, by=by, at=at, new={"draw": draw.id}, movements=reversals)
    return draw


def scanned(step: PlannedDraw) -> Vial:
    """The vial of a step that was scanned; refused before."""
    if step.scanned_at is None or step.vial_id is None:
        raise refuse(
            "step.not_scanned", f"step {step.position}", "No vial was scanned for it.", "Scan the vial first."
        )
    return queries.vial(step.vial_id)


def _drawable(step: PlannedDraw) -> Vial:
    """The vial of a step, scanned and, where it is a powder, mixed."""
    vial = scanned(step)
    if vial.lot.product.form == "lyophilised" and vial.mixed_volume is None:
        reason = f"Vial {vial.code} holds a powder, and its diluent is not recorded."
        raise refuse("vial.not_reconstituted", vial.code, reason, "Mix it first.")
    return vial


def _together(draw: Draw, draws: list[Draw]) -> list[Draw]:
    """One draw of a reconstituted vial is two rows: the powder's, and behind it the diluent's."""
    number = draws.index(draw)
    while draws[number].via == "diluent":
        number -= 1
    behind = takewhile(lambda row: row.via == "diluent", draws[number + 1 :])
    return [draws[number], *behind]


def _nothing_since(together: list[Draw]) -> None:
    newest = queries.last_movement(together[0].vial_id or 0)
    if newest not in {draw.movement_id for draw in together}:
        raise refuse(
            "draw.moved_on",
            "this draw",
            "Something else was done with this vial since.",
            "What left the vial is waste: waste what was mixed, and draw again.",
        )


def _still_sound(attempt: Attempt, told: rules.Cocktail, at: datetime) -> None:
    """The patient may still have it, it is in time, and neither its formula nor what was drawn is held."""
    if found := formula_findings(attempt):
        raise Refused(*found)
    held = [
        finding
        for draw in told.draws
        for finding in usable(draw.stock, at=at, for_patient=attempt.patient_id)
        if finding.code == "lot.held"
    ]
    if held:
        raise Refused(*{finding.subject: finding for finding in held}.values())
    must_be_answered(checklist.asked_at(told, Stage.DRAW), queries.revision(attempt))


def _draw_facts(
    attempt: Attempt, step: PlannedDraw, vial: Vial, measured: Quantity, told: rules.Cocktail
) -> DrawFacts:
    """What is planned and measured; up to the mark, both are read as the whole volume in the syringe."""
    ref = reservation_ref(attempt.cocktail)
    source, product = _source(step, told, ref), vial.lot.product
    whole, before = queries.prepared_volume(attempt), in_it(attempt, step)
    return DrawFacts(
        line=step.line_number,
        product=product.name,
        planned=before + Quantity(step.volume, VOLUME),
        measured=before + measured,
        amount=ledger_amount(measured, source.strength, is_powder=product.form == "lyophilised"),
        stock=source,
        policies=told.policies,
        at=told.at,
        scanned_vial=vial.code,
        for_patient=attempt.patient_id,
        for_ref=ref,
        of=Quantity(whole or 0, VOLUME) if queries.is_to_mark(step, whole) else None,
    )


def _source(step: PlannedDraw, told: rules.Cocktail, ref: str) -> rules.Stock:
    """What the step draws from, as it is by itself: a diluent may bar what lies here for the patient."""
    return facts.source_of(step, told.at, ref) if told.diluents else facts.source_in(told, step)


def in_it(attempt: Attempt, step: PlannedDraw) -> Quantity:
    """What the syringe holds already where a step is drawn up to its mark; else nothing."""
    to_mark = queries.is_to_mark(step, queries.prepared_volume(attempt))
    return Quantity(attempt_volume(attempt) if to_mark else 0, VOLUME)


def attempt_volume(attempt: Attempt) -> int:
    """What is in the preparation by now, in nL."""
    return sum(draw.volume for draw in queries.draws(attempt.id) if draw.via != "diluent")


def _answered(findings: tuple[Finding, ...], deviation: Deviation | None, by: Actor) -> Deviation | None:
    """The deviation where one is needed and signed; Refused with what nobody has answered for."""
    stops = [f for f in findings if (f.level or Level.INFO) >= Level.STOP]
    may_pass = deviation is not None and deviation.is_signed(by)
    if open_stops := [f for f in stops if f.level is Level.BLOCK or not may_pass]:
        raise Refused(*open_stops)
    return deviation if stops else None


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
        planned_draw_id=step.id,
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


def _sign_deviation(
    attempt: Attempt, deviation: Deviation | None, new: dict[str, object], at: datetime
) -> None:
    if deviation is not None:
        alone = deviation.cosigner.person_id == attempt.preparer_id
        signed = {"subject": attempt, "signed_hash": inputs_hash(attempt.id, new, deviation.reason)}
        accounts_actions.sign(deviation.cosigner, meaning="co-signed", at=at, self_checked=alone, **signed)
        new |= {"reason": deviation.reason, "cosigner": deviation.cosigner.person_id}
