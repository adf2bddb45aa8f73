"""Counts: those of a site, their lines with every entry, and which places are due for one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from formulary.accounts import queries as accounts
from formulary.accounts.models import Person
from formulary.catalogue.models import Product
from formulary.db import Missing, db
from formulary.stock.models import Balance, CountEntry, CountLine, CountPlace, Lot, Place, StockCount, Vial
from formulary.stock.queries.movements import lots_by_id, places_by_id, vials_by_id
from formulary.stock.queries.places import places
from formulary.stock.queries.shelf import LIES_AT
from formulary.web.paging import Page, Window, page


@dataclass(frozen=True)
class Looked:
    """A line of a count with what it is about and every time it was counted, the first one first."""

    row: CountLine
    lot: Lot
    place: Place
    vial: Vial | None
    entries: list[CountEntry] = field(default_factory=list)

    @property
    def last(self) -> CountEntry | None:
        """The entry that counts; None while nobody has answered for the line."""
        return self.entries[-1] if self.entries else None

    @property
    def found(self) -> int | None:
        """What was found, in the steps that were counted; None where it was not counted."""
        return self.last.found if self.last else None

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return f"vial {self.vial.code}" if self.vial else f"lot {self.lot.number} at {self.place.name}"

    def another_than_first(self, *, solo: bool) -> bool:
        """Whether the figure that counts is a second person's; on a solo site, a second entry's."""
        counted = [entry for entry in self.entries if entry.found is not None]
        if len(counted) < 2:  # noqa: PLR2004 - counted and counted again
            return False
        return solo or counted[-1].by_id != counted[0].by_id


@dataclass(frozen=True)
class Counting:
    """An open count of a place: which, by whom, since when."""

    count_id: int
    place_id: int
    place: str
    by: str
    since: datetime


@dataclass(frozen=True)
class Due:
    """A place that is due for a count: when the last one was closed, None where it never was."""

    place: Place
    last_on: date | None
    due_on: date | None


def counts(site_id: int, window: Window) -> Page:
    """One page of the site's counts, the newest first."""
    return page(db.select(StockCount).filter_by(site_id=site_id), (StockCount.id,), window=window)


def count(count_id: int, site_id: int, *, locked: bool = False) -> StockCount:
    """One count of the site, taken until the act ends where `locked`; Missing for another site's."""
    query = db.select(StockCount).filter_by(id=count_id, site_id=site_id)
    if locked:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found: StockCount | None = db.session.scalar(query)
    if found is None:
        raise Missing(f"No count {count_id}")
    return found


def count_places(count_ids: Collection[int]) -> dict[int, list[Place]]:
    """The places of each of these counts, by name."""
    query = db.select(CountPlace.count_id, Place).join(Place, Place.id == CountPlace.place_id)
    query = query.where(CountPlace.count_id.in_(count_ids)).order_by(Place.name)
    found: dict[int, list[Place]] = {number: [] for number in count_ids}
    for number, place in db.session.execute(query):
        found[number].append(place)
    return found


def count_line(line_id: int, count_id: int) -> Looked:
    """One line of a count; Missing for another one's."""
    found = _looked(db.select(CountLine).filter_by(id=line_id, count_id=count_id))
    if not found:
        raise Missing(f"No line {line_id} of count {count_id}")
    return found[0]


def count_lines(count_id: int) -> list[Looked]:
    """Every line of a count in the order of its sheet: as frozen, then what was found on top."""
    return _looked(db.select(CountLine).filter_by(count_id=count_id))


def being_counted(site_id: int) -> list[Counting]:
    """The places of the site that are being counted, and who opened each count."""
    columns = (StockCount.id, Place.id, Place.name, Person.name, StockCount.opened_at)
    query = db.select(*columns).join(CountPlace, CountPlace.count_id == StockCount.id)
    query = query.join(Place, Place.id == CountPlace.place_id)
    query = query.join(Person, Person.id == StockCount.opened_by_id)
    query = query.where(StockCount.site_id == site_id, CountPlace.is_open).order_by(Place.name)
    return [Counting(*row) for row in db.session.execute(query)]


def due_for_count(site_id: int, at: datetime) -> list[Due]:
    """The places whose interval has passed since their last closed count, or that were never counted."""
    asked = [place for place in places(site_id, LIES_AT) if place.count_every is not None]
    if not asked:
        return []
    last = _last_closed([place.id for place in asked])
    zone = ZoneInfo(accounts.site(site_id).zone)
    found = [_due(place, last.get(place.id), zone) for place in asked]
    today = at.astimezone(zone).date()
    return [due for due in found if due.due_on is None or due.due_on <= today]


def lies_at(place_ids: Collection[int]) -> list[tuple[int, int, int | None]]:
    """What the ledger says lies at these places as (place, lot, vial), in the order that a sheet lists it.

    An open vial is one row, also where a diluent of another lot is in it.
    """
    query = db.select(Balance.place_id, Lot.id, Vial.id).join(Lot, Lot.id == Balance.lot_id)
    query = query.join(Product, Product.id == Lot.product_id).join(Place, Place.id == Balance.place_id)
    query = query.outerjoin(Vial, Vial.id == Balance.vial_id)
    query = query.where(Balance.place_id.in_(place_ids), Balance.quantity > 0)
    query = query.where(db.or_(Vial.id.is_(None), Vial.lot_id == Lot.id))
    order = (Place.name, Product.name, Lot.expires_on, Lot.number, Lot.id, Vial.id.nulls_first())
    return [(place, lot, vial) for place, lot, vial in db.session.execute(query.order_by(*order))]


def _looked(query) -> list[Looked]:  # type: ignore[no-untyped-def]
    rows: Sequence[CountLine] = db.session.scalars(query.order_by(CountLine.id)).all()
    lots = lots_by_id({row.lot_id for row in rows})
    vials = vials_by_id({row.vial_id for row in rows if row.vial_id is not None})
    where = places_by_id({row.place_id for row in rows})
    found = {
        row.id: Looked(row, lots[row.lot_id], where[row.place_id], vials.get(row.vial_id or 0))
        for row in rows
    }
    entries = db.select(CountEntry).where(CountEntry.line_id.in_(found)).order_by(CountEntry.id)
    for entry in db.session.scalars(entries) if found else ():
        found[entry.line_id].entries.append(entry)
    return list(found.values())


def _last_closed(place_ids: Collection[int]) -> dict[int, datetime]:
    """When each place was last counted: a count that left out all that lay there is none of it."""
    there = (CountLine.count_id == CountPlace.count_id, CountLine.place_id == CountPlace.place_id)
    left_out = db.and_(db.exists().where(*there), ~db.exists().where(*there, CountLine.expected.is_not(None)))
    query = db.select(CountPlace.place_id, StockCount.ended_at)
    query = query.join(StockCount, StockCount.id == CountPlace.count_id)
    query = query.where(CountPlace.place_id.in_(place_ids), StockCount.state == "closed", ~left_out)
    return {place: ended for place, ended in db.session.execute(query.order_by(StockCount.ended_at))}


def _due(place: Place, last: datetime | None, zone: ZoneInfo) -> Due:
    if last is None:
        return Due(place, None, None)
    last_on = last.astimezone(zone).date()
    return Due(place, last_on, last_on + timedelta(days=place.count_every or 0))
