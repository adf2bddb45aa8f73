"""The answer equals brute force over every row of the ledger, for every lot of histories nobody wrote."""

import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from formulary import clock
from formulary.db import db, transaction
from formulary.patients import actions as patients
from formulary.recalls import queries
from formulary.rules.findings import Refused
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as stocked
from formulary.stock.models import Lot
from tests.bench.conftest import catalogue, shelf, tell
from tests.recalls import doing
from tests.recalls.brute import answered, brute, on_hand_together
from tests.support.builders import a_lot, a_patient, a_powder, a_product, a_test, the_place

__all__ = ["catalogue", "shelf", "tell"]


def differences(by):
    """Every lot whose answer is not what brute force finds."""
    at, found = clock.now(), {}
    for lot_id in db.session.scalars(db.select(Lot.id)).all():
        slow, quick = on_hand_together(brute(lot_id)), answered(lot_id, by, at)
        found |= {(lot_id, k): (slow[k], quick[k]) for k in slow if slow[k] != quick[k]}
    return found


def test_an_invented_history_of_sixty_cocktails_is_answered_exactly(tell, cast):
    tell(cocktails=60)
    assert differences(cast.actor("recall")) == {}
    lots = db.session.scalars(db.select(Lot.id)).all()
    assert len({row.patient_id for lot in lots for row in queries.everybody([lot])}) > 5


class World:
    """Two products whose lots share a number, a powder and its diluent, a lot made from one that was made
    from another, three patients: everything an act may be done with.
    """

    def __init__(self):
        """Receive seven lots, two of them made from others."""
        products = [a_product(), a_product(), a_powder(), a_product(content="10 mL")]
        self.lots = [a_lot(product, containers=4, number="SHARED") for product in products[:2]]
        self.lots += [a_lot(product, containers=4) for product in products[2:]]
        for made_from in (0, 4):
            self.lots += [a_lot(products[0], containers=2, made_from_id=self.lots[made_from].id)]
        self.patients = [a_patient() for _ in range(3)]
        self.vials, self.attempts, self.draws, self.done = [], [], [], []

    def act(self, kind, one, other):
        """One act, by number, with whatever the two numbers choose; what may not be is passed over."""
        try:
            getattr(self, kind)(one, other)
        except (Refused, IndexError, ZeroDivisionError):
            self.done.append(f"{kind} was not possible")

    def open(self, one, _other):
        lot = self.lots[one % len(self.lots)]
        vial = doing.opened(lot)
        self.vials.append(doing.reconstituted(vial, self.lots[3]) if lot is self.lots[2] else vial)

    def begin(self, one, _other):
        cocktail = doing.a_cocktail(self.patients[one % 3], "verified")
        self.attempts.append(doing.an_attempt(cocktail))

    def draw(self, one, other):
        attempt = self._live(one, ("in_preparation",))
        vial = self.vials[other % len(self.vials)]
        volume = Quantity(min(doing.left(vial).whole(), 100_000 + other * 3_333), VOLUME)
        self.draws.append((attempt, doing.drawn(attempt, vial, f"{volume.whole() / 10**6:.6f} mL")))

    def undo(self, one, _other):
        fitting = [pair for pair in self.draws if self._state(pair[0]) == "in_preparation"]
        undone = fitting[one % len(fitting)]
        self.draws.remove(undone)
        doing.undone(undone[1])

    def go_on(self, one, _other):
        attempt = self._live(one, doing.LIVE[:-1])
        doing.now(attempt, doing.LIVE[doing.LIVE.index(self._state(attempt)) + 1])

    def give(self, one, other):
        doing.given(self._live(one, ("administering",)), f"{other % 11}/10")

    def throw(self, one, _other):
        doing.wasted(self._live(one, doing.LIVE[:3]))

    def test(self, one, other):
        lot = self.lots[(0, 1, 3, 4, 5)[one % 5]]
        a_test(self.patients[other % 3], lot)

    def waste(self, one, _other):
        vial = stocked.vial(self.vials[one % len(self.vials)].id)
        with transaction():
            stock.waste_vial(vial, reason="broken", at=clock.now(), by=doing.somebody())

    def move(self, one, other):
        target = ("quarantine", "returned", "destroyed", "waste", "lost_or_found")[other % 5]
        doing.moved(self.lots[one % len(self.lots)], "storage", target, "1 mL", reason="moved")

    def set_aside(self, one, _other):
        vial = stocked.vial(self.vials[one % len(self.vials)].id)
        with transaction():
            stock.move_vial(vial, target=the_place("quarantine"), at=clock.now(), by=doing.somebody())

    def merge(self, one, other):
        lost, kept = self.patients[one % 3].id, self.patients[other % 3].id
        told = {"reason": "registered twice", "at": clock.now(), "by": doing.somebody()}
        with transaction():
            patients.merge(lost, into_id=kept, **told)

    def _live(self, one, states):
        fitting = [a for a in self.attempts if self._state(a) in states]
        return fitting[one % len(fitting)]

    def _state(self, attempt):
        return db.session.scalar(db.select(type(attempt).state).where(type(attempt).id == attempt.id))


HISTORIES = int(os.environ.get("FORMULARY_HISTORIES", "4"))
ACTS = ("open", "begin", "draw", "draw", "undo", "go_on", "go_on", "give", "throw", "test", "waste", "move")
SELDOM = ("set_aside", "merge")
BEGUN = [("open", n, 0) for n in (0, 1, 2, 5)] + [("begin", n, 0) for n in range(4)]
BEGUN += [("draw", n, n + 1) for n in range(4)] + [("go_on", 0, 0)] * 3 + [("give", 0, 7)]
NUMBERS = st.integers(0, 40)
STEPS = st.lists(st.tuples(st.sampled_from((*ACTS, *SELDOM)), NUMBERS, NUMBERS), min_size=12, max_size=40)


@given(steps=STEPS)
@settings(
    max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
def test_random_histories_are_answered_exactly(cast, steps):
    world = World()
    for kind, one, other in (*BEGUN, *steps):
        world.act(kind, one, other)
    assert differences(cast.actor("recall")) == {}


def test_what_a_random_history_begins_with_fills_the_buckets(cast):
    world = World()
    for step in BEGUN:
        world.act(*step)
    by, at = cast.actor("recall"), clock.now()
    counted = [queries.look_up_lots([lot.id], at=at, by=by).counts for lot in world.lots]
    assert {letter for counts in counted for letter, count in counts.items() if count} >= set("AEGHI")
    assert world.done == []
