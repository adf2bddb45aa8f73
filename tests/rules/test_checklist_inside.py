"""Local anaesthetics and preservatives that come inside a line, and what a formula does not answer for."""

from dataclasses import replace
from datetime import date

import pytest

from formulary.rules.facts import Course, Diluent, Excipient, Order
from formulary.rules.findings import Level, Result
from tests.rules.builders import (
    AT,
    SALINE,
    TRANEXAMIC,
    a_formula,
    a_limit,
    a_line,
    a_patient,
    a_product,
    a_range,
    a_stock,
    an_excipient,
    ask,
    codes,
    per,
    q,
)
from tests.rules.test_checklist_same_session import (
    ARTICAINE,
    BLOCKS,
    GROUP,
    HOURS,
    LIDOCAINE,
    PROCAINE,
    WITH_EPINEPHRINE,
    cocktail,
    gave,
    summed,
)

N = "\u00a0"
MOST = (a_limit("300 mg", **BLOCKS),)
BESIDE = Excipient(80, "lidocaine (excipient)", GROUP["groups"], amount=per("3 mg/mL"), limits=MOST)
HEAVY = {"target": q("300 mL"), "patient": a_patient(weight=q("90 kg"))}


def filler(**more):
    """20 mg/mL, with 3 mg/mL of lidocaine beside it."""
    return a_product(
        40, "filler", "20 mg/mL", excipients=(replace(BESIDE, **more),), limits=(a_limit("9 g"),)
    )


def together(*typed, **more):
    return [
        x for x in ask("D1", **cocktail(*typed, **{**HEAVY, **more})) if x.subject == "local anaesthetics"
    ]


class TestBesideAnActive:
    @pytest.mark.parametrize(
        ("lidocaine", "code", "level"),
        [("270 mg", "dose.sum_within_max", None), ("270.1 mg", "dose.sum_above_max", Level.BLOCK)],
    )
    def test_what_the_label_states_counts(self, lidocaine, code, level):
        (answer,) = together((LIDOCAINE, lidocaine), (filler(), "200 mg"))  # 10 mL: 30 mg
        assert (answer.code, answer.level) == (code, level)
        assert answer.inputs[1] == ("lidocaine in filler", f"30{N}mg of 300{N}mg")

    @pytest.mark.parametrize("more", [{"amount": None}, {"limits": ()}])
    def test_what_it_does_not_state_leaves_the_sum_unknown(self, more):
        (answer,) = together((LIDOCAINE, "10 mg"), (filler(**more), "200 mg"))
        assert (answer.code, answer.result, answer.level) == ("dose.sum_unknown", Result.UNKNOWN, Level.STOP)

    def test_alone_it_is_asked_about_too(self):
        assert [codes(together((filler(), typed))) for typed in ("2000 mg", "2001 mg")] == [
            ["dose.sum_within_max"],
            ["dose.sum_above_max"],
        ]
        (answer,) = together((filler(amount=None), "200 mg"))
        assert (answer.code, answer.line) == ("dose.sum_unknown", 1)
        assert answer.reason.endswith("so nobody can tell what they come to.")

    def test_no_formula_answers_for_it(self):
        bare = filler(limits=())
        signed = a_range(bare, ("1 mg", "900 mg"), ("0.1 mg/mL", "9 mg/mL"))
        (answer,) = together((bare, "200 mg"), formula=a_formula(ranges=(signed,)))
        assert (answer.code, answer.accepted) == ("dose.sum_unknown", "")

    def test_what_the_session_had_before_adds_up_with_it(self):
        found = summed((filler(), "200 mg"), before=[gave("280 mg", LIDOCAINE)], **HEAVY)
        assert codes(found) == ["exposure.sum_above_max"]
        assert codes(summed((filler(), "200 mg"), before=[gave("270 mg", LIDOCAINE)], **HEAVY)) == [
            "exposure.sum_within_max"
        ]
        assert summed((filler(), "200 mg"), **HEAVY) == []

    def test_what_is_under_way_of_the_group_is_a_doubt(self):
        course = Course((Order("C-7", "released", frozenset({20})),), elsewhere=False)
        assert codes(summed((filler(), "200 mg"), course=course, **HEAVY)) == ["exposure.sum_unknown"]


