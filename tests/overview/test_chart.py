"""The chart: everything of one patient on one page, doses as a picture, and what it costs."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from formulary import clock
from formulary.administrations.models import Administration, GivenLot
from formulary.cocktails import actions as cocktails
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db, transaction
from formulary.patch_tests.models import PatchTestItem
from formulary.patients.models import Exposure
from formulary.preparations.models import Attempt
from tests.recalls.doing import a_session, opened
from tests.support.builders import (
    a_consent,
    a_course,
    a_limit,
    a_lot,
    a_medicine,
    a_patient,
    a_product,
    a_reading,
    a_test,
    act,
    an_appointment,
    saved,
)
from tests.support.counting import counting_queries
from tests.support.pages import text_of

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def given(patient, vial, product, days, amount):
    """A session so many days ago, with what reached the patient."""
    at = NOON - timedelta(days=days)
    cocktail = a_session(patient, (vial, "0.1 mL"), at=at)
    act = db.session.scalars(db.select(Administration.id).filter_by(cocktail_id=cocktail.id)).one()
    told = {"ingredient_id": product.ingredient_id, "product_id": product.id, "dimension": "mass"}
    told |= {"basis": "", "amount": amount, "taken": 1, "document_kind": "administration"}
    saved(Exposure(patient_id=patient.id, document_id=act, at=at, **told))
    return cocktail


def test_the_chart_holds_everything_on_one_page(clients, cast):
    patient, product = a_patient(ready=False), a_product()
    a_limit(product, "100 mg")
    lot = a_lot(product)
    course, session = a_course(patient), given(patient, opened(lot), product, 20, 80_000_000)
    with transaction():
        cocktails.count_towards(session.id, course.id, at=clock.now(), by=cast.actor("practitioner"))
    a_consent(patient)
    a_medicine(patient, "garlic", last_taken_on=NOON.date())
    a_test(patient, lot)
    an_appointment(patient, NOON + timedelta(days=1), what="next session")
    page = clients("practitioner").get_ok(f"/patients/{patient.id}/chart")
    said = (
        session.code, lot.number, "80\xa0%", "within the limit", "next session 10\xa0days late",
        "not concluded, 24 h reading from", "mesotherapy, version 1", "Appointment", "Course",
        "garlic, until 24 Nov 2026",
    )  # fmt: skip
    assert [words for words in said if words not in page.text] == []
    assert f"{product.ingredient.name}, the most in one session, ID: 80\xa0% of the limit." in page.text


def test_the_chart_says_what_a_test_came_to_and_leaves_its_controls_to_it(clients):
    patient, lot = a_patient(ready=False), a_lot(a_product(name="Tranexamic acid 100"))
    test = a_test(patient, lot, ago=timedelta(days=8))
    for grade, hours in (("+++", 48), ("-", 168)):
        a_reading(test.items[0], grade, hours=hours)
    saved(PatchTestItem(test_id=test.id, number=2, role="negative", is_mixture=False))
    page = clients("practitioner").get_ok(f"/patients/{patient.id}/chart")
    (line,) = (
        text_of(row)
        for row in page.all("tr")
        if "Tranexamic acid 100" in text_of(row) and test.code in text_of(row)
    )
    assert "positive, on" in line
    assert "control" not in page.text


def test_a_dose_above_its_limit_and_one_that_nobody_knows_are_told(clients):
    patient, product, other = a_patient(ready=False), a_product(), a_product()
    a_limit(product, "100 mg")
    given(patient, opened(a_lot(product)), product, 3, 120_000_000)
    given(patient, opened(a_lot(other)), other, 3, None)
    page = clients("practitioner").get_ok(f"/patients/{patient.id}/chart")
    assert "above the limit 120\xa0%" in page.text
    assert "an amount is not known" in page.text


def test_a_chart_of_two_hundred_sessions_asks_what_one_of_two_asks(clients):
    patient, product, client, costs = a_patient(ready=False), a_product(), clients("practitioner"), []
    vial = opened(a_lot(product))
    seed, _ = (given(patient, vial, product, days, 1_000_000) for days in (2, 1))
    url = f"/patients/{patient.id}/chart"
    for more in (0, 198):
        many_more(seed, more)
        client.get(url)
        with counting_queries() as sent:
            page = client.get_ok(url)
        costs.append(len(sent))
    assert page.text.count("Session") >= 200
    assert costs[1] == costs[0]


@act()
def many_more(cocktail, times):
    """The session of a cocktail so many times again, with what it brought, in a few strokes."""
    session = row_of(Administration, cocktail_id=cocktail.id)
    for model, named in (
        (Cocktail, {"id": cocktail.id}),
        (Revision, {"cocktail_id": cocktail.id}),
        (Attempt, {"cocktail_id": cocktail.id}),
        (Administration, {"cocktail_id": cocktail.id}),
        (GivenLot, {"cocktail_id": cocktail.id}),
        (Exposure, {"document_id": session["id"]}),
    ):
        copies = [copied(row_of(model, **named), n) for n in range(1, times + 1)]
        db.session.execute(insert(model.__table__), copies) if copies else None


def row_of(model, **named):
    """A row as a mapping of its columns."""
    return dict(db.session.execute(select(model.__table__).filter_by(**named)).mappings().one())


def copied(row, n):
    """The row again as the n-th copy: keys a thousand further on, and codes of its own."""
    keys = ("id", "cocktail_id", "attempt_id", "administration_id", "document_id", "revision_id")
    moved = {key: row[key] + 1000 * n for key in keys if row.get(key)}
    codes = {"code": f"{row['code']}-{n}"} if "code" in row else {}
    return row | moved | codes
