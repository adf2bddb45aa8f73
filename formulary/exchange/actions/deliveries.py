"""Deliveries from a list: each row received just as by hand, all of them or none."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import StoredFile, db
from formulary.exchange.actions.arriving import Entrance, Goods
from formulary.exchange.actions.cells import words
from formulary.exchange.actions.looking import Cells, Judged, Looked, Told, stretches
from formulary.exchange.labels import DELIVERIES, has_bad_rows
from formulary.exchange.queries import receipts_like
from formulary.rules.lot_status import day_of
from formulary.rules.units import Money, parse_money
from formulary.stock import queries as stock
from formulary.stock.actions import receive_lot
from formulary.stock.models import Lot, Place
from formulary.stock.queries import called
from formulary.web.tables import BadCell, Row, read_count, read_instant

MOST_ROWS = 10_000
MOST_PACKS, MOST_IN_PACK = 10_000, 10_000
supplier, note, remark = words(120), words(60), words(400)


@dataclass(frozen=True)
class Came:
    """One row: what came, of whom, in how many packs, when, at which price."""

    goods: Goods
    received_at: datetime
    supplier: str
    note: str
    packs: int
    per_pack: int
    price: Money | None
    remark: str

    @property
    def containers(self) -> int:
        """How many containers in all."""
        return self.packs * self.per_pack


class DeliveryReader:
    """Reads rows of deliveries against what is on record here."""

    columns, most = DELIVERIES.columns, MOST_ROWS

    def __init__(self, *, at: datetime, by: Actor) -> None:
        """For one file of one site."""
        self.at, self.site = at, accounts.site(by.site_id)
        self.door = Entrance(self.site.id, ("storage", "quarantine"), at)
        self.currency, self._seen = accounts.currency(self.site.id, at), Counter[tuple[object, ...]]()

    def judge(self, rows: list[Row]) -> list[Judged]:
        """Each row with what came by it."""
        return [self._row(row) for row in rows]

    def _row(self, row: Row) -> Judged:
        cells = Cells(row)
        received_at = cells.must("date", self._instant)
        goods = self.door.goods(cells)
        from_whom, number = cells.must("supplier", supplier), cells.read("note", note) or ""
        packs = cells.must("packs", lambda text: read_count(text, MOST_PACKS))
        per_pack = cells.read("per pack", lambda text: read_count(text, MOST_IN_PACK)) or 1
        if packs and packs * per_pack > MOST_PACKS:
            cells.refuse("packs", f"More than {MOST_PACKS:,} containers.", "Look at both numbers again.")
        price, told = self._price(cells), cells.read("remark", remark) or ""
        if goods and goods.ware.content is None:
            cells.refuse(
                "product", "The catalogue does not know what one container holds.", "Complete it first."
            )
        if cells.bad or not (received_at and goods and from_whom and packs):
            return cells.judged(None)
        came = Came(goods, received_at, from_whom, number, packs, per_pack, price, told)
        return cells.judged(came, known=bool(cells.of("lot", lambda: self._is_known(came))))

    def _instant(self, text: str) -> datetime:
        found = read_instant(text, self.site.zone)
        if day_of(found, self.site.zone) > day_of(self.at, self.site.zone):
            raise BadCell("It is in the future.", "Look at it again.")
        return min(found, self.at)

    def _price(self, cells: Cells) -> Money | None:
        """The price of one pack, in the currency of the site alone."""
        if not cells.row["price"]:
            return None
        if self.currency is None:
            cells.refuse("price", "This site has not said in which currency it pays.", "Decide it first.")
            return None
        own, said = self.currency, cells.row["currency"].upper()
        if said != own.code:
            cells.refuse(
                "currency",
                f"This site pays in {own.code}.",
                f"Write the price in {own.code}, and {own.code} here.",
            )
        return cells.read("price", lambda text: parse_money(text, own))

    def _is_known(self, came: Came) -> bool:
        """Whether as many such receipts are on record as the file has told of so far."""
        goods, day = came.goods, self._day(came.received_at)
        key = (called(came.supplier), came.note, day, goods.ware.id, goods.number, came.containers)
        self._seen[key] += 1
        return goods.known_again(lambda lot: self._receipts(came, lot, day) >= self._seen[key])

    def _receipts(self, came: Came, lot: Lot, day: date) -> int:
        """How many such receipts of a lot are on record; without a note those of the day alone."""
        quantity = came.containers * (came.goods.ware.content or 0)
        found = receipts_like(self.site.id, lot.id, came.supplier, came.note, quantity)
        return sum(1 for at in found if came.note or self._day(at) == day)

    def _day(self, at: datetime) -> date:
        return day_of(at, self.site.zone)


def record_deliveries(
    file: StoredFile, content: IO[bytes], told: Told | None, *, at: datetime, by: Actor
) -> Looked:
    """Receive every row that is new; Refused where any row is bad, and then nothing is written."""
    looked, reader, fresh = Looked(), DeliveryReader(at=at, by=by), list[Came]()
    for judged in stretches(content, reader, looked, told):
        fresh += [one.value for one in judged if one.value and not one.known]
    if looked.bad_rows:
        raise has_bad_rows(looked.bad_rows)
    for came in fresh:
        _receive(came, file, at=at, by=by)
    new = {"sha256": file.sha256, "file": file.name, "new": looked.new, "known": looked.known}
    record("exchange.deliveries", file, by=by, at=at, new=new)
    return looked


def _receive(came: Came, file: StoredFile, *, at: datetime, by: Actor) -> None:
    goods = came.goods
    receive_lot(
        by.site_id,
        product_id=goods.ware.id,
        number=goods.number,
        expires_on=goods.expires_on,
        containers=came.containers,
        place_id=_place(goods.place, at).id,
        supplier=came.supplier,
        note_number=came.note,
        remark=came.remark,
        per_pack=came.per_pack,
        price=came.price,
        grade="imported",
        second_record=goods.another,
        received_at=came.received_at,
        list_id=file.id,
        at=at,
        by=by,
    )
    db.session.flush()


def _place(place: Place, at: datetime) -> Place:
    """Where the site wants a second person for what was typed, one releases it from quarantine."""
    if accounts.policy(place.site_id, "manual_entry_second_person", at):
        return stock.place(place.site_id, "quarantine")
    return place
