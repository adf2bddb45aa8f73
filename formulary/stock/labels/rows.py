"""Rows of pages: a lot on the shelf, a movement in a list, what happened to a lot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from formulary.accounts import queries as accounts
from formulary.rules.facts import Stock
from formulary.rules.units import Quantity, natural_unit, plain
from formulary.stock import queries
from formulary.stock.labels.containers import container_count
from formulary.stock.labels.documents import Named, document_names
from formulary.stock.labels.states import Told, also, state_of_lot
from formulary.stock.labels.words import reason_words
from formulary.stock.models import Lot, Movement, Place, Vial
from formulary.web.sheets import Cell


@dataclass(frozen=True)
class OnShelf:
    """A lot that lies at a site: how it stands, how much of it, where."""

    lot: Lot
    told: Told
    also: tuple[str, ...]
    sealed: Quantity
    containers: str
    opened: int
    places: str


@dataclass(frozen=True)
class Moved:
    """One movement in words; `undone` marks a row that undoes another."""

    at: datetime
    recorded_at: datetime
    why: str
    document: Named
    source: str
    target: str
    quantity: Quantity
    by: str
    undone: bool
    remark: str
    lot: Lot


def on_shelf(lot: Lot, stocks: Sequence[Stock], told: Told, at: datetime) -> OnShelf:
    """A lot with what lies of it; `stocks` may be empty."""
    sealed = sum(int(s.remaining.steps) for s in stocks if s.vial is None)
    return OnShelf(
        lot=lot,
        told=told,
        also=tuple(also(stocks, told, at)),
        sealed=lot.quantity(sealed),
        containers=container_count(lot.product, sealed),
        opened=sum(s.vial is not None for s in stocks),
        places=", ".join(dict.fromkeys(s.place for s in stocks)),
    )


def shelf_rows(lots: Iterable[Lot], stocks: Sequence[Stock], at: datetime) -> list[OnShelf]:
    """The rows of the shelf page: each lot with its part of the stock that was read for all of them."""
    by_lot: dict[int, list[Stock]] = {}
    for stock in stocks:
        by_lot.setdefault(stock.lot_id, []).append(stock)
    nothing = Told("exhausted", "none here")
    return [
        on_shelf(lot, parts, state_of_lot(parts, at) if parts else nothing, at)
        for lot in lots
        for parts in [by_lot.get(lot.id, [])]
    ]


SHELF_HEADER = (
    "Lot", "Product", "Maker", "Expires", "Sealed", "Unit", "Containers", "Open vials", "Where",
    "How it stands",
)  # fmt: skip


def shelf_cells(row: OnShelf) -> tuple[Cell, ...]:
    """A row of the shelf for a spreadsheet; the sealed quantity is a number, its unit stands beside it."""
    unit = natural_unit(row.sealed)
    sealed = (Decimal(plain(row.sealed, unit)), unit.code)
    stands = "; ".join((row.told.words, *(f"some {words}" for words in row.also)))
    named = (row.lot.number, row.lot.product.name, row.lot.maker, row.lot.expires_on)
    return (*named, *sealed, row.containers, row.opened, row.places, stands)


def moved(rows: Sequence[Movement]) -> list[Moved]:
    """Movements in words: places, vials, lots, people and documents are read once for all of them."""
    places = queries.places_by_id({p for row in rows for p in (row.from_place_id, row.to_place_id)})
    vials = queries.vials_by_id({row.vial_id for row in rows if row.vial_id is not None})
    lots = queries.lots_by_id({row.lot_id for row in rows})
    names = accounts.person_names({row.by_id for row in rows})
    documents = document_names({(row.document_kind, row.document_id) for row in rows})
    return [
        Moved(
            at=row.occurred_at,
            recorded_at=row.recorded_at,
            why=reason_words(row.reason),
            document=documents[(row.document_kind, row.document_id)],
            source=_end(places[row.from_place_id], vials.get(row.vial_id or 0)),
            target=_end(places[row.to_place_id], vials.get(row.vial_id or 0)),
            quantity=lots[row.lot_id].quantity(row.quantity),
            by=names.get(row.by_id, ""),
            undone=row.reverses_id is not None,
            remark=row.remark,
            lot=lots[row.lot_id],
        )
        for row in rows
    ]


def _end(place: Place, vial: Vial | None) -> str:
    return f"vial {vial.code}" if vial is not None and place.kind == "in_use" else place.name
