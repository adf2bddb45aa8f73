"""From a number, a scan or a name to lots: exact, made from, and what is offered and never assumed."""

from datetime import date

import pytest

from formulary import clock
from formulary.db import Missing
from formulary.recalls import queries
from tests.recalls.doing import a_cocktail, an_attempt, drawn, looked_up, opened
from tests.support.builders import a_code, a_lot, a_patient, a_product, an_ingredient, gtin_of


def numbers(lots):
    return [lot.number for lot in lots]


@pytest.mark.parametrize("typed", ["TX-2231", "tx 2231", "TX2231", "tx.22-31", " TX–2231 "])
def test_a_number_is_found_however_it_is_spaced_and_cased(app, typed):
    lot = a_lot(number="TX-2231")
    assert [found.id for found in queries.find_lots(typed).exact] == [lot.id]


def test_a_number_that_looks_alike_is_offered_and_not_taken(app):
    a_lot(number="L0I1O")
    found = queries.find_lots("1O110")
    assert (numbers(found.exact), numbers(found.similar)) == ([], ["L0I1O"])


def test_the_very_number_is_not_offered_again_beside_itself(app):
    a_lot(number="AB10")
    a_lot(number="AB1O")
    found = queries.find_lots("ab10")
    assert (numbers(found.exact), numbers(found.similar)) == (["AB10"], ["AB1O"])


def test_one_number_of_two_products_is_both_and_a_scan_tells_them_apart(app):
    one, other = a_product(), a_product()
    a_lot(one, number="SAME1")
    a_lot(other, number="SAME1")
    assert len(queries.find_lots("same1").exact) == 2
    scanned = queries.find_lots("SAME1", gtin=gtin_of(one))
    assert [lot.product_id for lot in scanned.exact] == [one.id]
    assert [lot.product_id for lot in scanned.similar] == [other.id]


def test_one_number_with_two_expiries_is_both(app):
    product = a_product()
    a_lot(product, number="TWICE", expires_on=date(2027, 1, 31))
    a_lot(product, number="TWICE", expires_on=date(2028, 1, 31))
    assert [lot.expires_on.year for lot in queries.find_lots("twice").exact] == [2027, 2028]


def test_any_pack_of_the_product_finds_it(app):
    product = a_product()
    a_lot(product, number="BOXED")
    box = a_code(product, level="box", containers=10)
    assert numbers(queries.find_lots("BOXED", gtin=box.gtin).exact) == ["BOXED"]
    assert numbers(queries.find_lots("", gtin=box.gtin).similar) == ["BOXED"]


def test_our_vial_is_its_lot_and_our_cocktail_offers_what_is_in_it(app):
    lot = a_lot(number="INSIDE")
    vial = opened(lot)
    cocktail = a_cocktail(a_patient(), "verified")
    drawn(an_attempt(cocktail), vial, "1 mL")
    assert numbers(queries.find_lots(vial.code, own=vial.code).exact) == ["INSIDE"]
    syringe = queries.find_lots("x", own=f"{cocktail.code}/1")
    assert (numbers(syringe.exact), numbers(syringe.similar)) == ([], ["INSIDE"])
    assert queries.find_lots("V-9999", own="V-9999").lots == ()


def test_a_product_offers_its_lots_by_name_and_by_ingredient(app):
    ingredient = an_ingredient("polynucleotide")
    a_lot(a_product(ingredient, name="Skinvive"), number="PN-1")
    for typed in ("polynuc", "SKINVIVE"):
        assert numbers(queries.find_lots(typed).similar) == ["PN-1"]


@pytest.mark.parametrize(
    "typed", ["", "-", "--.", "pn", "\x00", "a\x00b", "TX\u202e22", "😀", "%", "_", "x" * 400]
)
def test_what_no_number_can_be_finds_nothing(app, typed):
    a_lot(number="TX-2231")
    assert queries.find_lots(typed).lots == ()


def test_lots_made_from_it_belong_to_the_answer_however_far_and_siblings_do_not(app):
    product = a_product()
    maker = a_lot(product, number="MAKER")
    repacked = a_lot(product, number="REPACKED", made_from_id=maker.id)
    again = a_lot(product, number="AGAIN", made_from_id=repacked.id)
    for n in range(60):
        a_lot(product, number=f"PART{n}", made_from_id=again.id, containers=0)
    found = queries.find_lots("MAKER")
    assert (len(found.made_from_these), len(found.lots)) == (62, 63)
    assert numbers(queries.find_lots("PART7").lots) == ["PART7"]


def test_lots_made_from_one_another_end(app):
    one = a_lot(number="RING1")
    other = a_lot(number="RING2", made_from_id=one.id)
    with pytest.raises(Missing):
        queries.lots_found([one.id, 99_999])
    from formulary.db import db, transaction  # noqa: PLC0415 - what no act would ever write

    with transaction():
        db.session.info["audited"] = True
        db.session.get_one(type(one), one.id).made_from_id = other.id
    assert numbers(queries.find_lots("RING1").lots) == ["RING1", "RING2"]


def test_a_number_nobody_knows_has_an_empty_answer(app):
    answer = looked_up("NOPE")
    assert (answer.lots, answer.counts["A"], answer.patient_ids) == ({}, 0, set())


def test_the_answer_is_of_every_site(app, cast):
    lot = a_lot(number="BOTH")
    there = opened(a_lot(lot.product, number="THERE", site=cast.other_site), site=cast.other_site)
    patient = a_patient(site=cast.other_site)
    drawn(an_attempt(a_cocktail(patient, "verified", site=cast.other_site)), there, "1 mL")
    answer = looked_up("THERE")
    assert [(row.site, row.patient_id) for row in answer.under_way] == [(cast.other_site.name, patient.id)]
    assert {row.site for row in answer.lying} == {cast.other_site.name}
    assert answer.at == clock.now()
