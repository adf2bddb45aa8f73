"""Weight, contraindications and consents, at both decimal marks."""

from datetime import date, timedelta

import pytest

from formulary.catalogue.models import Contraindication
from formulary.db import db, transaction
from formulary.patients import actions, queries
from formulary.patients.models import Consent, PatientCondition, Weight
from formulary.rules.units import Quantity
from tests.support.builders import (
    a_condition,
    a_condition_kind,
    a_consent,
    a_patient,
    a_policy,
    an_ingredient,
    saved,
)

POLICY = {"procedure": "mesotherapy", "version": "2026-01"}


@pytest.fixture
def patient(app):
    """Somebody of whom nothing is known yet."""
    return a_patient(ready=False)


def test_a_weight_is_recorded_with_its_day(clients, patient):
    page = clients("practitioner").post_ok(
        f"/patients/{patient.id}/weigh", {"weight": "62.5", "measured_on": "2026-11-12"}
    )
    assert "62.5\xa0kg" in page.text
    assert "12\xa0days ago" in page.text
    row = db.session.scalars(db.select(Weight).filter_by(patient_id=patient.id)).one()
    assert (row.mass, row.measured_on) == (62_500_000_000_000, date(2026, 11, 12))


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_other_site_weighs_with_a_comma(clients, cast):
    patient = a_patient(ready=False, site=cast.other_site)
    client, url = clients("practitioner3"), f"/patients/{patient.id}/weigh"
    page = client.post_refused(url, {"weight": "62.5"})
    assert "comma" in page.errors[0]
    assert "62,5\xa0kg" in client.post_ok(url, {"weight": "62,5"}).text


# What a form refuses is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("weight", "day", "said"),
    [
        ("0.5", "2026-11-24", "Type at least 1\xa0kg."),
        ("401", "2026-11-24", "Type at most 400\xa0kg."),
        ("62", "2026-11-25", "has not come yet."),
        ("62", "1985-04-11", "is before the patient was born"),
        ("62", "", "Weighed on is not filled in."),
        ("", "2026-11-24", "Weight is not filled in."),
        ("62 lb", "2026-11-24", "“lb” is not a unit here."),
    ],
)
def test_a_weight_that_cannot_be_is_refused(clients, patient, weight, day, said):
    url = f"/patients/{patient.id}/weigh"
    page = clients("practitioner").post_refused(url, {"weight": weight, "measured_on": day})
    [error] = page.errors
    assert said in error
    assert db.session.scalars(db.select(Weight).filter_by(patient_id=patient.id)).all() == []


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_no_weight_is_shown_as_none(clients, patient):
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert "Not weighed yet; there is no default weight." in page.text
    assert "not weighed" in page.text


def test_the_newest_weighing_counts(patient, cast, watch):
    by = cast.actor("practitioner")
    for weight, days in (("60", 10), ("64", 1), ("58", 5)):
        with transaction():
            actions.record_weight(
                patient.id,
                weight=Quantity.of(weight, "kg"),
                measured_on=watch.now().date() - timedelta(days=days),
                at=watch.now(),
                by=by,
            )
    assert queries.weights(patient.id, watch.now())[0][0].quantity == Quantity.of("64", "kg")


def ask(client, patient, *answers):
    """Answer the first questions, in their order."""
    told = {f"questions-{n}-answer": answer for n, answer in enumerate(answers)}
    return client.post_ok(f"/patients/{patient.id}/conditions", told)


def test_a_question_that_nobody_asked_is_shown_as_unknown(clients, patient):
    a_condition_kind("pregnancy", name="Pregnancy")
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert page.texts("span", class_="state-text unknown").count("not asked") >= 1


def test_answers_are_dated_and_what_is_left_open_stays(clients, patient, watch):
    first, second = a_condition_kind("pregnancy", position=1), a_condition_kind("cancer", position=2)
    a_condition(patient, second, "yes", detail="2019")
    watch.move(minutes=5)
    ask(clients("practitioner"), patient, "no")
    found = queries.answers(patient.id, watch.now())
    assert found[first.id][0].answer == "no"
    assert (found[second.id][0].answer, found[second.id][0].detail) == ("yes", "2019")
    assert found[first.id][0].asked_at == watch.now()


