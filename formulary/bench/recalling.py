"""The bench of recalls: ledgers of each length on each database, every answer against bare SQL."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from formulary import clock
from formulary.bench import kinds
from formulary.bench.browser import sign_in
from formulary.bench.clinic import BY, Clinic, found, open_clinic
from formulary.bench.history.brief import SERVES, tell_in_brief
from formulary.bench.kinds import Kind
from formulary.bench.measures import pages, recall, stopping
from formulary.bench.measures.recall import Target
from formulary.bench.queries import Bare, bare
from formulary.bench.results import Found, Spread, table
from formulary.bench.running import DATABASES, Say
from formulary.bench.stores import Store, opened
from formulary.bench.timing import Effort, Pair, alone, compare, peak
from formulary.db import db

SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class RecallPlan:
    """What is built and how often it is measured."""

    draws: tuple[int, ...] = SIZES
    databases: tuple[str, ...] = DATABASES
    rows: tuple[int, ...] = (50, 500)
    rounds: int = 5
    in_the_way: int = 20
    effort: Effort = field(default_factory=lambda: Effort(rounds=300, sample=0))
    pages: Effort = field(default_factory=lambda: Effort(rounds=100, sample=0))


@dataclass
class Recalls:
    """One kind of database being measured: what was found, and the queries that growth is told from."""

    store: Store
    plan: RecallPlan
    say: Say
    founded: str
    found: list[Found] = field(default_factory=list)
    queries: dict[tuple[int, int], Pair] = field(default_factory=dict)

    def add(self, kind: Kind, size: str, pair: Pair, *, rows: int, peak: int | None = None) -> None:
        """A line whose ratio is ours over the floor."""
        spread = Spread(*pair.slowest, rows, peak)
        self._put(kind, size, (pair.ours, pair.floor, pair.ratio), spread)

    def put(self, kind: Kind, size: str, ours: float, ratio: float | None, spread: Spread | None) -> None:
        """A line without a floor of its own."""
        self._put(kind, size, (ours, None, ratio), spread)

    def _put(
        self, kind: Kind, size: str, times: tuple[float, float | None, float | None], spread: Spread | None
    ) -> None:
        line = Found(kind.what, self.store.name, size, *times, kind.aim, "", spread)
        self.say(table([line]).splitlines()[-1])  # an hour's work is not lost where a later part fails
        self.found.append(replace(line, note=kind.note))


def run_recalls(plan: RecallPlan, say: Say) -> list[Found]:
    """Every line of the table, database by database."""
    return [line for name in plan.databases for line in _on(name, plan, say)]


def _on(name: str, plan: RecallPlan, say: Say) -> Iterator[Found]:
    with opened(name) as store:
        bench = Recalls(store, plan, say, founded=store.empty("founded"))
        found(bench.founded, with_catalogue=False)  # the history brings the five products that it is of
        for draws in plan.draws:
            _measure(bench, draws)
        for rows in plan.rows:
            _growth(bench, rows)
    yield from bench.found


def _measure(bench: Recalls, draws: int) -> None:
    label = f"recall{draws}"
    with ExitStack() as open_now:
        clinic = open_now.enter_context(open_clinic(bench.store.copy(bench.founded, label)))
        _fill(bench, clinic, draws)
        floor = open_now.enter_context(bare(bench.store.empty(f"floor{draws}")))
        recall.fill_floor(floor)
        for url in (clinic.url, floor.url):
            bench.store.settle(url)
        bench.say(f"{bench.store.name}: measuring {draws:,} draws")
        answers = recall.targets(bench.plan.rows)
        url = pages.floor_page(clinic.app, answers[0].lot_id)
        for target, rows in zip(answers, bench.plan.rows, strict=True):
            _query(bench, draws, rows, target, floor)
        _page(bench, clinic, draws, answers[0], url)
        _stop(bench, clinic, draws)
    bench.store.drop(clinic.url)
    bench.store.drop(floor.url)


def _fill(bench: Recalls, clinic: Clinic, draws: int) -> None:
    begun, name = time.perf_counter(), bench.store.name
    for progress in tell_in_brief(draws, at=clock.now(), by=BY):
        bench.say(f"{name}: {progress.done:,} of {progress.of:,} {progress.what}")
    db.session.remove()
    bench.put(kinds.FILLING, f"{draws:,} draws", time.perf_counter() - begun, None, Spread(rows=draws))


def _query(bench: Recalls, draws: int, rows: int, target: Target, floor: Bare) -> None:
    pair = recall.measure(target, floor, bench.plan.effort)
    held = peak(partial(recall.received, [target.lot_id], target.rows))
    bench.queries[draws, rows] = pair
    bench.add(kinds.QUERY, f"{draws:,} draws", pair, rows=target.rows, peak=held)


def _page(bench: Recalls, clinic: Clinic, draws: int, target: Target, floor_url: str) -> None:
    officer, url = sign_in(clinic.app, "recall"), pages.recall_url(target)
    pair = compare(partial(officer.page, url), partial(officer.page, floor_url), bench.plan.pages)
    bench.add(kinds.PAGE, f"{draws:,} draws", pair, rows=target.rows, peak=peak(partial(officer.page, url)))


def _stop(bench: Recalls, clinic: Clinic, draws: int) -> None:
    """The lot that went furthest is stopped, and everybody it reached listed."""
    [target] = recall.targets([max(SERVES)])
    inside = stopping.cocktails_of(target.lot_id)
    done = stopping.stop(clinic, target, bench.plan.rounds, bench.plan.in_the_way)
    for number, (took, met) in enumerate(zip(done.containing, done.met, strict=True), 1):
        bench.say(f"{bench.store.name}: round {number}: contained in {int(took * 1000):,} ms: {met}")
    told = f"{draws:,} draws, {inside:,} cocktails"
    spread = Spread(max(done.freezing), rows=target.rows)
    bench.put(kinds.FREEZING, told, done.frozen_in, None, spread)
    spread, ratio = Spread(max(done.containing)), done.contained_in / kinds.CONTAIN_AT_MOST
    commits = f"{done.commits} {'commit' if done.commits == 1 else 'commits'}"
    bench.put(kinds.STOPPING, f"{told}, {commits}", done.contained_in, ratio, spread)
    take, count = stopping.listed(sign_in(clinic.app, "recall"), done.case_id)
    effort = Effort(rounds=bench.plan.rounds, sample=0)
    bench.put(kinds.LISTED, told, alone(take, effort), None, Spread(rows=count(), peak=peak(take)))


def _growth(bench: Recalls, rows: int) -> None:
    """How much slower an answer of the same length became, over how much slower its floor did."""
    small, large = bench.plan.draws[0], bench.plan.draws[-1]
    if small == large:
        return
    before, after = bench.queries[small, rows], bench.queries[large, rows]
    ours, floor = after.ours / before.ours, after.floor / before.floor
    told = f"{small:,} → {large:,} draws, {rows} rows"
    bench.put(kinds.QUERY_GROWTH, told, after.ours, ours / floor, None)
