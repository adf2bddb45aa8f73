"""The list as a whole: every rule answers, reports live and die with their facts, and it is quick."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from formulary.rules.checklist import BY_ID, RULE_SET, RULES, run
from formulary.rules.checklist.run import ask as ask_rules
from formulary.rules.checklist.run import examined, order
from formulary.rules.facts import Cocktail
from formulary.rules.findings import Level, Result, Stage, Verdict
from tests.rules.builders import (
    ASCORBIC,
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_cocktail,
    a_consent,
    a_draw,
    a_formula,
    a_limit,
    a_line,
    a_patient,
    a_product,
    a_rule,
    a_stock,
    a_test,
    an_allergy,
    an_excipient,
    codes,
    melasma_lines,
    some_policies,
)

WARN = Level.WARN
PRODUCTS = (TRANEXAMIC, ASCORBIC, GLUTATHIONE, SALINE)
AMOUNTS = "U1 U2 U3 U4 C2 C3 C4 C5 C6 C7 D1 D2 D3 D4 D5 C1"
IDS = f"{AMOUNTS} A1 A2 A3 A4 A5 T1 T2 T3 P1 P2 P3 B1 L1 L2 L3 L4 L5 L6 M1 M2 M3 R1 B2 X1 X2"


class TestTheTable:
    def test_it_holds_the_rules_in_order(self):
        assert [rule.id for rule in RULES] == IDS.split()
        assert list(BY_ID) == IDS.split()

    def test_what_runs_when(self):
        at = {stage.value: " ".join(rule.id for rule in RULES if rule.runs_at(stage)) for stage in Stage}
        assert at == {
            "D": f"{AMOUNTS} A1 A2 A3 A4 A5 T1 T2 T3 P1 P2 P3 L2 L6 M1 M2 B2 X1 X2",
            "S": f"{AMOUNTS} A1 A2 A3 A4 A5 T1 T2 T3 P1 P2 P3 L2 L6 M1 M2 B2 X1 X2",
            "V": "U1 U2 U4 C2 C3 C4 C5 C7 D1 C1 A1 M1 M2 B2 X2",
            "C": "T1 T2 T3 P3 L1 L2 L6 X2",
            "P": "C6 C7 A1 B1 L3 L4 L5 M3 X2",
            "F": "U4 C2 C3 C4 C5 C6 D1 D3 C1 B1 L1 L2 M2 X2",
            "A": "D3 D4 A1 A3 A4 A5 T1 T2 T3 P1 P2 P3 B1 L1 L2 R1 X2",
        }

    def test_how_far_each_stops_and_what_nobody_knows_counts_as(self):
        told: dict[tuple[str, str], list[str]] = {}
        for rule in RULES:
            told.setdefault((rule.level.name, rule.unknown.name if rule.unknown else "-"), []).append(rule.id)
        assert {key: " ".join(ids) for key, ids in told.items()} == {
            ("BLOCK", "-"): "U1 U2 C2 T2 L2 L3 L4 X2",
            ("BLOCK", "BLOCK"): "P3 B1 L1",
            ("BLOCK", "STOP"): "C3",
            ("BLOCK", "WARN"): "C4",
            ("STOP", "STOP"): "U4 D1 D3 D5 C1 A4 T1 P2",
            ("STOP", "WARN"): "C6 D4",
            ("STOP", "-"): "C7 A1 A2 A3 T3 M2 M3 R1 B2",
            ("WARN", "INFO"): "U3 C5 D2",
            ("WARN", "WARN"): "A5",
            ("WARN", "-"): "P1 L5 L6 M1 X1",
        }
        later = {rule.id: {stage.value: level.name for stage, level in rule.at.items()} for rule in RULES}
        assert {key: levels for key, levels in later.items() if levels} == {
            "P1": {"A": "BLOCK"},
            "L6": {"C": "BLOCK"},
        }

    def test_which_rules_were_changed_since_they_were_first_written(self):
        assert {rule.id: rule.version for rule in RULES if rule.version != 1} == {
            "A4": 2,
            "A5": 2,
            "B2": 2,
            "C4": 2,
            "C5": 2,
            "C6": 3,
            "D1": 3,
            "D3": 3,
            "D4": 2,
            "L2": 2,
            "P2": 2,
        }

    def test_a_draft_shows_what_signing_would(self):
        for rule in RULES:
            assert rule.runs_at(Stage.DRAFT) == rule.runs_at(Stage.SIGN)

    def test_a_rule_is_asked_by_the_list_or_by_an_act(self):
        by_act = {rule.id: rule.act for rule in RULES if rule.check is None}
        assert by_act == {
            "L3": "check_scan",
            "L4": "check_draw",
            "L5": "check_passed_over",
            "M3": "check_draw",
            "R1": "check_given",
            "X2": "check_report",
        }
        assert all((rule.check is None) == bool(rule.act) for rule in RULES)

    def test_every_rule_says_what_it_asks_and_by_whose_word(self):
        assert all(rule.title and rule.source and rule.version >= 1 for rule in RULES)


@pytest.mark.parametrize("stage", Stage)
class TestEveryAnswer:
    def test_every_rule_of_the_stage_answers_under_its_name(self, stage):
        report = run(a_cocktail(), stage)
        assert list(dict.fromkeys(a.rule for a in report.answers)) == [
            r.id for r in RULES if r.runs_at(stage)
        ]
        assert (report.stage, report.rule_set) == (stage, RULE_SET)

    def test_every_answer_is_whole(self, stage):
        for cocktail in (
            a_cocktail(),
            a_cocktail(patient=None, stock=(), syringes=(), formula=None),
            in_trouble(),
        ):
            for answer in run(cocktail, stage).answers:
                assert answer.code.count(".") >= 1
                assert answer.subject and answer.reason.endswith(".") and answer.source
                assert (answer.level is None) == (answer.result in (Result.PASS, Result.NOT_APPLICABLE))

    def test_without_a_patient_patient_rules_do_not_apply(self, stage):
        asked = [
            a
            for a in run(a_cocktail(patient=None), stage).answers
            if a.rule in ("A1", "A3", "T1", "T2", "T3", "P1")
        ]
        assert all(a.result is Result.NOT_APPLICABLE for a in asked)

    def test_findings_can_be_cleared_one_by_one(self, stage):
        keys = [finding.key for finding in run(in_trouble(), stage).findings]
        assert len(set(keys)) == len(keys)

    def test_the_order_of_lines_changes_nothing(self, stage):
        for cocktail in (a_cocktail(), in_trouble()):
            turned = replace(cocktail, lines=cocktail.lines[::-1], stock=cocktail.stock[::-1])
            report, other = run(cocktail, stage), run(turned, stage)
            assert report.inputs_hash == other.inputs_hash
            assert sorted(report.answers, key=str) == sorted(other.answers, key=str)

    def test_words_are_those_of_the_house(self, stage):
        for answer in run(in_trouble(), stage).answers:
            words = f"{answer.reason} {answer.remedy}".casefold()
            assert not any(
                bad in words for bad in ("please", "invalid", "error", "successfully", "oops", "!")
            )
            assert "None" not in f"{answer.subject} {answer.reason}".replace("None is", "")


def in_trouble() -> Cocktail:
    """A cocktail with nearly everything wrong."""
    sulfited = a_product(
        60, "procaine", "10 mg/mL", excipients=(an_excipient(),), limits=(a_limit("1 mg", hard=False),)
    )
    lines = (
        *melasma_lines()[:2],
        a_line(3, GLUTATHIONE, "1500 mg"),
        a_line(4, sulfited, "20 mg"),
        a_line(5, a_product(61, "deoxycholic acid", of={"do_not_mix": True}), "0.004 mL"),
        a_line(6, SALINE, "qs"),
    )
    patient = a_patient(
        allergies=(an_allergy(), an_allergy("bee stings", group=None)),
        allergies_asked_at=None,
        weight=None,
        tests=(a_test(ASCORBIC, "- ++"), a_test(GLUTATHIONE, "- ?+ -")),
        consents=(a_consent(version="old"),),
    )
    rules = (
        a_rule("1", "ingredient:61", kind="alone"),
        a_rule("23", "ingredient:60", "ingredient:2", ph_below=Fraction(6)),
        a_rule("36", "group:thiol", "ingredient:2", "WARN"),
    )
    return a_cocktail(
        lines=lines,
        patient=patient,
        compatibilities=rules,
        stock=(a_stock(TRANEXAMIC, held=("recall R-7",)), a_stock(ASCORBIC, expires_on=date(2026, 1, 1))),
        policies=some_policies(dose_tolerance=None, volume_tolerance=None),
        draws=tuple(a_draw(line, "1 mL") for line in lines[:2]),
        formula=a_formula(),
    )


class TestTheStory:
    """What the practitioner meets while she composes the melasma cocktail."""

    def test_the_cocktail_of_the_formula_may_be_signed(self):
        report = run(a_cocktail(), Stage.SIGN)
        assert report.verdict is Verdict.INFO
        assert report.at_least(WARN) == ()
        assert {finding.accepted for finding in report.findings if finding.accepted} == {
            "limit unknown, accepted in formula Melasma v3",
            "no data, accepted in formula Melasma v3",
        }

    def test_fifteen_hundred_typed_for_a_hundred_and_fifty(self):
        lines = (*melasma_lines()[:2], a_line(3, GLUTATHIONE, "1500 mg"), melasma_lines()[3])
        report = run(a_cocktail(lines=lines), Stage.DRAFT)
        assert [(f.code, f.level) for f in report.at_least(WARN)] == [
            ("volume.above_target", Level.BLOCK),
            ("dose.outside_formula", Level.STOP),
            ("concentration.outside_formula", Level.STOP),
            ("site.limit_unknown", WARN),
        ]

    def test_with_deoxycholic_acid(self):
        acid = a_product(61, "deoxycholic acid", "10 mg/mL", of={"do_not_mix": True})
        report = run(a_cocktail(lines=(*melasma_lines(), a_line(5, acid, "1 mL"))), Stage.DRAFT)
        assert (report.verdict, report.findings[0].code) == (Verdict.BLOCK, "mix.do_not_mix")

    def test_before_the_patch_test_is_concluded(self):
        early = tuple(a_test(p, "- -", started=AT - timedelta(hours=50)) for p in PRODUCTS[:3])
        report = run(a_cocktail(patient=a_patient(tests=early)), Stage.SIGN)
        assert [(f.rule, f.code, f.level) for f in report.at_least(WARN)] == [
            ("T1", "patch_test.pending", Level.STOP)
        ] * 3

    def test_for_a_patient_allergic_to_sulfites_with_a_sulfited_product(self):
        sulfited = replace(ASCORBIC, excipients=(an_excipient(),))
        lines = (melasma_lines()[0], a_line(2, sulfited, "30 mg/mL"), *melasma_lines()[2:])
        report = run(a_cocktail(lines=lines, patient=a_patient(allergies=(an_allergy(),))), Stage.SIGN)
        assert [(f.rule, f.level) for f in report.at_least(WARN)] == [("A1", Level.BLOCK)]

    def test_without_a_formula_every_unknown_is_open(self):
        report = run(a_cocktail(formula=None), Stage.SIGN)
        assert report.verdict is Verdict.STOP
        assert codes(report.open).count("dose.limit_unknown") == 3

    def test_after_a_hold_on_the_only_lot(self):
        held = tuple(a_stock(p, **({"held": ("recall R-7",)} if p is GLUTATHIONE else {})) for p in PRODUCTS)
        report = run(a_cocktail(stock=held), Stage.SIGN)
        assert [(f.rule, f.code) for f in report.at_least(WARN)] == [
            ("L2", "lot.held"),
            ("L6", "stock.short"),
        ]

    def test_administered_in_time_it_passes(self):
        lines, volumes = melasma_lines(), ("0.2 mL", "0.3 mL", "0.67 mL", "3.83 mL")
        draws = tuple(a_draw(line, volume) for line, volume in zip(lines, volumes, strict=True))
        ready = a_cocktail(draws=draws, beyond_use_at=AT + timedelta(hours=1))
        assert run(ready, Stage.FINAL).at_least(WARN) == ()
        assert run(ready, Stage.ADMINISTER).at_least(WARN) == ()

    def test_a_neat_line_given_as_supplied(self):
        acid = a_product(
            61, "deoxycholic acid", "10 mg/mL", of={"do_not_mix": True}, limits=(a_limit("100 mg"),)
        )
        patient = a_patient(tests=(a_test(acid),))
        single = a_cocktail(
            lines=(a_line(1, acid, "2 mL"),),
            target=None,
            stock=(a_stock(acid),),
            patient=patient,
            formula=None,
        )
        assert codes(run(single, Stage.SIGN).at_least(WARN)) == [
            "concentration.limit_unknown",
            "site.limit_unknown",
        ]


class TestWhatIsAskedByItself:
    def test_some_rules_at_any_stage(self):
        report = ask_rules(a_cocktail(), Stage.CLAIM, ["D1", "L1"])
        assert {answer.rule for answer in report.answers} == {"D1", "L1"}
        assert (report.stage, report.rule_set, report.inputs_hash) == (Stage.CLAIM, RULE_SET, "")

    def test_what_the_table_says_and_in_which_order(self):
        rule = a_rule("1", "ingredient:1", "ingredient:2", "INFO", first="b")
        cocktail = a_cocktail(compatibilities=(rule,))
        assert [match.rule for match in examined(cocktail).matches] == [rule]
        assert examined(cocktail).words == "1 of 6 pairs known"
        assert [line.number for line in order(cocktail).lines] == [2, 1, 3, 4]
