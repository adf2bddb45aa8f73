"""At the bench: claimed, drawn line by line, finished, released or wasted, as a history tells it."""

from datetime import timedelta
from typing import Any

from formulary.bench.history.book import Purpose
from formulary.bench.history.prescribing import amount
from formulary.bench.history.told import Drawn, Told
from formulary.bench.history.vials import Open, Part
from formulary.bench.history.wares import Ware
from formulary.preparations.actions import INSPECTED
from formulary.preparations.models import Attempt, Draw, PlannedDraw, Syringe
from formulary.rules.findings import inputs_hash

KEEPS = timedelta(hours=12)
LIMIT = "12 h after preparing, as this history invents it"
TOLERANCE = 20


def claim(told: Told) -> None:
    """Somebody takes it in hand."""
    by, at = told.hand("preparer"), told.tick()
    told.move("in_preparation", by)
    told.attempt = told.book.add(
        Attempt,
        cocktail_id=told.id,
        revision_id=told.revision,
        patient_id=told.person.id,
        site_id=by.site_id,
        place_id=told.book.ground.places["preparation"],
        state="in_preparation",
        prescriber_id=told.prescriber.person_id,
        verifier_id=told.hand("verifier").person_id,
        preparer_id=by.person_id,
        claimed_at=at,
        row_version=1,
    )
    new = {"cocktail": told.code, "attempt": 1}
    told.book.note("preparations.claim", Attempt, told.attempt, by=by, at=at, new=new)


def draw_lines(told: Told, lines: int | None = None) -> None:
    """Each line scanned and drawn, or only the first of them; the rest stays planned."""
    for number, (ware, volume) in enumerate(told.person.recipe.lines, 1):
        if lines is None or number <= lines:
            _draw_line(told, number, ware, volume)
        else:
            _plan(told, number, ware, volume)


def prepare(told: Told) -> None:
    """Every line is drawn, and the work at the bench closed."""
    draw_lines(told)
    finish(told)


def finish(told: Told) -> None:
    """The last draw is done: the beyond-use date is set."""
    by, at = told.hand("preparer"), told.tick()
    told.move("prepared", by)
    until, total = at + KEEPS, told.person.recipe.target
    told.book.change(
        Attempt,
        told.attempt,
        state="prepared",
        prepared_at=at,
        total=total,
        beyond_use_at=until,
        beyond_use_limit=LIMIT,
        beyond_use_terms=[{"name": LIMIT, "at": until.isoformat(), "formula": "", "source": ""}],
    )
    told.sign("prepared", Attempt, told.attempt, _content(told), by)
    new = {"until": until.isoformat(), "total_nL": total}
    told.book.note("preparations.finish", Attempt, told.attempt, by=by, at=at, new=new)


def release(told: Told) -> None:
    """A second person has looked at it, and its label is printed."""
    by, at = told.hand("releaser"), told.tick()
    told.move("released", by)
    told.book.change(
        Attempt,
        told.attempt,
        state="released",
        releaser_id=by.person_id,
        released_at=at,
        inspection=dict.fromkeys(INSPECTED, True),
    )
    told.label = f"{told.code}/1.1"
    total = told.person.recipe.target
    told.book.add(Syringe, attempt_id=told.attempt, number=1, of=1, code=told.label, volume=total, printed=1)
    told.sign("released", Attempt, told.attempt, _content(told), by)
    told.book.note("preparations.release", Attempt, told.attempt, by=by, at=at, new={"self_checked": False})


def waste(told: Told) -> None:
    """What was mixed is discarded, every lot of it."""
    by, at, reason = told.hand("releaser"), told.tick(), "Session called off"
    told.move("wasted", by, reason)
    told.book.change(Attempt, told.attempt, state="wasted", ended_reason=reason)
    purpose = Purpose("preparation", "waste", "not_given", ("attempt", told.attempt))
    moved = [
        told.book.move(drawn.lot.id, None, purpose, drawn.quantity, by=by, at=at) for drawn in told.draws
    ]
    told.book.note("preparations.waste", Attempt, told.attempt, by=by, at=at, reason=reason, movements=moved)


def _draw_line(told: Told, number: int, ware: Ware, volume: int) -> None:
    by, at, vials = told.hand("preparer"), told.tick(), told.vials
    vial = vials.with_volume(ware, volume, told.person.id, at=at, by=by)
    step = {"position": number, "vial": vial.id, "manual": False}
    told.book.note("preparations.scan", Attempt, told.attempt, by=by, at=at, new=step)
    at = told.tick()
    parts = vials.take(
        vial, volume, Purpose("in_use", "preparation", "drawn", ("attempt", told.attempt)), at=at, by=by
    )
    planned = _plan(told, number, ware, volume, vial)
    rows = [_row(told, number, vial, volume, part, planned=planned) for part in parts]
    told.draws += rows
    new = {"position": number, "vial": vial.code, "measured_nL": volume}
    new |= {"patient": told.person.id, "draws": [row.id for row in rows]}
    entries = [part.entry for part in parts]
    told.book.note("preparations.draw", Attempt, told.attempt, by=by, at=at, new=new, movements=entries)
    if not ware.is_shared:
        vials.waste(vial, "left_over", at=at, by=by)


def _plan(told: Told, number: int, ware: Ware, volume: int, vial: Open | None = None) -> int:
    """One step of the worksheet, drawn from a vial or still to be drawn from a full container; its key."""
    lot = vial.lot if vial else told.vials.lots.with_container(ware, at=told.at)
    columns: dict[str, Any] = {"state": "planned", "place_id": told.book.ground.places["storage"]}
    if vial:
        columns = {
            "state": "drawn",
            "place_id": told.book.ground.places["in_use"],
            "vial_id": vial.id,
            "scan": vial.code,
            "scanned_at": told.at,
        }
    return told.book.add(
        PlannedDraw,
        attempt_id=told.attempt,
        position=number,
        line_number=number,
        product_id=ware.id,
        lot_id=lot.id,
        volume=volume,
        quantity=amount(ware, volume),
        allowed_low=volume - volume // TOLERANCE,
        allowed_high=volume + volume // TOLERANCE,
        is_qs=ware.is_diluent,
        **columns,
    )


def _row(told: Told, number: int, vial: Open, volume: int, part: Part, *, planned: int) -> Drawn:
    key = told.book.add(
        Draw,
        attempt_id=told.attempt,
        cocktail_id=told.id,
        patient_id=told.person.id,
        line_number=number,
        lot_id=part.lot.id,
        vial_id=vial.id,
        movement_id=part.entry[0],
        planned_draw_id=planned,
        via=part.via,
        volume=volume,
        quantity=part.quantity,
        drawn_at=told.at,
        by_id=told.hand("preparer").person_id,
        scan=vial.code,
    )
    return Drawn(key, part.lot, part.quantity, part.via)


def _content(told: Told) -> str:
    return inputs_hash(told.revision, [[drawn.lot.id, drawn.quantity] for drawn in told.draws])