class TestInTheVial:
    POWDER = a_product(41, "powder", "100 mg/5 mL", is_powder=True, limits=(a_limit("900 mg"),))

    def mixed(self, product):
        stock = a_stock(self.POWDER, "100 mg", diluent=Diluent(200, "LD", product.id, date(2027, 11, 30)))
        return {"picked": (stock,), "diluents": (product,)}

    @pytest.mark.parametrize(
        "product", [LIDOCAINE, replace(SALINE, id=57, excipients=(BESIDE,))], ids=["is one", "holds one"]
    )
    def test_how_much_of_it_is_in_the_line_nobody_knows(self, product):
        for typed in (((self.POWDER, "100 mg"), (LIDOCAINE, "10 mg")), ((self.POWDER, "100 mg"),)):
            (answer,) = together(*typed, **self.mixed(product))
            assert (answer.code, answer.level, answer.accepted) == ("dose.sum_unknown", Level.STOP, "")
            (answer,) = summed(*typed, before=[gave("1 mg", PROCAINE)], **{**HEAVY, **self.mixed(product)})
            assert (answer.code, answer.level) == ("exposure.sum_unknown", Level.STOP)

    def test_another_diluent_adds_nothing(self):
        assert together((self.POWDER, "100 mg"), (LIDOCAINE, "10 mg"), **self.mixed(SALINE)) == []


class TestWhatAFormulaSaysOfTheirSum:
    BARE = tuple(replace(x, limits=()) for x in (LIDOCAINE, PROCAINE))

    def answer(self, *products, **more):
        ranges = tuple(a_range(x, ("1 mg", "600 mg"), ("0.1 mg/mL", "9 mg/mL")) for x in products)
        typed = [(x, "100 mg") for x in products]
        (found,) = together(*typed, **{"formula": a_formula(ranges=ranges), **more})
        assert found.code == "dose.sum_unknown"
        return found

    def test_it_answers_for_limits_that_nobody_knows(self):
        assert self.answer(*self.BARE).accepted == "limit unknown, accepted in formula Melasma v3"

    @pytest.mark.parametrize(
        ("limit", "weight"),
        [
            (a_limit("300 mg", per_kg=q("4.5 mg")), None),
            (a_limit(per_kg=q("4.5 mg")), None),
            (a_limit("300 mg"), "90 kg"),
            (a_limit("300 IU"), "90 kg"),
        ],
        ids=["a weight is missing", "by weight alone", "on record", "in another unit"],
    )
    def test_it_answers_for_no_weight_and_for_no_limit_on_record(self, limit, weight):
        patient = a_patient(weight=q(weight) if weight else None, weighed_on=AT.date() if weight else None)
        assert self.answer(replace(LIDOCAINE, limits=(limit,)), self.BARE[1], patient=patient).accepted == ""

    def test_it_stands_where_above_the_most_would(self):
        (above,) = together((LIDOCAINE, "10 mg"), (WITH_EPINEPHRINE, "500 mg"))
        (beside,) = together((LIDOCAINE, "10 mg"), (replace(WITH_EPINEPHRINE, limits=()), "500 mg"))
        assert (above.line, beside.line) == (2, 2)


class TestWhatAFormulaSaysOfExcipients:
    """It names the product, and its approver signed 10 to 25 mg of it."""

    def answer(self, typed, *limits, **more):
        held = an_excipient("edetate", 95, "edetate", limits=limits)
        product = replace(TRANEXAMIC, **{"excipients": (held,), **more})
        (found,) = ask("C6", lines=(a_line(1, product, typed), a_line(4, SALINE, "qs")))
        return found

    @pytest.mark.parametrize(
        ("typed", "accepted"), [("25 mg", True), ("25.000001 mg", False), ("250 mg", False), ("9 mg", False)]
    )
    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({}, "excipient.limit_unknown"),
            ({"excipients": (), "excipients_known": False}, "excipient.not_on_record"),
        ],
    )
    def test_it_answers_inside_its_doses(self, typed, accepted, more, code):
        answer = self.answer(typed, **more)
        assert (answer.code, bool(answer.accepted)) == (code, accepted)

    @pytest.mark.parametrize(
        ("limit", "code"),
        [
            (a_limit("1 mg"), "excipient.amount_unknown"),
            (a_limit(concentration="1 mg/mL"), "excipient.limit_unknown"),
        ],
    )
    def test_it_never_answers_beside_a_limit(self, limit, code):
        answer = self.answer("20 mg", limit)
        assert (answer.code, answer.level, answer.accepted) == (code, Level.WARN, "")


def test_nobody_s_limit_is_a_limit():
    assert codes(together((LIDOCAINE, "10 mg"), (ARTICAINE, "1 mg"))) == ["dose.sum_unknown"]
    assert summed((ARTICAINE, "1 mg"), before=[gave("1 mg", ARTICAINE, 2 * HOURS)]) == []
