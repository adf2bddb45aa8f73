"""Preparing five lines through the real actions, against guarded SQL that writes the same rows.

The clock runs while an act goes on: what stands on the pack is read before it, as a person would.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import TypeVar

from formulary import clock
from formulary.accounts import Actor
from formulary.bench.clinic import Clinic
from formulary.bench.measures.prescriptions import example, gtin_of, prescribed, stock_up
from formulary.bench.queries import Bare, Bench, make_bench, order, prepare_and_draw
from formulary.bench.timing import Pair, quiet
from formulary.db import db, transaction
from formulary.preparations import actions, facts, queries
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Vial

T = TypeVar("T")
LOTS_OF_FLOOR, PRODUCTS = 20, 12
"""As many products as one cocktail could need vials."""


def measure(clinic: Clinic, floor: Bare, count: int) -> Pair:
    """Seconds for one cocktail, ours and bare, by turns: claim, then scan and draw every vial."""
    wanted = example()
    stock_up(clinic, wanted.product_ids)
    waiting, stood = list(prescribed(clinic, wanted, count + 1)), open_now()
    bench, by = make_bench(floor, PRODUCTS, LOTS_OF_FLOOR), clinic.actor("technician")
    ours, theirs = [], []
    with quiet():
        for key in waiting:
            before = open_now()
            took = prepare(key, by)
            theirs.append(_as_bare(floor, bench, len(took) // 2, len(open_now() - before)))
            ours.append(sum(took))
            db.session.remove()
    clear_up(clinic, open_now() - stood)
    return Pair(median(ours[1:]), median(theirs[1:]))


def _as_bare(floor: Bare, bench: Bench, steps: int, opened: int) -> float:
    """The floor's seconds for as many steps, of which as many open a container."""
    own = Bench(bench.products[:steps])
    ordered, begun = order(floor, own, opened), time.perf_counter()
    prepare_and_draw(floor, own, ordered)
    return time.perf_counter() - begun


def open_now() -> set[int]:
    """The vials that stand open."""
    return set(db.session.scalars(db.select(Vial.id).filter_by(state="open")))


def clear_up(clinic: Clinic, opened: set[int]) -> None:
    """Waste what is left in the vials that were opened for it, so that the clinic is as it was."""
    by = clinic.actor("pharmacist")
    for key in sorted(opened):
        with transaction():
            stock.waste_vial(shelf.vial(key), reason="left_over", at=clock.now(), by=by)


def prepare(cocktail_id: int, by: Actor) -> list[float]:
    """As at the bench: a transaction for the claim, and two for each line; the seconds of each."""
    took, attempt = _timed(lambda: actions.claim(cocktail_id, at=clock.now(), by=by))
    positions = [step.position for step in attempt.planned]
    return [took, *(seconds for position in positions for seconds in _draw(attempt.id, position, by))]


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    with transaction():
        done = act()
    return time.perf_counter() - begun, done


def _draw(attempt_id: int, position: int, by: Actor) -> tuple[float, float]:
    step = queries.planned(queries.attempt(attempt_id, by), position)
    source = facts.source_of(step, clock.now(), f"cocktail:{step.attempt.cocktail_id}")
    shown = actions.Shown(
        "bench",
        gtin=gtin_of(step.product_id),
        lot=source.lot,
        expires_on=source.expires_on,
        vial=source.vial,
    )
    step_id, measured = (attempt_id, position), Quantity(step.volume, VOLUME)
    scanned, _ = _timed(lambda: actions.scan_vial(*step_id, shown=shown, at=clock.now(), by=by))
    drawn, _ = _timed(lambda: actions.confirm_draw(*step_id, measured=measured, at=clock.now(), by=by))
    return scanned, drawn
