"""A recall case from draft to closed: what it covers, what it stops, and what keeps it from going on."""

from __future__ import annotations

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.db import db, transaction
from formulary.patients.models import Patient
from formulary.recalls import actions, queries
from formulary.recalls.actions import NewCase
from formulary.recalls.models import RecallCase, RecallHold
from formulary.recalls.queries import Scope
from formulary.rules.findings import Refused
from formulary.stock.models import Hold
from tests.recalls.casing import a_case, decided, did, everyone_reached, lots_of, met, now, officer, standing
from tests.recalls.doing import a_cocktail, a_session, an_attempt, drawn, given, moved, opened
from tests.recalls.reading import NUMBER, the_story
from tests.support.builders import a_lot, a_patient, a_product, act, some_stock
from tests.support.world import Cast

OPEN = (actions.open_case,)
CONTAINED = (*OPEN, actions.contain)


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)


def codes(refused):
    """The codes of a refusal."""
    return [finding.code for finding in refused.value.findings]


def refused_to(act_, *given, **more):
    """The codes of the refusal that an act meets."""
    with pytest.raises(Refused) as refused:
        did(act_, *given, **more)
    return codes(refused)


def test_the_same_number_is_in_and_what_looks_alike_waits_for_a_person(app):
    product = a_product()
    for number in ("L2231", "L-223l", "X9"):
        a_lot(product, number=number)
    assert lots_of(a_case("l 2231")) == {"L2231": ("exact", "in"), "L-223l": ("near", "proposed")}


def test_one_product_with_the_number_is_meant_and_two_are_proposed(app):
    first, second = a_product(name="First"), a_product(name="Second")
    a_lot(first, number="SAME1")
    assert lots_of(a_case("same 1")) == {"SAME1": ("exact", "in")}
    a_lot(second, number="SAME1")
    shared = a_case("same1")
    assert [one.row.decision for one in queries.case_lots(shared.id)] == ["proposed", "proposed"]
    assert lots_of(a_case("same1", product_id=second.id)) == {"SAME1": ("exact", "in")}


def test_a_rule_leads_to_every_lot_of_it(app):
    product = a_product()
    early, late = a_lot(product, number="EARLY"), a_lot(product, number="LATE")
    with act():
        row = db.session.get_one(type(early), early.id)
        row.expires_on = late.expires_on.replace(year=late.expires_on.year - 1)
    case = a_case("", product_id=product.id, expires_from=late.expires_on)
    assert lots_of(case) == {"LATE": ("rule", "in")}


def test_a_line_that_limits_nothing_is_refused(app):
    assert refused_to(actions.create_case, NewCase("All"), Scope(" - ")) == ["case.scope_empty"]


def test_a_lot_that_was_never_here_is_recorded_and_closed_as_not_ours(app):
    case = a_case("NOWHERE")
    assert refused_to(actions.open_case, case.id) == ["case.no_lot"]
    did(actions.close, case.id, reason="never received")
    assert now(case).state == "closed"


def test_containment_stops_every_bucket_at_every_site_at_once(story):
    case = a_case(NUMBER, *CONTAINED)
    assert now(case).state == "contained"
    assert {bucket for bucket, _ in met(case)} == set("CDEFGH")
    assert standing() == [f"recall {case.code}"]


