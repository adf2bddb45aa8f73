"""Lots of a history: they come in, serve so many cocktails, and the next one takes their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from formulary.bench.history.book import Book, Purpose
from formulary.bench.history.ground import Hand
from formulary.bench.history.wares import Ware
from formulary.rules.lot_status import end_of_day, near, normalise
from formulary.stock.models import Delivery, Lot

SUPPLIERS = ("Nowhere Wholesale", "Imaginary Medical", "Fictive Pharma Trade")
CONTAINERS = 20
KEEPS = timedelta(days=2)


@dataclass(slots=True, eq=False)
class OnShelf:
    """A lot in hand: until when it may be used, its full containers, what is open of it, what it served."""

    id: int
    number: str
    ware: Ware
    ends: datetime
    serves: int
    served: int = 0
    sealed: int = 0
    opened: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is left, sealed or open."""
        return self.sealed == self.opened == 0


@dataclass
class Lots:
    """The lot in hand of every product, and the dice that number and date the next."""

    book: Book
    dice: Random
    serves: Mapping[int, int]
    in_hand: dict[int, OnShelf] = field(default_factory=dict)

    def with_container(self, ware: Ware, *, at: datetime, least: int = 1) -> OnShelf:
        """The lot in hand with full containers of it: a new lot, or more of this one, comes in as needed."""
        receiver = self.book.ground.staff["verifier"]
        lot = self.in_hand.get(ware.id)
        if lot is None or lot.ends < at + KEEPS:
            lot = self.in_hand[ware.id] = self.receive(ware, CONTAINERS, at=at, by=receiver)
        if lot.sealed < least:
            self.deliver(lot, CONTAINERS, at=at, by=receiver)
        return lot

    def served(self, lot: OnShelf) -> bool:
        """Count a cocktail that was given of this lot; whether that was its last."""
        lot.served += 1
        return lot.served == lot.serves and self.in_hand.get(lot.ware.id) is lot

    def put_away(self, lot: OnShelf, *, at: datetime) -> None:
        """Another lot takes its place; the full containers that are left go back to the supplier."""
        del self.in_hand[lot.ware.id]
        if not lot.sealed:
            return
        by, quantity = self.book.ground.staff["verifier"], lot.sealed * lot.ware.content
        purpose = Purpose("storage", "returned", "returned", ("lot", lot.id))
        moved = self.book.move(lot.id, None, purpose, quantity, by=by, at=at)
        lot.sealed = 0
        new = {"lot": lot.number, "from": "Shelf", "to": "Returned", "quantity": quantity}
        self.book.note("stock.move", Lot, lot.id, by=by, at=at, new=new, movements=[moved])
        self.mark_empty(lot)

    def receive(self, ware: Ware, containers: int, *, at: datetime, by: Hand) -> OnShelf:
        """A new lot of a product comes to the shelf."""
        expires_on = (at + timedelta(days=self.dice.randint(300, 900))).date()
        key = self.book.next_key(Lot)
        number = f"{self.dice.choice('ABCDEFGH')}{key:06d}"
        self.book.add(
            Lot,
            product_id=ware.id,
            maker=ware.maker,
            number=number,
            normalised=normalise(number),
            near=near(number),
            expires_on=expires_on,
            created_at=at,
            row_version=1,
        )
        ends = end_of_day(expires_on, self.book.ground.zone)
        lot = OnShelf(key, number, ware, ends, self.serves.get(ware.id, 1))
        self.deliver(lot, containers, at=at, by=by)
        return lot

    def deliver(self, lot: OnShelf, containers: int, *, at: datetime, by: Hand) -> None:
        """So many containers of a lot come in."""
        supplier = self.dice.choice(SUPPLIERS)
        delivery = self.book.add(
            Delivery,
            site_id=by.site_id,
            supplier=supplier,
            note_number=f"DN-{self.dice.randint(10_000, 99_999)}",
            received_at=at,
            received_by_id=by.person_id,
        )
        purpose = Purpose("supplier", "storage", "received", ("delivery", delivery))
        if lot.is_empty:
            self.book.change(Lot, lot.id, status="available")
        moved = self.book.move(lot.id, None, purpose, containers * lot.ware.content, by=by, at=at)
        lot.sealed += containers
        new = {"number": lot.number, "containers": containers, "supplier": supplier, "grade": "scanned"}
        self.book.note("stock.receive", Lot, lot.id, by=by, at=at, new=new, movements=[moved])

    def mark_empty(self, lot: OnShelf) -> None:
        """A lot of which nothing is left says so."""
        if lot.is_empty:
            self.book.change(Lot, lot.id, status="exhausted")


def serving(used: Sequence[Ware], diluent: Ware, per_lot: Sequence[int]) -> dict[int, int]:
    """After how many cocktails each product's lot is followed by the next; the diluent's serves longest."""
    turns = {ware.id: per_lot[place % len(per_lot)] for place, ware in enumerate(used)}
    return turns | {diluent.id: max(per_lot)}
