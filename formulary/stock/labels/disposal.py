"""What lies in the bins of a site, its certificates, and what was wasted out of which containers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from formulary.accounts import queries as accounts
from formulary.catalogue.models import Product
from formulary.rules.units import Quantity
from formulary.stock import queries
from formulary.stock.labels.containers import container_count
from formulary.stock.labels.words import reason_words
from formulary.stock.models import Disposal, Lot, WasteStream
from formulary.stock.queries import Thrown

CONTAINERS = {"closed": "closed", "open": "open vials", "prepared": "preparations"}


@dataclass(frozen=True)
class ThrownLine:
    """So much of a lot, why and out of what."""

    lot: Lot
    quantity: Quantity
    containers: str
    why: str
    out_of: str


@dataclass(frozen=True)
class FilledBin:
    """A bin with what lies in it; `stream` None for what nobody put into one."""

    stream: WasteStream | None
    name: str
    lines: tuple[ThrownLine, ...]


@dataclass(frozen=True)
class Wastage:
    """What was wasted of a product, out of closed containers, open vials and preparations apart."""

    product: Product
    closed: Quantity
    opened: Quantity
    prepared: Quantity


@dataclass(frozen=True)
class Certificate:
    """A certificate of destruction in words."""

    row: Disposal
    stream: str
    method: str
    by: str
    witness: str
    lines: tuple[ThrownLine, ...]


def filled_bins(site_id: int) -> list[FilledBin]:
    """The bins of a site with what waits in each; what nobody put into one stands last."""
    waiting, streams = queries.waiting_waste(site_id), queries.streams(site_id, inactive=True)
    found = [FilledBin(s, s.name, thrown_lines(t for t in waiting if t.stream_id == s.id)) for s in streams]
    loose = thrown_lines(t for t in waiting if t.stream_id is None)
    kept = [one for one in found if one.lines or (one.stream and one.stream.is_active)]
    return [*kept, *([FilledBin(None, "No bin was named", loose)] if loose else [])]


def thrown_lines(rows: Iterable[Thrown]) -> tuple[ThrownLine, ...]:
    """Waste in words."""
    return tuple(map(_line, rows))


def wastage(rows: Sequence[Thrown]) -> list[Wastage]:
    """By product, by name: closed and open wastage are never added together."""
    products = {row.lot.product_id: row.lot for row in rows}
    sums: dict[tuple[int, str], int] = {}
    for row in rows:
        key = row.lot.product_id, row.container
        sums[key] = sums.get(key, 0) + row.quantity
    made = [
        Wastage(lot.product, *(lot.quantity(sums.get((number, kind), 0)) for kind in CONTAINERS))
        for number, lot in products.items()
    ]
    return sorted(made, key=lambda one: one.product.name)


def certificates(rows: Sequence[Disposal], site_id: int) -> list[Certificate]:
    """Certificates without their lines; bins and people are read once for all of them."""
    names = accounts.person_names({person for row in rows for person in (row.by_id, row.witness_id)})
    bins = {row.id: row.name for row in queries.streams(site_id, inactive=True)}
    return [
        Certificate(
            row=row,
            stream=bins.get(row.stream_id or 0, "no bin was named"),
            method=reason_words(row.method),
            by=names.get(row.by_id, ""),
            witness=names.get(row.witness_id or 0, ""),
            lines=(),
        )
        for row in rows
    ]


def _line(row: Thrown) -> ThrownLine:
    lot = row.lot
    count = container_count(lot.product, row.quantity) if row.container == "closed" else ""
    return ThrownLine(
        lot, lot.quantity(row.quantity), count, reason_words(row.reason), CONTAINERS[row.container]
    )
