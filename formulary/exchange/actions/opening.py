"""Opening stock: what lies here on the day the clinic begins, sealed or open, all of it or nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import StoredFile
from formulary.exchange.actions.arriving import Entrance, Goods
from formulary.exchange.actions.cells import not_more_than, read_amount, words
from formulary.exchange.actions.looking import Cells, Judged, Looked, Told, stretches
from formulary.exchange.labels import STOCK, has_bad_rows
from formulary.exchange.queries import openings_of
from formulary.rules.units import Quantity, show
from formulary.stock.actions import Opening, bring_stock
from formulary.stock.models import Lot
from formulary.web.tables import BadCell, Row, read_instant
from formulary.web.words import plural

MOST_ROWS = 10_000
MOST_CONTAINERS = 10_000
LIES_AT = ("storage", "quarantine", "in_use")
remark = words(200)


@dataclass(frozen=True)
class Lies:
    """One row: so many steps of a lot at a place, in a vial that was opened then or sealed."""

    goods: Goods
    quantity: int
    opened_at: datetime | None
    remark: str


class StockReader:
    """Reads rows of opening stock against what is on record here."""

    columns, most = STOCK.columns, MOST_ROWS

    def __init__(self, *, at: datetime, by: Actor) -> None:
        """For one file of one site."""
        self.at, self.site = at, accounts.site(by.site_id)
        self.door, self._seen = Entrance(self.site.id, LIES_AT, at), Counter[tuple[object, ...]]()

    def judge(self, rows: list[Row]) -> list[Judged]:
        """Each row with what lies there."""
        return [self._row(row) for row in rows]

    def _row(self, row: Row) -> Judged:
        cells = Cells(row)
        goods = self.door.goods(cells)
        opened_at, told = cells.read("opened at", self._instant), cells.read("remark", remark) or ""
        unit = row["unit"] or "container"
        steps = cells.must("quantity", lambda text: read_amount(goods.ware, text, unit)) if goods else None
        if not goods and not row["quantity"]:
            cells.refuse("quantity", "It is empty.", "Fill it in.")
        if goods and steps:
            cells.of("quantity", lambda: _fits(goods, steps, opened_at))
        if cells.bad or not (goods and steps):
            return cells.judged(None)
        lies = Lies(goods, steps, opened_at, told)
        return cells.judged(lies, known=bool(cells.of("quantity", lambda: self._is_known(lies))))

    def _instant(self, text: str) -> datetime:
        found = read_instant(text, self.site.zone)
        if found > self.at:
            raise BadCell("It is in the future.", "Look at it again.")
        return found

    def _is_known(self, lies: Lies) -> bool:
        """Whether as many such rows are on record as the file has told of so far.

        Where other amounts alone are on record a corrected list would add to them: BadCell.
        """
        goods = lies.goods
        key = (goods.ware.id, goods.number, goods.expires_on, goods.place.id, lies.quantity, lies.opened_at)
        self._seen[key] += 1
        return goods.known_again(lambda lot: _brought(lies, lot).count(lies.quantity) >= self._seen[key])


def _brought(lies: Lies, lot: Lot) -> list[int]:
    """How much of a lot was brought over to the place of a row before."""
    found = openings_of(lot.id, lies.goods.place.id, lies.opened_at)
    if found and lies.quantity not in found and lot is lies.goods.known:
        raise _other_amount(lies, found)
    return found


def _other_amount(lies: Lies, found: list[int]) -> BadCell:
    ware, place = lies.goods.ware, lies.goods.place
    whole = lies.opened_at is None and ware.content
    said = [
        plural(steps // whole, ware.word) if whole else show(Quantity(steps, ware.measured))
        for steps in found
    ]
    why = f"This lot is on record at {place.name} with {' and '.join(said)}, brought over before."
    return BadCell(why, "Take the row out, and count the lot instead.")


def _fits(goods: Goods, steps: int, opened_at: datetime | None) -> None:
    """Sealed stock is whole containers; an open vial is one at most, and lies with the open ones."""
    ware = goods.ware
    if ware.content is None:
        raise BadCell("The catalogue does not know what one container holds.", "Complete it first.")
    not_more_than(ware, steps, MOST_CONTAINERS)
    is_open = opened_at is not None
    if is_open != (goods.place.kind == "in_use"):
        why = (
            f"An open {ware.word} does not lie at {goods.place.name}."
            if is_open
            else f"At {goods.place.name} lies what was opened."
        )
        raise BadCell(why, "Write the place of open vials, and when it was opened.")
    if is_open and ware.measured.name != "volume":
        raise BadCell(
            "A powder that was mixed cannot be brought over.", "Leave it out, and use it up or waste it."
        )
    if is_open and steps > ware.content:
        raise BadCell(
            f"That is more than one {ware.word} holds.", f"Write what is left in it, one {ware.word} a row."
        )
    if not is_open and steps % ware.content:
        raise BadCell(
            "Sealed stock is whole containers.",
            "Write an open one as a row of its own, with when it was opened.",
        )


def record_stock(
    file: StoredFile, content: IO[bytes], told: Told | None, *, at: datetime, by: Actor
) -> Looked:
    """Book in every row that is new; Refused where any row is bad, and then nothing is written."""
    looked, reader, fresh = Looked(), StockReader(at=at, by=by), list[Lies]()
    for judged in stretches(content, reader, looked, told):
        fresh += [one.value for one in judged if one.value and not one.known]
    if looked.bad_rows:
        raise has_bad_rows(looked.bad_rows)
    asleep = _used_up(fresh)
    movements = [row for lies in fresh for row in bring_stock(_opening(lies, file), at=at, by=by)]
    woken = [lot.id for lot in asleep if lot.status == "quarantined"]
    new = {"sha256": file.sha256, "file": file.name, "new": looked.new, "known": looked.known, "woken": woken}
    record("exchange.stock", file, by=by, at=at, new=new, movements=movements)
    return looked


def _used_up(fresh: Iterable[Lies]) -> list[Lot]:
    """The lots on record of which nothing was left before the list."""
    known = {lies.goods.known.id: lies.goods.known for lies in fresh if lies.goods.known}
    return [lot for _, lot in sorted(known.items()) if lot.status == "exhausted"]


def _opening(lies: Lies, file: StoredFile) -> Opening:
    goods = lies.goods
    return Opening(
        product_id=goods.ware.id,
        number=goods.number,
        expires_on=goods.expires_on,
        place=goods.place,
        quantity=lies.quantity,
        opened_at=lies.opened_at,
        remark=lies.remark,
        second_record=goods.another,
        file_id=file.id,
    )
