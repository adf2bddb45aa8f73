"""A solution out of an assayed lot is drawn by that lot's own strength: the dose stays as prescribed."""

from datetime import date

from formulary import clock
from formulary.cocktails.labels import sources
from formulary.db import db, transaction
from formulary.preparations import actions, facts, queries
from formulary.preparations.actions import doses
from formulary.preparations.labels.achieved import achieved_lines
from formulary.preparations.labels.steps import steps
from formulary.rules.formulation import amount
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot
from tests.preparations.doing import NBSP, do_step, hold, lot_of, scan, steps_of, technician
from tests.preparations.test_another_vial import another
from tests.stock.doing import lies, posted
from tests.support.builders import a_lot, some_stock


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


def claimed_with_assay(road, number):
    """The cocktail in hand, planned by the 80 mg/mL of this lot."""
    cocktail = road.verified()
    an_assay(road.clinic, number, 80)
    with transaction():
        return actions.claim(cocktail.id, at=clock.now(), by=technician())


def another_lot(**more):
    """Another lot of tranexamic acid, at its label's 100 mg/mL."""
    [first] = shelf.lots_with_number("TXA-2231")
    return a_lot(first.product, number="TXA-B", **more)


def volumes(attempt):
    return [(lot_of(row).number, row.volume) for row in steps_of(attempt)]


def test_another_vial_of_a_lot_at_its_label_strength_holds_the_same_dose_in_less(road):
    attempt = claimed_with_assay(road, "TXA-2231")
    another_lot()
    hold("TXA-2231")
    another(attempt, 1)
    assert volumes(attempt)[0] == ("TXA-B", 200_000)
    assert volumes(attempt)[-1] == ("NACL-1", 3_830_000)


def test_what_the_weaker_vial_in_hand_lacks_is_its_dose_out_of_the_other_lot(road):
    attempt = claimed_with_assay(road, "TXA-2231")
    scan(attempt, 1)
    another_lot(expires_on=date(2027, 1, 31))
    another(attempt, 1, from_this="0.1")
    assert volumes(attempt)[:2] == [("TXA-2231", 100_000), ("TXA-B", 120_000)]


def test_a_lot_assayed_after_the_claim_is_planned_anew_by_its_assay(road, watch):
    attempt = road.claimed()
    scan(attempt, 1)
    watch.move(minutes=1)
    an_assay(road.clinic, "TXA-2231", 80)
    another(attempt, 1, reason="Broken or spilt")
    assert volumes(attempt)[0] == ("TXA-2231", 250_000)


def test_a_line_out_of_two_lots_of_two_strengths_is_planned_part_by_part(road, monkeypatch):
    """8 mg are in the 0.1 mL that is left of the one lot; the other gives 12 mg at 100 mg/mL."""
    for module in (sources, doses):
        monkeypatch.setattr(module, "smallest_draw", lambda _: Quantity.of("0.05", "mL"))
    cocktail = road.verified()
    some_stock(another_lot(containers=0, expires_on=date(2027, 1, 31)), 100_000)
    [first] = shelf.lots_with_number("TXA-2231")
    posted(first, "storage", "waste", lies(first, "storage") - 150_000, reason="broken")
    an_assay(road.clinic, "TXA-B", 80)
    with transaction():
        attempt = actions.claim(cocktail.id, at=clock.now(), by=technician())
    assert volumes(attempt)[:2] == [("TXA-B", 100_000), ("TXA-2231", 120_000)]
    assert volumes(attempt)[-1] == ("NACL-1", 3_810_000)


def test_the_volume_is_explained_by_the_lot_s_own_strength_and_its_certificate(road):
    attempt = claimed_with_assay(road, "TXA-2231")
    told = facts.gather_attempt(attempt, at=clock.now()).cocktail
    said = steps(attempt, told)[0]
    why = said.explained
    assert why.formula.replace(NBSP, " ") == "20 mg ÷ 80 mg/mL = 0.25 mL"
    assert (why.source, said.planned_words) == (
        "the assay of lot TXA-2231: certificate",
        f"20{NBSP}mg, 0{NBSP}%",
    )


def test_a_step_planned_before_its_assay_says_how_little_it_holds(road, watch):
    attempt = road.claimed()
    watch.move(minutes=1)
    an_assay(road.clinic, "TXA-2231", 80)
    told = facts.gather_attempt(attempt, at=clock.now()).cocktail
    said = steps(attempt, told)[0]
    words = said.explained.formula.replace(NBSP, " ")
    assert (words, said.planned_words) == ("0.2 mL × 80 mg/mL = 16 mg of the 20 mg needed", "")


def test_the_final_check_names_the_certificate(road):
    attempt = claimed_with_assay(road, "TXA-2231")
    do_step(attempt, 1)
    told = facts.gather_attempt(attempt, at=clock.now()).cocktail
    why = achieved_lines(told)[0].explained
    assert why.source == "the draws of this preparation; the assay of lot TXA-2231: certificate"
