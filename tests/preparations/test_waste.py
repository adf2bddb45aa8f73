"""Giving back before anything is drawn, wasting after it, lot by lot; and once more from the start."""

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.preparations import actions, queries
from formulary.rules.findings import Refused
from formulary.stock import queries as shelf
from formulary.stock.models import Reservation, Wasted
from tests.preparations.doing import do_step, finish, lot_of, release, scan, step, technician
from tests.support.builders import act
from tests.support.ledger import in_preparation
from tests.support.world import Cast


def waste(attempt, who=None, reason="volume", **more):
    more = {"witness": Cast().actor("practitioner2")} | more
    with transaction():
        return actions.waste(attempt.id, reason=reason, **more, at=clock.now(), by=who or technician())


def give_back(attempt, who=None):
    with transaction():
        return actions.give_back(attempt.id, reason="Called away", at=clock.now(), by=who or technician())


def wasted_of(number):
    [lot] = shelf.lots_with_number(number)
    return dict(shelf.balance_sheet(lot.id).wasted)


def test_before_anything_is_drawn_it_goes_back_to_the_bench(road):
    attempt = give_back(road.claimed())
    assert (attempt.state, attempt.cocktail.state) == ("cancelled", "verified")
    assert db.session.scalars(db.select(Reservation).where(Reservation.ended_at.is_(None))).all() == []


def test_another_may_then_take_it(road):
    attempt = give_back(road.claimed())
    with transaction():
        again = actions.claim(attempt.cocktail_id, at=clock.now(), by=road.clinic.actor("pharmacist"))
    assert again.number == 2


def test_once_something_is_drawn_it_is_not_given_back(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    with pytest.raises(Refused, match=r"attempt\.drawn"):
        give_back(attempt)


def test_every_lot_in_it_goes_to_waste_with_the_reason(road):
    attempt = waste(road.drawn(), reason="particles")
    assert (attempt.state, attempt.cocktail.state) == ("wasted", "wasted")
    assert wasted_of("TXA-2231")["contaminated"] == 200_000
    assert wasted_of("WFI-1")["contaminated"] == 670_000
    [lot] = shelf.lots_with_number("TXA-2231")
    assert in_preparation(lot.id) == {}


def test_prepared_again_it_is_verified_and_the_next_attempt_has_its_own_ledger(road):
    first = waste(road.drawn(), again=True)
    assert first.cocktail.state == "verified"
    with transaction():
        second = actions.claim(first.cocktail_id, at=clock.now(), by=technician())
    for number in (1, 2, 3, 4):
        do_step(second, number)
    release(finish(second))
    assert (second.number, len(queries.draws(second.id)), len(queries.draws(first.id))) == (2, 5, 5)
    assert [s.code for s in queries.syringes(second.id)] == ["C-0001/2.1"]


def test_a_releaser_may_send_a_prepared_one_back(road):
    attempt = waste(road.prepared(), who=road.clinic.actor("pharmacist"), again=True)
    assert attempt.cocktail.state == "verified"


def test_a_practitioner_may_waste_what_was_released(road):
    attempt = waste(road.released(), who=road.clinic.actor("practitioner"), reason="called_off")
    assert attempt.cocktail.state == "wasted"
    assert wasted_of("GSH-0600")["not_given"] == 100_500_000


def test_what_was_released_is_not_simply_prepared_again(road):
    with pytest.raises(Refused, match=r"attempt\.released"):
        waste(road.released(), who=road.clinic.actor("practitioner"), again=True)


def test_what_is_being_given_is_not_wasted(road):
    session = road.started()
    attempt = queries.of_attempt(session.attempt_id)
    with pytest.raises(Refused, match=r"attempt\.gone"):
        waste(attempt, who=road.clinic.actor("practitioner"))


def test_the_vials_for_one_patient_go_with_it_where_ticked(road):
    attempt = road.drawn()
    rests = queries.open_rests(attempt)
    waste(attempt, waste_rest=[vial.id for vial in rests])
    db.session.expire_all()
    assert {queries.vial(vial.id).state for vial in rests} == {"wasted"}


def test_a_reason_is_one_of_those_offered(road):
    with pytest.raises(Refused, match=r"waste\.no_reason"):
        waste(road.drawn(), reason="because")


def test_a_high_alert_product_is_wasted_before_another_person(road):
    attempt = road.drawn()
    for witness, code in ((None, r"waste\.witness_missing"), (technician(), r"waste\.not_a_witness")):
        with pytest.raises(Refused, match=code):
            waste(attempt, witness=witness)
    waste(attempt)
    rows = db.session.scalars(db.select(Wasted).where(Wasted.container == "prepared")).all()
    assert {row.witness_id for row in rows} == {Cast().actor("practitioner2").person_id}


# What the page answers does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_witness_whose_password_is_wrong_is_kept_as_a_refused_attempt(road, clients):
    attempt = road.drawn()
    here = f"/preparations/{attempt.id}/waste"
    sent = {"reason": "volume", "signer-username": "practitioner2", "signer-secret": "not the password"}
    clients("technician").post_refused(here, sent)
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.outcome) == ("preparations.waste", "refused")


# What the rule asks does not depend on the database.
@pytest.mark.databases("sqlite")
def test_an_opened_vial_of_a_high_alert_product_is_so_too_where_nothing_was_drawn(road):
    attempt = road.claimed()
    number = next(n for n in (1, 2, 3, 4) if lot_of(step(attempt, n)).product.ingredient.high_alert)
    scan(attempt, number)
    [vial] = queries.open_rests(attempt)
    with pytest.raises(Refused, match=r"waste\.witness_missing"):
        waste(attempt, witness=None, waste_rest=[vial.id])
    waste(attempt, waste_rest=[vial.id])
    [row] = db.session.scalars(db.select(Wasted)).all()
    assert row.witness_id == Cast().actor("practitioner2").person_id


# What the rule asks does not depend on the database.
@pytest.mark.databases("sqlite")
def test_who_works_alone_says_what_they_did_and_it_is_marked(road):
    attempt = road.drawn()
    with act():
        road.clinic.site.solo = True
        db.session.add(road.clinic.site)
    with pytest.raises(Refused, match=r"waste\.remark_missing"):
        waste(attempt, witness=None)
    waste(attempt, witness=None, remark="Emptied into the red bin.")
    rows = db.session.scalars(db.select(Wasted).where(Wasted.container == "prepared")).all()
    assert {(row.witness_id, row.self_checked) for row in rows} == {(None, True)}


# What the rule asks does not depend on the database.
@pytest.mark.databases("sqlite")
def test_where_nothing_was_drawn_nobody_is_asked_to_watch(road):
    assert waste(road.claimed(), witness=None).state == "wasted"
