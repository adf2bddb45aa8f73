"""Another vial: the one in hand gives what it holds, or nothing, and the next best gives the rest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.cocktails.labels.sources import MAY_SPLIT, smallest_draw
from formulary.db import db, once
from formulary.preparations import facts, queries
from formulary.preparations.actions import doses
from formulary.preparations.actions.acts import keep_rest, step_in_hand
from formulary.preparations.actions.planning import Part, change, device_of, follow, on_marks, planned_draw
from formulary.preparations.actions.planning import volume_holding as holding
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules import checklist
from formulary.rules import facts as rules
from formulary.rules.allocation import Allocation, Pick, allocate, first_fit
from formulary.rules.findings import Finding, Refused, refuse
from formulary.rules.formulation import amount, ledger_amount, strength_of
from formulary.rules.units import VOLUME, Quantity, show
from formulary.stock.labels import assays


@once
def take_another_vial(
    attempt_id: int, position: int, *, from_this: Quantity | None, reason: str, at: datetime, by: Actor
) -> Attempt:
    """Plan a step anew: `from_this` is still drawn from the vial in hand (None: nothing), the rest elsewhere.

    The next best vials are chosen as at the claim. Refused where nothing else serves, and where `from_this`
    is not less than what is planned; where a good one is passed over, the reason answers for that.
    """
    attempt, step = step_in_hand(attempt_id, position, by)
    told = facts.gather_attempt(attempt, at=at).cocktail
    old = {"lot": step.lot_id, "vial": step.vial_id, "nL": step.volume}
    found = alternatives(attempt, step, told, from_this)
    if short := found.shortage(told.policies.decimal_mark):
        raise Refused(replace(short, line=step.line_number))
    skipped = () if from_this is not None else passed_over(step, told, found)
    if skipped and not reason.strip():
        raise Refused(*skipped)
    if from_this is not None:
        change(step, from_this, _ledger(step, told, from_this), told.policies)
    _plan(attempt, step, found, told, keeps_its_own=from_this is not None)
    db.session.flush()
    follow(attempt, told.policies)
    keep_rest(attempt, at=at, by=by)
    new = {"passed_over": [finding.reason for finding in skipped]}
    record("preparations.another_vial", attempt, by=by, at=at, old=old, new=new, reason=reason)
    return attempt


def passed_over(step: PlannedDraw, told: rules.Cocktail, found: Allocation) -> tuple[Finding, ...]:
    """What the checks say where the vial in hand, still good, is left for what keeps longer (L5)."""
    key = (step.lot_id, step.vial_id, step.place_id)
    chosen = next((s for s in told.stock if (s.lot_id, s.vial_id, s.place_id) == key), None)
    if chosen is None:
        return ()
    return checklist.check_passed_over(
        chosen,
        [pick.stock for pick in found.picks],
        at=told.at,
        for_patient=told.patient.id if told.patient else None,
        policies=told.policies,
        for_ref=told.ref,
    )


def alternatives(
    attempt: Attempt, step: PlannedDraw, told: rules.Cocktail, from_this: Quantity | None
) -> Allocation:
    """What else a step could be drawn from, and why the others do not serve."""
    line, others, taken = _line(step, told), _others(step, told), _taken(attempt, step, told)
    need = queries.lot(step.lot_id or 0).quantity(step.quantity)
    if from_this is not None:
        need = need - _less(step, told, from_this)
    planned_at = _planned_at(attempt, step, line)
    if doses.differ([*others, *_in_hand(step, told)], line, planned_at):
        return doses.allocate_dose(_dose(step, told, planned_at, from_this), others, line, told, taken)
    smallest = ledger_amount(smallest_draw(told), strength_of(line), is_powder=line.product.is_powder)
    return allocate(
        need,
        others,
        at=told.at,
        for_patient=attempt.patient_id,
        may_split=line.product.container in MAY_SPLIT,
        policies=told.policies,
        for_ref=told.ref,
        smallest=smallest,
        taken=taken,
    )


def _planned_at(attempt: Attempt, step: PlannedDraw, line: rules.Line) -> rules.Strength | None:
    """The strength that a step was planned with: its lot's, unless that was assayed only after the claim."""
    lot = queries.lot(step.lot_id or 0)
    was_known = lot.assayed_at is not None and lot.assayed_at <= attempt.claimed_at
    return assays.strength_of(lot) if was_known else line.product.strength


def _in_hand(step: PlannedDraw, told: rules.Cocktail) -> list[rules.Stock]:
    return [s for s in told.stock if _place(s) == _place(step)]


def _place(row: rules.Stock | PlannedDraw) -> tuple[int | None, ...]:
    return row.lot_id, row.vial_id, row.place_id


