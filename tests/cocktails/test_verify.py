"""`/cocktails/<id>/verify`: blind first, by another person; or given back, which makes a new revision."""

import pytest

from formulary import clock
from formulary.audit import record
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.models import Cocktail, Revision, Verification
from formulary.db import db, transaction
from formulary.rules.findings import Refused, Stage
from formulary.stock.models import Reservation
from tests.support.road import a_prescription, a_verified_cocktail, blind_answers

RIGHT = {"total": "5", "doses-0-dose": "20"}  # tranexamic acid is the high-alert line
DOSES = ("20 mg", "150 mg", "100 mg", "0.2 mL", "0.3 mL")


@pytest.fixture
def signed(clinic, patient, formula):
    return a_prescription(clinic, patient, formula)


def in_database(model, **key):
    db.session.expire_all()
    return db.session.scalars(db.select(model).filter_by(**key)).one()


def the_page(signed):
    return f"/cocktails/{signed.id}/verify"


def test_no_dose_stands_on_the_page_before_the_entry(signed, clients):
    page = clients("pharmacist").get_ok(the_page(signed))
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert [dose for dose in DOSES if dose in text] == []


def test_the_same_figures_verify_it(signed, clients):
    page = clients("pharmacist").post_ok(the_page(signed), RIGHT, press="Verify")
    assert page.flashes == ["Verified. It waits at the bench."]
    assert in_database(Cocktail, id=signed.id).state == "verified"


def test_other_figures_are_kept_and_shown_beside_what_was_prescribed(signed, clients):
    page = clients("pharmacist").post_ok(the_page(signed), RIGHT | {"doses-0-dose": "2"}, press="Verify")
    assert in_database(Cocktail, id=signed.id).state == "prescribed"
    assert in_database(Verification, revision_id=signed.revisions[0].id).agreed is False
    assert "20 mg" in page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_prescriber_may_not_verify(signed, clients):
    page = clients("practitioner").post_refused(the_page(signed), RIGHT, press="Verify")
    assert "You prescribed this cocktail, so another person verifies it." in " ".join(page.errors)


def test_the_database_holds_the_separation_too(clinic, patient, formula):
    verified = a_verified_cocktail(clinic, patient, formula)
    with pytest.raises(Exception, match="verifier_is_another"), transaction():
        revision = db.session.scalars(db.select(Revision).filter_by(cocktail_id=verified.id)).one()
        revision.verifier_id = revision.prescriber_id
        db.session.flush()


def test_giving_it_back_makes_a_new_revision_and_frees_the_stock(signed, clients):
    page = clients("pharmacist").get_ok(the_page(signed))
    values = {"reason": "Dose to be checked"}
    answer = clients("pharmacist").submit(page, values, press="Return to the prescriber")
    assert answer.status_code == 302
    states = db.session.scalars(
        db.select(Revision.state).filter_by(cocktail_id=signed.id).order_by(Revision.number)
    )
    assert list(states) == ["superseded", "draft"]
    standing = db.select(db.func.count()).select_from(Reservation).where(Reservation.ended_at.is_(None))
    assert db.session.scalar(standing) == 0


def test_a_site_without_a_second_person_says_so(clinic, patient, formula):
    with transaction() as session:
        clinic.site.verify = False
        session.add(clinic.site)
        record("accounts.site", clinic.site, by=clinic.actor("admin"), at=clock.now())
    a_prescription(clinic, patient, formula)
    revision = in_database(Revision, number=1)
    assert (revision.self_checked, revision.verifier_id) == (True, revision.prescriber_id)


def test_a_second_verification_is_refused(clinic, patient, formula):
    verified, by = a_verified_cocktail(clinic, patient, formula), clinic.actor("pharmacist2")
    checked = cocktails.check(queries.cocktail(verified.id, by), Stage.VERIFY, at=clock.now())
    with pytest.raises(Refused, match=r"cocktail\.wrong_state"), transaction():
        cocktails.verify(verified.id, answers=blind_answers(checked), at=clock.now(), by=by)


def test_a_stranger_of_another_site_finds_nothing(signed, clients):
    clients("practitioner3").get_page(the_page(signed), status=404)
