"""Many processes draw one product from the same vials until they are empty: who wins, who is told."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

from formulary import clock
from formulary.accounts import Actor
from formulary.accounts.facts import site_policies
from formulary.accounts.queries import site
from formulary.audit import record
from formulary.bench.clinic import Clinic, open_clinic
from formulary.bench.queries import bare, make_shelf, take_next, taken_in_all
from formulary.bench.timing import Pair
from formulary.catalogue.models import Ingredient, Product
from formulary.db import Busy, db, retried, transaction
from formulary.rules.allocation import Allocation, allocate
from formulary.rules.findings import Refused
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import facts, queries
from formulary.stock.labels.taken import or_the_next_best
from formulary.stock.models import Movement, Reservation, Vial
from formulary.stock.queries import proof

DRAWN = 100_000
"""nL of one draw."""
KEEPS = timedelta(days=700)
LIMIT_S = 600


@dataclass(frozen=True)
class Contest:
    """So many processes, each with so many allocations, from so many lots that together hold just as much."""

    processes: int = 8
    each: int = 200
    lots: int = 20

    @property
    def acts(self) -> int:
        """How many draws empty every lot."""
        return self.processes * self.each

    @property
    def content(self) -> int:
        """What each lot's open vial holds, in nL."""
        if self.acts % self.lots:
            raise ValueError("The draws must empty every lot")
        return self.acts // self.lots * DRAWN


@dataclass(frozen=True)
class Raced:
    """Seconds for all acts, ours and bare; how each of ours went, and what the proof found."""

    pair: Pair
    told: Counter[str]
    faults: tuple[str, ...]
    drawn: int
    left: int

    @property
    def words(self) -> str:
        """How many came second, and what became of them."""
        told, again = self.told["told"], self.told["again"]
        return f"{told} were told who was faster and took the next best, {again} waited"

    def wrong(self, contest: Contest) -> list[str]:
        """What must not be: lost acts, too many, faults of the ledger, a loser who was not told the next."""
        found = list(self.faults)
        found += [] if self.told["done"] == contest.acts else [f"{self.told['done']} of {contest.acts} acts"]
        whole = (self.drawn, self.left) == (contest.acts * DRAWN, 0)
        return found + ([] if whole else [f"{self.drawn} nL drawn, {self.left} left"])


def measure(clinic: Clinic, floor_url: str, contest: Contest) -> Raced:
    """Both races, one after the other, on databases that are their own."""
    product_id = lay_out(clinic, contest)
    with bare(floor_url) as floor:
        make_shelf(floor, contest.lots, contest.content)
    db.session.remove()
    ours, told = _run(_draw_all, clinic.url, product_id, contest)
    theirs, _ = _run(_take_all, floor_url, product_id, contest)
    with bare(floor_url) as floor:
        if taken_in_all(floor) != (contest.acts * DRAWN, 0):
            raise RuntimeError("The floor has sold more or less than there was")
    return Raced(Pair(ours, theirs), told, *ledger_of(product_id))


def ledger_of(product_id: int) -> tuple[tuple[str, ...], int, int]:
    """What the ledger says afterwards: faults, what was drawn, what is left in open vials."""
    db.session.remove()
    faults = tuple(f"{fault.row} {fault.what}" for fault in proof.ledger_faults())
    lots = [lot.id for lot in queries.lots_of([product_id])]
    drawn = db.select(db.func.coalesce(db.func.sum(Movement.quantity), 0))
    drawn = drawn.where(Movement.lot_id.in_(lots), Movement.reason == "drawn")
    kept = db.select(db.func.count(Reservation.id)).where(
        Reservation.lot_id.in_(lots), Reservation.ended_at.is_(None)
    )
    faults += tuple(f"{n} reservations stand" for n in [db.session.scalar(kept)] if n)
    vials = db.session.scalars(db.select(Vial).where(Vial.lot_id.in_(lots)))
    left = sum(queries.volume_left(vial) or 0 for vial in vials)
    return faults, int(db.session.scalar(drawn) or 0), left


def lay_out(clinic: Clinic, contest: Contest) -> int:
    """A product with as many lots, one open vial of each; its key."""
    by, at = clinic.actor("pharmacist"), clock.now()
    place = queries.place(by.site_id, "storage")
    with transaction():
        product_id = _product(contest.content)
        row = db.session.get_one(Product, product_id)
        record("bench.race", row, by=by, at=at, new={"lots": contest.lots})
    for number in range(contest.lots):
        with transaction():
            given = {
                "expires_on": (at + KEEPS).date(),
                "containers": 1,
                "place_id": place.id,
                "grade": "typed",
            }
            told = {"product_id": product_id, "number": f"RACE{number:04d}"}
            lot = stock.receive_lot(by.site_id, **told, **given, at=at, by=by)
        with transaction():
            stock.open_vial(queries.lot(lot.id), place=place, at=at, by=by)
    return product_id


