"""X2: what a report survives, and what makes it stale."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formulary.rules.checklist import check_report, inputs_hash, is_current, run
from formulary.rules.findings import Level, Stage
from tests.rules.builders import (
    ASCORBIC,
    AT,
    GLUTATHIONE,
    SALINE,
    SYRINGES,
    TRANEXAMIC,
    a_cocktail,
    a_draw,
    a_limit,
    a_line,
    a_patient,
    a_rule,
    a_stock,
    an_allergy,
    an_excipient,
    per,
    q,
)

PRODUCTS = (TRANEXAMIC, ASCORBIC, GLUTATHIONE, SALINE)


def changed(**more):
    return lambda c: replace(c, **more)


def first_line(**more):
    return lambda c: replace(c, lines=(replace(c.lines[0], **more), *c.lines[1:]))


def first_product(**more):
    return lambda c: first_line(product=replace(c.lines[0].product, **more))(c)


def in_patient(**more):
    return lambda c: replace(c, patient=replace(c.patient, **more))


def in_policies(**more):
    return lambda c: replace(c, policies=replace(c.policies, **more))


def in_formula(**more):
    return lambda c: replace(c, formula=replace(c.formula, **more))


WHAT_MATTERS = {
    "a concentration": first_line(concentration=per("4.000001 mg/mL")),
    "a pin": first_line(pin="qs", concentration=None),
    "the strength of the lot": first_line(strength=per("101 mg/mL")),
    "the product": first_product(id=99),
    "its name": first_product(name="another brand"),
    "a limit": first_product(limits=(a_limit("300 mg"),)),
    "a pH": first_product(ph_low=Fraction(6)),
    "an excipient": first_product(excipients=(an_excipient(),)),
    "what is known of excipients": first_product(excipients_known=False),
    "a line more": lambda c: replace(c, lines=(*c.lines, a_line(9, SALINE, "1 mL"))),
    "a line less": lambda c: replace(c, lines=c.lines[1:]),
    "the target": changed(target=q("5.000001 mL")),
    "the route": changed(route="subcutaneous"),
    "no patient": changed(patient=None),
    "a weight": in_patient(weight=q("58.001 kg")),
    "an allergy": in_patient(allergies=(an_allergy("latex"),)),
    "when allergies were asked": in_patient(allergies_asked_at=AT - timedelta(days=1, seconds=1)),
    "a patch test": in_patient(tests=()),
    "a consent": in_patient(consents=()),
    "another patient": in_patient(id=8),
    "a policy": in_policies(dose_tolerance=Fraction(1, 100)),
    "a formula": changed(formula=None),
    "its version": in_formula(version=4),
    "its approval": in_formula(approved=False),
    "its route": in_formula(route="subcutaneous"),
    "its products": in_formula(products=frozenset()),
    "its ranges": in_formula(ranges=()),
    "its pairs": in_formula(accepted_pairs=frozenset()),
    "the syringes": changed(syringes=SYRINGES[1:]),
    "the overfill": changed(overfill=q("0.1 mL")),
    "the dead space": changed(dead_space=q("0.1 mL")),
    "the planned time": changed(planned_for=AT + timedelta(hours=1)),
    "the routes of a label": first_product(routes=("IV",)),
    "other names of an excipient": first_product(excipients=(an_excipient(synonyms=("sulfite",)),)),
    "a draw": lambda c: replace(c, draws=(a_draw(c.lines[0], "0.2 mL"),)),
    "the beyond-use date": changed(beyond_use_at=AT + timedelta(hours=1)),
    "what was picked": changed(picked=(a_stock(TRANEXAMIC),)),
    "the cocktail's name": changed(ref="C-2"),
    "a rule about two of its lines": changed(
        compatibilities=(a_rule("1", "ingredient:1", "ingredient:2", "INFO"),)
    ),
}
WHAT_DOES_NOT = {
    "a second": changed(at=AT + timedelta(seconds=1)),
    "an hour": changed(at=AT + timedelta(hours=1)),
    "another draws from the same lot": changed(
        stock=tuple(a_stock(p, "3000 mg" if p.is_powder else "50 mL") for p in PRODUCTS)
    ),
    "a delivery": changed(stock=(*(a_stock(p) for p in PRODUCTS), a_stock(ASCORBIC, lot_id=77))),
    "a hold on a lot that is not needed": changed(
        stock=(*(a_stock(p) for p in PRODUCTS), a_stock(ASCORBIC, lot_id=77, held=("recall R-8",)))
    ),
    "a rule about other substances": changed(compatibilities=(a_rule("1", "ingredient:1", "ingredient:77"),)),
    "the order of lines": lambda c: replace(c, lines=c.lines[::-1]),
    "the order of tests": lambda c: in_patient(tests=c.patient.tests[::-1])(c),
    "the same facts made anew": lambda c: a_cocktail(),
}


class TestX2:
    @pytest.mark.parametrize("what", WHAT_MATTERS)
    def test_a_report_dies_with(self, what):
        report = run(a_cocktail(), Stage.SIGN)
        other = WHAT_MATTERS[what](a_cocktail())
        (finding,) = check_report(report.inputs_hash, other, Stage.SIGN)
        assert (finding.code, finding.level, finding.rule) == ("report.stale", Level.BLOCK, "X2")
        assert not is_current(report.inputs_hash, other, Stage.SIGN)

    @pytest.mark.parametrize("what", WHAT_DOES_NOT)
    def test_a_report_survives(self, what):
        report = run(a_cocktail(), Stage.SIGN)
        assert check_report(report.inputs_hash, WHAT_DOES_NOT[what](a_cocktail()), Stage.SIGN) == ()

    @pytest.mark.parametrize(
        ("stage", "crossing"),
        [
            (Stage.CLAIM, {"at": AT + timedelta(days=400)}),  # the lots expire
            (Stage.SIGN, {"at": AT + timedelta(days=30)}),  # allergies are asked again
            (Stage.CLAIM, {"at": AT + timedelta(days=181)}),  # the patch tests lapse
            (Stage.CLAIM, {"stock": tuple(a_stock(p, held=("recall R-7",)) for p in PRODUCTS)}),
            (Stage.SIGN, {"stock": ()}),
            (Stage.SIGN, {"stock": tuple(a_stock(p, "0.29 mL") for p in PRODUCTS if not p.is_powder)}),
        ],
    )
    def test_it_dies_when_time_or_stock_changes_an_answer(self, stage, crossing):
        before = run(a_cocktail(), stage)
        assert not is_current(before.inputs_hash, a_cocktail(**crossing), stage)

    def test_it_dies_at_the_very_second_of_the_beyond_use_date(self):
        until = AT + timedelta(hours=1)
        report = run(a_cocktail(beyond_use_at=until), Stage.ADMINISTER)
        for at, current in ((until - timedelta(seconds=1), True), (until, False)):
            other = a_cocktail(beyond_use_at=until, at=at)
            assert is_current(report.inputs_hash, other, Stage.ADMINISTER) is current

    def test_each_stage_has_its_own(self):
        assert len({inputs_hash(a_cocktail(), stage) for stage in Stage}) == len(Stage)

    def test_the_hash_is_a_sha_256(self):
        assert len(inputs_hash(a_cocktail(), Stage.SIGN)) == 64

    def test_a_fact_of_no_known_kind_is_a_fault_of_ours(self):
        with pytest.raises(TypeError, match="no canonical text"):
            inputs_hash(a_cocktail(ref=object()), Stage.SIGN)

    def test_an_instant_without_its_zone_is_a_fault_of_ours(self):
        with pytest.raises(TypeError, match="zone"):
            inputs_hash(a_cocktail(beyond_use_at=AT.replace(tzinfo=None)), Stage.VERIFY)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from(list(Stage)))
def test_seconds_alone_never_kill_a_report_while_nothing_is_crossed(seconds, stage):
    cocktail = a_cocktail(patient=a_patient(allergies_asked_at=AT), beyond_use_at=AT + timedelta(days=20))
    later = replace(cocktail, at=AT + timedelta(seconds=seconds))
    assert inputs_hash(cocktail, stage) == inputs_hash(later, stage)
