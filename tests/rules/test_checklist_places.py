"""D4 C5 C6: one point and one area, the osmolality as an estimate, and what the vials bring along."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.facts import LimitKind, LimitPer, Points
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    ASCORBIC,
    SALINE,
    TRANEXAMIC,
    a_formula,
    a_limit,
    a_line,
    a_patient,
    a_product,
    an_excipient,
    ask,
    codes,
    per,
    q,
)

N = "\u00a0"
# Deoxycholic acid: 0.2 mL (2 mg) a point, 50 points, 10 mL, 2 mg per cm2 [KYB1] [KYB4].
ACID = a_product(
    61,
    "deoxycholic acid",
    "10 mg/mL",
    limits=(
        a_limit("2 mg", per=LimitPer.POINT, volume=q("0.2 mL")),
        a_limit(volume=q("10 mL"), points=50),
    ),
)
# Collagenase: 0.84 mg an area, printed for 12 x 0.3 mL x 0.23 mg/mL = 0.828 mg [QWO1].
COLLAGENASE = a_product(62, "collagenase", "0.23 mg/mL", limits=(a_limit("0.84 mg", per=LimitPer.AREA),))


def neat(product, typed="10 mL", *points, **more):
    """One line as supplied, into points of (area, count, each)."""
    into = tuple(Points(area, count, q(each)) for area, count, each in points)
    return {"lines": (a_line(1, product, typed),), "target": None, "formula": None, "points": into, **more}


def shown(answers):
    return [(x.code, x.inputs[0][0]) for x in answers]


class TestOnePoint:
    @pytest.mark.parametrize(
        ("points", "expected"),
        [
            ([("chin", 50, "0.2 mL")], ["site.within_max"]),
            ([("chin", 49, "0.2 mL"), ("chin", 1, "0.200001 mL")], ["site.above_max"] * 3),
            ([("chin", 51, "0.19 mL")], ["site.above_max"]),
            ([("chin", 25, "0.2 mL"), ("neck", 26, "0.1 mL")], ["site.above_max"]),
        ],
    )
    def test_edges(self, points, expected):
        assert codes(ask("D4", **neat(ACID, "10 mL", *points))) == expected

    def test_it_says_where_and_how_much(self):
        (finding, dose) = ask("D4", **neat(ACID, "2 mL", ("chin", 5, "0.3 mL")))
        assert finding.reason == (
            f"Deoxycholic acid: 0.3{N}mL at one point (chin), and the most is 0.2{N}mL."
        )
        assert (finding.level, dose.inputs) == (
            Level.STOP,
            (("at one point (chin)", f"3{N}mg"), ("limit", f"2{N}mg")),
        )

    def test_a_volume_above_the_session_is_seen_before_anybody_says_where(self):
        assert codes(ask("D4", **neat(ACID, "10.5 mL"))) == ["site.above_max", "site.not_told"]

    def test_what_nobody_planned_cannot_be_compared_and_asks_a_reason(self):
        (answer,) = ask("D4", **neat(ACID, "2 mL"))
        assert (answer.code, answer.result, answer.level) == ("site.not_told", Result.UNKNOWN, Level.WARN)
        assert f"0.2{N}mL at one point" in answer.reason

    def test_how_large_the_area_is_nobody_records(self):
        # 2 mg per cm2 [KYB1].
        product = replace(ACID, limits=(a_limit("2 mg", per=LimitPer.CM2),))
        (answer,) = ask("D4", **neat(product, "2 mL", ("chin", 10, "0.2 mL")))
        assert (answer.code, answer.result, answer.level) == (
            "site.area_not_told", Result.UNKNOWN, Level.INFO,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("each", "expected"),
        [
            ("0.2 mL", ["site.area_not_told", "site.within_max"]),
            ("0.21 mL", ["site.above_max", "site.above_max", "site.area_not_told"]),
        ],
    )
    def test_what_could_be_compared_is_said_beside_the_area_that_nobody_records(self, each, expected):
        product = replace(ACID, limits=(*ACID.limits, a_limit("2 mg", per=LimitPer.CM2)))
        assert codes(ask("D4", **neat(product, "2 mL", ("chin", 10, each)))) == expected

    def test_a_row_about_another_area_says_nothing_here(self):
        buttock = a_limit("0.84 mg", per=LimitPer.AREA, area="buttock")
        product = replace(COLLAGENASE, limits=(buttock,))
        assert codes(ask("D4", **neat(product, "5 mL", ("thigh", 15, "0.3 mL")))) == ["site.within_max"]

    @pytest.mark.parametrize(
        ("points", "expected"),
        [
            ([("left", 12, "0.3 mL"), ("right", 12, "0.3 mL")], ["site.within_max"]),
            ([("left", 13, "0.3 mL"), ("right", 11, "0.3 mL")], ["site.above_max"]),
            ([("left", 6, "0.3 mL"), ("left", 7, "0.3 mL")], ["site.above_max"]),
        ],
    )
    def test_an_area_is_summed_over_its_points(self, points, expected):
        assert codes(ask("D4", **neat(COLLAGENASE, "7.2 mL", *points))) == expected

    @pytest.mark.parametrize("overfill", [None, "0.5 mL", "3 mL"])
    def test_overfill_leaves_the_per_site_dose_unchanged(self, overfill):
        lines = (a_line(1, ACID, "10 mg"), a_line(2, SALINE, "qs"))
        more = neat(ACID, "1 mL", ("chin", 10, "0.2 mL")) | {"lines": lines, "target": q("2 mL")}
        more |= {"overfill": q(overfill) if overfill else None, "syringes": ()}
        (answer,) = ask("D4", **more)
        assert answer.inputs[1] == ("at one point (chin)", f"1{N}mg of 2{N}mg")

    @pytest.mark.parametrize(
        ("product", "why"),
        [
            (replace(COLLAGENASE, strength=None), "is of unknown strength"),
            (
                replace(COLLAGENASE, limits=(replace(a_limit(per=LimitPer.AREA), dose=q("0.84 mL")),)),
                "is measured in another unit than its limit",
            ),
        ],
    )
    def test_a_dose_that_nobody_can_tell_is_unknown_and_never_within(self, product, why):
        (answer,) = ask("D4", **neat(product, "3.6 mL", ("left", 12, "0.3 mL")))
        assert (answer.code, answer.result, answer.level) == (
            "site.dose_unknown", Result.UNKNOWN, Level.WARN,
        )  # fmt: skip
        assert why in answer.reason

    def test_a_volume_above_is_seen_where_the_dose_is_unknown(self):
        answers = ask("D4", **neat(replace(ACID, strength=None), "2 mL", ("chin", 5, "0.3 mL")))
        assert codes(answers) == ["site.above_max", "site.dose_unknown"]

    def test_published_figures_limit_nothing(self):
        # Tranexamic acid 0.05 mL a point [TXA-50]: what a trial did.
        published = a_limit(per=LimitPer.POINT, volume=q("0.05 mL"), kind=LimitKind.HIGHEST_PUBLISHED)
        product = replace(TRANEXAMIC, limits=(published,))
        (answer,) = ask("D4", **neat(product, "1 mL", ("face", 10, "0.1 mL")))
        assert (answer.code, answer.level) == ("site.limit_unknown", Level.WARN)

    def test_an_approved_formula_answers_for_all_its_lines_in_one(self):
        (answer,) = ask("D4")
        assert answer.accepted == "limit unknown, accepted in formula Melasma v3"
        assert answer.subject == "tranexamic acid, ascorbic acid and glutathione"
        assert ask("D4", formula=a_formula(approved=False))[0].accepted == ""


def osmotic(product, low, high=None):
    """A product with its osmolality in mOsm/kg."""
    return replace(
        product, osmolality_low=Fraction(low), osmolality_high=Fraction(low if high is None else high)
    )


def mixed(*parts, target="2 mL", route="SC", **more):
    """Volumes of products, by a route; one answer about the osmolality."""
    lines = tuple(a_line(n, product, volume) for n, (product, volume) in enumerate(parts, 1))
    more = {"lines": lines, "target": q(target), "route": route, "formula": None, "syringes": (), **more}
    (answer,) = [x for x in ask("C5", **more) if x.code.startswith("osmolality.")]
    return answer


PYRIDOXINE = osmotic(a_product(63, "pyridoxine"), 852, 870)  # measured [TRIS-B6]
ISOTONIC = osmotic(SALINE, 300)  # isotonic, about 300 mOsm/kg [USACH]


class TestTheOsmolality:
    """Subcutaneous not above 600 mOsm/kg [USACH], as an estimate."""

    @pytest.mark.parametrize(
        ("parts", "code", "words"),
        [
            ([(PYRIDOXINE, "1 mL"), (ISOTONIC, "1 mL")], "osmolality.in_range", "576 to 585 mOsm/kg"),
            ([(PYRIDOXINE, "1.1 mL"), (ISOTONIC, "0.9 mL")], "osmolality.above_max", "604 to 614 mOsm/kg"),
            ([(PYRIDOXINE, "1.06 mL"), (ISOTONIC, "0.94 mL")], "osmolality.above_max", "593 to 602 mOsm/kg"),
            ([(PYRIDOXINE, "2 mL")], "osmolality.above_max", "852 to 870 mOsm/kg"),
        ],
    )
    def test_edges(self, parts, code, words):
        answer = mixed(*parts)
        assert (answer.code, words in answer.reason) == (code, True)

    def test_it_says_that_it_is_an_estimate_and_asks_a_reason(self):
        finding = mixed((PYRIDOXINE, "2 mL"))
        assert finding.level is Level.WARN
        assert finding.reason.startswith("By an estimate the mixture is above 600 mOsm/kg")
        assert mixed((PYRIDOXINE, "1.06 mL"), (ISOTONIC, "0.94 mL")).reason.startswith(
            "By an estimate the mixture may be"
        )

    def test_a_missing_osmolality_is_unknown_never_a_pass(self):
        answer = mixed((ISOTONIC, "1 mL"), (TRANEXAMIC, "1 mL"))
        assert (answer.code, answer.result, answer.level) == (
            "osmolality.unknown",
            Result.UNKNOWN,
            Level.INFO,
        )
        assert answer.reason == (
            "Line 2, tranexamic acid: not known, so the osmolality of the mixture is unknown; "
            "the others make at least 150 mOsm/kg."
        )

    def test_what_is_known_alone_can_be_too_much(self):
        # Neat ascorbic acid, about 5,900 mOsmol/L by its label [ASC1].
        answer = mixed((osmotic(ASCORBIC, 5900), "0.3 mL"), (TRANEXAMIC, "1.7 mL"))
        assert (answer.code, answer.level) == ("osmolality.above_max", Level.WARN)

    def test_for_the_dermis_the_subcutaneous_ceiling_bounds_and_nothing_is_passed(self):
        below = mixed((ISOTONIC, "2 mL"), route="ID")
        assert (below.code, below.result) == ("osmolality.no_ceiling", Result.UNKNOWN)
        assert "below the subcutaneous one of 600" in below.reason
        assert mixed((PYRIDOXINE, "2 mL"), route="ID").code == "osmolality.above_max"

    def test_by_another_route_nothing_is_known(self):
        assert mixed((PYRIDOXINE, "2 mL"), route="IV").code == "osmolality.no_ceiling"


BENZYL = an_excipient("benzyl alcohol", 91, "preservative", amount=per("9 mg/mL"))
EDETATE = an_excipient("edetate", 92, "edetate")


def with_(product, *excipients, **more):
    return replace(product, excipients=excipients, **more)


def lines_of(*products, each="1 mL"):
    """So much of each product in 4 mL, of no formula."""
    lines = [a_line(n, product, each) for n, product in enumerate(products, 1)]
    lines.append(a_line(len(lines) + 1, SALINE, "qs"))
    return {"lines": tuple(lines), "target": q("4 mL"), "formula": None, "syringes": ()}


class TestWhatTheVialsBringAlong:
    def test_sums_over_the_lines_without_a_limit_are_unknown_and_ask_a_reason(self):
        more = lines_of(with_(TRANEXAMIC, BENZYL), with_(ASCORBIC, BENZYL, EDETATE))
        (answer,) = ask("C6", **more)
        assert (answer.code, answer.result, answer.level) == (
            "excipient.limit_unknown", Result.UNKNOWN, Level.WARN,
        )  # fmt: skip
        assert answer.reason == (
            f"In all it holds benzyl alcohol 18{N}mg and edetate (how much is not on record); "
            "no limit for intradermal use is on record."
        )

    @pytest.mark.parametrize(
        ("each", "code"), [("1 mL", "excipient.within_max"), ("1.000001 mL", "excipient.above_max")]
    )
    def test_a_limit_of_the_excipient_is_compared_with_the_sum(self, each, code):
        limited = replace(BENZYL, limits=(a_limit("18 mg"),))
        more = lines_of(with_(TRANEXAMIC, limited), with_(ASCORBIC, limited), each=each)
        assert [(x.code, x.level) for x in ask("C6", **more)] == [
            (code, Level.STOP if code.endswith("above_max") else None)
        ]

    def test_what_a_label_does_not_say_is_never_nothing(self):
        limited = replace(EDETATE, limits=(a_limit("1 mg"),))
        (answer,) = ask("C6", **lines_of(with_(TRANEXAMIC, limited)))
        assert (answer.code, answer.result) == ("excipient.amount_unknown", Result.UNKNOWN)

    def test_a_product_whose_excipients_nobody_recorded_is_unknown(self):
        (answer,) = ask("C6", **lines_of(with_(TRANEXAMIC, excipients_known=False)))
        assert (answer.code, answer.level) == ("excipient.not_on_record", Level.WARN)

    def test_a_salt_does_not_count(self):
        salt = an_excipient("sodium chloride", 93, "salt")
        assert codes(ask("C6", **lines_of(with_(TRANEXAMIC, salt)))) == ["excipient.none_counted"]

    def test_an_approved_formula_answers_for_the_products_it_names_and_no_other(self):
        bare = with_(TRANEXAMIC, excipients_known=False)
        other = replace(bare, id=99)
        for product, accepted in ((bare, "excipients as in formula Melasma v3"), (other, "")):
            more = lines_of(product, each="0.2 mL") | {"formula": a_formula()}
            assert ask("C6", **more)[0].accepted == accepted


def test_every_rule_about_amounts_names_its_version_and_source():
    found = [answer for rule in ("U3", "C6", "D2", "D3", "D4", "D5") for answer in ask(rule, Stage.SIGN)]
    assert all(answer.version >= 1 and answer.source and answer.reason for answer in found)


class TestALimitOfAnExcipient:
    def test_of_its_concentration_alone_leaves_the_amount_unlimited(self):
        limited = replace(BENZYL, limits=(a_limit(None, "9 mg/mL"),))
        assert codes(ask("C6", **lines_of(with_(TRANEXAMIC, limited)))) == ["excipient.limit_unknown"]

    @pytest.mark.parametrize("per", [x for x in LimitPer if x is not LimitPer.SESSION])
    def test_over_another_time_or_place_is_not_compared_with_one_session(self, per):
        limited = replace(BENZYL, limits=(a_limit("1 mg", per=per),))
        assert codes(ask("C6", **lines_of(with_(TRANEXAMIC, limited)))) == ["excipient.limit_unknown"]

    def test_in_another_unit_is_not_compared(self):
        limited = replace(BENZYL, limits=(a_limit("1 IU"),))
        assert codes(ask("C6", **lines_of(with_(TRANEXAMIC, limited)))) == ["excipient.limit_unknown"]

    def test_by_weight_is_unknown_without_one_and_compared_with_one(self):
        limited = replace(BENZYL, limits=(a_limit(per_kg=q("0.1 mg")),))
        more = lines_of(with_(TRANEXAMIC, limited), with_(ASCORBIC, limited))
        (answer,) = ask("C6", **more, patient=a_patient(weight=None, weighed_on=None))
        assert (answer.code, answer.result, answer.level, answer.line) == (
            "excipient.weight_unknown", Result.UNKNOWN, Level.WARN, 1,
        )  # fmt: skip
        assert answer.inputs == (("benzyl alcohol", f"18{N}mg"),)
        for weight, code in (("180 kg", "within_max"), ("179.9 kg", "above_max")):
            found = ask("C6", **more, patient=a_patient(weight=q(weight)))
            assert codes(found) == [f"excipient.{code}"]

    def test_is_never_final_and_as_mild_as_it_says(self):
        for hard, level, expected in (
            (True, None, Level.STOP),
            (False, None, Level.STOP),
            (True, Level.WARN, Level.WARN),
        ):
            limited = replace(BENZYL, limits=(a_limit("1 mg", hard=hard, level=level),))
            (answer,) = ask("C6", **lines_of(with_(ASCORBIC), with_(TRANEXAMIC, limited)))
            assert (answer.level, answer.line) == (expected, 2)

    def test_what_a_line_does_not_say_adds_to_what_the_others_do(self):
        limited = replace(BENZYL, limits=(a_limit("9 mg"),))
        silent = replace(limited, amount=None)
        more = lines_of(with_(TRANEXAMIC, limited), with_(ASCORBIC, silent))
        (answer,) = ask("C6", **more)
        assert (answer.code, answer.line) == ("excipient.amount_unknown", 2)
        unlimited = lines_of(with_(TRANEXAMIC, BENZYL), with_(ASCORBIC, replace(BENZYL, amount=None)))
        assert f"benzyl alcohol 9{N}mg or more" in ask("C6", **unlimited)[0].reason


def test_what_would_do_about_what_nobody_told():
    product = replace(ACID, limits=(a_limit("2 mg", per=LimitPer.CM2),))
    (area,) = ask("D4", **neat(product, "2 mL", ("chin", 10, "0.2 mL")))
    assert (area.remedy, area.inputs) == ("", (("limit", f"2{N}mg per cm2"),))
    (place,) = ask("D4", **neat(ACID, "2 mL"))
    assert place.remedy == "Give a reason to go on, and keep to the label."


def test_a_limit_of_the_volume_at_one_point_alone_asks_no_dose():
    product = replace(ACID, limits=(a_limit(per=LimitPer.POINT, volume=q("0.2 mL")),))
    for strength in (ACID.strength, None):
        known = replace(product, strength=strength)
        assert codes(ask("D4", **neat(known, "2 mL", ("chin", 10, "0.2 mL")))) == ["site.within_max"]


class TestTheWordsOfTheOsmolality:
    def test_where_none_of_it_is_known_no_least_is_made_up(self):
        answer = mixed((TRANEXAMIC, "1 mL"), (ASCORBIC, "1 mL"))
        assert answer.reason == (
            "Line 1, tranexamic acid and line 2, ascorbic acid: not known, "
            "so the osmolality of the mixture is unknown."
        )
        assert answer.inputs == (
            ("line 1, tranexamic acid", "unknown"),
            ("line 2, ascorbic acid", "unknown"),
            ("estimate", "unknown; at least 0 mOsm/kg"),
        )

    def test_each_line_says_its_own_and_all_the_estimate(self):
        answer = mixed((PYRIDOXINE, "1 mL"), (ISOTONIC, "1 mL"))
        assert answer.inputs == (
            ("line 1, pyridoxine", "852 to 870 mOsm/kg"),
            ("line 2, sodium chloride 0.9 %", "300 mOsm/kg"),
            ("estimate", "576 to 585 mOsm/kg"),
        )

    @pytest.mark.parametrize(
        ("low", "high", "least"), [(Fraction(300), None, "300"), (None, Fraction(300), "0")]
    )
    def test_of_which_one_end_alone_is_on_record_is_unknown_itself(self, low, high, least):
        product = replace(TRANEXAMIC, osmolality_low=low, osmolality_high=high)
        answer = mixed((product, "2 mL"))
        assert answer.inputs[0] == ("line 1, tranexamic acid", "unknown")
        assert least in answer.inputs[1][1]

    def test_at_the_ceiling_it_is_in_range(self):
        assert mixed((osmotic(TRANEXAMIC, 600), "2 mL")).code == "osmolality.in_range"
        assert mixed((osmotic(TRANEXAMIC, 600, 601), "2 mL")).code == "osmolality.above_max"


def test_a_number_of_points_in_a_session_asks_no_volume():
    product = replace(ACID, limits=(a_limit(points=50),))
    for count, code in ((50, "site.within_max"), (51, "site.above_max")):
        assert codes(ask("D4", **neat(product, "10 mL", ("chin", count, "0.1 mL")))) == [code]


def test_a_limit_of_the_volume_of_a_session_asks_not_where_it_goes():
    product = replace(ACID, limits=(a_limit(volume=q("10 mL")),))
    for volume, code in (("10 mL", "site.within_max"), ("10.1 mL", "site.above_max")):
        assert codes(ask("D4", **neat(product, volume))) == [code]


def test_what_nobody_told_is_said_once_also_of_an_unknown_strength():
    product = replace(ACID, strength=None, limits=(a_limit("2 mg", per=LimitPer.CM2),))
    assert codes(ask("D4", **neat(product, "2 mL", ("chin", 10, "0.2 mL")))) == ["site.area_not_told"]


def test_a_mild_limit_of_place_asks_a_reason():
    for level, expected, remedy in (
        (Level.WARN, Level.WARN, "Give a reason to go on, or spread it."),
        (Level.STOP, Level.STOP, "Spread it over more points, or ask a second clinician to co-sign."),
        (Level.BLOCK, Level.STOP, "Spread it over more points, or ask a second clinician to co-sign."),
    ):
        product = replace(ACID, limits=(a_limit(per=LimitPer.POINT, volume=q("0.2 mL"), level=level),))
        (finding,) = ask("D4", **neat(product, "2 mL", ("chin", 5, "0.3 mL")))
        assert (finding.level, finding.remedy) == (expected, remedy)