def test_the_newest_answer_counts_and_the_older_stay(clients, patient, watch):
    kind = a_condition_kind("pregnancy")
    for answer in ("no", "unknown", "yes"):
        watch.move(minutes=1)
        ask(clients("practitioner"), patient, answer)
    assert queries.answers(patient.id, watch.now())[kind.id][0].answer == "yes"
    assert len(db.session.scalars(db.select(PatientCondition).filter_by(patient_id=patient.id)).all()) == 3


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_no_answer_at_all_is_refused(clients, patient):
    a_condition_kind("pregnancy")
    page = clients("practitioner").post_refused(f"/patients/{patient.id}/conditions")
    assert page.findings == ["condition.none_answered"]


def test_nothing_has_changed_is_said_with_one_button(clients, patient, watch):
    kind = a_condition_kind("pregnancy")
    a_condition(patient, kind, "no")
    watch.move(minutes=10)
    url = f"/patients/{patient.id}"
    clients("practitioner").post_ok(f"{url}/conditions/confirm", at=url, press="nothing has changed")
    assert queries.answers(patient.id, watch.now())[kind.id][0].asked_at == watch.now()


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_nothing_has_changed_is_not_offered_while_a_question_is_open(clients, patient):
    a_condition_kind("pregnancy")
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert "nothing has changed" not in page.text


def test_questions_are_set_up_twice_without_a_second_row(app, cast, watch):
    rows = [{"word": "cancer", "name": "Cancer", "action": "prescriber", "source": "S1"}]
    for name in ("Cancer", "Cancer, now or before"):
        with transaction():
            actions.set_condition_kinds([{**rows[0], "name": name}], at=watch.now(), by=cast.actor("admin"))
    assert [kind.name for kind in queries.condition_kinds()] == ["Cancer, now or before"]


def test_the_current_version_of_the_consent_is_filled_in(clients, patient, cast):
    a_policy(cast.site, "consent", POLICY)
    page = clients("practitioner").post_ok(f"/patients/{patient.id}/consents", {"covers_off_label": "y"})
    assert "version 2026-01 current, covers off-label use" in page.text
    row = db.session.scalars(db.select(Consent).filter_by(patient_id=patient.id)).one()
    assert (row.procedure, row.version, row.covers_off_label) == ("mesotherapy", "2026-01", True)


def test_a_consent_of_an_older_version_is_not_the_current_one(clients, patient, cast):
    a_policy(cast.site, "consent", POLICY)
    a_consent(patient, version="2024-01")
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert "version 2024-01 current is 2026-01" in page.text


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_site_that_names_no_version_leaves_it_unknown(clients, patient):
    a_consent(patient, version="1")
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert "this site has not said which is current" in page.text


def test_a_consent_may_be_entered_later_and_never_before_it_was_given(clients, patient):
    url = f"/patients/{patient.id}/consents"
    told = {"version": "1", "given_at": "2026-11-24T13:01"}
    page = clients("practitioner").post_refused(url, told)
    assert page.errors == ["This time has not come yet. Type when it happened."]
    clients("practitioner").post_ok(url, {**told, "given_at": "2026-11-20T09:00"})


def test_a_consent_is_withdrawn_with_a_reason_and_stays(clients, patient, cast):
    a_policy(cast.site, "consent", POLICY)
    row = a_consent(patient, version="2026-01")
    url = f"/patients/{patient.id}/consents/{row.id}/withdraw"
    clients("practitioner").post_refused(url, {"why": ""})
    page = clients("practitioner").post_ok(url, {"why": "Changed her mind"})
    assert "version 2026-01, withdrawn" in page.text
    assert "Changed her mind" in page.text


def test_a_consent_is_withdrawn_once(clients, patient):
    row, client = a_consent(patient), clients("practitioner")
    url = f"/patients/{patient.id}/consents/{row.id}/withdraw"
    page = client.get_ok(url)
    client.post_ok(url, {"why": "No"})
    answer = client.submit(page, {"why": "No"}, press="Withdraw the consent")
    assert client.read(answer, url, 422).findings == ["consent.withdrawn"]


def test_a_question_says_what_a_yes_does_to_which_substances(clients, patient):
    a_condition_kind("clots", name="Clots")
    acid = an_ingredient("tranexamic acid")
    told = {"word": "clots", "reason": "contraindicated by the label", "source": "test"}
    saved(Contraindication(selector=f"ingredient:{acid.id}", level="block", **told))
    saved(Contraindication(selector="group:local_anaesthetic", level="warn", **told))
    text = clients("practitioner").get_ok(f"/patients/{patient.id}").text
    assert "it blocks tranexamic acid; warns before local anaesthetic" in text