def _product(content: int) -> int:
    ingredient = Ingredient(name="Raced for")
    db.session.add(ingredient)
    db.session.flush()
    product = Product(
        ingredient_id=ingredient.id,
        name="Raced for",
        container="multi_dose",
        form="solution",
        content=content,
        dimension="volume",
        ledger="volume",
        after_puncture_h=100_000,
    )
    db.session.add(product)
    db.session.flush()
    return product.id


Work = Callable[[str, int, int, Contest], Iterable[str]]


def _run(work: Work, url: str, product_id: int, contest: Contest) -> tuple[float, Counter[str]]:
    """Every process at its work at once: seconds from the common start to the last end, and how it went."""
    context = get_context("spawn")
    start, answers = context.Barrier(contest.processes), context.Queue()
    works = [partial(work, url, product_id, number, contest) for number in range(contest.processes)]
    running = [context.Process(target=_one, args=(each, start, answers)) for each in works]
    for process in running:
        process.start()
    told = [answers.get(timeout=LIMIT_S) for _ in running]
    for process in running:
        process.join()
    counted: Counter[str] = sum((Counter(words) for _, _, words in told), Counter())
    return max(ended for _, ended, _ in told) - min(begun for begun, _, _ in told), counted


def _one(work: Callable[[], Iterable[str]], start: Barrier, answers: Any) -> None:
    """One process: ready, wait for the others, work, tell."""
    ready = iter(work())
    next(ready)
    start.wait(LIMIT_S)
    begun = time.monotonic()
    words = list(ready)
    answers.put((begun, time.monotonic(), words))


def _draw_all(url: str, product_id: int, number: int, contest: Contest) -> Iterator[str]:
    """Each act chooses a vial, keeps it, draws; who comes second is told, and takes the next best."""
    with open_clinic(url) as clinic:
        by = clinic.actor("technician")
        yield "ready"
        for act in range(contest.each):
            ref = f"race:{number * contest.each + act + 1}"
            yield from draw_one(ref, product_id, by)


def draw_one(ref: str, product_id: int, by: Actor) -> Iterator[str]:
    """One act until it is done: "told" for each time another was faster, "again" where it was too busy."""
    while True:
        try:
            retried(_draw)(ref, product_id, by)
        except Refused as refusal:
            if {finding.code for finding in refusal.findings} != {"stock.taken"}:
                yield from (finding.code for finding in refusal.findings)
                return
            yield "told"
        except Busy:
            yield "again"
        else:
            yield "done"
            return


def _draw(ref: str, product_id: int, by: Actor) -> None:
    """Choose while nobody waits for it, as a page does, then act on the choice."""
    found = choose(ref, product_id, by.site_id, clock.now())
    with transaction():
        draw_chosen(ref, found, by)


def draw_chosen(ref: str, found: Allocation, by: Actor) -> None:
    """Keep and draw what was chosen, with an entry of the trail; inside a transaction.

    A choice is a proposal: refused where another was faster, with the next best of then.
    """
    at, [pick] = clock.now(), found.picks
    own = stock.Pick(pick.stock.lot_id, DRAWN, pick.stock.place_id or 0, pick.stock.vial_id)
    vial, target = queries.vial(pick.stock.vial_id or 0), queries.place(by.site_id, "preparation")
    stock.lock([own.key, (target.id, own.lot_id, None)])
    with or_the_next_best([found]):
        stock.reserve(ref, [own], at=at, by=by)
    way = {"target": target, "reason": "drawn", "document": ("race", int(ref.partition(":")[2]))}
    taken = stock.take(vial, Quantity(DRAWN, VOLUME), **way, at=at, by=by, for_ref=ref)
    rows = [part.movement for part in taken]
    record("bench.race_draw", vial, by=by, at=at, movements=rows, new={"vial": vial.code})


def choose(ref: str, product_id: int, site_id: int, at: datetime) -> Allocation:
    """The vial that the rule chooses of all that lies there."""
    found = allocate(
        Quantity(DRAWN, VOLUME),
        facts.candidates(site_id, [product_id], at, for_ref=ref),
        at=at,
        for_patient=None,
        may_split=False,
        policies=site_policies(site(site_id), at),
        for_ref=ref,
    )
    if short := found.shortage():
        raise Refused(short)
    return found


def _take_all(url: str, product_id: int, number: int, contest: Contest) -> Iterator[str]:
    with bare(url) as floor:
        yield "ready"
        for _ in range(contest.each):
            yield "done" if take_next(floor, DRAWN) else "short"
