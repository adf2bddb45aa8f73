"""What the rules are told of earlier sessions: the account over merged records, and the usual dose."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import db
from formulary.patients.actions import Exposed, note_exposure
from formulary.patients.facts import history, usual
from formulary.patients.models import Exposure
from formulary.rules.units import MASS, Quantity
from tests.administrations.doing import close, points
from tests.support.behind import behind_its_back
from tests.support.builders import a_patient, a_product, act, an_ingredient
from tests.support.counting import counting_queries

MG = 10**6


@act()
def gave(patient, product, mg, *, document=("administration", 1), days=0, grade="confirmed"):
    """So many mg of a product on the patient's account, so many days ago."""
    steps = None if mg is None else mg * MG
    part = Exposed(product.id, product.ingredient_id, "mass", "", steps, steps)
    at = clock.now() - timedelta(days=days)
    [row] = note_exposure(patient.id, [part], document=document, at=at, grade=grade)
    return row


@pytest.fixture
def product(app):
    return a_product(an_ingredient("alpha"))


def told(patient, product):
    found = history(patient.id, {product.ingredient_id}, clock.now())
    return [(None if x.amount is None else x.amount.steps / MG, x.what) for x in found.exposures]


def test_sessions_and_tests_of_every_product_are_told_the_latest_first(product):
    patient, other = a_patient(), a_product(product.ingredient, name="alpha, another maker")
    gave(patient, product, 5, document=("patch_test", 1), days=9)
    gave(patient, other, 20, days=2)
    gave(patient, product, None, document=("administration", 2))
    gave(a_patient(), product, 400)
    assert told(patient, product) == [(None, "session"), (20, "session"), (5, "patch test")]


def test_a_merged_record_counts_as_the_same_person(product):
    kept, lost = a_patient(), a_patient()
    gave(lost, product, 20)
    _merged(lost, kept)
    assert told(kept, product) == told(lost, product) == [(20, "session")]


@act()
def _merged(lost, kept):
    lost.merged_into_id = kept.id


def test_the_usual_dose_is_the_median_of_sessions_of_this_clinic(product):
    patient = a_patient()
    for number, mg in enumerate((10, 20, 40), 1):
        gave(patient, product, mg, document=("administration", number), days=number)
    gave(patient, product, 10, document=("administration", 3), days=3)
    gave(patient, product, 900, document=("administration", 9), grade="imported")
    gave(patient, product, 1, document=("patch_test", 9))
    [found] = usual({product.ingredient_id})
    assert (found.median, found.sessions) == (Quantity.of(20, "mg"), 3)
    assert found.median.dimension == MASS


@pytest.mark.parametrize(
    ("doses", "median"), [((7,), "7"), ((10, 15), "12.5"), ((5, 5, 5, 90), "5"), ((1, 4, 9, 30), "6.5")]
)
def test_each_ingredient_has_its_own_median_halfway_between_two_where_they_are_even(product, doses, median):
    patient, other = a_patient(), a_product(an_ingredient("beta"))
    gave(patient, other, 300, document=("administration", 1))
    for number, mg in enumerate(doses, 1):
        gave(patient, product, mg, document=("administration", number), days=number)
    found = {
        x.ingredient_id: (x.median, x.sessions) for x in usual({product.ingredient_id, other.ingredient_id})
    }
    assert found == {
        product.ingredient_id: (Quantity.of(median, "mg"), len(doses)),
        other.ingredient_id: (Quantity.of("300", "mg"), 1),
    }


def test_both_are_one_query_however_many_ingredients(product):
    patient_id, many = a_patient().id, {a_product(an_ingredient(f"beta {n}")).ingredient_id for n in range(4)}
    with counting_queries() as asked:
        history(patient_id, many, clock.now())
        usual(many)
    assert len(asked) == 2


def test_what_was_given_is_told_to_the_next_cocktail(road):
    begun = road.started()
    points(begun, 80)
    close(begun, "1")
    rows = db.session.scalars(db.select(Exposure).filter_by(document_kind="administration")).all()
    found = history(road.patient.id, {row.ingredient_id for row in rows}, clock.now())
    given = [x.amount for x in found.exposures if x.what == "session"]
    assert sorted(given) == [Quantity.of(mg, "mg") for mg in ("16", "80.4", "120")]


def test_what_was_given_counts_what_the_strength_did_when_it_was_given(road):
    begun = road.started()
    points(begun, 80)
    behind_its_back("UPDATE product SET basis = 'the salt'")
    close(begun, "1")
    behind_its_back("UPDATE product SET basis = 'the base'")
    rows = db.session.scalars(db.select(Exposure)).all()
    found = history(road.patient.id, {row.ingredient_id for row in rows}, clock.now())
    assert {x.basis for x in found.exposures if x.what == "session"} == {"the salt"}
