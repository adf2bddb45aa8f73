"""What a powder was mixed with: asked about as its lines are, in what was picked and in what was drawn."""

from dataclasses import replace
from datetime import date

import pytest

from formulary.rules.checklist import inputs_hash, run, set_aside
from formulary.rules.facts import AllergySeverity, Diluent, Product, Stock
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_cocktail,
    a_draw,
    a_limit,
    a_line,
    a_patient,
    a_product,
    a_rule,
    a_stock,
    a_test,
    an_allergy,
    an_excipient,
    ask,
    codes,
    melasma_lines,
    per,
    q,
)

ALCOHOL = an_excipient("benzyl alcohol", 95, "preservative")
DILUTING = {"is_diluent": True, "patch_test_required": False}
BACTERIOSTATIC = a_product(56, "bacteriostatic water", None, excipients=(ALCOHOL,), of=DILUTING)
WATER = a_product(57, "water for injections", None, of=DILUTING)
ALLERGIC = an_allergy("benzyl alcohol", AllergySeverity.MODERATE, ingredient_id=95)
POWDER = melasma_lines()[2]


def mixed_with(product: Product) -> Stock:
    """An open vial of glutathione, dissolved in this."""
    diluent = Diluent(560, "BAC-1", product.id, date(2027, 11, 30))
    vial = {"vial_id": 7, "vial": "V-0007", "opened_at": AT, "reconstituted_at": AT, "beyond_use_at": None}
    return a_stock(GLUTATHIONE, **vial, opened_for=7, diluent=diluent)


def picked(product: Product = BACTERIOSTATIC, **more):
    return {"picked": (mixed_with(product),), "diluents": (product,), **more}


def drawn(product: Product = BACTERIOSTATIC, **more):
    draws = (a_draw(POWDER, "0.67 mL", stock=mixed_with(product)),)
    return {"draws": draws, "diluents": (product,), **more}


def allergic(*allergies):
    return a_patient(allergies=allergies or (ALLERGIC,))


@pytest.mark.parametrize(
    ("stage", "facts"), [(Stage.DRAW, picked), (Stage.FINAL, drawn), (Stage.ADMINISTER, drawn)]
)
def test_an_allergy_to_what_is_in_the_diluent_stops(stage, facts) -> None:
    (finding,) = ask("A1", stage, **facts(patient=allergic()))
    assert (finding.code, finding.level, finding.line) == ("allergy.excipient", Level.STOP, 3)
    assert finding.reason == (
        "The patient is allergic to benzyl alcohol (moderate), "
        "and bacteriostatic water contains benzyl alcohol."
    )
    assert (finding.remedy, finding.fixes) == ("Take another vial, mixed with a diluent without it.", ())


def test_an_allergy_to_the_diluent_itself_names_the_line_it_is_in() -> None:
    grave = an_allergy("bacteriostatic water", AllergySeverity.SEVERE)
    (finding,) = ask("A1", Stage.DRAW, **picked(patient=allergic(grave)))
    assert (finding.code, finding.level) == ("allergy.ingredient", Level.BLOCK)
    assert finding.reason == (
        "The patient is allergic to bacteriostatic water (severe), "
        "and line 3 is mixed with bacteriostatic water."
    )


def test_another_diluent_passes() -> None:
    assert codes(ask("A1", Stage.DRAW, **picked(WATER, patient=allergic()))) == ["allergy.none_match"]


def test_what_the_label_of_a_diluent_leaves_open_is_said_and_stops_nobody() -> None:
    unlisted = replace(WATER, excipients_known=False)
    (answer,) = ask("A1", Stage.DRAW, **picked(unlisted, patient=allergic()))
    assert (answer.code, answer.result, answer.level) == (
        "allergy.excipients_unknown",
        Result.UNKNOWN,
        Level.INFO,
    )


@pytest.mark.parametrize(("stage", "facts"), [(Stage.CLAIM, picked), (Stage.ADMINISTER, drawn)])
def test_a_positive_patch_test_of_what_is_in_the_diluent_blocks(stage, facts) -> None:
    positive = replace(a_test(TRANEXAMIC, "- ++ ++"), ingredient_id=95, product_id=95)
    patient = a_patient(tests=(*a_patient().tests, positive))
    found = [f for f in ask("T2", stage, **facts(patient=patient)) if f.result is Result.FINDING]
    assert [(f.code, f.level, f.line) for f in found] == [("patch_test.positive_excipient", Level.BLOCK, 3)]


RULE = a_rule("38", "ingredient:1", "group:preservative", "BLOCK")


@pytest.mark.parametrize(("stage", "facts"), [(Stage.CLAIM, picked), (Stage.FINAL, drawn)])
def test_what_is_in_the_diluent_goes_with_the_other_lines_or_blocks(stage, facts) -> None:
    found = [f for f in ask("C4", stage, **facts(compatibilities=(RULE,))) if f.level is Level.BLOCK]
    assert [(f.code, f.reason) for f in found] == [
        ("pair.incompatible", "Tranexamic acid with bacteriostatic water: mechanism of 38.")
    ]


@pytest.mark.parametrize(
    "rule",
    [
        a_rule("31", "ingredient:3", "any", kind="alone"),
        a_rule("K4", "ingredient:3", "ingredient:57", "INFO", kind="compatible"),
    ],
)
def test_a_diluent_makes_no_pair_of_its_own(rule) -> None:
    """What is about any other line, and data on a pair, are asked of the lines alone."""
    without = ask("C4", Stage.FINAL, compatibilities=(rule,), draws=(a_draw(POWDER, "0.67 mL"),))
    assert ask("C4", Stage.FINAL, **drawn(WATER, compatibilities=(rule,))) == without


