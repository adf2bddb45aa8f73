"""Transfers as pages and slips show them: where from and to, how they stand, what is in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from formulary.accounts import queries as accounts
from formulary.rules.units import Quantity
from formulary.stock import queries
from formulary.stock.labels.containers import container_count
from formulary.stock.labels.words import reason_words
from formulary.stock.models import Transfer
from formulary.stock.queries import Packed

STATES = {
    "packing": ("planned", "being packed"),
    "sent": ("in_transit", "on its way"),
    "missing": ("warn", "received, something is missing"),
    "arrived": ("closed", "received"),
    "cancelled": ("cancelled", "called back"),
    "lost": ("lost", "lost on the way"),
}


@dataclass(frozen=True)
class BoxLine:
    """A line in words; `missing` is what is on its way or missing, nothing once all of it is explained."""

    packed: Packed
    amount: str
    quantity: Quantity
    arrived: str
    damaged: str
    lost: str
    missing: str


@dataclass(frozen=True)
class Box:
    """A transfer with its sites, people and lines; `comes` says that it is for the site that looks."""

    row: Transfer
    from_site: str
    to_site: str
    state: str
    words: str
    why: str
    opened_by: str
    sent_by: str
    arrived_by: str
    comes: bool
    lines: tuple[BoxLine, ...]

    @property
    def waits(self) -> str:
        """Who waits for what, in a few words."""
        if self.row.state == "packing":
            return "waits to be sent"
        if self.row.state == "missing":
            return "something has not arrived"
        return f"{self.to_site} has not received it yet"


def boxes(rows: Sequence[Transfer], site_id: int) -> list[Box]:
    """These transfers, seen from a site; sites, people and lines are read once for all of them."""
    sites = {site.id: site.name for site in accounts.sites()}
    people = {p for row in rows for p in (row.opened_by_id, row.sent_by_id, row.arrived_by_id)}
    names, lines = accounts.person_names(people), queries.lines_of([row.id for row in rows])
    return [_box(row, site_id, sites, names, lines[row.id]) for row in rows]


def containers_left(packed: Packed) -> int:
    """How many containers of a line are still to come; 1 for a vial."""
    if packed.vial is not None:
        return 1
    content = packed.lot.product.content or 1
    return -(-packed.row.outstanding // content)


def _box(
    row: Transfer, site_id: int, sites: dict[int, str], names: dict[int, str], lines: Collection[Packed]
) -> Box:
    state, words = STATES[row.state]
    return Box(
        row=row,
        from_site=sites[row.site_id],
        to_site=sites[row.to_site_id],
        state=state,
        words=words,
        why=reason_words(row.why) if row.why else "",
        opened_by=names.get(row.opened_by_id, ""),
        sent_by=names.get(row.sent_by_id or 0, ""),
        arrived_by=names.get(row.arrived_by_id or 0, ""),
        comes=row.to_site_id == site_id,
        lines=tuple(map(_line, lines)),
    )


def _line(packed: Packed) -> BoxLine:
    row = packed.row
    parts = (row.arrived, row.damaged, row.lost, row.outstanding)
    told = [_amount(packed, part) if part else "" for part in parts]
    return BoxLine(packed, _amount(packed, row.quantity), packed.lot.quantity(row.quantity), *told)


def _amount(packed: Packed, steps: int) -> str:
    if packed.vial is not None:
        return f"open vial {packed.vial.code}"
    return container_count(packed.lot.product, steps) or "a part of a container"
