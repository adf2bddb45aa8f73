"""Out of which vials it came: opened and mixed as it was done, whatever speaks against it now."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from formulary.administrations.actions.afterwards.short import found_for
from formulary.administrations.actions.afterwards.told import Past, Source
from formulary.cocktails.facts import reservation_ref
from formulary.db import db
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt, Draw
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Movement, Place, Vial


def draw_from(attempt: Attempt, source: Source, past: Past) -> list[Movement]:
    """Take what was drawn from its vials into the preparation; the draws name lot, vial, patient and grade.

    What the ledger did not know of comes visibly from lost-or-found. Refused where a powder was not mixed.
    """
    lot, left, moved = shelf.lot(source.lot_id), source.volume.whole(), list[Movement]()
    while left > 0:
        vial, opened = _vial(attempt, lot, source, left, past)
        part, short = _parts(vial, source, left)
        moved += opened
        if part:
            moved += _take(attempt, vial, replace(source, volume=Quantity(part, VOLUME)), past)
        if short:
            moved += _take_found(attempt, vial, replace(source, volume=Quantity(short, VOLUME)), past)
        left -= part + short
    return [*moved, *_diluted(attempt, lot, source, past)]


def _parts(vial: Vial, source: Source, wanted: int) -> tuple[int, int]:
    """How much of what was used comes out of this vial, and how much of that the ledger does not know of.

    The rest comes out of another container where nobody said which vial of a solution it was.
    """
    there = min(_left(vial, wanted), wanted)
    goes_on = there and source.vial_id is None and vial.lot.product.ledger == "volume"
    return (there, 0) if goes_on else (there, wanted - there)


def _left(vial: Vial, wanted: int) -> int:
    """What is left of it as the ledger has it: nothing in a vial that is over, or on its way elsewhere."""
    if vial.state != "open" or preparations.place_of(vial).kind == "in_transit":
        return 0
    left = shelf.volume_left(vial)
    return wanted if left is None else left


def _take(attempt: Attempt, vial: Vial, source: Source, past: Past) -> list[Movement]:
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
    return [_draw(attempt, vial, source, (part.movement, part.via), past) for part in taken]


def _take_found(attempt: Attempt, vial: Vial, source: Source, past: Past) -> list[Movement]:
    """What was used of it and is not on record, straight from lost-or-found."""
    place, told = preparations.place(attempt.place_id), _told(attempt, past)
    return [
        _draw(attempt, vial, source, (row, via), past)
        for lot, quantity, via in found_for(vial, source.volume.whole())
        for row in stock.find(lot=lot, vial=vial, place=place, quantity=quantity, **told).movements
    ]


def _draw(attempt: Attempt, vial: Vial, source: Source, part: tuple[Movement, str], past: Past) -> Movement:
    movement, via = part
    own = source.via or ("supplied" if attempt.cocktail.is_direct else "direct")
    row = Draw(
        attempt_id=attempt.id,
        cocktail_id=attempt.cocktail_id,
        patient_id=attempt.patient_id,
        line_number=source.line,
        lot_id=movement.lot_id,
        vial_id=vial.id,
        movement_id=movement.id,
        via="diluent" if via == "diluent" else own,
        volume=source.volume.whole(),
        quantity=movement.quantity,
        drawn_at=past.done_at,
        by_id=past.drawn_by_id,
        grade=_grade(source, via),
        deviation_reason=past.reason,
    )
    db.session.add(row)
    db.session.flush()
    return movement


def _grade(source: Source, via: str) -> str:
    """How sure it is: of what it was mixed with as sure as that was read."""
    return source.mixed.grade if via == "diluent" and source.mixed is not None else source.grade


def _vial(attempt: Attempt, lot: Lot, source: Source, wanted: int, past: Past) -> tuple[Vial, list[Movement]]:
    """The vial that was named or that stands open for this record, else a container opened as of then."""
    named = None if source.vial_id is None else shelf.vial(source.vial_id, attempt.site_id)
    if named is not None and named.opened_at is not None and named.state != "sealed":
        return named, _mix_open(attempt, named, source, past)
    shared = None if named or _is_powder_to_mix(lot, source) else _standing_open(attempt, lot)
    if shared is not None:
        return shared, []
    return _opened(attempt, lot, source, (named, wanted), past)


def _standing_open(attempt: Attempt, lot: Lot) -> Vial | None:
    """A container of the lot that was opened for this preparation and still holds something."""
    opened = shelf.opened_for(reservation_ref(attempt.cocktail), attempt.site_id, lot.id)
    return next((vial for vial in opened if shelf.volume_left(vial)), None)


def _opened(
    attempt: Attempt, lot: Lot, source: Source, which: tuple[Vial | None, int], past: Past
) -> tuple[Vial, list[Movement]]:
    """A container of the lot, opened as of then; its own label is kept where it was on the shelf so far."""
    named, wanted = which
    label = named if named is not None and named.state == "sealed" else None
    content = _content(lot, wanted)
    forced = named is not None and label is None
    place, moved = _shelf(attempt, lot, content, past, forced=forced)
    vial = stock.open_vial(
        lot,
        place=place,
        at=past.at,
        by=past.by,
        opened_at=past.done_at,
        late_reason=past.reason,
        opened_for_id=attempt.patient_id,
        labelled=label,
        for_ref=reservation_ref(attempt.cocktail),
        content=content,
        already_happened=True,
    )
    return vial, [*moved, *_mix_open(attempt, vial, source, past)]


def _content(lot: Lot, wanted: int) -> int:
    """What a container held: of a solution whose content nobody knows, what was used of it."""
    if lot.product.content is None and lot.product.ledger == "volume":
        return wanted
    return stock.content_of(lot)


def _is_powder_to_mix(lot: Lot, source: Source) -> bool:
    return source.mixed is not None and lot.product.ledger != "volume"


def _mix_open(attempt: Attempt, vial: Vial, source: Source, past: Past) -> list[Movement]:
    """Mix an open powder as it was mixed; what is mixed already on record stays as it is."""
    if source.mixed is None or vial.mixed_volume is not None or vial.lot.product.ledger == "volume":
        return []
    diluent, wanted = shelf.lot(source.mixed.diluent_lot_id), source.mixed.volume.whole()
    stands, one = _standing_open(attempt, diluent), _content(diluent, wanted)
    enough = stands is not None and (shelf.volume_left(stands) or 0) >= wanted
    place, moved = _shelf(attempt, diluent, 0 if enough else -(-wanted // one) * one, past)
    stock.reconstitute(
        vial,
        diluent_lot=diluent,
        diluent_source=place,
        diluent_vial=stands if enough else None,
        volume=source.mixed.volume,
        at=past.at,
        by=past.by,
        reconstituted_at=past.done_at,
        late_reason=past.reason,
        for_ref=reservation_ref(attempt.cocktail),
        already_happened=True,
    )
    return moved


def _diluted(attempt: Attempt, lot: Lot, source: Source, past: Past) -> Iterator[Movement]:
    """What diluted it in the syringe: a source of its own, as is another diluent than the vial's."""
    mixed = source.mixed
    if mixed is None or mixed.diluent_lot_id in _in_its_vials(attempt, lot):
        return
    own = Source(source.line, mixed.diluent_lot_id, mixed.volume, grade=mixed.grade, via="diluent")
    yield from draw_from(attempt, own, past)


