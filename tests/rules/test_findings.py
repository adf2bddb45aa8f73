"""What names a finding: an answer to one clears no other, and outlives no change of what it rests on."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from formulary.rules.facts import AllergySeverity
from formulary.rules.findings import (
    Finding,
    Level,
    Refused,
    Report,
    Result,
    Stage,
    inputs_hash,
    joined,
    refuse,
)
from tests.rules.builders import (
    ASCORBIC,
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_draw,
    a_limit,
    a_line,
    a_patient,
    a_product,
    a_stock,
    a_test,
    an_allergy,
    an_excipient,
    ask,
    q,
    some_policies,
)

PRESERVED = a_product(
    40,
    "procaine",
    "10 mg/mL",
    excipients=(an_excipient("sodium metabisulfite", 91), an_excipient("benzyl alcohol", 92)),
)
MILD = an_allergy("sodium metabisulfite", AllergySeverity.MILD, ingredient_id=91)
MODERATE = an_allergy("benzyl alcohol", AllergySeverity.MODERATE, ingredient_id=92)


def keys(rule, stage=Stage.SIGN, **more):
    return [finding.key for finding in ask(rule, stage, **more)]


def allergic(*allergies):
    lines = (a_line(1, PRESERVED, "10 mg"), a_line(2, SALINE, "qs"))
    return {"lines": lines, "patient": a_patient(allergies=allergies)}


def dosed(typed, limit="40 mg"):
    product = a_product(41, "lidocaine", "10 mg/mL", limits=(a_limit(limit, hard=False),))
    return {"lines": (a_line(1, product, typed), a_line(2, SALINE, "qs")), "formula": None}


def asked_before(days, **more):
    return {"patient": a_patient(allergies_asked_at=AT - timedelta(days=days)), **more}


def test_two_allergies_on_one_line_are_two_findings():
    first, second = ask("A1", **allergic(MILD, MODERATE))
    assert (first.place, first.key == second.key) == (second.place, False)


def test_an_allergy_is_the_same_finding_at_the_draw_and_at_the_patient():
    signed = keys("A1", **allergic(MILD))
    assert [keys("A1", stage, **allergic(MILD)) for stage in (Stage.DRAW, Stage.ADMINISTER)] == [signed] * 2


def test_an_allergy_that_became_worse_is_another_finding():
    worse = an_allergy("sodium metabisulfite", AllergySeverity.MODERATE, ingredient_id=91)
    assert keys("A1", **allergic(MILD)) != keys("A1", **allergic(worse))


def test_what_is_in_a_vial_unknown_to_us_is_another_finding_for_another_allergy():
    unknown = a_product(42, "procaine", "10 mg/mL", excipients_known=False)
    of = [allergic(MILD), allergic(MILD, MODERATE)]
    told = [keys("A1", **each | {"lines": (a_line(1, unknown, "10 mg"),)}) for each in of]
    assert told[0] != told[1]


def test_a_dose_above_its_limit_is_the_same_finding_whatever_the_syringe_held():
    planned = dosed("60 mg")
    drawn = (a_draw(planned["lines"][0], "5.98 mL", stock=a_stock(planned["lines"][0].product)),)
    assert keys("D1", Stage.FINAL, draws=drawn, **planned)[:1] == keys("D1", **planned)[:1]


def test_another_dose_or_another_limit_is_another_finding():
    found = [keys("D1", **each)[0] for each in (dosed("60 mg"), dosed("70 mg"), dosed("60 mg", "30 mg"))]
    assert len(set(found)) == 3


def test_allergies_asked_long_ago_stay_one_finding_as_days_pass_and_not_when_asked_again():
    policies = some_policies(allergy_asked_within=timedelta(days=30))
    first = keys("A3", policies=policies, **asked_before(40))
    later = {**asked_before(40), "at": AT + timedelta(days=1)}
    assert keys("A3", policies=policies, **later) == first
    assert keys("A3", policies=policies, **asked_before(35)) != first


def test_a_test_that_is_not_concluded_stays_one_finding_while_its_reading_falls_due():
    started = AT - timedelta(hours=26)
    waiting = {"patient": a_patient(tests=(a_test(ASCORBIC, "-", started=started),))}
    found = [ask("T1", **waiting, at=AT + timedelta(hours=hours)) for hours in (0, 22)]
    told = [next(f for f in each if f.code == "patch_test.pending") for each in found]
    assert (told[0].reason == told[1].reason, told[0].key == told[1].key) == (False, True)


def test_another_doubtful_reading_is_another_finding():
    tests = [a_test(TRANEXAMIC, "- - ?+", started=AT - timedelta(days=days)) for days in (5, 6)]
    of = [{"patient": a_patient(tests=(test, a_test(GLUTATHIONE), a_test(ASCORBIC)))} for test in tests]
    assert keys("T3", **of[0]) != keys("T3", **of[1])


def test_a_shortage_stays_one_finding_while_others_draw_from_the_shelf():
    lines = (a_line(1, TRANEXAMIC, "20 mg"),)
    of = [(a_stock(TRANEXAMIC, remaining),) for remaining in ("0.1 mL", "0.05 mL")]
    first, second = (ask("L6", lines=lines, stock=stock, target=q("5 mL"))[0] for stock in of)
    assert (first.code, first.reason == second.reason, first.key == second.key) == (
        "stock.short",
        False,
        True,
    )


def test_a_refusal_says_its_findings_and_never_none():
    found = (Finding("a.b", "it", "One."), Finding("c.d", "it", "Two."))
    assert str(Refused(*found)) == "a.b: One.; c.d: Two."
    assert Refused(*found).findings == found
    with pytest.raises(ValueError, match="at least one"):
        Refused()


def test_a_refusal_of_one_finding_is_final():
    refusal = refuse("a.b", "it", "One.", "Do it.", line=3)
    assert refusal.findings == (Finding("a.b", "it", "One.", "Do it.", level=Level.BLOCK, line=3),)


def test_the_place_of_a_finding_is_its_question_and_not_what_was_found():
    finding = Finding("dose.above_max", "lidocaine", "300 mg", rule="D1", line=3)
    assert finding.place == "D1:dose.above_max:3:lidocaine"
    assert finding.at_field("lines-3-dose").place == finding.place
    assert Finding("pair.no_data", "pairs", "", rule="C4").place == "C4:pair.no_data:0:pairs"


def a_report(*answers):
    return Report(Stage.SIGN, "rules", "hash", answers)


NOTE = Finding("n", "note", "", level=Level.INFO, line=1)
LATE = Finding("w2", "warning", "", level=Level.WARN, line=2)
EARLY = Finding("w1", "warning", "", level=Level.WARN, line=1)
WHOLE = Finding("w0", "warning", "", level=Level.WARN)
STOPS = Finding("s", "stop", "", level=Level.STOP, line=3, result=Result.UNKNOWN)
ACCEPTED = Finding("a", "accepted", "", level=Level.STOP, accepted="formula")
BARE = Finding("b", "no level", "")
PASSED = Finding("p", "passed", "", result=Result.PASS)
ASIDE = Finding("x", "aside", "", result=Result.NOT_APPLICABLE)


def test_a_report_shows_what_is_open_worst_first_then_by_line_and_what_was_accepted_last():
    report = a_report(ACCEPTED, BARE, PASSED, NOTE, LATE, EARLY, ASIDE, WHOLE, STOPS)
    assert report.findings == (STOPS, WHOLE, EARLY, LATE, NOTE, BARE, ACCEPTED)
    assert report.open == (STOPS, WHOLE, EARLY, LATE, NOTE, BARE)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ((), "pass"),
        ((PASSED, ASIDE), "pass"),
        ((ACCEPTED,), "pass"),
        ((BARE,), "info"),
        ((NOTE, PASSED), "info"),
        ((NOTE, EARLY, ACCEPTED), "warn"),
        ((STOPS, NOTE), "stop"),
        ((STOPS, replace(NOTE, level=Level.BLOCK)), "block"),
    ],
)
def test_the_verdict_is_the_worst_that_is_open(answers, verdict):
    assert a_report(*answers).verdict.value == verdict


def test_what_is_at_least_of_a_level_is_open_and_of_it_or_worse():
    report = a_report(ACCEPTED, BARE, NOTE, EARLY, STOPS)
    assert [report.at_least(level) for level in Level] == [
        (STOPS, EARLY, NOTE, BARE),
        (STOPS, EARLY),
        (STOPS,),
        (),
    ]


@pytest.mark.parametrize(
    ("level", "accepted", "stops"),
    [
        (Level.WARN, "", False),
        (Level.STOP, "", True),
        (Level.BLOCK, "", True),
        (Level.STOP, "formula", False),
    ],
)
def test_a_finding_stops_from_its_level_on_unless_it_was_accepted(level, accepted, stops):
    assert Finding("a", "it", "", level=level, accepted=accepted).stops is stops
    assert Finding("a", "it", "").stops is False


@pytest.mark.parametrize(
    ("words", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_reads_as_a_sentence(words, said):
    assert joined(words) == said
    assert joined(words, "or") == said.replace("and", "or")


def test_the_answer_of_a_rule_keeps_all_that_was_said():
    told = {each.name: each.name for each in fields(Finding)}
    answer = Finding(**told).of_rule("D1", 3, "its label", Level.STOP)
    rules = {"rule": "D1", "version": 3, "source": "its label", "level": Level.STOP}
    assert {each.name: getattr(answer, each.name) for each in fields(Finding)} == told | rules


def test_a_key_is_of_what_it_rests_on_else_its_inputs_else_its_words():
    bare = Finding("a.b", "it", "One.")
    told = replace(bare, inputs=(("dose", "1 mg"),))
    based = replace(told, rests_on=(("prescribed", "1 mg"),))
    assert len({bare.key, told.key, based.key, replace(bare, reason="Two.").key}) == 4
    assert replace(told, reason="Two.").key == told.key
    assert replace(told, inputs=(("dose", "2 mg"),)).key != told.key
    assert replace(based, inputs=(("dose", "2 mg"),), reason="Two.").key == based.key
    assert bare.key.startswith(f"{bare.place}:") and len(bare.key) == len(bare.place) + 17


def test_the_hash_of_inputs_is_of_what_they_are_in_whatever_order_they_come():
    assert inputs_hash({"a": 1, "b": 2}) == inputs_hash({"b": 2, "a": 1})
    assert len({inputs_hash(*parts) for parts in (({"a": 1},), ({"a": 2},), ("a", 1), (("a", 1),))}) == 4
