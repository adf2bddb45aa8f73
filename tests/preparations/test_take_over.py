"""Hand-over at the bench: claimed anew and signed, scanned anew; who drew does not release."""

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import db
from formulary.preparations import queries
from formulary.rules.findings import Refused
from tests.preparations.doing import NBSP, do_step, finish, release, scan, steps_of
from tests.support.builders import act


def page_of(attempt):
    return f"/preparations/{attempt.id}"


def test_another_goes_on_signs_for_it_and_scans_anew(road, clients):
    attempt, other = road.claimed(), clients("pharmacist")
    do_step(attempt, 1)
    scan(attempt, 2)
    assert "Take it over" in other.get_ok(page_of(attempt)).text
    page = other.post_ok(f"{page_of(attempt)}/take-over", {"reason": "End of their shift"})
    assert page.flashes == ["It is yours now. Scan the vial of the step shown."]
    db.session.expire_all()
    assert [row.scanned_at is None for row in steps_of(attempt)[1:]] == [True] * (len(steps_of(attempt)) - 1)
    assert queries.of_attempt(attempt.id).preparer_id == road.clinic.actor("pharmacist").person_id
    [signature] = accounts.signatures_on("attempt", attempt.id)
    drawn = [words.replace(NBSP, " ") for words in signature.shown["draws"]]
    assert (signature.meaning, drawn) == ("took over", ["0.2 mL of tranexamic acid, lot TXA-2231"])


def test_it_is_not_taken_over_without_ones_password(road, clients):
    attempt = road.claimed()
    sent = {"reason": "Called away", "own_secret": ""}
    page = clients("pharmacist").post_refused(f"{page_of(attempt)}/take-over", sent)
    assert "Type your password." in " ".join(page.errors)


def test_who_drew_something_does_not_release_it(road):
    attempt = road.drawn()
    with act():
        queries.draws(attempt.id)[0].by_id = road.clinic.actor("pharmacist").person_id
    finish(attempt)
    with pytest.raises(Refused, match=r"release\.own_preparation"):
        release(attempt)
    assert release(attempt, by=road.clinic.actor("pharmacist2")).state == "released"


def test_who_mixed_something_does_not_release_it(road):
    attempt = road.drawn()
    with act():
        record("preparations.mix", attempt, by=road.clinic.actor("pharmacist"), at=clock.now())
    finish(attempt)
    with pytest.raises(Refused, match=r"release\.own_preparation"):
        release(attempt)
    assert release(attempt, by=road.clinic.actor("pharmacist2")).state == "released"
