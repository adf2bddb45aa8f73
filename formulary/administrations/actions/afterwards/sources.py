"""Out of which vials it came: opened and mixed as it was done, whatever speaks against it now."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.cocktails.facts import reservation_ref
from formulary.db import db
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt, Draw
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Movement, Place, Vial


@dataclass(frozen=True)
class Mixed:
    """What a powder was mixed with."""

    diluent_lot_id: int
    volume: Quantity


@dataclass(frozen=True)
class Source:
    """So much fluid of a line, out of a lot: of a vial that was open, else of a container opened for it."""

    line: int
    lot_id: int
    volume: Quantity
    vial_id: int | None = None
    mixed: Mixed | None = None
    grade: str = "probable"


@dataclass(frozen=True)
class Past:
    """When it was done, when and by whom it is recorded, and why then."""

    done_at: datetime
    at: datetime
    by: Actor
    reason: str


def draw_from(attempt: Attempt, source: Source, past: Past) -> list[Movement]:
    """Take what was drawn from its vial into the preparation; the draws name lot, vial, patient and grade.

    What the ledger did not know of comes visibly from lost-or-found. Refused where a powder was not mixed.
    """
    lot = shelf.lot(source.lot_id)
    vial, moved = _vial(attempt, lot, source, past)
    moved += _made_up(lot, vial, source, attempt, past)
    taken = stock.take(
        vial,
        source.volume,
        target=preparations.place(attempt.place_id),
        reason="drawn",
        document=("attempt", attempt.id),
        at=past.at,
        by=past.by,
        for_patient=attempt.patient_id,
        for_ref=reservation_ref(attempt.cocktail),
        occurred_at=past.done_at,
        already_happened=True,
    )
    db.session.add_all(_draw(attempt, source, part, past) for part in taken)
    db.session.flush()
    return [*moved, *(part.movement for part in taken)]


def _vial(attempt: Attempt, lot: Lot, source: Source, past: Past) -> tuple[Vial, list[Movement]]:
    """The open vial that was named, or a container of the lot, opened and mixed as of then."""
    if source.vial_id is not None:
        named = shelf.vial(source.vial_id, attempt.site_id)
        if named.state == "open":
            return named, []
    place, moved = _shelf(attempt, lot, past)
    vial = stock.open_vial(
        lot,
        place=place,
        at=past.at,
        by=past.by,
        opened_at=past.done_at,
        late_reason=past.reason,
        opened_for_id=attempt.patient_id,
        labelled=None if source.vial_id is None else shelf.vial(source.vial_id, attempt.site_id),
        for_ref=reservation_ref(attempt.cocktail),
        already_happened=True,
    )
    if source.mixed is not None:
        moved += _mix(attempt, vial, source.mixed, past)
    return vial, moved


def _mix(attempt: Attempt, vial: Vial, mixed: Mixed, past: Past) -> list[Movement]:
    diluent = shelf.lot(mixed.diluent_lot_id)
    place, moved = _shelf(attempt, diluent, past)
    stock.reconstitute(
        vial,
        diluent_lot=diluent,
        diluent_source=place,
        volume=mixed.volume,
        at=past.at,
        by=past.by,
        reconstituted_at=past.done_at,
        late_reason=past.reason,
        for_ref=reservation_ref(attempt.cocktail),
        already_happened=True,
    )
    return moved


def _shelf(attempt: Attempt, lot: Lot, past: Past) -> tuple[Place, list[Movement]]:
    """Where a full container of the lot lies at the site; put on its shelf from lost-or-found otherwise."""
    content = stock.content_of(lot)
    place = shelf.holds_sealed(attempt.site_id, lot.id, content) or shelf.place(attempt.site_id, "storage")
    return place, _found(lot, (None, place), content, attempt, past)


def _made_up(lot: Lot, vial: Vial, source: Source, attempt: Attempt, past: Past) -> list[Movement]:
    """What an open vial of a solution lacks; a mixture is never more than what was mixed."""
    if lot.product.ledger != "volume":
        return []
    return _found(lot, (vial, preparations.place_of(vial)), source.volume.whole(), attempt, past)


def _found(
    lot: Lot, lies: tuple[Vial | None, Place], quantity: int, attempt: Attempt, past: Past
) -> list[Movement]:
    found = stock.make_up(
        lot=lot,
        vial=lies[0],
        place=lies[1],
        quantity=quantity,
        document=("attempt", attempt.id),
        what=f"More of it was used for {attempt.cocktail.code} than was on record: {past.reason}",
        occurred_at=past.done_at,
        at=past.at,
        by=past.by,
    )
    return found.movements


def _draw(attempt: Attempt, source: Source, part: stock.Taken, past: Past) -> Draw:
    own = "supplied" if attempt.cocktail.is_direct else "direct"
    return Draw(
        attempt_id=attempt.id,
        cocktail_id=attempt.cocktail_id,
        patient_id=attempt.patient_id,
        line_number=source.line,
        lot_id=part.lot_id,
        vial_id=part.vial_id,
        movement_id=part.movement.id,
        via="diluent" if part.via == "diluent" else own,
        volume=source.volume.whole(),
        quantity=part.quantity,
        drawn_at=past.done_at,
        by_id=past.by.person_id,
        grade=source.grade,
        deviation_reason=past.reason,
    )
