"""The whole bench: ledgers of each size in temporary databases, every figure against its floor."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

from formulary.bench import kinds
from formulary.bench.browser import sign_in
from formulary.bench.clinic import Clinic, found, open_clinic
from formulary.bench.history import Wanted
from formulary.bench.kinds import Kind
from formulary.bench.measures import compose, drawing, live, pages, proof, race, recall
from formulary.bench.queries import Bare, bare
from formulary.bench.results import Found
from formulary.bench.stores import Store, opened
from formulary.bench.timing import Effort, Pair, alone

DATABASES = ("sqlite", "postgresql")
PLANNED = 12
"""A connection to PostgreSQL has its plans from the eleventh time on: a page is timed as a worker serves it
all day.
"""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is built and how often it is measured; tests ask for very little of each."""

    cocktails: tuple[int, ...] = (2_000, 20_000)
    databases: tuple[str, ...] = DATABASES
    rows: tuple[int, ...] = (50, 500)
    shelves: tuple[int, int] = (40, 20_000)
    prepared: int = 15
    small: int = 200
    contest: race.Contest | None = None
    ingredients: int = 2_000
    seed: int = 7
    days: int = 365
    effort: Effort = field(default_factory=Effort)
    slow: Effort = field(default_factory=lambda: Effort(rounds=15, sample=0, warm=PLANNED))
    stock: Effort = field(default_factory=lambda: Effort(rounds=25, sample=0))
    longest: Effort = field(default_factory=lambda: Effort(rounds=3, sample=0))


@dataclass
class Bench:
    """One kind of database being measured: the clinic to copy, what was found, what growth is told from."""

    store: Store
    plan: Plan
    say: Say
    founded: str
    found: list[Found] = field(default_factory=list)
    queries: dict[tuple[int, int], Pair] = field(default_factory=dict)
    answers: dict[tuple[int, int], float] = field(default_factory=dict)

    def add(self, kind: Kind, size: str, pair: Pair) -> None:
        """A line whose ratio is ours over the floor."""
        self._put(kind, size, pair.ours, pair.floor, pair.ratio)

    def put(self, kind: Kind, size: str, ours: float, ratio: float | None = None) -> None:
        """A line without a floor of its own."""
        self._put(kind, size, ours, None, ratio)

    def race(self, kind: Kind, size: str, pair: Pair) -> None:
        """A line whose ratio is of throughputs."""
        self._put(kind, size, pair.ours, pair.floor, 1 / pair.ratio)

    def _put(self, kind: Kind, size: str, *figures: float | None) -> None:
        self.found.append(Found(kind.what, self.store.name, size, *figures, kind.aim, kind.note))


def run(plan: Plan, say: Say) -> list[Found]:
    """Every line of the table, database by database."""
    return [line for name in plan.databases for line in _on(name, plan, say)]


def _on(name: str, plan: Plan, say: Say) -> Iterator[Found]:
    with opened(name) as store:
        bench = Bench(store, plan, say, founded=store.empty("founded"))
        found(bench.founded)
        for size in plan.cocktails:
            _measure(bench, size, is_last=size == plan.cocktails[-1])
        if plan.cocktails:
            _growth(bench)
        if plan.contest is not None:
            _race(bench, plan.contest)
    yield from bench.found


def _measure(bench: Bench, size: int, *, is_last: bool) -> None:
    plan, store = bench.plan, bench.store
    bench.say(f"{store.name}: writing {size:,} cocktails")
    with ExitStack() as open_now:
        clinic = open_now.enter_context(open_clinic(store.copy(bench.founded, f"clinic{size}")))
        clinic.tell(Wanted(size, plan.seed, plan.days, per_lot=plan.rows))
        store.settle(clinic.url)
        bench.say(f"{store.name}: measuring {size:,} cocktails")
        _recall(bench, clinic, size)
        _verify(bench, size)
        if is_last:
            floor_url = _add_floors(bench, clinic)
            _compose(bench, clinic, size)
            _live(bench, clinic)
            _prepare(bench, clinic, size)
            _pages(bench, clinic, size, floor_url)


@contextmanager
def _floor(bench: Bench, label: str) -> Iterator[Bare]:
    """A floor in a database of its own."""
    with bare(bench.store.empty(label)) as floor:
        yield floor


def _recall(bench: Bench, clinic: Clinic, size: int) -> None:
    with _floor(bench, f"recall{size}") as floor:
        recall.fill_floor(floor)
        bench.store.settle(floor.url)
        for target, rows in zip(recall.targets(bench.plan.rows), bench.plan.rows, strict=True):
            told = f"{size:,} cocktails, {target.rows} rows"
            bench.add(kinds.STATEMENT, told, recall.measure_statement(target, floor, bench.plan.effort))
            query = recall.measure(target, floor, bench.plan.effort)
            bench.add(kinds.QUERY, told, query)
            whole = alone(partial(recall.whole_answer, clinic, target), bench.plan.slow)
            bench.put(kinds.ANSWER, told, whole)
            bench.queries[size, rows], bench.answers[size, rows] = query, whole


def _verify(bench: Bench, size: int) -> None:
    with _floor(bench, f"proof{size}") as floor:
        proof.fill_floor(floor)
        bench.store.settle(floor.url)
        bench.add(kinds.VERIFY, f"{size:,} cocktails", proof.measure(floor, bench.plan.longest))