def _dose(
    step: PlannedDraw, told: rules.Cocktail, planned_at: rules.Strength | None, from_this: Quantity | None
) -> Quantity:
    """What the others must bring of the ingredient: what is planned, less what the vial in hand gives."""
    dose = amount(Quantity(step.volume, VOLUME), planned_at)
    assert dose is not None  # noqa: S101 - the caller asked
    if from_this is None:
        return dose
    own = amount(from_this, doses.strength_in(facts.source_in(told, step), _line(step, told)))
    if own is None or own >= dose:
        raise _no_second_vial(step, told.policies.decimal_mark)
    return dose - own


def _line(step: PlannedDraw, told: rules.Cocktail) -> rules.Line:
    return next(line for line in told.lines if line.number == step.line_number)


def _ledger(step: PlannedDraw, told: rules.Cocktail, volume: Quantity) -> Quantity:
    is_powder = _line(step, told).product.is_powder
    return ledger_amount(volume, facts.source_in(told, step).strength, is_powder=is_powder)


def _less(step: PlannedDraw, told: rules.Cocktail, from_this: Quantity) -> Quantity:
    """What the vial in hand still gives, in the ledger; less than all that is planned."""
    planned, mark = Quantity(step.volume, VOLUME), told.policies.decimal_mark
    if not Quantity.zero(VOLUME) < from_this < planned:
        raise _no_second_vial(step, mark)
    return _ledger(step, told, from_this)


def _no_second_vial(step: PlannedDraw, mark: str) -> Refused:
    shown = show(Quantity(step.volume, VOLUME), mark=mark)
    return refuse(
        "step.nothing_left_over",
        f"step {step.position}",
        f"This step needs {shown}, so a second vial is needed only for less from this one.",
        f"Type less than {shown}, or leave it empty to draw nothing from this vial.",
        field="from_this",
    )


def _others(step: PlannedDraw, told: rules.Cocktail) -> list[rules.Stock]:
    """The sources of its product but the one in hand."""
    return [s for s in told.stock if s.product_id == step.product_id and _place(s) != _place(step)]


def _taken(attempt: Attempt, step: PlannedDraw, told: rules.Cocktail) -> list[Pick]:
    """What the other steps of this attempt will take, each from the container that it fits in."""
    by_source: dict[tuple[int | None, ...], list[int]] = {}
    for other in queries.steps(attempt):
        if other is not step and other.state == "planned":
            by_source.setdefault(_place(other), []).append(other.quantity)
    found = ((stock, by_source.get(_place(stock), [])) for stock in told.stock)
    return [pick for stock, quantities in found for pick in _picks_of(stock, quantities)]


def _picks_of(stock: rules.Stock, quantities: Sequence[int]) -> list[Pick]:
    size, dimension = stock.one_container, stock.remaining.dimension
    numbers: Sequence[int] = [1] * len(quantities)
    if stock.opened_at is None and size is not None and not size.is_zero:
        numbers = first_fit(quantities, size.whole())
    pairs = zip(quantities, numbers, strict=True)
    return [Pick(stock, Quantity(quantity, dimension), "planned", number) for quantity, number in pairs]


def _plan(
    attempt: Attempt, step: PlannedDraw, found: Allocation, told: rules.Cocktail, *, keeps_its_own: bool
) -> None:
    """New rows for the new sources; the step itself is the first of them, unless it keeps its own."""
    new = _parts(step, found.picks, told)
    if not keeps_its_own:
        _move(step, new.pop(0), told)
    last = max(s.position for s in attempt.planned)
    for number, part in enumerate(new, start=last + 1):
        row = planned_draw(number, step.line_number, step.product_id, part, told.policies, is_qs=step.is_qs)
        attempt.planned.append(row)


def _move(step: PlannedDraw, part: Part, told: rules.Cocktail) -> None:
    stock = part.pick.stock
    step.lot_id, step.vial_id, step.place_id = stock.lot_id, stock.vial_id, stock.place_id
    step.scan, step.scanned_at, step.why = "", None, part.pick.why[:200]
    step.device_id = step.device_id if step.is_qs else device_of(part.syringe)
    change(step, part.volume, part.quantity, told.policies)


def _parts(step: PlannedDraw, picks: Sequence[Pick], told: rules.Cocktail) -> list[Part]:
    strength = strength_of(_line(step, told))
    return [_part(step, pick, strength, told) for pick in picks]


def _part(step: PlannedDraw, pick: Pick, strength: rules.Strength | None, told: rules.Cocktail) -> Part:
    if pick.quantity.dimension == VOLUME:
        volume = pick.quantity
    else:
        volume = on_marks(holding(pick.quantity, pick.stock.strength or strength), told).volume
    return Part(pick, pick.quantity, volume, on_marks(volume, told).syringe)
