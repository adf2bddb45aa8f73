"""`/cocktails/<id>/verify`: blind first, by another person; or given back, which makes a new revision."""

import pytest

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.cocktails.labels.since import since_last
from formulary.cocktails.models import Cocktail, Revision, Verification
from formulary.db import db, transaction
from formulary.rules.findings import Refused, Stage
from formulary.stock.models import Reservation
from tests.support.builders import act, an_allergy
from tests.support.road import a_closed_session, a_prescription, a_verified_cocktail, blind_answers

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


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
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


COMPOSE = "/cocktails/{}/compose"


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_compose_page_of_a_signed_cocktail_leads_away_from_its_doses(signed, clients):
    answer = clients("pharmacist").get(COMPOSE.format(signed.id))
    assert (answer.status_code, answer.location) == (302, f"/cocktails/{signed.id}")
    assert [dose for dose in DOSES if dose in clients("pharmacist").get_ok(answer.location).text] == []


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_recalculating_a_signed_cocktail_leads_away_too(signed, clinic, patient, formula, clients):
    person, draft = clients("pharmacist"), a_draft(clinic, patient, formula)
    sent = person.get_ok(COMPOSE.format(draft.id)).form(button="Sign").filled({}, None)
    answer = person.post(COMPOSE.format(signed.id), sent | {"act": ["check"]})
    assert (answer.status_code, answer.location) == (302, f"/cocktails/{signed.id}")


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_preview_of_a_signed_cocktail_leads_away_too(signed, clinic, patient, formula, clients):
    person, draft = clients("pharmacist"), a_draft(clinic, patient, formula)
    sent = person.get_ok(COMPOSE.format(draft.id)).form(button="Sign").filled({}, None)
    answer = person.post(f"/cocktails/{signed.id}/preview", sent, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/cocktails/{signed.id}")


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_what_is_not_signed_yet_has_nothing_to_verify(clinic, patient, formula, clients):
    draft = a_draft(clinic, patient, formula)
    answer = clients("pharmacist").get(the_page(draft))
    assert (answer.status_code, answer.location) == (302, f"/cocktails/{draft.id}")


def test_a_wrong_entry_on_what_is_verified_already_is_refused_and_not_kept(clinic, patient, formula):
    verified = a_verified_cocktail(clinic, patient, formula)
    with pytest.raises(Refused, match=r"cocktail\.wrong_state"), transaction():
        cocktails.verify(verified.id, answers={}, at=clock.now(), by=clinic.actor("pharmacist2"))
    assert db.session.scalar(db.select(db.func.count()).select_from(Verification)) == 1


def test_what_came_up_since_is_not_told_before_the_entry_agrees(signed, patient, clients):
    ingredient = next(p.ingredient for p in catalogue.products() if p.name == "tranexamic acid")
    an_allergy(patient, ingredient, severity="anaphylaxis")
    person = clients("pharmacist")
    person.post_ok(the_page(signed), RIGHT | {"doses-0-dose": "2"}, press="Verify")
    page = person.post_refused(the_page(signed), RIGHT, press="Verify")
    assert page.findings[0] == "allergy.ingredient"


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_bench_shows_no_dose_of_what_is_not_verified(signed, clients):
    person = clients("pharmacist")
    token = person.get_ok("/").form().fields["csrf_token"]
    answer = person.post(f"/preparations/cocktails/{signed.id}/claim", {"csrf_token": token})
    text = answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
    assert (answer.status_code, [dose for dose in DOSES if dose in text]) == (422, [])


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_day_shows_no_volume_of_what_is_to_be_verified(signed, clients):
    text = clients("pharmacist").get_ok("/").text.replace("\N{NO-BREAK SPACE}", " ")
    assert (f"Verify {signed.code}" in text, "5 mL" in text) == (True, False)


def a_draft(clinic, patient, formula):
    by = clinic.actor("practitioner")
    with transaction():
        return cocktails.create_draft(patient.id, formula_version_id=formula.id, at=clock.now(), by=by)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_what_changed_since_the_last_session_is_told_without_a_figure(
    clinic, patient, formula, clients, watch
):
    a_closed_session(clinic, patient, formula)
    draft = a_draft(clinic, patient, formula)
    with act():
        line = queries.revision(draft).lines[0]
        line.amount, line.entered = 3_000_000, "3 mg"
        db.session.add(line)
    since = since_last(draft, queries.revision(draft), clinic.actor("pharmacist"))
    assert since.words == "Otherwise than the last session, C-0001:"
    assert since.changes == ("tranexamic acid has another amount",)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_page_says_that_nothing_was_given_before(signed, clients):
    assert "Nothing was given here before." in clients("pharmacist").get_ok(the_page(signed)).text


def test_two_tabs_verify_once_and_the_second_is_told(signed, clients):
    person = clients("pharmacist")
    first, second = person.get_ok(the_page(signed)), person.get_ok(the_page(signed))
    assert person.submit(first, RIGHT, press="Verify").status_code == 302
    answer = person.submit(second, RIGHT, press="Verify")
    page = person.read(answer, the_page(signed), 422)
    assert "is verified and cannot go from there to verified" in page.text
    assert in_database(Verification, revision_id=signed.revisions[0].id).agreed is True


def test_back_after_verifying_sends_the_same_form_and_is_answered_as_the_first(signed, clients):
    person = clients("pharmacist")
    page = person.get_ok(the_page(signed))
    answers = [person.submit(page, RIGHT, press="Verify") for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302]
    assert in_database(Verification, revision_id=signed.revisions[0].id).agreed is True


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_it_is_not_verified_without_ones_password(signed, clients):
    page = clients("pharmacist").post_refused(the_page(signed), RIGHT | {"own_secret": ""}, press="Verify")
    assert "Type your password." in " ".join(page.errors)
    assert in_database(Cocktail, id=signed.id).state == "prescribed"


def test_what_was_signed_is_kept_with_the_signature_and_its_hash(signed):
    revision = in_database(Revision, cocktail_id=signed.id)
    [signature] = accounts.signatures_on("cocktail_revision", revision.id)
    assert (signature.meaning, signature.signed_hash) == ("prescribed", revision.inputs_hash)
    assert signature.shown["lines"] == revision.snapshot["lines"]
