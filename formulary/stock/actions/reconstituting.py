"""Reconstituting: a diluent moves into an open powder, and the mixture gets a strength and a clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import once
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from formulary.stock import facts, queries
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.taking import steps_of
from formulary.stock.actions.vials import content_now, content_of, limit_use, open_vial, serve, where_is
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Movement, Place, Vial


@dataclass(frozen=True)
class Act:
    """When it was done and recorded, by whom, for which preparation, else for itself, and why late."""

    when: datetime
    at: datetime
    by: Actor
    for_ref: str
    late_reason: str
    already_happened: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it was done before it is recorded: then it is recorded whatever speaks against it."""
        return self.already_happened or self.when < self.at


@once
def reconstitute(
    vial: Vial,
    *,
    diluent_lot: Lot,
    diluent_source: Place,
    volume: Quantity,
    at: datetime,
    by: Actor,
    displacement: Quantity | None = None,
    diluent_vial: Vial | None = None,
    reconstituted_at: datetime | None = None,
    late_reason: str = "",
    for_ref: str | None = None,
    already_happened: bool = False,
) -> Vial:
    """Add `volume` of a diluent to an open powder: it moves under this vial and shortens its beyond-use date.

    The diluent comes from `diluent_vial`, or from containers of `diluent_lot` opened at `diluent_source`
    for it, which stay open with what is left. The mixture's volume is the diluent's and the powder's
    displacement. Refuses a second time, a vial that is not an open powder, a powder of which something was
    taken before, and a diluent that its label does not name, where it names any. A time before this minute
    is a late entry: it needs `late_reason`, and what spoke against it then is kept with the act.
    """
    by.must(Permission.PREPARE)
    ref = for_ref or f"reconstitution:{vial.id}"
    when = (reconstituted_at or at) if already_happened else _when(reconstituted_at, at)
    act = Act(when, at, by, ref, late_reason.strip(), already_happened)
    _may_be_reconstituted(vial, diluent_lot, act)
    steps, place = steps_of(volume, "volume"), where_is(vial)
    against = [*_against(vial, vial, 1, act), *_against(diluent_vial, vial, steps, act)]
    opened = _opened(diluent_lot, diluent_source, steps, vial, act)
    sources = [(diluent_vial, steps)] if diluent_vial else list(opened)
    for_whom = _for_whom(diluent_vial)
    movements = [row for source, part in sources for row in _pour(source, part, vial, place, act)]
    old = {"late_reason": vial.late_reason} | ({"diluent": for_whom} if for_whom else {})
    vial.diluent_lot_id, vial.reconstituted_at = diluent_lot.id, act.when
    vial.displacement = None if displacement is None else displacement.whole()
    vial.mixed_volume, vial.mixed_content = steps + (vial.displacement or 0), content_now(vial)
    limit_use(vial, place, at)
    vial.late_reason = vial.late_reason or (act.late_reason if act.is_late else "")
    new = {"vial": vial.code, "diluent": diluent_lot.number, "nL": steps, "until": str(vial.beyond_use_at)}
    new |= {"opened": [] if diluent_vial else [source.id for source, _ in sources]}
    new |= {"for_ref": for_ref} if for_ref else {}
    new |= {"spoke_against_it": against} if against else {}
    told = {"old": old, "new": new, "movements": movements, "reason": act.late_reason}
    record("stock.reconstitute", vial, by=by, at=at, **told)
    return vial


def _for_whom(diluent: Vial | None) -> dict[str, object]:
    """For whom an open vial of diluent was opened, before this act is served from it."""
    if diluent is None:
        return {}
    return {"vial": diluent.id, "for": diluent.opened_for_id, "ref": diluent.opened_for_ref}


def _when(said: datetime | None, at: datetime) -> datetime:
    """The instant it was done: now, where nothing or this very minute is said."""
    return at if said is None or said == at.replace(second=0, microsecond=0) else said


def _may_be_reconstituted(vial: Vial, diluent: Lot, act: Act) -> None:
    if vial.mixed_volume is not None:
        raise refusals.reconstituted_already(vial)
    if vial.lot.product.ledger == "volume":
        raise refusals.not_a_powder(vial)
    if diluent.product.ledger != "volume":
        raise refusals.not_a_fluid(diluent)
    if not act.is_late and not queries.may_dissolve(vial.lot.product, diluent.product):
        raise refusals.diluent_not_named(vial.lot.product, diluent.product)
    if content_now(vial) != content_of(vial.lot):
        raise refusals.not_full(vial)
    if act.when > act.at:
        raise refusals.in_the_future("reconstituted_at")
    if act.is_late and not act.late_reason:
        raise refusals.mixed_late_without_reason(vial)
    if vial.opened_at is not None and act.when < vial.opened_at:
        raise refusals.before_opening(vial)


def _opened(lot: Lot, place: Place, needed: int, powder: Vial, act: Act) -> Iterator[tuple[Vial, int]]:
    """Containers of the diluent, opened one after the other, with what each of them gives; of what happened
    already one that held as much, where nobody knows what a container holds.
    """
    whom = {"opened_for_id": powder.opened_for_id, "for_ref": act.for_ref}
    late = {"opened_at": act.when, "late_reason": act.late_reason} if act.is_late else {}
    late |= {"already_happened": act.already_happened}
    held = needed if act.already_happened and lot.product.content is None else content_of(lot)
    while needed > 0:
        part = min(needed, held)
        yield open_vial(lot, place=place, at=act.at, by=act.by, content=held, **whom, **late), part
        needed -= part


def _against(source: Vial | None, powder: Vial, quantity: int, act: Act) -> list[str]:
    """What speaks against the powder or an open vial of diluent; raised, or told of a late entry.

    Vials of diluent that are opened for it are asked when they are opened.
    """
    if source is None:
        return []
    place = where_is(source)
    through = queries.place(place.site_id, "preparation")
    use = facts.Use(source.lot, source, place, through, quantity, powder.opened_for_id, act.for_ref)
    try:
        facts.allow(use, act.when)
    except Refused as refusal:
        if not act.is_late:
            raise
        return [f"{finding.code}: {finding.reason}" for finding in refusal.findings]
    return []


def _pour(source: Vial, part: int, vial: Vial, place: Place, act: Act) -> list[Movement]:
    """Two rows, through the preparation place: out of the diluent's vial, into the powder's."""
    stands, through = where_is(source), queries.place(place.site_id, "preparation")
    document = ("reconstitution", vial.id)
    out = Entry(source.lot, source, stands, part, Way(through, "reconstituted", document, act.when))
    into = Entry(source.lot, vial, through, part, Way(place, "reconstituted", document, act.when))
    is_first = content_now(source) == source.lot.product.content
    serve(source, for_patient=vial.opened_for_id, for_ref=act.for_ref, is_first=is_first)
    return [*write([out], at=act.at, by=act.by), *write([into], at=act.at, by=act.by)]
