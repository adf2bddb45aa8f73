"""Taking a vial in hand: the right one is opened; a wrong one goes nowhere, in words, and is counted."""

from dataclasses import replace
from datetime import date

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.db import Missing, db, transaction
from formulary.preparations import actions, queries
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.preparations.doing import a_scan, draw, hold, lot_of, scan, shown, step, technician
from tests.support.builders import a_policy


def refused(road, attempt, number=1, **other):
    """The code and the words of what stands against this scan."""
    with pytest.raises(Refused) as refusal:
        scan(attempt, number, **other)
    return [(f.code, f.reason) for f in refusal.value.findings]


def test_the_right_vial_is_opened_under_a_code_of_its_own(road):
    attempt = road.claimed()
    scan(attempt, 1)
    row = step(attempt, 1)
    vial = queries.vial(row.vial_id)
    assert (vial.state, vial.lot.number, vial.opened_for_id) == ("open", "TXA-2231", attempt.patient_id)
    assert (row.grade, row.scanned_at) == ("confirmed", clock.now())


def test_another_product_is_named_with_its_strength(road):
    attempt = road.claimed()
    other = queries.lot(step(attempt, 2).lot_id)
    found = refused(road, attempt, gtin=shown(other).gtin)
    assert found[0] == (
        "scan.wrong_product",
        "Wrong product: scanned ascorbic acid (unapproved marketed vial) 500\N{NO-BREAK SPACE}mg/mL, "
        "needed tranexamic acid 100\N{NO-BREAK SPACE}mg/mL. Nothing was drawn.",
    )


def test_another_lot_and_another_expiry_are_refused(road):
    attempt = road.claimed()
    assert refused(road, attempt, lot="TXA-9999")[0][0] == "scan.wrong_lot"
    assert refused(road, attempt, expires_on=date(2027, 12, 31))[0][0] == "scan.wrong_expiry"


def test_nothing_moves_when_a_scan_is_refused(road):
    attempt = road.claimed()
    before = shelf.open_vials(attempt.site_id)
    refused(road, attempt, lot="TXA-9999")
    assert step(attempt, 1).vial_id is None
    assert shelf.open_vials(attempt.site_id) == before


def test_the_label_of_another_vial_is_told_by_its_product(road):
    attempt = road.claimed()
    scan(attempt, 2)
    other = queries.vial(step(attempt, 2).vial_id)
    assert refused(road, attempt, vial=other.code)[0][1].startswith(
        "Wrong product: scanned ascorbic acid (unapproved marketed vial)"
    )


@pytest.mark.parametrize("code", ["C-0001", "P-2"])
def test_a_label_that_is_no_vials_is_refused(road, code):
    [(found, words)] = refused(road, road.claimed(), vial=code)
    assert found == "scan.not_a_vial"
    assert words == f"{code} is not the label of a vial, and tranexamic acid is needed. Nothing was drawn."


def test_a_vial_that_nobody_knows_is_refused(road):
    assert refused(road, road.claimed(), vial="V-9999") == [
        ("scan.wrong_vial", "Vial V-9999 was scanned, and lot TXA-2231 was chosen. Nothing was drawn.")
    ]


def test_our_own_label_on_a_sealed_container_is_a_full_scan(road):
    attempt = road.claimed()
    row = step(attempt, 1)
    with transaction():
        labelled = stock.label_vials(
            lot_of(row), place=queries.place(row.place_id), count=1, at=clock.now(), by=technician()
        )
    [vial] = db.session.scalars(db.select(type(queries.vial(1))).filter_by(lot_id=row.lot_id, state="sealed"))
    assert labelled
    scan(attempt, 1, gtin=None, lot=None, expires_on=None, vial=vial.code)
    assert step(attempt, 1).vial_id == vial.id


def test_scanning_the_vial_again_by_its_own_label_is_fine(road):
    attempt = road.claimed()
    scan(attempt, 1)
    code = queries.vial(step(attempt, 1).vial_id).code
    scan(attempt, 1, vial=code)
    assert queries.vial(step(attempt, 1).vial_id).code == code


