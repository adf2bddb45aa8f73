"""What one session had of other local anaesthetics is told to the next cocktail, by the real catalogue."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.catalogue import queries as catalogue
from formulary.cocktails.facts import Content, TypedLine, gather
from formulary.patients.actions import Exposed, note_exposure
from formulary.rules import checklist
from formulary.rules.findings import Level, Stage
from tests.support.builders import a_product, act, an_ingredient
from tests.support.counting import counting_queries

MG = 10**6
LIDOCAINE, WITH_EPINEPHRINE = "lidocaine hydrochloride", "lidocaine + epinephrine 1:100000"
PROCAINE, BUPIVACAINE = "procaine hydrochloride", "bupivacaine hydrochloride (plain)"
FOUR_HOURS = timedelta(hours=4)


def product(name):
    return next(p for p in catalogue.products() if p.name == name)


@act()
def given(patient, name, mg, *, ago=FOUR_HOURS, document=("administration", 1), is_top_up=False):
    row = product(name)
    part = Exposed(row.id, row.ingredient_id, row.dimension, row.basis, mg * MG, mg * MG)
    note_exposure(patient.id, [part], document=document, at=clock.now() - ago, is_top_up=is_top_up)


def content(patient, *doses, **more):
    """So many mg of each product, infiltrated."""
    lines = [
        TypedLine(number, product(name).id, "dose", amount=mg * MG)
        for number, (name, mg) in enumerate(doses, 1)
    ]
    return Content(patient.id, tuple(lines), target=200 * MG, route="infiltration", **more)


def summed(clinic, content):
    told = gather(content, site=clinic.site, at=clock.now()).cocktail
    answers = checklist.ask(told, Stage.SIGN, ["D3"]).answers
    return [(x.code, x.level) for x in answers if x.subject == "local anaesthetics"]


def test_lidocaine_at_ten_and_with_epinephrine_at_two_stop_in_another_cocktail(clinic, patient):
    """300 mg plain and 500 mg with epinephrine are the most of each, for this patient less by weight."""
    given(patient, LIDOCAINE, 300)
    assert summed(clinic, content(patient, (WITH_EPINEPHRINE, 490))) == [
        ("exposure.sum_above_max", Level.STOP)
    ]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ({"document": ("patch_test", 1)}, [("exposure.sum_above_max", Level.STOP)]),
        ({"ago": timedelta(hours=24)}, []),
    ],
)
def test_what_a_test_used_counts_and_what_was_given_a_day_ago_does_not(clinic, patient, before, told):
    given(patient, LIDOCAINE, 300, **before)
    assert summed(clinic, content(patient, (PROCAINE, 300))) == told


def test_by_a_route_for_which_no_most_is_known_it_is_unknown_and_stops(clinic, patient):
    given(patient, "articaine hydrochloride + epinephrine 1:100000", 10)
    assert summed(clinic, content(patient, (LIDOCAINE, 10))) == [("exposure.sum_unknown", Level.STOP)]


def test_a_top_up_days_later_counts_with_its_session(clinic, patient):
    given(patient, LIDOCAINE, 200, ago=timedelta(days=3))
    given(patient, LIDOCAINE, 90, ago=timedelta(days=2), is_top_up=True, document=("administration", 2))
    later, topping = (
        summed(clinic, content(patient, (WITH_EPINEPHRINE, 100), is_top_up=x)) for x in (False, True)
    )
    assert (later, topping) == ([], [("exposure.sum_above_max", Level.STOP)])


def test_what_a_top_up_brought_to_a_session_counts_with_the_next_top_up(clinic, patient):
    given(patient, LIDOCAINE, 290, ago=timedelta(days=2), is_top_up=True, document=("administration", 2))
    assert summed(clinic, content(patient, (WITH_EPINEPHRINE, 300), is_top_up=True)) == [
        ("exposure.sum_above_max", Level.STOP)
    ]


def test_one_beside_an_active_is_told_what_was_given_of_the_group(clinic, patient):
    """How much of it the filler holds is not on record."""
    given(patient, LIDOCAINE, 1)
    lidocaine = catalogue.ingredient(product(LIDOCAINE).ingredient_id)
    filler = a_product(an_ingredient("filler"), excipients=(lidocaine,))
    assert summed(clinic, content(patient, (filler.name, 1))) == [("exposure.sum_unknown", Level.STOP)]


def test_however_many_lines_and_products_were_given_it_takes_as_many_queries(clinic, patient):
    given(patient, LIDOCAINE, 1)
    counts = [_queries(clinic, content(patient, (PROCAINE, 1)))]
    given(patient, BUPIVACAINE, 1, document=("administration", 2))
    given(patient, WITH_EPINEPHRINE, 1, document=("administration", 3))
    counts.append(_queries(clinic, content(patient, (PROCAINE, 1))))
    counts.append(_queries(clinic, content(patient, (PROCAINE, 1), (BUPIVACAINE, 1), (PROCAINE, 1))))
    assert counts == [counts[0]] * 3


def _queries(clinic, content):
    gather(content, site=clinic.site, at=clock.now())
    with counting_queries() as asked:
        gather(content, site=clinic.site, at=clock.now())
    return len(asked)
