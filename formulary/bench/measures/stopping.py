"""Stopping a lot: a case of it opened and contained, each in one transaction, and its list as it leaves."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import Engine, event

from formulary import clock
from formulary.bench.browser import Browser
from formulary.bench.clinic import Clinic
from formulary.bench.measures.recall import Target
from formulary.bench.timing import Work, quiet
from formulary.db import db, transaction
from formulary.preparations.models import Draw
from formulary.recalls import actions
from formulary.recalls.actions import NewCase
from formulary.recalls.queries import Scope


@dataclass(frozen=True)
class Stopped:
    """How long it took to freeze the list and to contain, the medians and the longest (seconds), in how many
    transactions at most; the key of the last case.
    """

    freezing: list[float]
    containing: list[float]
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


def stop(clinic: Clinic, target: Target, rounds: int) -> Stopped:
    """So many cases of one lot, each opened and contained: every one has a list and a hold of its own."""
    freezing, containing, commits, case_id = list[float](), list[float](), 0, 0
    for _ in range(rounds):
        case_id = _act(clinic, actions.create_case, NewCase("Bench"), Scope(target.number)).id
        freezing.append(_timed(lambda key=case_id: _act(clinic, actions.open_case, key)))  # type: ignore[misc]
        with commits_of() as counted:
            containing.append(_timed(lambda key=case_id: _act(clinic, actions.contain, key)))  # type: ignore[misc]
        commits = max(commits, len(counted))
    return Stopped(freezing, containing, commits, case_id)


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