def _in_its_vials(attempt: Attempt, lot: Lot) -> set[int | None]:
    """The lots with which the vials of a powder were mixed that were drawn from."""
    drawn = {draw.vial_id for draw in preparations.draws(attempt.id) if draw.lot_id == lot.id}
    return {vial.diluent_lot_id for vial in shelf.vials_by_id(key for key in drawn if key).values()}


def _shelf(
    attempt: Attempt, lot: Lot, content: int, past: Past, *, forced: bool = False
) -> tuple[Place, list[Movement]]:
    """Where full containers of the lot lie at the site; put on its shelf from lost-or-found otherwise.

    `forced` where the very container is known to be none of those that lie there.
    """
    place = shelf.holds_sealed(attempt.site_id, lot.id, content) or shelf.place(attempt.site_id, "storage")
    told = {"lot": lot, "place": place, "quantity": content, **_told(attempt, past)}
    if not content:
        return place, []
    return place, (stock.find if forced else stock.make_up)(**told).movements


def _told(attempt: Attempt, past: Past) -> dict[str, Any]:
    """What stands on each row of what was found, and on its discrepancy."""
    what = f"More of it was used for {attempt.cocktail.code} than was on record: {past.reason}"
    told: dict[str, Any] = {"document": ("attempt", attempt.id), "what": what, "occurred_at": past.done_at}
    return told | {"at": past.at, "by": past.by}