def _compose(bench: Bench, clinic: Clinic, size: int) -> None:
    checks = compose.measure(clinic, bench.plan.effort)
    told = f"{size:,} cocktails, ten lines"
    bench.put(kinds.COMPOSE, told, checks.whole, checks.whole / kinds.COMPOSE_AT_MOST)
    bench.put(kinds.RULES, told, checks.rules)
    bench.add(kinds.STATEMENTS, told, Pair(checks.whole, checks.statements))


def _live(bench: Bench, clinic: Clinic) -> None:
    """The live answer beside its floor, then with a large catalogue beside the one that ships."""
    few, typing, effort = live.ingredients(), live.begin(clinic), bench.plan.slow
    bench.add(kinds.LIVE, f"{few} ingredients, ten lines", live.measure(typing, effort))
    small, many = live.seen(typing, effort), bench.plan.ingredients
    live.widen(many)
    bench.store.settle(clinic.url)
    large = live.seen(typing, effort)
    told = f"{many:,} / {few} ingredients, {large.queries} / {small.queries} queries"
    bench.add(kinds.WIDE, told, Pair(large.seconds, small.seconds))


def _prepare(bench: Bench, clinic: Clinic, size: int) -> None:
    with _floor(bench, f"drawing{size}") as floor:
        pair = drawing.measure(clinic, floor, bench.plan.prepared)
    bench.race(kinds.PREPARE, f"{size:,} cocktails, five lines", pair)


def _add_floors(bench: Bench, clinic: Clinic) -> str:
    """Add the floors' pages to the app, before its first request; the address of the recall's."""
    live.add_floor(clinic.app)
    return pages.floor_page(clinic.app, recall.targets(bench.plan.rows)[0].lot_id)


def _pages(bench: Bench, clinic: Clinic, size: int, floor_url: str) -> None:
    """The recall page, then the shelf with all its lots beside a clinic with few."""
    few, many = bench.plan.shelves
    target, effort = recall.targets(bench.plan.rows)[0], bench.plan.slow
    officer = sign_in(clinic.app, "recall")
    pair = pages.measure_recall(floor_url, officer, target, effort)
    bench.add(kinds.PAGE, f"{size:,} cocktails, {target.rows} rows", pair)
    bench.say(f"{bench.store.name}: writing {many:,} lots")
    clinic.tell(Wanted(0, bench.plan.seed, lots=many))
    bench.store.settle(clinic.url)
    with open_clinic(bench.store.copy(bench.founded, "shelf")) as small_clinic:
        small_clinic.tell(Wanted(bench.plan.small, bench.plan.seed, bench.plan.days, few, bench.plan.rows))
        bench.store.settle(small_clinic.url)
        small = pages.stocked(small_clinic, target.rows)
        with clinic.app.app_context():
            large = pages.stocked(clinic, target.rows, small)
        _stock(bench, large, small)


def _stock(bench: Bench, large: pages.Stocked, small: pages.Stocked) -> None:
    """The stock pages of a large clinic beside those of a small one."""
    told = [f"{each.lots:,} lots, {each.movements:,} movements" for each in (large, small)]
    bench.say(f"{bench.store.name}: stock pages with {told[0]}, and with {told[1]}")
    found = pages.compare_stock(large, small, bench.plan.stock)
    lots = f"{large.lots:,} lots / {small.lots} lots"
    lot = f"{lots}, of {large.moved} / {small.moved} movements"
    sizes = (lots, lot, f"{lots}, {large.open_vials} / {small.open_vials} open vials")
    for kind, size, (pair, many, few) in zip(
        (kinds.SHELF, kinds.LOT, kinds.BOARD), sizes, found, strict=True
    ):
        bench.add(kind, f"{size}, {many} / {few} queries", pair)


def _race(bench: Bench, contest: race.Contest) -> None:
    """Many processes for the same vials; raises where anything was oversold or lost."""
    size = f"{contest.processes} × {contest.each} draws, {contest.lots} lots"
    bench.say(f"{bench.store.name}: racing {size}")
    floor_url = bench.store.empty("racefloor")
    with open_clinic(bench.store.copy(bench.founded, "race")) as clinic:
        raced = race.measure(clinic, floor_url, contest)
    if wrong := raced.wrong(contest):
        raise RuntimeError(f"The race was not won cleanly: {'; '.join(wrong)}")
    ours, floor = (contest.acts / seconds for seconds in (raced.pair.ours, raced.pair.floor))
    bench.say(f"{bench.store.name}: {int(ours)} draws a second, bare {int(floor)}; {raced.words}")
    bench.race(kinds.RACE, size, raced.pair)


def _growth(bench: Bench) -> None:
    small, large = bench.plan.cocktails[0], bench.plan.cocktails[-1]
    if small == large:
        return
    for rows in bench.plan.rows:
        before, after = bench.queries[small, rows], bench.queries[large, rows]
        ours, floor = after.ours / before.ours, after.floor / before.floor
        told = f"{small:,} → {large:,} cocktails, {rows} rows"
        bench.put(kinds.QUERY_GROWTH, told, after.ours, ours / floor)
        answer = bench.answers[large, rows]
        bench.put(kinds.ANSWER_GROWTH, told, answer, answer / bench.answers[small, rows])
