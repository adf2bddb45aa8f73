"""Each bucket on its own: what belongs into it, what does not, and that nothing stands in two."""

from datetime import timedelta

from formulary import clock
from formulary.db import transaction
from formulary.patch_tests import actions as patch_tests
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.recalls.doing import (
    a_cocktail,
    a_session,
    an_attempt,
    drawn,
    given,
    looked_up,
    moved,
    now,
    opened,
    planned,
    q,
    reconstituted,
    somebody,
    undone,
    wasted,
)
from tests.support.builders import (
    a_formula,
    a_lot,
    a_patient,
    a_powder,
    a_product,
    a_test,
    act,
    an_ingredient,
    saved,
    steps,
    the_place,
)

LATE = {"late_reason": "entered by hand"}


def counts(number, letters):
    return {letter: looked_up(number).counts[letter] for letter in letters}


def without_a_lot(patient, product, ago=timedelta(), site=None):
    """A test of a product whose lot nobody noted."""
    with act():
        return patch_tests.apply_test(
            patient.id,
            spots=[patch_tests.Spot(product.id, volume=q("0.05 mL"))],
            applied_at=clock.now() - ago,
            late_reason="no label was kept",
            at=clock.now(),
            by=somebody(site),
        )


def test_a_patient_counts_once_however_many_cocktails_and_a_merged_record_counts_as_the_kept_one(app):
    vial, patient = opened(a_lot(number="ONCE")), a_patient()
    twin = a_patient(name="Twin", merged_into_id=patient.id)
    for who in (patient, patient, twin):
        a_session(who, (vial, "0.5 mL"))
    answer = looked_up("ONCE")
    assert (answer.counts["A"], answer.reach.cocktails, len(answer.given)) == (1, 3, 3)
    assert {answer.patients[row.patient_id].code for row in answer.given} == {patient.code}


def test_a_session_that_was_not_given_reaches_nobody(app):
    vial = opened(a_lot(number="NOTGIVEN"))
    a_session(a_patient(), (vial, "0.5 mL"), share="0")
    answer = looked_up("NOTGIVEN")
    assert (answer.counts["A"], answer.counts["C"]) == (0, 0)
    assert [flow.quantity for flow in answer.wasted] == [steps("0.5 mL")]


def test_siblings_of_a_mixture_are_not_blamed(app):
    one, other = opened(a_lot(number="ONE")), opened(a_lot(number="OTHER"))
    both, alone = a_patient(), a_patient()
    a_session(both, (one, "0.5 mL"), (other, "0.5 mL"))
    a_session(alone, (other, "0.5 mL"))
    assert [row.patient_id for row in looked_up("ONE").given] == [both.id]
    assert {row.patient_id for row in looked_up("OTHER").given} == {both.id, alone.id}


def test_a_diluent_reaches_through_the_vial_it_was_mixed_into(app):
    powder, water = a_lot(a_powder(), number="POWDER"), a_lot(a_product(content="10 mL"), number="WATER")
    vial = reconstituted(opened(powder), water)
    patient, cocktail = a_patient(), a_cocktail(a_patient(), "verified")
    a_session(patient, (vial, "1 mL"))
    attempt = an_attempt(cocktail)
    planned(attempt, powder, vial)
    answer = looked_up("WATER")
    assert [(row.patient_id, row.via) for row in answer.given] == [(patient.id, "diluent")]
    assert [(row.code, row.why, row.quantity) for row in answer.promised] == [
        (cocktail.code, "planned", None)
    ]
    mixed = [row for row in answer.opened if row.mixed_into]
    assert [(row.vial, row.mixed_into) for row in mixed] == [(vial.code, powder.product.name)]
    assert answer.counts["H"] == 2, "the vial with the powder, and the rest of the water"


def test_a_patch_test_counts_also_as_diluent_and_not_when_nothing_was_applied(app):
    powder, water = a_lot(a_powder(), number="PDR"), a_lot(a_product(content="10 mL"), number="WTR")
    vial = reconstituted(opened(powder), water)
    patient, void = a_patient(), a_patient()
    spot = [patch_tests.Spot(powder.product_id, powder.id, vial_id=vial.id, volume=q("0.05 mL"))]
    with act():
        patch_tests.apply_test(patient.id, spots=spot, at=clock.now(), by=somebody())
    undone_test = a_test(void, a_lot(number="VOIDED"))
    with act():
        patch_tests.void_test(
            undone_test.id, reason="x", nothing_applied=True, version=None, at=clock.now(), by=somebody()
        )
    assert [(t.patient_id, t.via) for t in looked_up("PDR").tested] == [(patient.id, "direct")]
    assert [(t.patient_id, t.via) for t in looked_up("WTR").tested] == [(patient.id, "diluent")]
    assert looked_up("VOIDED").tested == ()