def test_of_two_open_vials_of_one_lot_the_makers_code_does_not_say_which(road):
    attempt = road.claimed()
    row = step(attempt, 1)
    with transaction():
        stock.open_vial(lot_of(row), place=queries.place(row.place_id), at=clock.now(), by=technician())
    scan(attempt, 1)
    code = queries.vial(step(attempt, 1).vial_id).code
    [(found, words)] = refused(road, attempt)
    assert found == "scan.which_vial"
    assert words.startswith(f"2 vials of lot TXA-2231 are open, and {code} was chosen.")
    scan(attempt, 1, vial=code)


def test_a_lot_held_meanwhile_is_refused_before_it_is_opened(road):
    attempt = road.claimed()
    hold("TXA-2231")
    assert refused(road, attempt) == [("lot.held", "Lot TXA-2231 is on hold: recall R-7.")]
    assert step(attempt, 1).vial_id is None


def test_lot_and_expiry_typed_twice_serve_where_no_code_can_be_read(road):
    attempt = road.claimed()
    lot = lot_of(step(attempt, 1))
    by_hand = {"gtin": None, "typed_again": (lot.number, lot.expires_on)}
    scan(attempt, 1, **by_hand)
    assert step(attempt, 1).grade == "probable"
    draw(attempt, 1)
    assert [d.grade for d in queries.draws(attempt.id)] == ["probable"]


def test_what_was_typed_two_ways_is_refused(road):
    attempt = road.claimed()
    found = refused(road, attempt, gtin=None, typed_again=("TXA-2231", date(2027, 12, 31)))
    assert found[0][0] == "scan.typed_differs"


def test_where_the_site_asks_for_it_another_person_must_look_too(road):
    attempt, clinic = road.claimed(), road.clinic
    a_policy(clinic.site, kind="manual_entry_second_person", value=True)
    lot = lot_of(step(attempt, 1))
    by_hand = {"gtin": None, "typed_again": (lot.number, lot.expires_on)}
    assert refused(road, attempt, **by_hand)[0][0] == "scan.second_person"
    assert refused(road, attempt, **by_hand, second_person=technician())[0][0] == "scan.second_person"
    scan(attempt, 1, **by_hand, second_person=clinic.actor("practitioner"))
    signed = [s.person_id for s in _signatures(attempt)]
    assert signed == [clinic.actor("practitioner").person_id]


def _signatures(attempt):
    return accounts.signatures_on("attempt", attempt.id)


def test_a_close_call_is_kept_and_the_vial_must_be_scanned_anew(road):
    attempt = road.claimed()
    scan(attempt, 1)
    with pytest.raises(Refused) as refusal:
        scan(attempt, 1, lot="TXA-9999")
    raw = a_scan(lot_of(step(attempt, 1)), number="TXA-9999")
    with transaction():
        actions.note_close_call(attempt.id, 1, refusal.value, raw=raw, at=clock.now(), by=technician())
    [call] = queries.close_calls(attempt.id)
    assert (call.code, call.line_number, call.scanned) == ("scan.wrong_lot", 1, raw)
    assert step(attempt, 1).scanned_at is None
    with pytest.raises(Refused, match=r"step\.not_scanned"):
        draw(attempt, 1)


def test_only_the_preparer_goes_on_with_it(road):
    attempt, other = road.claimed(), road.clinic.actor("pharmacist")
    with pytest.raises(Refused) as refusal, transaction():
        lot = lot_of(step(attempt, 1))
        actions.scan_vial(attempt.id, 1, shown=shown(lot), at=clock.now(), by=other)
    assert refusal.value.findings[0].reason == "Tom Girard is preparing C-0001."


def test_a_stranger_finds_no_such_preparation(road):
    attempt, other = road.claimed(), road.clinic.actor("practitioner3")
    lot = lot_of(step(attempt, 1))
    with pytest.raises(Missing), transaction():
        actions.scan_vial(attempt.id, 1, shown=replace(shown(lot)), at=clock.now(), by=other)
