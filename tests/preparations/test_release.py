"""Release: another person, everything looked at, checked again as drawn; or self-checked, and said so."""

import pytest
from sqlalchemy.exc import IntegrityError

from formulary import clock
from formulary.accounts import Forbidden
from formulary.accounts import queries as accounts
from formulary.db import db, transaction
from formulary.preparations import actions, queries
from formulary.preparations.models import Attempt
from formulary.rules.findings import Refused
from tests.preparations.doing import ALL_WELL, do_step, finish, hold, release
from tests.support.builders import act
from tests.support.road import draw_step


def refused(attempt, **more):
    with pytest.raises(Refused) as refusal:
        release(attempt, **more)
    return refusal.value.findings


def prepared_by_one_who_may_release(road):
    """The same cocktail, prepared by somebody who may also release."""
    cocktail, by = road.verified(), road.clinic.actor("practitioner2")
    with transaction():
        attempt = actions.claim(cocktail.id, at=clock.now(), by=by)
    for position in [s.position for s in queries.steps(attempt)]:
        draw_step(attempt.id, position, by)
    with transaction():
        return actions.finish(attempt.id, at=clock.now(), by=by)


def test_another_person_releases_it(road):
    attempt = release(road.prepared())
    assert (attempt.state, attempt.self_released) == ("released", False)
    assert attempt.releaser_id == road.clinic.actor("pharmacist").person_id
    meanings = [s.meaning for s in accounts.signatures_on("attempt", attempt.id)]
    assert meanings == ["prepared", "released"]


def test_one_container_gets_a_code_of_its_own(road):
    attempt = release(road.prepared())
    [syringe] = queries.syringes(attempt.id)
    assert (syringe.code, syringe.volume, syringe.of) == ("C-0001/1.1", 5_000_000, 1)


def test_what_no_syringe_holds_goes_into_several(road):
    attempt = road.prepared()
    with act():
        attempt.total = 23_000_000
    filled = [(s.code, s.volume) for s in queries.syringes(release(attempt).id)]
    assert filled == [("C-0001/1.1", 7_666_666), ("C-0001/1.2", 7_666_666), ("C-0001/1.3", 7_666_668)]


def test_the_preparer_is_told_who_may(road):
    attempt = prepared_by_one_who_may_release(road)
    [finding] = refused(attempt, by=road.clinic.actor("practitioner2"))
    assert finding.reason == "You prepared this cocktail, so another person releases it."
    assert finding.remedy == "Claire Morel, Hugo Petit and Manon Roux may."


def test_the_database_itself_refuses_the_preparer(road):
    attempt = road.prepared()
    with pytest.raises(IntegrityError), act():
        change = db.update(Attempt).where(Attempt.id == attempt.id)
        db.session.execute(change.values(releaser_id=attempt.preparer_id, self_released=False))


def test_the_database_itself_refuses_a_prescriber_who_verified(road):
    attempt = road.prepared()
    with pytest.raises(IntegrityError), act():
        change = db.update(Attempt).where(Attempt.id == attempt.id)
        db.session.execute(change.values(verifier_id=attempt.prescriber_id))


def test_where_the_site_asks_for_no_second_person_it_says_self_checked(road):
    attempt = prepared_by_one_who_may_release(road)
    with act():
        road.clinic.site.release = False
    done = release(attempt, by=road.clinic.actor("practitioner2"))
    assert (done.state, done.self_released) == ("released", True)
    assert accounts.signatures_on("attempt", done.id)[-1].self_checked


def test_another_person_is_not_self_checked_there(road):
    attempt = road.prepared()
    with act():
        road.clinic.site.release = False
    assert not release(attempt).self_released


def test_a_technician_may_not_release(road):
    with pytest.raises(Forbidden):
        release(road.prepared(), by=road.clinic.actor("technician"))


@pytest.mark.parametrize("what", list(ALL_WELL))
def test_what_was_not_looked_at_is_named(road, what):
    attempt = road.prepared()
    [finding] = refused(attempt, **{what: False})
    assert (finding.code, finding.reason) == ("release.not_inspected", f"Not confirmed: {what}.")


def test_a_hold_placed_meanwhile_stops_it(road):
    attempt = road.prepared()
    hold("GSH-0600")
    assert {f.code for f in refused(attempt)} == {"lot.held"}
    assert queries.attempt(attempt.id, road.clinic.actor("pharmacist")).state == "prepared"


def test_past_its_time_it_is_not_released(road, watch):
    attempt = road.prepared()
    watch.move(hours=3)
    assert "beyond_use.passed" in {f.code for f in refused(attempt)}


def test_a_dose_off_plan_that_was_co_signed_at_the_draw_does_not_stop_it_again(road):
    attempt = road.claimed()
    kept = actions.Deviation("Needle blocked", road.clinic.actor("pharmacist"))
    do_step(attempt, 1, "0.22", deviation=kept)
    for number in (2, 3, 4):
        do_step(attempt, number)
    finish(attempt)
    assert release(attempt).state == "released"


def test_it_is_released_once(road):
    attempt = road.released()
    with pytest.raises(Refused, match="wrong_state"):
        release(attempt)