def test_a_void_test_that_was_applied_still_touched_its_patient(app):
    patient, lot = a_patient(), a_lot(number="FELLOFF")
    test = a_test(patient, lot)
    with act():
        patch_tests.void_test(test.id, reason="fell off", version=None, at=clock.now(), by=somebody())
    [row] = looked_up("FELLOFF").tested
    assert (row.patient_id, row.state, row.quantity) == (patient.id, "void", steps("0.05 mL"))


def test_f_holds_what_waits_and_not_what_has_ended_or_was_drawn(app):
    lot = a_lot(number="WAITS", containers=10)
    vial, patient = opened(lot), a_patient()
    named = a_cocktail(patient, "draft", lines=(lot,))
    a_cocktail(patient, "cancelled", lines=(lot,))
    step = an_attempt(a_cocktail(patient, "verified"))
    planned(step, lot)
    begun = an_attempt(a_cocktail(patient, "verified"))
    planned(begun, lot)
    drawn(begun, vial, "0.5 mL")
    answer = looked_up("WAITS")
    assert {(row.code, row.why) for row in answer.promised} >= {(named.code, "named")}
    assert len({row.cocktail_id for row in answer.promised}) == 3
    now(begun, "released")
    assert {row.cocktail_id for row in looked_up("WAITS").promised} == {named.id, step.cocktail_id}


def test_a_line_of_a_superseded_revision_promises_nothing(app):
    from formulary.cocktails.models import Revision  # noqa: PLC0415 - a second revision as verifiers make it

    lot = a_lot(number="SUPERSEDED")
    cocktail = a_cocktail(a_patient(), "draft", lines=(lot,))
    with act():
        cocktail.revision_number = 2
        by = somebody().person_id
        saved(Revision(cocktail_id=cocktail.id, number=2, saved_at=clock.now(), saved_by_id=by))
    assert looked_up("SUPERSEDED").promised == ()


def test_a_reservation_that_a_hold_ended_is_still_told_until_stock_is_kept_anew(app):
    lot, other = a_lot(number="RESERVED"), a_lot(number="INSTEAD")
    cocktail = a_cocktail(a_patient(), "prescribed")
    reserve(cocktail, lot)
    assert [row.why for row in looked_up("RESERVED").promised] == ["reserved"]
    with transaction():
        stock.place_hold("lot", lot.id, reason="a crack", at=clock.now(), by=somebody())
    assert [row.why for row in looked_up("RESERVED").promised] == ["broken"]
    reserve(cocktail, other, later=1)
    assert looked_up("RESERVED").promised == ()


def reserve(cocktail, lot, later=0):
    at = clock.now() + timedelta(minutes=later)
    with act():
        stock.reserve(
            f"cocktail:{cocktail.id}", [stock.Pick(lot.id, 1000, the_place().id)], at=at, by=somebody()
        )


def test_sealed_open_returned_wasted_and_destroyed_lie_apart(app):
    lot = a_lot(number="LIES", containers=10)
    vial = opened(lot)
    with transaction():
        stock.move_vial(shelf.vial(vial.id), target=the_place("quarantine"), at=clock.now(), by=somebody())
    moved(lot, "storage", "quarantine", "5 mL", reason="quarantined")
    moved(lot, "storage", "returned", "10 mL", reason="returned")
    moved(lot, "storage", "destroyed", "5 mL", reason="destroyed")
    moved(lot, "storage", "waste", "5 mL", reason="broken")
    answer = looked_up("LIES")
    assert {(r.kind, r.quantity) for r in answer.sealed} == {
        ("storage", steps("20 mL")),
        ("quarantine", steps("5 mL")),
    }
    assert [(r.kind, r.vial, r.quantity) for r in answer.opened] == [("quarantine", vial.code, steps("5 mL"))]
    assert [(f.kind, f.quantity) for f in answer.returned] == [("returned", steps("10 mL"))]
    assert {(f.kind, f.reason) for f in answer.wasted} == {("waste", "broken"), ("destroyed", "destroyed")}
    [balance] = answer.balances.values()
    assert (balance.on_hand, balance.returned, balance.destroyed, balance.wasted) == tuple(
        steps(t) for t in ("30 mL", "10 mL", "5 mL", "5 mL")
    )
    assert balance.balances


def test_what_was_wasted_by_mistake_and_put_back_is_not_wasted(app):
    lot = a_lot(number="PUTBACK")
    movement = moved(lot, "storage", "waste", "5 mL", reason="broken")
    with act():
        stock.reverse(movement, at=clock.now(), by=somebody(), why="it was whole")
    answer = looked_up("PUTBACK")
    assert (answer.wasted, answer.balances[lot.id].wasted) == ((), 0)


def test_a_draw_taken_back_and_an_attempt_wasted_hold_nothing(app):
    vial, patient = opened(a_lot(number="BACK")), a_patient()
    back, thrown = (an_attempt(a_cocktail(patient, "verified")) for _ in range(2))
    undone(drawn(back, vial, "0.5 mL"))
    drawn(thrown, vial, "0.5 mL")
    wasted(thrown)
    assert counts("BACK", "ACDE") == dict.fromkeys("ACDE", 0)
    assert [f.quantity for f in looked_up("BACK").wasted] == [steps("0.5 mL")]


