"""Preparing five lines through the real actions, against guarded SQL in as many transactions."""

import time
from statistics import median

from formulary import clock
from formulary.accounts import Actor
from formulary.bench.clinic import Clinic
from formulary.bench.measures.prescriptions import example, gtin_of, prescribed, stock_up
from formulary.bench.queries import Bare, Bench, make_bench, prepare_and_draw
from formulary.bench.timing import Pair, quiet
from formulary.db import db, transaction
from formulary.preparations import actions, facts, queries
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Vial

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
            begun = time.perf_counter()
            steps = prepare(key, by)
            between = time.perf_counter()
            prepare_and_draw(floor, Bench(bench.products[:steps]))
            theirs.append(time.perf_counter() - between)
            ours.append(between - begun)
            db.session.remove()
    clear_up(clinic, open_now() - stood)
    return Pair(median(ours[1:]), median(theirs[1:]))


def open_now() -> set[int]:
    """The vials that stand open."""
    return set(db.session.scalars(db.select(Vial.id).filter_by(state="open")))


def clear_up(clinic: Clinic, opened: set[int]) -> None:
    """Waste what is left in the vials that were opened for it, so that the clinic is as it was."""
    by = clinic.actor("pharmacist")
    for key in sorted(opened):
        with transaction():
            stock.waste_vial(shelf.vial(key), reason="left_over", at=clock.now(), by=by)


def prepare(cocktail_id: int, by: Actor) -> int:
    """As at the bench: a transaction for the claim, and two for each line; how many draws were made."""
    with transaction():
        attempt = actions.claim(cocktail_id, at=clock.now(), by=by)
    positions = [step.position for step in attempt.planned]
    for position in positions:
        _draw(attempt.id, position, by)
    return len(positions)


def _draw(attempt_id: int, position: int, by: Actor) -> None:
    step = queries.planned(queries.attempt(attempt_id, by), position)
    source = facts.source_of(step, clock.now(), f"cocktail:{step.attempt.cocktail_id}")
    shown = actions.Shown(
        "bench",
        gtin=gtin_of(step.product_id),
        lot=source.lot,
        expires_on=source.expires_on,
        vial=source.vial,
    )
    with transaction():
        actions.scan_vial(attempt_id, position, shown=shown, at=clock.now(), by=by)
    measured = Quantity(step.volume, VOLUME)
    with transaction():
        actions.confirm_draw(attempt_id, position, measured=measured, at=clock.now(), by=by)
