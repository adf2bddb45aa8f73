"""Stopping a lot: a case of it opened and contained, each in one transaction, and its list as it leaves.

Every round has something to stop: new preparations at a draw, opened vials, reservations. The hold of the
round before is released first, so that what it stopped and nobody ended is stopped again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import Engine, event

from formulary import clock
from formulary.bench.browser import Browser
from formulary.bench.clinic import BY, Clinic
from formulary.bench.history.breaking import Hands, come_in, stand_in_the_way
from formulary.bench.history.ground import stand_on
from formulary.bench.measures.recall import Target
from formulary.bench.timing import Work, quiet
from formulary.db import db, transaction
from formulary.preparations.models import Draw
from formulary.recalls import actions
from formulary.recalls.actions import NewCase
from formulary.recalls.models import RecallStopped
from formulary.recalls.queries import Scope
from formulary.stock.models import Lot, Reservation


@dataclass(frozen=True)
class Met:
    """What one containment stopped: reservations ended, preparations at a draw, open vials, all its rows."""

    reservations: int
    preparations: int
    open_vials: int
    rows: int

    def __str__(self) -> str:
        """In words."""
        counts = f"{self.reservations:,} reservations ended, {self.preparations:,} preparations at a draw"
        return f"{counts}, {self.open_vials:,} open vials, {self.rows:,} rows in all"


@dataclass(frozen=True)
class Stopped:
    """How long it took to freeze the list and to contain (seconds) and what each containment stopped, in how
    many transactions at most; the key of the last case.
    """

    freezing: list[float]
    containing: list[float]
    met: list[Met]
    commits: int
    case_id: int

    @property
    def frozen_in(self) -> float:
        """The median of opening a case."""
        return median(self.freezing)

    @property
    def contained_in(self) -> float:
        """The median of containing it."""
        return median(self.containing)


def cocktails_of(lot_id: int) -> int:
    """In how many cocktails a lot is, given or not."""
    count = db.func.count(Draw.cocktail_id.distinct())
    return db.session.scalar(db.select(count).where(Draw.lot_id == lot_id, Draw.undone.is_(False))) or 0


def stop(clinic: Clinic, target: Target, rounds: int, each: int) -> Stopped:
    """So many cases of one lot, each opened and contained, with so many new things in the way of each."""
    done, hands = Stopped([], [], [], 0, 0), _hands(clinic)
    with transaction():
        come_in(db.session.get_one(Lot, target.lot_id), each * rounds, hands)
    for _ in range(rounds):
        if done.case_id:
            _act(clinic, partial(actions.release_holds, done.case_id, reason="The next round"))
        with transaction():
            stand_in_the_way(db.session.get_one(Lot, target.lot_id), each, replace(hands, at=clock.now()))
        done = _contained(clinic, target, done)
    return done


def _contained(clinic: Clinic, target: Target, so_far: Stopped) -> Stopped:
    """One more round."""
    key = _act(clinic, actions.create_case, NewCase("Bench"), Scope(target.number)).id
    froze = _timed(lambda: _act(clinic, actions.open_case, key))
    with commits_of() as counted:
        took = _timed(lambda: _act(clinic, actions.contain, key))
    freezing, containing = [*so_far.freezing, froze], [*so_far.containing, took]
    return Stopped(freezing, containing, [*so_far.met, _met(key)], max(so_far.commits, len(counted)), key)


def _hands(clinic: Clinic) -> Hands:
    with transaction():
        ground = stand_on(None, {"told": "what a containment stops"}, at=clock.now(), by=BY)
    return Hands(ground, clinic.actor("pharmacist"), clock.now())


def _met(case_id: int) -> Met:
    """What the latest containment, that of this case, has stopped."""
    count, case = db.func.count, db.select(RecallStopped).filter_by(case_id=case_id).subquery()
    counted = db.session.execute(db.select(case.c.bucket, count()).group_by(case.c.bucket))
    rows = {bucket: number for bucket, number in counted}
    at_a_draw = db.select(count()).select_from(case).where(case.c.words.startswith("in preparation"))
    latest = db.select(db.func.max(Reservation.ended_at)).scalar_subquery()
    ended = db.select(count(Reservation.id)).where(
        Reservation.ended_at == latest, Reservation.ended_why.startswith("hold ")
    )
    reservations, preparations = (db.session.scalar(query) or 0 for query in (ended, at_a_draw))
    return Met(reservations, preparations, rows.get("H", 0), sum(rows.values()))


def listed(browser: Browser, case_id: int) -> tuple[Work, Callable[[], int]]:
    """The CSV of a case's list, taken piece by piece and put aside; and how many rows of uses it has."""
    url = f"/recalls/cases/{case_id}/list.csv"
    return lambda: sum(map(len, browser.pieces(url))), lambda: _lines(browser, url)


@contextmanager
def commits_of() -> Iterator[list[None]]:
    """Collects one for each commit of the block."""
    found: list[None] = []

    def note(_connection: Any) -> None:
        found.append(None)

    event.listen(Engine, "commit", note)
    try:
        yield found
    finally:
        event.remove(Engine, "commit", note)


def _lines(browser: Browser, url: str) -> int:
    """Rows of uses: without the watermark above and below, and without the header."""
    return sum(piece.count(b"\r\n") for piece in browser.pieces(url)) - 3


def _timed(work: Work) -> float:
    with quiet():
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun


def _act(clinic: Clinic, act: Callable[..., Any], *given: Any) -> Any:
    """An act of the recall officer in its transaction."""
    by = clinic.actor("recall")
    with transaction():
        return act(*given, at=clock.now(), by=by)
