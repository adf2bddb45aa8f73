"""L3 L4 M3 R1: one scan, one draw, one administration."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from formulary.rules.checklist import allowed, check_draw, check_given, check_scan
from formulary.rules.facts import AdministeredFacts, DrawFacts, ScanFacts, Seen
from formulary.rules.findings import Level, Result
from tests.rules.builders import ASCORBIC, AT, GLUTATHIONE, TRANEXAMIC, a_stock, codes, q, some_policies

GTIN = "09520000000011"
OTHER = "09520000000028"
N = "\u00a0"


def a_scan(seen=None, **more):
    """The right vial scanned, or what was `seen` instead."""
    right = Seen(GTIN, "L1231", date(2027, 11, 30), None, "tranexamic acid 100 mg/mL")
    facts = {
        "line": 2,
        "product": "tranexamic acid 100 mg/mL",
        "gtins": frozenset({GTIN, "09520000000035"}),
        "stock": a_stock(TRANEXAMIC),
        "seen": replace(right, **(seen or {})),
    }
    return ScanFacts(**{**facts, **more})


class TestL3:
    @pytest.mark.parametrize("gtin", [GTIN, "09520000000035"])
    def test_any_pack_level_of_the_product(self, gtin):
        assert check_scan(a_scan({"gtin": gtin})) == ()

    def test_the_wrong_product(self):
        (finding,) = check_scan(a_scan({"gtin": OTHER, "product": "lidocaine 10 mg/mL"}))
        assert (finding.code, finding.level, finding.rule, finding.line) == (
            "scan.wrong_product",
            Level.BLOCK,
            "L3",
            2,
        )
        assert f"{finding.reason} {finding.remedy}" == (
            "Wrong product: scanned lidocaine 10 mg/mL, needed tranexamic acid 100 mg/mL. "
            "Nothing was drawn. Put the vial back and scan again."
        )

    def test_an_unknown_gtin_is_named_by_its_number(self):
        (finding,) = check_scan(a_scan({"gtin": OTHER, "product": None}))
        assert f"scanned a pack with GTIN {OTHER}" in finding.reason

    @pytest.mark.parametrize(
        ("seen", "code"),
        [
            ({"lot": "L1232"}, "scan.wrong_lot"),
            ({"lot": "l1231"}, "scan.wrong_lot"),
            ({"expires_on": date(2027, 11, 29)}, "scan.wrong_expiry"),
            ({"lot": None}, "scan.incomplete"),
            ({"expires_on": None}, "scan.incomplete"),
            ({"gtin": None}, "scan.unreadable"),
        ],
    )
    def test_what_differs_from_the_record(self, seen, code):
        (finding,) = check_scan(a_scan(seen))
        assert (finding.code, finding.level) == (code, Level.BLOCK)
        assert finding.reason.endswith("Nothing was drawn.")

    def test_another_product_of_another_lot_says_both(self):
        assert codes(check_scan(a_scan({"gtin": OTHER, "lot": "X"}))) == [
            "scan.wrong_product",
            "scan.wrong_lot",
        ]

    def test_our_own_label_is_a_whole_scan(self):
        vial = a_stock(TRANEXAMIC, vial_id=417, vial="V-417")
        assert check_scan(a_scan({"vial": "V-417", "gtin": None, "lot": None}, stock=vial)) == ()
        (finding,) = check_scan(a_scan({"vial": "V-418"}, stock=vial))
        assert (finding.code, finding.reason) == (
            "scan.wrong_vial",
            "Vial V-418 was scanned, and vial V-417 was chosen. Nothing was drawn.",
        )

    def test_our_own_label_where_a_sealed_lot_was_chosen(self):
        (finding,) = check_scan(a_scan({"vial": "V-418"}))
        assert "lot L1231 was chosen" in finding.reason


TYPED = {"gtin": None, "lot": "l-1231", "expires_on": date(2027, 11, 30)}


class TestL3ByHand:
    """No readable code: lot and expiry typed twice alike, with a second person where the site wants one."""

    def by_hand(self, seen=(), **more):
        again = Seen(None, "l-1231", date(2027, 11, 30))
        return check_scan(a_scan({**TYPED, **dict(seen)}, **{"manual": True, "typed_again": again, **more}))

    def test_typed_alike_twice(self):
        assert self.by_hand() == ()

    @pytest.mark.parametrize(
        "again", [None, Seen(None, "L1231", date(2027, 11, 30)), Seen(None, "l-1231", date(2027, 11, 29))]
    )
    def test_not_alike(self, again):
        assert codes(self.by_hand(typed_again=again)) == ["scan.typed_differs"]

    def test_another_lot_is_another_lot_by_hand_too(self):
        assert "scan.wrong_lot" in codes(self.by_hand({"lot": "L1232"}))

    def test_a_second_person(self):
        assert codes(self.by_hand(needs_second_person=True)) == ["scan.second_person"]
        assert self.by_hand(needs_second_person=True, second_person=True) == ()


def a_draw(**more):
    facts = {
        "line": 1,
        "product": "ascorbic acid 500 mg/mL",
        "planned": q("0.5 mL"),
        "measured": q("0.5 mL"),
        "amount": q("0.5 mL"),
        "stock": a_stock(ASCORBIC, "0.5 mL"),
        "policies": some_policies(),
        "at": AT,
        "for_patient": 7,
    }
    return DrawFacts(**{**facts, **more})


class TestL4:
    def test_the_last_of_a_vial_may_be_drawn(self):
        assert check_draw(a_draw()) == ()

    def test_one_step_more_is_refused(self):
        (finding,) = check_draw(a_draw(amount=q("0.500001 mL")))
        assert (finding.code, finding.level, finding.rule) == ("vial.too_little_left", Level.BLOCK, "L4")

    def test_it_says_what_is_left(self):
        vial = a_stock(ASCORBIC, "0.3 mL", vial="0417", vial_id=417)
        (finding,) = check_draw(a_draw(stock=vial, scanned_vial="0417"))
        assert finding.reason == f"Vial 0417 has 0.3{N}mL left and 0.5{N}mL is needed."
        assert finding.remedy == "Add a second vial."

    def test_a_powder_is_compared_by_mass(self):
        powder = a_stock(GLUTATHIONE, "74 mg")
        (finding,) = check_draw(a_draw(stock=powder, amount=q("75 mg")))
        assert finding.reason == f"Lot L3231 has 74{N}mg left and 75{N}mg is needed."

    def test_another_unit_is_a_fault_of_the_record(self):
        powder = a_stock(GLUTATHIONE, "75 mg")
        assert codes(check_draw(a_draw(stock=powder))) == ["vial.not_comparable"]

    def test_what_is_reserved_for_others_is_not_there(self):
        reserved = a_stock(ASCORBIC, "1 mL", reserved=q("0.6 mL"), reserved_for="C-9")
        assert codes(check_draw(a_draw(stock=reserved))) == ["vial.too_little_left"]
        assert check_draw(a_draw(stock=reserved, for_ref="C-9")) == ()

    @pytest.mark.parametrize("scanned", [None, "0418"])
    def test_the_vial_chosen_is_the_one_scanned(self, scanned):
        vial = a_stock(ASCORBIC, vial="0417", vial_id=417)
        assert codes(check_draw(a_draw(stock=vial, scanned_vial=scanned))) == ["vial.not_the_one_scanned"]

    @pytest.mark.parametrize(
        ("change", "code", "rule"),
        [
            ({"held": ("recall R-7",)}, "lot.held", "L2"),
            ({"expires_on": date(2026, 11, 23)}, "lot.expired", "L1"),
        ],
    )
    def test_a_hold_or_an_expiry_stops_the_next_draw(self, change, code, rule):
        (finding,) = check_draw(a_draw(stock=a_stock(ASCORBIC, **change)))
        assert (finding.code, finding.rule, finding.level, finding.line) == (code, rule, Level.BLOCK, 1)

    def test_at_midnight_of_the_site(self):
        stock = a_stock(ASCORBIC, expires_on=date(2026, 11, 24))
        last = datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC)
        assert check_draw(a_draw(stock=stock, at=last)) == ()
        assert codes(check_draw(a_draw(stock=stock, at=last.replace(hour=23)))) == ["lot.expired"]


class TestM3:
    # 0.5 mL within 5 %: 0.475 mL to 0.525 mL.
    @pytest.mark.parametrize(
        ("measured", "expected"),
        [
            ("0.475 mL", []),
            ("0.474999 mL", ["draw.outside_tolerance"]),
            ("0.525 mL", []),
            ("0.525001 mL", ["draw.outside_tolerance"]),
            ("0 mL", ["draw.nothing_measured"]),
        ],
    )
    def test_within_the_tolerance(self, measured, expected):
        assert codes(check_draw(a_draw(measured=q(measured), stock=a_stock(ASCORBIC)))) == expected

    def test_it_is_a_deviation_that_a_second_person_signs(self):
        (finding,) = check_draw(a_draw(measured=q("0.6 mL"), stock=a_stock(ASCORBIC)))
        assert (finding.level, finding.field) == (Level.STOP, "measured")
        assert finding.reason == (
            f"0.6{N}mL was measured and 0.5{N}mL was planned; 0.475{N}mL to 0.525{N}mL is allowed."
        )

    def test_a_diluent_to_the_mark_is_a_share_of_the_whole(self):
        to_mark = {"planned": q("3.83 mL"), "stock": a_stock(ASCORBIC), "of": q("5 mL")}
        assert check_draw(a_draw(measured=q("4.08 mL"), **to_mark)) == ()
        assert codes(check_draw(a_draw(measured=q("4.09 mL"), **to_mark))) == ["draw.outside_tolerance"]

    def test_while_the_site_has_not_decided_only_the_planned_volume_passes(self):
        undecided = {"policies": some_policies(volume_tolerance=None), "stock": a_stock(ASCORBIC)}
        assert check_draw(a_draw(**undecided)) == ()
        (answer,) = check_draw(a_draw(measured=q("0.51 mL"), **undecided))
        assert (answer.code, answer.result, answer.level) == (
            "draw.tolerance_undecided",
            Result.UNKNOWN,
            Level.STOP,
        )

    def test_the_page_shows_what_is_allowed(self):
        policies = some_policies()
        assert allowed(q("0.5 mL"), policies) == (q("0.475 mL"), q("0.525 mL"))
        assert allowed(q("0.5 mL"), policies, of=q("5 mL")) == (q("0.25 mL"), q("0.75 mL"))
        assert allowed(q("0.1 mL"), policies, of=q("5 mL"))[0] == q("0 mL")
        assert allowed(q("0.5 mL"), some_policies(volume_tolerance=None)) is None


def an_administration(*sites, leftover="0 mL", **more):
    facts = {
        "released": q("5 mL"),
        "sites": tuple(map(q, sites)),
        "leftover": q(leftover),
        "policies": some_policies(),
    }
    return AdministeredFacts(**{**facts, **more})


class TestR1:
    def test_a_hundred_points_of_five_hundredths(self):
        assert check_given(an_administration(*["0.05 mL"] * 100)) == ()

    def test_leftover_and_dead_space_count(self):
        given = an_administration(*["0.05 mL"] * 90, leftover="0.4 mL", dead_space=q("0.1 mL"))
        assert check_given(given) == ()

    @pytest.mark.parametrize(
        ("leftover", "words"), [("0.3 mL", f"0.7{N}mL is missing."), ("1.5 mL", f"0.5{N}mL is too much.")]
    )
    def test_otherwise_it_says_by_how_much_not(self, leftover, words):
        (finding,) = check_given(an_administration(*["0.05 mL"] * 80, leftover=leftover))
        assert (finding.code, finding.level, finding.rule) == ("given.not_balanced", Level.STOP, "R1")
        assert finding.reason.endswith(words)

    @pytest.mark.parametrize(
        ("leftover", "code"), [("0.25 mL", "given.small_difference"), ("0.249999 mL", "given.not_balanced")]
    )
    def test_a_small_difference_is_said_and_stops_nobody(self, leftover, code):
        # 5 % of 5 mL is 0.25 mL; 4.5 mL were given.
        (found,) = check_given(an_administration(*["0.05 mL"] * 90, leftover=leftover))
        assert (found.code, found.level is Level.INFO) == (code, code == "given.small_difference")

    def test_while_the_site_has_not_decided_any_difference_stops(self):
        undecided = some_policies(volume_tolerance=None)
        given = an_administration(*["0.05 mL"] * 99, policies=undecided)
        assert codes(check_given(given)) == ["given.not_balanced"]

    def test_nothing_given_and_all_left_over(self):
        assert check_given(an_administration(leftover="5 mL")) == ()

    def test_a_tolerance_of_nothing(self):
        strict = some_policies(volume_tolerance=Fraction(0))
        assert codes(check_given(an_administration("4.999999 mL", policies=strict))) == ["given.not_balanced"]
