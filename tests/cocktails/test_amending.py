"""`/cocktails/<id>/amend`: what is over is never edited; an amendment stands beside it, signed."""

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.audit.models import AuditEntry
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.db import db, transaction
from formulary.rules.findings import Refused

page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


@pytest.fixture
def over(road):
    """Verified, and called off: its record is closed."""
    cocktail = road.verified()
    with transaction():
        by = road.clinic.actor("practitioner")
        return cocktails.cancel(cocktail.id, reason="Patient's wish", at=clock.now(), by=by)


def amended(road, cocktail, who="practitioner", words="Wrong day: it was 23 November.", reason="Misread"):
    with transaction():
        by = road.clinic.actor(who)
        return cocktails.amend(cocktail.id, words=words, reason=reason, at=clock.now(), by=by)


def test_an_amendment_is_added_signed_and_audited_and_the_original_stays(road, over):
    before = (over.state, over.row_version, len(queries.transitions(over.id)))
    row = amended(road, over)
    db.session.expire_all()
    assert (over.state, over.row_version, len(queries.transitions(over.id))) == before
    assert [a.words for a in queries.amendments(over.id)] == ["Wrong day: it was 23 November."]
    assert [s.meaning for s in accounts.signatures_on("amendment", row.id)] == ["amended"]
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.reason) == ("cocktails.amend", "Misread")


@page_alone
def test_what_is_not_over_is_not_amended(road):
    with pytest.raises(Refused, match=r"amendment\.not_over"):
        amended(road, road.verified())


@page_alone
@pytest.mark.parametrize("told", [{"words": " "}, {"reason": " "}])
def test_an_amendment_says_what_and_why(road, over, told):
    with pytest.raises(Refused, match=r"amendment\.no_words"):
        amended(road, over, **told)


@page_alone
def test_by_whoever_took_a_step_of_it_or_may_co_sign(road, over):
    with pytest.raises(Refused, match=r"amendment\.not_yours"):
        amended(road, over, "technician")
    assert amended(road, over, "practitioner2").by_id == road.clinic.actor("practitioner2").person_id


@page_alone
def test_its_page_shows_it_beside_the_original_and_so_does_the_chart(road, over, clients):
    there, person = f"/cocktails/{over.id}", clients("practitioner")
    assert person.get_ok(there).links["Amend"] == f"{there}/amend"
    person.post_ok(
        f"{there}/amend", {"words": "It was the left side.", "reason": "Misread"}, press="Sign the amendment"
    )
    assert "It was the left side." in person.get_ok(there).text
    assert "Amendment" in person.get_ok(f"/patients/{road.patient.id}/chart").links