def test_nothing_is_asked_of_a_vial_that_nobody_picked() -> None:
    on_shelf = {"stock": (*a_cocktail().stock, mixed_with(BACTERIOSTATIC)), "diluents": (BACTERIOSTATIC,)}
    assert codes(ask("A1", patient=allergic(), **on_shelf)) == ["allergy.none_match"]


def test_a_vial_mixed_with_what_the_patient_must_not_have_is_barred_for_them() -> None:
    vial = replace(mixed_with(BACTERIOSTATIC), held=("recall R-7",))
    told = a_cocktail(stock=(vial,), diluents=(BACTERIOSTATIC,), patient=allergic())
    [seen] = set_aside(told).stock
    assert seen.held == (
        "recall R-7",
        "mixed with bacteriostatic water, and the patient is allergic to it or to what is in it",
    )


def test_a_vial_mixed_with_what_was_tested_positive_is_barred_too() -> None:
    positive = replace(a_test(TRANEXAMIC, "- ++ ++"), ingredient_id=95, product_id=95)
    told = a_cocktail(
        stock=(mixed_with(BACTERIOSTATIC),), diluents=(BACTERIOSTATIC,), patient=a_patient(tests=(positive,))
    )
    assert set_aside(told).stock[0].held == (
        "mixed with bacteriostatic water, and a patch test of what is in it was positive",
    )


@pytest.mark.parametrize("patient", [None, a_patient(), allergic(an_allergy("sulfites"))])
def test_for_everybody_else_it_stays_as_it_is(patient) -> None:
    told = a_cocktail(stock=(mixed_with(BACTERIOSTATIC),), diluents=(BACTERIOSTATIC,), patient=patient)
    assert set_aside(told) == told


def test_a_report_outlives_the_mixing_of_another_vial() -> None:
    before, after = a_cocktail(), a_cocktail(diluents=(WATER,))
    assert inputs_hash(before, Stage.SIGN) == inputs_hash(after, Stage.SIGN)


def test_a_diluent_that_is_a_line_as_well_is_asked_about_once() -> None:
    lines = (*melasma_lines()[:3], a_line(4, WATER, "qs"))
    rule = a_rule("9", "ingredient:1", "ingredient:57")
    found = ask("C4", Stage.FINAL, **drawn(WATER, lines=lines, compatibilities=(rule,)))
    assert codes(f for f in found if f.level is Level.BLOCK) == ["pair.incompatible"]


@pytest.mark.parametrize(
    ("diluent", "code"),
    [
        (WATER, "excipient.none_counted"),
        (BACTERIOSTATIC, "excipient.limit_unknown"),
        (replace(WATER, excipients_known=False), "excipient.not_on_record"),
    ],
)
def test_a_preservative_in_the_diluent_is_never_said_to_be_none(diluent, code) -> None:
    (answer,) = ask("C6", **picked(diluent))
    assert (answer.code, answer.accepted) == (code, "")


@pytest.mark.parametrize(
    ("weight", "code"), [(None, "excipient.weight_unknown"), ("58 kg", "excipient.amount_unknown")]
)
def test_a_limit_of_it_by_weight_is_never_dropped(weight, code) -> None:
    limited = replace(ALCOHOL, limits=(replace(a_limit(), per_kg=q("1 mg")),))
    patient = a_patient(weight=q(weight) if weight else None)
    found = ask("C6", **picked(replace(BACTERIOSTATIC, excipients=(limited,)), patient=patient))
    assert codes(found) == [code]


MEASURED = replace(ALCOHOL, amount=per("9 mg/mL"), limits=(a_limit("5 mg", hard=False),))
PRESERVED = replace(GLUTATHIONE, excipients=(MEASURED,))
WITH_IT = (*melasma_lines()[:2], a_line(3, PRESERVED, "100 mg"), a_line(4, SALINE, "qs"))


def in_the_end(measured: str, **more):
    """The sums of what was drawn: the glutathione, and saline up to the mark."""
    draws = (a_draw(WITH_IT[2], measured), a_draw(WITH_IT[3], "4.33 mL"))
    return ask("C6", Stage.FINAL, **{"lines": WITH_IT, "draws": draws, **more})


@pytest.mark.parametrize(("stage", "facts"), [(Stage.DRAW, picked), (Stage.FINAL, drawn)])
def test_the_sums_are_asked_at_the_bench_of_the_diluent_that_was_taken(stage, facts) -> None:
    (answer,) = [x for x in run(a_cocktail(**facts()), stage).answers if x.rule == "C6"]
    assert (answer.code, answer.level) == ("excipient.limit_unknown", Level.WARN)


@pytest.mark.parametrize(
    ("measured", "code"),
    # 9 mg in 1 mL and a limit of 5 mg: 0.555 mL is just within it
    [("0.55 mL", "excipient.within_max"), ("0.56 mL", "excipient.above_max")],
)
def test_in_the_end_the_sums_are_of_what_was_drawn(measured, code) -> None:
    assert codes(in_the_end(measured)) == [code]


def test_overfill_stays_behind_and_counts_for_nothing() -> None:
    assert codes(in_the_end("0.56 mL", target=q("4.5 mL"))) == ["excipient.within_max"]


def test_rounding_at_the_bench_leaves_the_answer_given_at_signing_standing() -> None:
    (signed,) = ask("C6", lines=WITH_IT)
    (final,) = in_the_end("0.68 mL")
    assert (signed.code, signed.level) == ("excipient.above_max", Level.STOP)
    assert signed.reason != final.reason
    assert signed.key == final.key