def test_a_failure_in_the_middle_of_containment_leaves_nothing_contained(story, monkeypatch):
    a_lot(number="TX-2231B")
    case = a_case(NUMBER, *OPEN)
    monkeypatch.setattr("formulary.recalls.actions.containing._stopped", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        did(actions.contain, case.id)
    assert (now(case).state, standing(), met(case)) == ("open", [], [])


def test_a_hold_of_one_case_is_not_released_by_another(story):
    first, second = a_case(NUMBER, *CONTAINED), a_case(NUMBER, *CONTAINED)
    did(actions.release_holds, first.id, reason="the maker withdrew it")
    assert standing() == [f"recall {second.code}"]
    [lookup] = [queries.look_up_lots([story.lot.id], at=clock.now(), by=officer())]
    assert [held.words for held in lookup.holds[story.lot.id]] == [f"recall {second.code}"]
    assert refused_to(actions.release_holds, first.id, reason="again") == ["case.no_hold"]


def test_a_draw_at_its_third_step_is_met_by_containment(app):
    vial = opened(a_lot(number="THIRD"))
    attempt = an_attempt(a_cocktail(a_patient(), "verified"))
    for _ in range(3):
        drawn(attempt, vial, "0.2 mL")
    case = a_case("THIRD", *CONTAINED)
    assert [ref for bucket, ref in met(case) if bucket == "E"] == [attempt.cocktail.code]


def test_the_frozen_list_stays_and_what_is_recorded_late_is_added(story):
    case = a_case(NUMBER, *OPEN)
    before = [row.key for row in queries.every_listed(case.id)]
    late = a_patient(name="Late Lemaire")
    a_session(late, (opened(story.lot), "0.3 mL"))
    found = queries.differs(case.id, [story.lot.id])
    assert [use.patient_id for use in found.new] == [late.id]
    did(actions.add_differences, case.id)
    rows = queries.every_listed(case.id)
    assert [row.key for row in rows if not row.is_added] == before
    assert [row.patient_id for row in rows if row.is_added] == [late.id]
    assert queries.last_event(case.id, "add_differences").told["hash"] == queries.list_hash(rows)
    assert queries.differs(case.id, [story.lot.id]).new == ()


def apart(case, lots):
    """What the database counts as new and gone: as much as reading all of it tells."""
    counted, read = queries.apart(case.id, lots), queries.differs(case.id, lots)
    assert (counted.new, counted.patients, counted.gone) == (len(read.new), read.patients, read.gone)
    return counted.new, counted.gone


def test_the_list_and_the_records_are_counted_apart_as_they_are_read(story):
    case, lots = a_case(NUMBER), [story.lot.id]
    whole, gone = apart(case, lots)
    assert (whole > 1, gone) == (True, 0)
    did(actions.open_case, case.id)
    assert {row.use for row in queries.every_listed(case.id)} == {"given", "tested", "untold_test"}
    assert apart(case, lots) == (0, 0)
    a_session(a_patient(name="Late Lemaire"), (opened(story.lot), "0.3 mL"))
    assert apart(case, lots) == (1, 0)
    assert apart(case, []) == (0, whole)


def test_the_hash_of_the_frozen_list_is_that_of_its_rows(story):
    case = a_case(NUMBER, *OPEN)
    rows = queries.every_listed(case.id)
    assert queries.last_event(case.id, "open_case").told == {
        "uses": 4, "patients": 4, "hash": queries.list_hash(rows),
    }  # fmt: skip
    assert queries.list_hash(rows) == queries.list_hash(list(queries.uses_of([story.lot.id])))
    assert queries.list_hash(rows[1:]) != queries.list_hash(rows)


def test_a_patient_merged_after_treatment_is_reached_once(app):
    vial, kept, twin = opened(a_lot(number="ONCE")), a_patient(), a_patient()
    for patient in (kept, twin):
        a_session(patient, (vial, "0.5 mL"))
    case = a_case("ONCE", *OPEN)
    assert len(queries.reachable(case.id)) == 2
    with act():
        db.session.get_one(Patient, twin.id).merged_into_id = kept.id
    [line] = queries.reachable(case.id)
    assert (line.patient_id, line.uses) == (kept.id, 2)


def test_a_case_goes_its_way_and_closes(app):
    a_session(a_patient(), (opened(a_lot(number="WAY")), "0.5 mL"))
    case = a_case("WAY", *CONTAINED)
    assert refused_to(actions.notify, case.id) == ["case.not_reached"]
    everyone_reached(case)
    for step, state in ((actions.notify, "notified"), (actions.reconcile, "reconciled")):
        did(step, case.id)
        assert now(case).state == state
    did(actions.close, case.id, reason="all well")
    did(actions.reopen, case.id, reason="a second notice")
    assert now(case).state == "open"
    did(actions.contain, case.id)
    assert (now(case).state, standing()) == ("contained", [f"recall {case.code}"])


def test_an_undecided_lot_and_a_difference_keep_it_from_going_on(app):
    lot = a_lot(number="L0")
    a_lot(lot.product, number="LO")
    vial = opened(lot)
    attempt = an_attempt(a_cocktail(a_patient(), "verified"))
    drawn(attempt, vial, "0.5 mL")
    case = a_case("L0", *CONTAINED)
    assert refused_to(actions.notify, case.id) == ["case.undecided"]
    decided(case, "LO", "in")
    assert refused_to(actions.notify, case.id) == ["case.not_contained"]
    did(actions.contain, case.id)
    given(attempt)
    assert refused_to(actions.notify, case.id) == ["case.list_differs"]
    did(actions.add_differences, case.id)
    assert refused_to(actions.notify, case.id) == ["case.not_reached"]


def test_what_is_unaccounted_for_is_signed_for_before_it_is_reconciled(app):
    lot = a_lot(number="GONE")
    moved(lot, "storage", "lost_or_found", "0.25 mL", reason="lost")
    case = a_case("GONE", *CONTAINED, actions.notify)
    assert refused_to(actions.reconcile, case.id) == ["case.unexplained"]
    did(actions.explain, case.id, lot.id, reason="spilled when the fridge was moved")
    moved(lot, "storage", "lost_or_found", "0.01 mL", reason="lost")
    assert refused_to(actions.reconcile, case.id) == ["case.unexplained"]
    did(actions.explain, case.id, lot.id, reason="and a drop more")
    did(actions.reconcile, case.id)
    [sheet] = queries.last_event(case.id, "reconcile").told["sheets"]
    assert sheet["received"] == sum(
        sheet[n] for n in ("used", "wasted", "returned", "on_hand", "unaccounted")
    )
    assert sheet["unaccounted"] == 260_000


def test_what_the_case_tolerates_needs_no_words(app):
    moved(a_lot(number="DROP"), "storage", "lost_or_found", "0.015 mL", reason="lost")
    case = a_case("DROP", *CONTAINED, actions.notify, told={"tolerance": 1})
    did(actions.reconcile, case.id)
    assert now(case).state == "reconciled"


def test_only_a_recall_officer_runs_a_case(app):
    case = a_case("NOWHERE")
    for name in ("pharmacist", "technician", "practitioner", "auditor", "admin"):
        by = Cast().actor(name)
        for step in (actions.open_case, actions.contain, actions.notify, actions.reconcile):
            with pytest.raises(Forbidden):
                did(step, case.id, by=by)
        with pytest.raises(Forbidden):
            did(actions.create_case, NewCase("x"), Scope("x"), by=by)


def test_the_same_form_sent_twice_makes_one_case(app):
    named = {"at": clock.now(), "by": officer(), "key": "k" * 20}
    with transaction():
        first = actions.create_case(NewCase("Twice"), Scope("T1"), **named)
    with transaction():
        assert actions.create_case(NewCase("Twice"), Scope("T1"), **named).id == first.id
    assert db.session.scalar(db.select(db.func.count(RecallCase.id))) == 1


def test_a_lot_at_two_sites_is_stopped_by_one_hold_at_both(app, cast):
    lot = a_lot(number="BOTH")
    some_stock(lot, lot.product.content, site=cast.other_site)
    case = a_case("BOTH", *CONTAINED)
    held = db.session.scalar(db.select(db.func.count(RecallHold.id)).filter_by(case_id=case.id))
    assert (held, len(queries.lots_in(case.id))) == (1, 1)
    assert {ref for bucket, ref in met(case) if bucket == "G"} == {"storage"}
    assert len([1 for bucket, _ in met(case) if bucket == "G"]) == 2


def test_what_was_made_from_a_lot_is_stopped_with_it(app):
    lot = a_lot(number="ROOT")
    a_lot(lot.product, number="BRANCH", made_from_id=lot.id)
    case = a_case("ROOT", *CONTAINED)
    assert db.session.scalars(db.select(Hold.object_id)).all() == [lot.id]
    assert len([1 for bucket, _ in met(case) if bucket == "G"]) == 2


def test_a_lot_that_arrives_later_is_in_the_case_and_keeps_it_from_going_on(app):
    lot = a_lot(number="EARLY")
    case = a_case("", *CONTAINED, product_id=lot.product_id)
    a_lot(lot.product, number="LATE")
    assert refused_to(actions.notify, case.id) == ["case.came_since"]
    did(actions.contain, case.id)
    assert lots_of(case) == {"EARLY": ("rule", "in"), "LATE": ("rule", "in")}
    assert standing() == [f"recall {case.code}"] * 2
    did(actions.notify, case.id)


def test_a_case_whose_hold_was_released_does_not_go_on_until_it_is_contained_again(app):
    a_lot(number="FREED")
    case = a_case("FREED", *CONTAINED)
    did(actions.release_holds, case.id, reason="a slip")
    assert refused_to(actions.notify, case.id) == ["case.not_contained"]
    did(actions.contain, case.id)
    did(actions.notify, case.id)
    assert (now(case).state, standing()) == ("notified", [f"recall {case.code}"])


def test_who_is_being_given_it_now_keeps_a_case_from_going_on_until_on_its_list(app):
    attempt = an_attempt(a_cocktail(a_patient(), "verified"))
    drawn(attempt, opened(a_lot(number="NOW")), "0.5 mL")
    with act():
        now_given = db.session.get_one(type(attempt), attempt.id)
        now_given.state = "administering"
    case = a_case("NOW", *CONTAINED)
    everyone_reached(case)
    assert refused_to(actions.notify, case.id) == ["case.being_given"]
    given(attempt)
    assert refused_to(actions.notify, case.id) == ["case.list_differs"]
    did(actions.add_differences, case.id)
    assert refused_to(actions.notify, case.id) == ["case.not_reached"]
