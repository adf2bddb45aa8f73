"""Vials of a history: opened, mixed, drawn from and wasted, with the movements the bench would write."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from formulary.bench.history.book import Book, Entry, Purpose
from formulary.bench.history.ground import Hand
from formulary.bench.history.lots import Lots, OnShelf
from formulary.bench.history.wares import Ware
from formulary.stock.actions.taking import share
from formulary.stock.models import Vial


@dataclass(slots=True, eq=False)
class Open:
    """An open vial: what is left of its own lot, and once mixed its fluid and its diluent's share."""

    id: int
    code: str
    lot: OnShelf
    left: int
    until: datetime
    fluid: int | None = None
    diluent: OnShelf | None = None
    diluent_left: int = 0

    def holds(self, volume: int) -> bool:
        """Whether so many nL can be drawn from it."""
        return volume <= (self.left if self.fluid is None else self.fluid)


@dataclass(frozen=True, slots=True)
class Part:
    """What one lot gave to a draw."""

    lot: OnShelf
    entry: Entry
    quantity: int
    via: str


@dataclass
class Vials:
    """The open vials of the clinic; those of a product that may be shared wait for the next patient."""

    book: Book
    lots: Lots
    diluent: Ware
    shared: dict[int, Open] = field(default_factory=dict)

    def with_volume(self, ware: Ware, volume: int, patient_id: int, *, at: datetime, by: Hand) -> Open:
        """A vial that holds so much: the shared one that is open, or a new one, mixed if it is a powder."""
        found = self.shared.get(ware.id)
        if found is not None:
            if found.holds(volume) and at < found.until:
                return found
            self.waste(found, "left_over" if at < found.until else "past_beyond_use", at=at, by=by)
        vial = self._open(ware, None if ware.is_shared else patient_id, at=at, by=by)
        if ware.is_powder:
            self._mix(vial, patient_id, at=at, by=by)
        if ware.is_shared:
            self.shared[ware.id] = vial
        return vial

    def take(self, vial: Open, volume: int, purpose: Purpose, *, at: datetime, by: Hand) -> list[Part]:
        """Draw so many nL: each lot in the vial gives its share, and the last draw takes all."""
        if vial.fluid is None:
            parts = [self._part(vial, vial.lot, volume, purpose, at=at, by=by)]
            vial.left -= volume
        else:
            own, other = (share(held, volume, vial.fluid) for held in (vial.left, vial.diluent_left))
            parts = [self._part(vial, vial.lot, own, purpose, at=at, by=by, mixture=volume)]
            if vial.diluent is not None and other:
                parts.append(self._part(vial, vial.diluent, other, purpose, at=at, by=by))
            vial.left, vial.diluent_left, vial.fluid = (
                vial.left - own,
                vial.diluent_left - other,
                vial.fluid - volume,
            )
        if vial.left == 0:
            self._end(vial, "empty")
        return parts

    def waste(self, vial: Open, reason: str, *, at: datetime, by: Hand) -> None:
        """What is left in a vial goes to waste; nothing happens to an empty one."""
        if vial.left == 0:
            return
        purpose, move = Purpose("in_use", "waste", reason, ("vial", vial.id)), self.book.move
        moved = [move(vial.lot.id, vial.id, purpose, vial.left, by=by, at=at, mixture=vial.fluid)]
        if vial.diluent is not None and vial.diluent_left:
            moved.append(move(vial.diluent.id, vial.id, purpose, vial.diluent_left, by=by, at=at))
        vial.left = vial.diluent_left = 0
        self._end(vial, "wasted")
        new, why = {"vial": vial.code}, reason.replace("_", " ")
        self.book.note("stock.waste", Vial, vial.id, by=by, at=at, new=new, reason=why, movements=moved)

    def served(self, lots: Iterable[OnShelf], *, at: datetime, by: Hand) -> None:
        """One more cocktail of these lots was given; with a lot that is put away goes its open vial."""
        for lot in lots:
            if not self.lots.served(lot):
                continue
            found = self.shared.get(lot.ware.id)
            if found is not None and found.lot is lot:
                self.waste(found, "left_over", at=at, by=by)
            self.lots.put_away(lot, at=at)

    def _open(self, ware: Ware, patient_id: int | None, *, at: datetime, by: Hand) -> Open:
        lot, code = self.lots.with_container(ware, at=at), self.book.code("V")
        until, limit = _until(lot, at)
        key = self.book.add(
            Vial,
            code=code,
            lot_id=lot.id,
            site_id=by.site_id,
            state="open",
            opened_at=at,
            opened_by_id=by.person_id,
            opened_for_id=patient_id,
            beyond_use_at=until,
            beyond_use_limit=limit,
            row_version=1,
        )
        purpose = Purpose("storage", "in_use", "opened", ("vial", key))
        moved = self.book.move(lot.id, key, purpose, ware.content, by=by, at=at)
        lot.sealed, lot.opened = lot.sealed - 1, lot.opened + 1
        new = {"vial": code, "lot": lot.number, "opened_at": str(at), "until": str(until)}
        self.book.note("stock.open", Vial, key, by=by, at=at, new=new, movements=[moved])
        return Open(key, code, lot, ware.content, until)

    def _mix(self, vial: Open, patient_id: int, *, at: datetime, by: Hand) -> None:
        """Dissolve a powder: the diluent goes through the preparation place into the powder's vial."""
        document, needed, moved = ("reconstitution", vial.id), vial.lot.ware.mixed_with or 0, []
        out = Purpose("in_use", "preparation", "reconstituted", document)
        into = Purpose("preparation", "in_use", "reconstituted", document)
        while vial.diluent_left < needed:
            source = self._open(self.diluent, patient_id, at=at, by=by)
            part = min(needed - vial.diluent_left, source.left)
            for key, purpose in ((source.id, out), (vial.id, into)):
                moved.append(self.book.move(source.lot.id, key, purpose, part, by=by, at=at))
            vial.diluent, vial.diluent_left = source.lot, vial.diluent_left + part
            source.left -= part
            if source.left == 0:
                self._end(source, "empty")
            else:
                self.waste(source, "left_over", at=at, by=by)
        self._mixed(vial, needed, moved, at=at, by=by)

    def _mixed(self, vial: Open, volume: int, moved: list[Entry], *, at: datetime, by: Hand) -> None:
        ware = vial.lot.ware
        vial.fluid, vial.until = volume, min(vial.until, at + (ware.mixed_for or vial.until - at))
        diluent = vial.diluent
        self.book.change(
            Vial,
            vial.id,
            reconstituted_at=at,
            mixed_volume=volume,
            mixed_content=vial.left,
            diluent_lot_id=diluent.id if diluent else None,
            beyond_use_at=vial.until,
            beyond_use_limit="time after reconstitution",
        )
        new = {"vial": vial.code, "diluent": diluent.number if diluent else "", "nL": volume}
        self.book.note("stock.reconstitute", Vial, vial.id, by=by, at=at, new=new, movements=moved)

    def _part(
        self,
        vial: Open,
        lot: OnShelf,
        quantity: int,
        purpose: Purpose,
        *,
        at: datetime,
        by: Hand,
        mixture: int | None = None,
    ) -> Part:
        entry = self.book.move(lot.id, vial.id, purpose, quantity, by=by, at=at, mixture=mixture)
        return Part(lot, entry, quantity, "direct" if lot is vial.lot else "diluent")

    def _end(self, vial: Open, state: str) -> None:
        """A vial of which nothing is left; its lot may be exhausted with it."""
        if self.shared.get(vial.lot.ware.id) is vial:
            del self.shared[vial.lot.ware.id]
        self.book.change(Vial, vial.id, state=state)
        vial.lot.opened -= 1
        self.lots.mark_empty(vial.lot)


def _until(lot: OnShelf, at: datetime) -> tuple[datetime, str]:
    """Until when an opened vial may be used, and which limit says so."""
    limits = [(lot.ends, f"expiry of lot {lot.number}")]
    if lot.ware.opened_for is not None:
        limits.append((at + lot.ware.opened_for, "time after opening"))
    return min(limits)
