"""Mixing a powder: diluent, its lot, volume and time are recorded, and the draw follows the strength made."""

from datetime import date, datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.cocktails.actions import must_be_answered
from formulary.cocktails.facts import reservation_ref
from formulary.db import once
from formulary.preparations import facts, labels, queries
from formulary.preparations.actions.acts import Shown, keep_rest, step_in_hand
from formulary.preparations.actions.drawing import scanned
from formulary.preparations.actions.planning import change, device_of, follow, on_marks, volume_holding
from formulary.preparations.models import Attempt, PlannedDraw
from formulary.rules import checklist
from formulary.rules import facts as rules
from formulary.rules.findings import Stage, refuse
from formulary.rules.formulation import amount, solve_cocktail, strength_of
from formulary.rules.lot_status import normalise
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Vial

ASKED_OF_A_DILUENT = ("A1", "T2", "C4", "C6")


@once
def mix_powder(
    attempt_id: int,
    position: int,
    *,
    diluent_lot_id: int | None = None,
    shown: Shown | None = None,
    volume: Quantity,
    displacement: Quantity | None = None,
    mixed_at: datetime | None = None,
    late_reason: str = "",
    at: datetime,
    by: Actor,
) -> PlannedDraw:
    """Reconstitute the powder of a step; another volume than the label's changes the strength, and so the
    draw.

    The diluent is the lot that was chosen, or `shown` to the scanner; where both were they must be one.
    Refused for a diluent that its label does not name, where it names any, and for one that the patient must
    not have or that does not go with the other lines.
    """
    attempt, step = step_in_hand(attempt_id, position, by)
    vial, diluent = scanned(step), _diluent(attempt, step, diluent_lot_id, shown)
    _own_diluent(attempt, vial, diluent)
    _may_go_in(attempt, step, diluent, at)
    stock.reconstitute(
        vial,
        diluent_lot=diluent,
        diluent_source=queries.place_holding(attempt.site_id, diluent.id),
        volume=volume,
        displacement=displacement,
        reconstituted_at=mixed_at,
        late_reason=late_reason,
        at=at,
        by=by,
        for_ref=reservation_ref(attempt.cocktail),
    )
    told = facts.gather_attempt(attempt, at=at).cocktail
    for each in (s for s in attempt.planned if s.vial_id == vial.id and s.state == "planned"):
        _plan_anew(attempt, each, told)
    follow(attempt, told.policies)
    keep_rest(attempt, at=at, by=by)
    new = {"position": position, "vial": vial.code, "diluent": diluent.number, "draw_nL": step.volume}
    record("preparations.mix", attempt, by=by, at=at, new=new)
    return step


def _diluent(attempt: Attempt, step: PlannedDraw, chosen_id: int | None, shown: Shown | None) -> Lot:
    """The one lot that was chosen, or scanned, or both."""
    chosen = None if chosen_id is None else shelf.lot(chosen_id)
    read = _read(attempt, step, shown, chosen) if shown else chosen
    if read is None:
        raise labels.no_diluent()
    if chosen is not None and chosen.id != read.id:
        raise labels.two_diluents(read, chosen)
    return read


def _own_diluent(attempt: Attempt, vial: Vial, diluent: Lot) -> None:
    """What the label names; what is given as supplied takes no other, though the label names none."""
    product, is_direct = vial.lot.product, attempt.cocktail.is_direct
    if queries.is_named(product, diluent) or (not is_direct and queries.may_dissolve(product, diluent)):
        return
    how = "is given as supplied, and its label" if is_direct else "has a label that"
    raise refuse(
        "diluent.not_its_own",
        str(product),
        f"{product} {how} does not name {diluent.product}.",
        f"Take what the label names: {product.diluent or 'it is not on record'}.",
        field="diluent_lot_id",
    )


def _may_go_in(attempt: Attempt, step: PlannedDraw, diluent: Lot, at: datetime) -> None:
    """Ask of it what is asked of every line: allergies, patch tests, what goes together, preservatives."""
    told = facts.with_diluent(facts.gather_attempt(attempt, at=at).cocktail, step, diluent)
    must_be_answered(checklist.ask(told, Stage.DRAW, ASKED_OF_A_DILUENT), queries.revision(attempt))


def _plan_anew(attempt: Attempt, step: PlannedDraw, told: rules.Cocktail) -> None:
    """The volume that holds what the step needs, at the strength that was mixed, on a syringe's mark."""
    source = facts.source_in(told, step)
    needed = _needed(attempt, step, told)
    measured = on_marks(volume_holding(needed, source.strength), told)
    left = Quantity(shelf.volume_left(queries.vial(step.vial_id or 0)) or 0, VOLUME)
    step.device_id = device_of(measured.syringe)
    change(step, min(measured.volume, left), needed, told.policies)


def _needed(attempt: Attempt, step: PlannedDraw, told: rules.Cocktail) -> Quantity:
    """What a step is to hold: the line's dose, or its share of it where several vials give it."""
    solved = next(s for s in solve_cocktail(told).lines if s.number == step.line_number)
    dose = amount(solved.draw_volume, strength_of(solved.line))
    alone = [s for s in queries.steps(attempt) if s.line_number == step.line_number] == [step]
    if dose is None or not alone:
        return queries.lot(step.lot_id or 0).quantity(step.quantity)
    return dose.to_step()


def diluent_scanned(
    attempt_id: int, position: int, shown: Shown, by: Actor, *, chosen_id: int | None = None
) -> Lot:
    """The lot of diluent that was scanned; Refused where it is none, is not on the shelf, or could be several
    of which none is chosen.
    """
    attempt = queries.attempt(attempt_id, by)
    chosen = None if chosen_id is None else shelf.lot(chosen_id)
    return _read(attempt, queries.planned(attempt, position), shown, chosen)


def _read(attempt: Attempt, step: PlannedDraw, shown: Shown, chosen: Lot | None) -> Lot:
    """The lot of the code. One number may be on record several times: the expiry in the code tells which, or
    the choice where it has none.
    """
    product = queries.lot(step.lot_id or 0).product
    found = [lot for lot in queries.diluents(product, attempt.site_id) if _is_it(lot, shown)]
    if not found:
        known = catalogue.code(shown.gtin) if shown.gtin else None
        raise labels.wrong_diluent(product, known.product.name if known else None, shown.lot)
    fits = _expiring(found, shown.expires_on)
    if chosen is not None and chosen in fits:
        return chosen
    if len(fits) > 1:
        raise labels.which_diluent(fits)
    return fits[0]


def _expiring(lots: list[Lot], said: date | None) -> list[Lot]:
    """Those that the expiry on the pack fits; all where the code tells none."""
    if said is None:
        return lots
    fits = [lot for lot in lots if lot.expires_on == said]
    if not fits:
        raise labels.diluent_expires_otherwise(lots, said)
    return fits


def _is_it(lot: Lot, shown: Shown) -> bool:
    codes = {code.gtin for code in lot.product.codes}
    return shown.gtin in codes and normalise(shown.lot or "") == lot.normalised
