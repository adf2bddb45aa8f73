"""Our own labels on sealed containers that arrive from another site: from then on they belong there."""

from collections import Counter
from collections.abc import Iterable, Sequence

from formulary.db import Missing, db
from formulary.stock import queries
from formulary.stock.labels import transfer_refusals as told
from formulary.stock.models import Lot, Transfer, Vial

SEALED_LIES_AT = frozenset({"storage", "quarantine", "in_transit"})


def bring_labels(box: Transfer, came: Iterable[tuple[Lot, int]], codes: Sequence[str]) -> list[Vial]:
    """Let the labels read on what came belong to the site where it came; `came` is in the lots' steps.

    `came` is all that has come of the box so far, in however many parts. Where the sender has no sealed
    container of the lot any more, its other labels came too, if they fit. Refuses a code that is no sealed
    container of the sender, and more labels than containers came.
    """
    arrived: dict[int, tuple[Lot, int]] = {}
    for lot, steps in came:
        full = steps // lot.product.content if lot.product.content else 0
        arrived[lot.id] = (lot, full + arrived.get(lot.id, (lot, 0))[1])
    for lot_id, labels in Counter(vial.lot_id for vial in _brought_before(box)).items():
        if lot_id in arrived:
            lot, full = arrived[lot_id]
            arrived[lot_id] = (lot, full - labels)
    read = [_read(code, box, arrived) for code in dict.fromkeys(codes)]
    brought = [vial for lot, most in arrived.values() for vial in _of_lot(lot, most, read, box)]
    for vial in brought:
        vial.site_id = box.to_site_id
    db.session.flush()
    return brought


def _read(code: str, box: Transfer, arrived: dict[int, tuple[Lot, int]]) -> Vial:
    try:
        vial = queries.vial_by_code(code, box.site_id)
    except Missing:
        raise told.unknown_label(code, box) from None
    if vial.state != "sealed" or vial.lot_id not in arrived:
        raise told.unknown_label(code, box)
    return vial


def _of_lot(lot: Lot, most: int, read: Iterable[Vial], box: Transfer) -> list[Vial]:
    named = [vial for vial in read if vial.lot_id == lot.id]
    if len(named) > most:
        raise told.too_many_labels(lot)
    others = [vial for vial in queries.labelled_vials(lot.id, box.site_id) if vial not in named]
    fits = len(named) + len(others) <= most and not _left(lot, box.site_id)
    return named + others if fits else named


def _brought_before(box: Transfer) -> list[Vial]:
    """The labels that came with earlier parts of the box and were not sent back by an undoing."""
    acts = [one for one in queries.acts_about("transfer", box.id, 0) if not queries.is_undone(one.id)]
    return list(queries.vials_by_id({key for one in acts for key in one.new.get("labels", ())}).values())


def _left(lot: Lot, site_id: int) -> bool:
    """Whether the site still has a sealed container of the lot, on a shelf or on its way."""
    sealed = {c.place_id for c in queries.contents(lot_id=lot.id) if c.vial_id is None}
    places = queries.places_by_id(sealed).values() if sealed else ()
    return any(place.site_id == site_id and place.kind in SEALED_LIES_AT for place in places)