def test_what_was_lost_is_unaccounted_and_what_was_found_is_told(app):
    lost, found = a_lot(number="LOST"), a_lot(number="FOUND")
    moved(lost, "storage", "lost_or_found", "1 mL", reason="lost")
    moved(found, "lost_or_found", "storage", "1 mL", reason="shortfall")
    one, other = looked_up("LOST").balances[lost.id], looked_up("FOUND").balances[found.id]
    assert (one.unaccounted, one.balances) == (steps("1 mL"), False)
    assert (other.found, other.balances) == (steps("1 mL"), True)


def test_a_test_whose_lot_nobody_noted_cannot_be_excluded_while_the_lot_was_there(app, cast, watch):
    product = a_product()
    early = a_patient()
    without_a_lot(early, product, ago=timedelta(days=3))
    lot = a_lot(product, number="WASTHERE", containers=1)
    watch.move(days=1)
    during, elsewhere = a_patient(), a_patient(site=cast.other_site)
    without_a_lot(during, product)
    without_a_lot(elsewhere, product, site=cast.other_site)
    watch.move(days=1)
    moved(lot, "storage", "waste", "5 mL", reason="broken")
    watch.move(days=1)
    without_a_lot(a_patient(), product)
    answer = looked_up("WASTHERE")
    assert [row.patient_id for row in answer.not_excluded] == [during.id]
    assert (answer.counts["J"], answer.completeness) == (1, (0, 1))


def test_where_something_of_the_lot_was_lost_no_day_excludes_anybody(app, watch):
    product = a_product()
    lot = a_lot(product, number="LOSTSOME", containers=1)
    moved(lot, "storage", "lost_or_found", "1 mL", reason="lost")
    moved(lot, "storage", "waste", "4 mL", reason="broken")
    watch.move(days=30)
    patient = a_patient()
    without_a_lot(patient, product)
    assert [row.patient_id for row in looked_up("LOSTSOME").not_excluded] == [patient.id]


def test_a_powder_tested_from_nobody_knows_which_vial_leaves_every_diluent_in_doubt(app, watch):
    water = a_product(an_ingredient("water", role="diluent"))
    powder, patient = a_lot(a_powder()), a_patient()
    a_lot(water, number="WATER")
    a_lot(number="OTHER")
    watch.move(hours=3)
    a_test(patient, powder, ago=timedelta(hours=2))
    answer = looked_up("WATER")
    assert [(row.patient_id, row.product_id) for row in answer.not_excluded] == [(patient.id, water.id)]
    assert looked_up("OTHER").counts["J"] == 0


def test_a_powder_tested_from_a_vial_leaves_no_other_diluent_in_doubt(app):
    water = a_product(an_ingredient("water", role="diluent"))
    powder, patient = a_lot(a_powder()), a_patient()
    a_lot(water, number="WATER")
    vial = reconstituted(opened(powder), a_lot(water, number="NAMED"))
    spot = patch_tests.Spot(powder.product_id, powder.id, vial.id, volume=q("0.05 mL"))
    with act():
        patch_tests.apply_test(
            patient.id, spots=[spot], applied_at=clock.now(), at=clock.now(), by=somebody()
        )
    assert counts("WATER", "BJ") == {"B": 0, "J": 0}
    assert counts("NAMED", "BJ") == {"B": 1, "J": 0}


def test_formulas_name_the_product_or_its_ingredient(app):
    product, other = a_product(), a_product()
    version = a_formula(product, other)
    a_formula(other)
    lot = a_lot(product, number="PINNED")
    assert [row.version_id for row in looked_up("PINNED").formulas] == [version.id]
    assert lot.id in looked_up("PINNED").lots


def test_completeness_counts_uses(app):
    vial = opened(a_lot(number="USES"))
    a_session(a_patient(), (vial, "0.5 mL"))
    a_test(a_patient(), vial.lot)
    without_a_lot(a_patient(), vial.lot.product)
    assert looked_up("USES").completeness == (2, 3)


def test_a_partial_session_keeps_what_was_given_and_wastes_the_rest_to_the_step(app):
    vial = opened(a_lot(number="PART"))
    attempt = an_attempt(a_cocktail(a_patient(), "verified"))
    drawn(attempt, vial, "0.333333 mL", grade="probable")
    given(attempt, "1/3")
    answer = looked_up("PART")
    [row], [balance] = answer.given, answer.balances.values()
    assert (row.quantity, row.grade, balance.wasted) == (111_111, "probable", 222_222)
    assert balance.balances
    assert answer.lots[row.lot_id].quantity(row.quantity) == Quantity.of("0.111111", "mL")
