"""C3 C4: what is never mixed, what does not go together, and what nobody has data on."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_draw,
    a_formula,
    a_line,
    a_product,
    a_rule,
    an_excipient,
    ask,
    codes,
    melasma_lines,
    per,
    q,
    some_policies,
)

DEOXYCHOLIC = a_product(
    30, "deoxycholic acid", "10 mg/mL", of={"do_not_mix": True, "do_not_mix_source": "Kybella label"}
)
THIAMINE = a_product(31, "thiamine")
SULFITED = a_product(32, "procaine", "10 mg/mL", excipients=(an_excipient(),))


def pair(a=THIAMINE, b=TRANEXAMIC, **more):
    lines = (a_line(1, a, "1 mL"), a_line(2, b, "1 mL"))
    return {"lines": lines, "target": q("2 mL"), "formula": None, **more}


class TestC3:
    def test_deoxycholic_acid_is_never_a_line_of_a_mixture(self):
        (finding,) = ask("C3", lines=(*melasma_lines(), a_line(5, DEOXYCHOLIC, "1 mL")))
        assert (finding.code, finding.level, finding.line) == ("mix.do_not_mix", Level.BLOCK, 5)
        assert finding.reason == "Deoxycholic acid is never mixed or diluted."
        assert finding.source == "Kybella label"
        assert [(fix.field, fix.value) for fix in finding.fixes] == [("lines-5-remove", "1")]

    def test_also_in_saline_alone(self):
        assert codes(ask("C3", **pair(DEOXYCHOLIC, SALINE))) == ["mix.do_not_mix"]

    def test_two_vials_of_it_are_a_mixture_of_two_lines(self):
        assert codes(ask("C3", **pair(DEOXYCHOLIC, DEOXYCHOLIC))) == ["mix.do_not_mix"] * 2

    def test_given_as_supplied_it_is_allowed(self):
        (answer,) = ask("C3", lines=(a_line(1, DEOXYCHOLIC, "2 mL"),), target=None)
        assert answer.result is Result.NOT_APPLICABLE

    def test_what_may_be_mixed_passes(self):
        assert codes(ask("C3")) == ["mix.allowed"]


class TestC3TheRoute:
    """A route that the label does not name is for two people, or for an approved formula of that route."""

    zinc = replace(THIAMINE, routes=("IV",), route_words="IV admix only; not for direct injection")
    of_it = a_formula(products=frozenset({THIAMINE.id}))

    def by_route(self, product, **more):
        return ask("C3", **pair(product, SALINE, **more))[1:]

    def test_what_the_label_does_not_name_stops_in_its_words(self):
        (finding,) = self.by_route(self.zinc)
        assert (finding.code, finding.result, finding.level) == (
            "route.not_on_label",
            Result.FINDING,
            Level.STOP,
        )
        assert finding.reason == (
            "Thiamine 100 mg/mL is labelled for IV, not for intradermal "
            "(“IV admix only; not for direct injection”)."
        )
        assert (finding.line, finding.field) == (1, "route")

    @pytest.mark.parametrize(
        ("routes", "named"), [(("IV",), "IV"), (("IV", "IM"), "IV and IM"), ((), "unknown")]
    )
    def test_it_says_what_stands_on_the_label(self, routes, named):
        (answer,) = self.by_route(replace(THIAMINE, routes=routes))
        told = (("route", "intradermal"), ("on the label", named), ("product", "thiamine 100 mg/mL"))
        assert answer.inputs == told

    def test_unknown_routes_are_unknown_and_stop(self):
        (answer,) = self.by_route(replace(THIAMINE, routes=()))
        assert (answer.code, answer.result, answer.level) == (
            "route.not_on_record",
            Result.UNKNOWN,
            Level.STOP,
        )

    @pytest.mark.parametrize("routes", [("IV",), ()])
    def test_an_approved_formula_of_that_route_answers_and_it_is_still_shown(self, routes):
        (answer,) = self.by_route(replace(THIAMINE, routes=routes), formula=self.of_it)
        assert answer.accepted == "outside its label, accepted in formula Melasma v3"
        assert not answer.stops

    @pytest.mark.parametrize(
        "formula",
        [
            a_formula(),
            replace(of_it, route="subcutaneous"),
            replace(of_it, approved=False),
            None,
        ],
    )
    def test_no_other_formula_does(self, formula):
        (answer,) = self.by_route(self.zinc, formula=formula)
        assert (answer.accepted, answer.stops) == ("", True)

    def test_a_line_of_any_product_covers_each(self):
        formula = a_formula(any_product_of=frozenset({THIAMINE.ingredient.id}))
        (answer,) = self.by_route(self.zinc, formula=formula)
        assert not answer.stops

    def test_given_as_supplied_it_is_asked_too(self):
        answers = ask("C3", lines=(a_line(1, self.zinc, "1 mL"),), target=None, formula=None)
        assert codes(answers) == ["mix.single_line", "route.not_on_label"]

    def test_the_route_is_a_word_in_any_case_and_a_diluent_goes_by_any(self):
        named = replace(THIAMINE, routes=("IM", "Intradermal"))
        assert self.by_route(named) == ()
        lines = (a_line(1, named, "1 mL"), a_line(2, replace(SALINE, routes=("diluent",)), "1 mL"))
        assert codes(ask("C3", lines=lines, target=q("2 mL"), formula=None)) == ["mix.allowed"]


class TestC4Levels:
    @pytest.mark.parametrize(
        ("level", "code", "stops"),
        [
            ("BLOCK", "pair.incompatible", True),
            ("STOP", "pair.incompatible", True),
            ("WARN", "pair.caution", False),
            ("INFO", "pair.note", False),
            ("block", "pair.incompatible", True),
        ],
    )
    def test_the_table_decides_how_far_it_stops(self, level, code, stops):
        rule = a_rule("9", "ingredient:31", "ingredient:1", level)
        (finding,) = ask("C4", **pair(compatibilities=(rule,)))
        assert (finding.code, finding.level, finding.stops) == (code, Level[level.upper()], stops)

    def test_it_says_what_with_what_why_and_by_whose_word(self):
        rule = a_rule("9", "ingredient:31", "group:sulfite", mechanism="cleaves thiamine", source="TRIS-B1")
        (finding,) = ask("C4", **pair(b=SULFITED, compatibilities=(rule,)))
        assert finding.reason == "Thiamine with procaine: cleaves thiamine."
        assert (finding.source, finding.remedy) == ("TRIS-B1", "Leave one out.")
        assert finding.inputs == (("table row", "9 v1"), ("lines", "1 and 2"))
        assert [fix.field for fix in finding.fixes] == ["lines-2-remove", "lines-1-remove"]

    def test_the_worded_condition_is_said(self):
        rule = a_rule("27", "ingredient:31", "ingredient:1", "WARN", condition="7 days at 5 C in the dark")
        (finding,) = ask("C4", **pair(compatibilities=(rule,)))
        assert finding.reason == "Thiamine with tranexamic acid: mechanism of 27 (7 days at 5 C in the dark)."

    def test_alone_is_said_once_of_all_the_others(self):
        rule = a_rule("31", "ingredient:3", kind="alone")
        found = ask("C4", compatibilities=(rule,))
        assert codes(found) == ["pair.alone", "pair.no_data"]
        assert found[0].reason == (
            "Glutathione with tranexamic acid, ascorbic acid and sodium chloride 0.9 %: mechanism of 31."
        )
        assert [fix.field for fix in found[0].fixes] == ["lines-3-remove"]

    def test_two_rows_about_one_pair_are_cleared_one_by_one(self):
        rules = tuple(a_rule(n, "ingredient:31", "ingredient:1", "WARN") for n in ("10", "11"))
        found = ask("C4", **pair(compatibilities=rules))
        assert len({finding.key for finding in found}) == 2


class TestC4WhatNobodyKnows:
    """A rule that depends on an unknown figure is a STOP at most: a second person judges."""

    @pytest.mark.parametrize(
        ("level", "expected"), [("BLOCK", Level.STOP), ("STOP", Level.STOP), ("WARN", Level.WARN)]
    )
    def test_an_unknown_ph(self, level, expected):
        rule = a_rule("23", "ingredient:31", "ingredient:1", level, ph_below=Fraction(6))
        answers = ask("C4", **pair(compatibilities=(rule,)))
        assert codes(answers) == ["pair.may_be_incompatible", "pair.no_data"]
        assert (answers[0].result, answers[0].level) == (Result.UNKNOWN, expected)
        assert "the pH of the mixture" in answers[0].reason

    def test_a_known_one_decides(self):
        rule = a_rule("23", "ingredient:31", "ingredient:1", ph_below=Fraction(6))
        for low, high, expected in ((2, 4, "pair.incompatible"), (7, 8, "pair.no_data")):
            products = (
                replace(p, ph_low=Fraction(low), ph_high=Fraction(high)) for p in (THIAMINE, TRANEXAMIC)
            )
            assert codes(ask("C4", **pair(*products, compatibilities=(rule,)))) == [expected]

    @pytest.mark.parametrize(
        ("limit", "expected"), [("50 mg/mL", "pair.incompatible"), ("50.1 mg/mL", "pair.no_data")]
    )
    def test_a_concentration_is_that_of_the_mixture(self, limit, expected):
        # 1 mL of 100 mg/mL in 2 mL
        rule = a_rule("12", "ingredient:31", "ingredient:1", concentration_from=per(limit))
        assert codes(ask("C4", **pair(compatibilities=(rule,)))) == [expected]

    def test_the_higher_of_planned_and_rounded_counts(self):
        # 100 mg of 150 mg/mL is rounded up to 100.5 mg: 20.1 mg/mL.
        rule = a_rule("12", "ingredient:3", "ingredient:1", concentration_from=per("20.05 mg/mL"))
        assert "pair.incompatible" in codes(ask("C4", compatibilities=(rule,)))

    def test_in_the_end_what_was_drawn_counts(self):
        rule = a_rule("12", "ingredient:31", "ingredient:1", concentration_from=per("40 mg/mL"))
        more = pair(compatibilities=(rule,))
        draws = (a_draw(more["lines"][0], "0.5 mL"), a_draw(more["lines"][1], "1.5 mL"))
        assert codes(ask("C4", Stage.FINAL, **more, draws=draws)) == ["pair.no_data"]


class TestC4PairsWithoutData:
    def test_one_line_names_them_all(self):
        (answer,) = ask("C4", **pair(GLUTATHIONE, TRANEXAMIC))
        assert (answer.code, answer.result, answer.level) == ("pair.no_data", Result.UNKNOWN, Level.WARN)
        assert answer.reason == "No data for glutathione with tranexamic acid (0 of 1 pairs known)."
        assert answer.remedy == (
            "No data is not the same as compatible: give a reason to go on, or leave one out."
        )

    def test_the_formula_answers_for_its_own_pairs_and_they_are_still_shown(self):
        (answer,) = ask("C4")
        assert (answer.code, answer.accepted) == ("pair.no_data", "no data, accepted in formula Melasma v3")
        assert not answer.stops
        assert len(answer.inputs) == 6

    def test_a_changed_line_raises_only_the_new_pairs(self):
        new, accepted = ask("C4", lines=(*melasma_lines(), a_line(5, THIAMINE, "10 mg")))
        assert not new.accepted
        assert new.subject.count("thiamine") == 4
        assert accepted.accepted
        assert "thiamine" not in accepted.subject

    def test_an_unapproved_formula_answers_for_nothing(self):
        (answer,) = ask("C4", formula=a_formula(approved=False))
        assert not answer.accepted

    def test_a_diluent_is_a_pair_like_any_other_until_the_table_says(self):
        assert codes(ask("C4", **pair(TRANEXAMIC, SALINE))) == ["pair.no_data"]
        rule = a_rule("c1", "ingredient:1", "ingredient:4", "INFO", kind="compatible")
        (answer,) = ask("C4", **pair(TRANEXAMIC, SALINE, compatibilities=(rule,)))
        assert (answer.code, answer.reason) == ("pair.compatible", "1 of 1 pairs known.")

    def test_what_is_compatible_only_in_words_is_said_and_stays_unknown(self):
        rule = a_rule(
            "25", "ingredient:31", "ingredient:1", "INFO", kind="compatible", condition="10:1, 28 d at 5 C"
        )
        (answer,) = ask("C4", **pair(compatibilities=(rule,)))
        assert answer.result is Result.UNKNOWN
        assert answer.reason.endswith(
            "On record: thiamine with tranexamic acid goes together when 10:1, 28 d at 5 C."
        )

    def test_one_line_makes_no_pair(self):
        (answer,) = ask("C4", lines=melasma_lines()[:1])
        assert answer.result is Result.NOT_APPLICABLE


def test_an_order_that_contradicts_itself_is_for_two_people():
    rules = (
        a_rule("1", "ingredient:1", "ingredient:2", "INFO", first="a"),
        a_rule("2", "ingredient:2", "ingredient:1", "INFO", first="a"),
    )
    found = [x for x in ask("C4", compatibilities=rules) if x.code == "order.of_addition"]
    assert [(x.level, x.reason.rpartition(". ")[2], x.remedy) for x in found] == [
        (Level.STOP, "The rules about the order contradict each other.", "Put the lines in that order.")
    ] * 2


@pytest.mark.parametrize(
    ("first", "level", "reason", "remedy"),
    [
        ("a", Level.INFO, "Tranexamic acid goes into the syringe before ascorbic acid.", ""),
        (
            "b",
            Level.WARN,
            "Ascorbic acid goes into the syringe before tranexamic acid. "
            "The lines stand the other way round.",
            "Put the lines in that order.",
        ),
        (
            "unknown",
            Level.WARN,
            "Which of tranexamic acid and ascorbic acid goes in first matters, and no source says which.",
            "Give a reason for the order, or leave one out.",
        ),
    ],
)
def test_the_order_of_two_lines_is_said_and_warns_where_it_is_not_kept(first, level, reason, remedy):
    rules = (a_rule("1", "ingredient:1", "ingredient:2", "INFO", first=first),)
    (found,) = (x for x in ask("C4", compatibilities=rules) if x.code.startswith("order."))
    assert (found.level, found.reason, found.remedy, found.line) == (
        level,
        reason,
        remedy,
        2 if first == "b" else 1,
    )


def test_what_is_known_of_each_pair_is_among_its_inputs():
    rules = (a_rule("1", "ingredient:1", "ingredient:2", "INFO", "compatible"),)
    accepted = a_formula(accepted_pairs=frozenset({frozenset({1, 3})}))
    found = next(x for x in ask("C4", compatibilities=rules, formula=accepted) if x.code == "pair.no_data")
    assert found.inputs == (
        ("tranexamic acid with ascorbic acid", "known"),
        ("tranexamic acid with glutathione", "no data, accepted in the formula"),
        ("tranexamic acid with sodium chloride 0.9 %", "no data"),
        ("ascorbic acid with glutathione", "no data"),
        ("ascorbic acid with sodium chloride 0.9 %", "no data"),
        ("glutathione with sodium chloride 0.9 %", "no data"),
    )


@pytest.mark.parametrize(
    ("limit", "stable", "level"),
    [(4, None, None), (5, None, Level.WARN), (12, 4, None), (12, 5, Level.WARN), (None, 5, Level.WARN)],
)
def test_it_is_kept_for_the_shorter_of_the_sites_limit_and_what_its_lines_leave(limit, stable, level):
    rules = (a_rule("12b", "ingredient:1", "ingredient:2", "WARN", kept_above_h=Fraction(4)),)
    first, *others = melasma_lines()
    kept = replace(first.product, mixture_stability_h=stable and Fraction(stable))
    policies = some_policies(preparation_limit_h=limit and Fraction(limit))
    more = {"lines": (replace(first, product=kept), *others), "policies": policies}
    found = [x for x in ask("C4", **more, compatibilities=rules) if "(table row 12b)" in x.subject]
    assert [x.level for x in found] == ([] if level is None else [level])


def test_a_ratio_goes_by_the_volumes_that_count():
    # 0.2 mL to 0.3 mL as planned; 0.4 mL to 0.3 mL as drawn in the end.
    rules = (a_rule("25a", "ingredient:1", "ingredient:2", "BLOCK", ratio_below=Fraction(1)),)
    draws = tuple(
        a_draw(line, measured)
        for line, measured in zip(melasma_lines(), ("0.4 mL", "0.3 mL", "0.67 mL", "3.63 mL"), strict=True)
    )
    for stage, expected in ((Stage.SIGN, [Level.BLOCK]), (Stage.FINAL, [])):
        found = ask("C4", stage, compatibilities=rules, draws=draws)
        assert [x.level for x in found if "(table row 25a)" in x.subject] == expected
