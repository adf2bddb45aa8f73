"""A solution out of an assayed lot is drawn by that lot's own strength: the dose stays as prescribed."""

from formulary import clock
from formulary.db import db, transaction
from formulary.preparations import actions, facts, queries
from formulary.rules.formulation import amount
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock.models import Lot
from tests.preparations.doing import do_step, lot_of, steps_of, technician


def an_assay(clinic, number, milligrams):
    told = {"amount": Quantity.of(milligrams, "mg"), "volume": Quantity.of(1, "mL"), "source": "certificate"}
    people = {"by": clinic.actor("pharmacist"), "second": clinic.actor("pharmacist2")}
    with transaction():
        lot = db.session.scalars(db.select(Lot).filter_by(number=number)).one()
        return stock.assay_lot(lot, **told, **people, at=clock.now())


def test_the_volume_follows_the_strength_of_the_lot_and_the_dose_stays(road):
    cocktail = road.verified()
    an_assay(road.clinic, "TXA-2231", 80)
    with transaction():
        attempt = actions.claim(cocktail.id, at=clock.now(), by=technician())
    planned = {lot_of(step).number: step.volume for step in steps_of(attempt)}
    assert (planned["TXA-2231"], planned["NACL-1"]) == (250_000, 3_780_000)
    do_step(attempt, 1)
    (drawn,) = facts.drawn(queries.draws(attempt.id), clock.now(), "")
    assert amount(drawn.measured, drawn.stock.strength) == Quantity.of(20, "mg")
