"""Pages over HTTP: the recall page against as many rows without a query, the shelf against a small shelf."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Flask

from formulary.bench.browser import Browser, add_floor_page, sign_in
from formulary.bench.clinic import Clinic
from formulary.bench.measures.recall import Target, targets
from formulary.bench.queries import statements_of
from formulary.bench.timing import Effort, Pair, compare
from formulary.db import db
from formulary.recalls import queries
from formulary.rules.units import VOLUME, Quantity
from formulary.stock.models import Lot, Movement, Vial
from formulary.web.paging import Window

SHELF, BOARD = "/stock/", "/vials"


@dataclass(frozen=True)
class Shown:
    """One row of the floor's page: the same cells as a patient's in a recall."""

    name: str
    patient: str
    cocktail: str
    at: datetime
    quantity: Quantity
    grade: str
    words: str


def recall_url(target: Target) -> str:
    """The address of the recall answer of a lot."""
    return f"/recalls/answer?lot={target.lot_id}"


def measure_recall(floor_url: str, browser: Browser, target: Target, effort: Effort) -> Pair:
    """The recall page and the floor's, signed in as the same officer."""
    url = recall_url(target)
    return compare(lambda: browser.page(url), lambda: browser.page(floor_url), effort)


@dataclass(frozen=True)
class Seen:
    """A page: how long it takes, and how many statements it sends."""

    seconds: float
    queries: int


@dataclass(frozen=True)
class Stocked:
    """A clinic's stock pages as its pharmacist opens them, and how much lies behind them."""

    browser: Browser
    lots: int
    movements: int
    open_vials: int
    lot_id: int
    moved: int
    """How many movements the lot has whose page is opened."""

    @property
    def urls(self) -> tuple[str, str, str]:
        """The shelf, the page of a lot, the board of open vials."""
        return SHELF, f"{SHELF}lots/{self.lot_id}", BOARD


def stocked(clinic: Clinic, rows: int, like: Stocked | None = None) -> Stocked:
    """The stock pages of a clinic; each is opened once.

    The lot went to so many patients, or moved as often as that of the clinic that this one is `like`: what is
    compared are answers of one length.
    """
    count, browser = db.func.count, sign_in(clinic.app, "pharmacist")
    lots, movements = (db.session.scalar(db.select(count(row.id))) or 0 for row in (Lot, Movement))
    vials = db.session.scalar(db.select(count(Vial.id)).filter_by(state="open")) or 0
    lot_id, moved = _moved_about(like.moved if like else None, targets([rows])[0].lot_id)
    found = Stocked(browser, lots, movements, vials, lot_id, moved)
    db.session.rollback()
    for url in found.urls:
        browser.page(url)
    return found


def _moved_about(times: int | None, lot_id: int) -> tuple[int, int]:
    """This lot, or the one that moved most nearly so often, and how often it did."""
    moved = db.func.count()
    query = db.select(Movement.lot_id, moved).group_by(Movement.lot_id)
    if times is None:
        query = query.where(Movement.lot_id == lot_id)
    found = db.session.execute(query.order_by(db.func.abs(moved - (times or 0)), Movement.lot_id).limit(1))
    key, count = found.one()
    return int(key), int(count)


def compare_stock(large: Stocked, small: Stocked, effort: Effort) -> Iterator[tuple[Pair, int, int]]:
    """Page by page, by turns: how long, and how many statements in the large clinic and in the small one."""
    for one, other in zip(large.urls, small.urls, strict=True):
        ours, theirs = partial(large.browser.page, one), partial(small.browser.page, other)
        yield compare(ours, theirs, effort), queries_of(ours), queries_of(theirs)


def floor_page(app: Flask, lot_id: int) -> str:
    """The floor's page, with as many rows as the recall page shows of this lot; its address."""
    rows = [
        Shown(
            f"Invented {n}", f"P-{n}", f"C-{n}", row.at, Quantity(row.quantity, VOLUME), row.grade, "scanned"
        )
        for n, row in enumerate(queries.received_page([lot_id], Window()).rows, 1)
    ]
    return add_floor_page(app, rows)


def queries_of(work: Callable[[], object]) -> int:
    """How many statements a piece of work sends."""
    with statements_of() as sent:
        work()
    return len(sent)
