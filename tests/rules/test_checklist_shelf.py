"""L1 L2 L6 B1: in date, not held, enough, and given in time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from formulary.rules.facts import Container
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    ASCORBIC,
    AT,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_draw,
    a_stock,
    ask,
    codes,
    melasma_lines,
    q,
    some_policies,
)

PRODUCTS = (TRANEXAMIC, ASCORBIC, GLUTATHIONE, SALINE)
HELD = {"held": ("recall R-7",)}
EXPIRED = {"expires_on": date(2026, 11, 23)}
N = "\u00a0"


def shelf(product=None, *more, **change):
    """One lot of each product; that of `product` changed, with others of it beside."""
    changed = [a_stock(each, **(change if each is product else {})) for each in PRODUCTS]
    return (*changed, *more)


def picked(product=None, *more, **change):
    return {"picked": shelf(product, *more, **change)}


class TestPicked:
    """What was picked is looked at, source by source."""

    def test_a_full_shelf_passes(self):
        assert codes(ask("L1", Stage.CLAIM, **picked())) == ["lot.in_date"]
        assert codes(ask("L2", Stage.CLAIM, **picked())) == ["lot.free"]

    # Usable through the printed day in the site's zone (Paris is UTC+1 in November).
    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), "lot.in_date"),
            (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "lot.expired"),
        ],
    )
    def test_the_printed_day_ends_at_the_site(self, at, expected):
        more = picked(ASCORBIC, expires_on=date(2026, 11, 30))
        assert codes(ask("L1", Stage.CLAIM, **more, at=at)) == [expected]

    def test_expired_blocks_and_names_line_and_lot(self):
        (finding,) = ask("L1", Stage.CLAIM, **picked(ASCORBIC, **EXPIRED))
        assert (finding.code, finding.level, finding.line) == ("lot.expired", Level.BLOCK, 2)
        assert finding.reason == "Lot L2231 expired at the end of 23 Nov 2026."

    def test_what_expires_before_it_is_given_blocks(self):
        more = picked(ASCORBIC, expires_on=date(2026, 11, 24))
        assert codes(ask("L1", Stage.CLAIM, **more, planned_for=AT + timedelta(hours=2))) == ["lot.in_date"]
        (finding,) = ask("L1", Stage.CLAIM, **more, planned_for=AT + timedelta(days=1))
        assert (finding.code, finding.level) == ("lot.expires_before", Level.BLOCK)

    def test_an_open_vial_beyond_use(self):
        opened = {
            "vial_id": 5,
            "vial": "V-5",
            "opened_at": AT - timedelta(hours=3),
            "container": Container.MULTI_DOSE,
        }
        for until, expected in (
            (AT, "vial.beyond_use"),
            (AT + timedelta(seconds=1), "lot.in_date"),
            (None, "vial.beyond_use_unknown"),
        ):
            found = ask("L1", Stage.CLAIM, **picked(ASCORBIC, **opened, beyond_use_at=until))
            assert codes(found) == [expected]
        assert (found[0].result, found[0].level) == (Result.UNKNOWN, Level.BLOCK)

    @pytest.mark.parametrize(
        ("change", "code"), [(HELD, "lot.held"), ({"status": "quarantined"}, "lot.quarantined")]
    )
    def test_held_or_quarantined_blocks(self, change, code):
        (finding,) = ask("L2", Stage.CLAIM, **picked(GLUTATHIONE, **change))
        assert (finding.code, finding.level, finding.line) == (code, Level.BLOCK, 3)

    def test_a_vial_of_another_patient_is_not_his(self):
        opened = {
            "vial_id": 5,
            "vial": "V-5",
            "opened_at": AT,
            "opened_for": 8,
            "beyond_use_at": AT + timedelta(hours=1),
        }
        assert codes(ask("L2", Stage.CLAIM, **picked(ASCORBIC, **opened))) == ["vial.other_patient"]
        opened["opened_for"] = 7
        assert codes(ask("L2", Stage.CLAIM, **picked(ASCORBIC, **opened))) == ["lot.free"]


class TestNotPickedYet:
    """A hold on one of two lots stops nobody; a hold on all of them stops composing."""

    def test_another_lot_is_enough(self):
        stock = shelf(GLUTATHIONE, a_stock(GLUTATHIONE, lot_id=31, lot="G2"), **HELD)
        assert codes(ask("L2", Stage.SIGN, stock=stock)) == ["lot.free"]

    @pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.SIGN, Stage.CLAIM])
    def test_nothing_but_held_lots_blocks(self, stage):
        (finding,) = ask("L2", stage, stock=shelf(GLUTATHIONE, **HELD))
        assert (finding.code, finding.level, finding.line) == ("lot.held", Level.BLOCK, 3)
        assert finding.reason == "Lot L3231 is on hold: recall R-7."

    def test_an_expired_lot_beside_it_changes_nothing(self):
        stock = shelf(GLUTATHIONE, a_stock(GLUTATHIONE, lot_id=31, lot="G2", **EXPIRED), **HELD)
        (finding,) = ask("L2", Stage.SIGN, stock=stock)
        assert (finding.code, finding.subject) == ("lot.held", "lot L3231")

    @pytest.mark.parametrize("change", [{"status": "quarantined"}, {**HELD, **EXPIRED}])
    def test_what_would_not_be_usable_without_the_hold_is_for_l6(self, change):
        stock = shelf(GLUTATHIONE, **change)
        assert codes(ask("L2", Stage.SIGN, stock=stock)) == ["lot.free"]
        assert codes(ask("L6", Stage.SIGN, stock=stock)) == ["stock.short"]
        assert ask("L2", Stage.CLAIM, stock=stock)[0].level is Level.BLOCK

    def test_nothing_but_expired_lots_blocks_the_claim(self):
        assert codes(ask("L1", Stage.CLAIM, stock=shelf(GLUTATHIONE, **EXPIRED))) == ["lot.expired"]

    def test_nothing_at_all_is_for_l6(self):
        assert codes(ask("L2", Stage.SIGN, stock=())) == ["lot.free"]
        assert codes(ask("L1", Stage.CLAIM, stock=())) == ["lot.in_date"]


class TestDrawnFrom:
    """In the end the lots that were drawn from count; the vial may be empty and past its time."""

    def draws(self, **change):
        return tuple(a_draw(x, "1 mL", stock=a_stock(x.product, **change)) for x in melasma_lines()[:1])

    def test_a_used_up_vial_past_its_time_is_fine(self):
        spent = {
            "remaining": "0 mL",
            "status": "exhausted",
            "opened_at": AT - timedelta(hours=9),
            "beyond_use_at": AT - timedelta(hours=1),
            "opened_for": 7,
        }
        for rule, code in (("L1", "lot.in_date"), ("L2", "lot.free")):
            assert codes(ask(rule, Stage.FINAL, draws=self.draws(**spent))) == [code]

    @pytest.mark.parametrize("stage", [Stage.FINAL, Stage.ADMINISTER])
    def test_a_lot_held_meanwhile_blocks(self, stage):
        assert codes(ask("L2", stage, draws=self.draws(**HELD))) == ["lot.held"]
        assert codes(ask("L1", stage, draws=self.draws(**EXPIRED))) == ["lot.expired"]

    def test_two_draws_of_one_lot_say_it_once(self):
        assert codes(ask("L2", Stage.FINAL, draws=self.draws(**HELD) * 2)) == ["lot.held"]


class TestL6:
    def test_enough(self):
        assert codes(ask("L6")) == ["stock.enough"]

    @pytest.mark.parametrize(
        ("remaining", "expected"),
        [("0.3 mL", "stock.enough"), ("0.299999 mL", "stock.short"), ("0 mL", "stock.short")],
    )
    def test_to_the_last_nanolitre(self, remaining, expected):
        assert codes(ask("L6", stock=shelf(ASCORBIC, remaining=remaining))) == [expected]

    @pytest.mark.parametrize(
        ("remaining", "expected"), [("100.5 mg", "stock.enough"), ("100.499999 mg", "stock.short")]
    )
    def test_a_powder_is_counted_by_mass_after_rounding(self, remaining, expected):
        # 0.67 mL of 150 mg/mL
        assert codes(ask("L6", stock=shelf(GLUTATHIONE, remaining=remaining))) == [expected]

    def test_two_sources_add_up(self):
        half = a_stock(ASCORBIC, "0.15 mL", lot_id=21)
        assert codes(ask("L6", stock=shelf(ASCORBIC, half, remaining="0.15 mL"))) == ["stock.enough"]

    def test_what_is_reserved_for_others_does_not_count(self):
        reserved = {"remaining": "1 mL", "reserved": q("0.8 mL"), "reserved_for": "C-9"}
        assert codes(ask("L6", stock=shelf(ASCORBIC, **reserved))) == ["stock.short"]
        assert codes(ask("L6", stock=shelf(ASCORBIC, **reserved), ref="C-9")) == ["stock.enough"]

    def test_it_says_how_much_and_why_the_rest_does_not_count(self):
        (finding,) = ask("L6", stock=shelf(ASCORBIC, **EXPIRED))
        assert finding.reason == (
            f"Ascorbic acid 500 mg/mL: 0.3{N}mL needed, 0{N}mL usable (lot L2231 expired 23 Nov)."
        )

    def test_it_warns_until_the_claim_and_blocks_there(self):
        for stage, level in ((Stage.DRAFT, Level.WARN), (Stage.SIGN, Level.WARN), (Stage.CLAIM, Level.BLOCK)):
            assert {f.level for f in ask("L6", stage, stock=())} == {level}

    def test_a_stock_counted_in_another_unit_is_unknown(self):
        stock = shelf(ASCORBIC, remaining="100 IU")
        assert ask("L6", stock=stock)[0].result is Result.UNKNOWN


class TestB1:
    @pytest.mark.parametrize(
        ("until", "expected"),
        [
            (AT - timedelta(seconds=1), "beyond_use.passed"),
            (AT, "beyond_use.passed"),
            (AT + timedelta(seconds=1), "beyond_use.in_time"),
        ],
    )
    def test_administration_begins_before_it(self, until, expected):
        (answer,) = ask("B1", Stage.ADMINISTER, beyond_use_at=until)
        assert (answer.code, answer.level) == (expected, Level.BLOCK if "passed" in expected else None)

    def test_a_later_planned_time_is_too_late(self):
        until = AT + timedelta(hours=2)
        for hours, expected in (
            (1, "beyond_use.in_time"),
            (2, "beyond_use.too_short"),
            (3, "beyond_use.too_short"),
        ):
            more = {"beyond_use_at": until, "planned_for": AT + timedelta(hours=hours)}
            assert codes(ask("B1", Stage.FINAL, **more)) == [expected]
            assert codes(ask("B1", Stage.ADMINISTER, **more)) == ["beyond_use.in_time"]

    @pytest.mark.parametrize("stage", [Stage.DRAW, Stage.FINAL, Stage.ADMINISTER])
    def test_missing_is_unknown_and_blocks(self, stage):
        (answer,) = ask("B1", stage)
        assert (answer.code, answer.result, answer.level) == (
            "beyond_use.unknown",
            Result.UNKNOWN,
            Level.BLOCK,
        )

    def test_while_drawing_it_is_that_of_what_was_picked(self):
        # Glutathione keeps 2 h once reconstituted [GSH1].
        (answer,) = ask("B1", Stage.DRAW, **picked())
        assert (answer.code, answer.inputs) == ("beyond_use.in_time", (("use before", "12:00"),))
        late = ask("B1", Stage.DRAW, **picked(), planned_for=AT + timedelta(hours=3))
        assert codes(late) == ["beyond_use.too_short"]

    def test_and_of_what_was_drawn(self):
        lines = melasma_lines()
        mixed = a_stock(
            GLUTATHIONE, reconstituted_at=AT - timedelta(hours=1), opened_at=AT - timedelta(hours=1)
        )
        draws = (a_draw(lines[2], "0.67 mL", stock=mixed),)
        (answer,) = ask("B1", Stage.DRAW, **picked(), draws=draws)
        assert answer.inputs == (("use before", "11:00"),)

    def test_while_the_site_has_not_decided_nobody_knows(self):
        undecided = some_policies(preparation_limit_h=None)
        assert codes(ask("B1", Stage.DRAW, **picked(), policies=undecided)) == ["beyond_use.policy_unknown"]

    def test_a_shorter_policy_binds(self):
        short = some_policies(preparation_limit_h=Fraction(1))
        assert ask("B1", Stage.DRAW, **picked(), policies=short)[0].inputs == (("use before", "11:00"),)


def test_a_vial_is_named_by_its_code():
    opened = replace(a_stock(ASCORBIC), vial="V-417", vial_id=417, held=("counted short",))
    (finding,) = ask("L2", Stage.CLAIM, picked=(opened,))
    assert finding.reason == "Vial V-417 is on hold: counted short."


def test_what_is_planned_for_now_does_not_expire_before():
    for planned in (None, AT, AT - timedelta(hours=1)):
        found = ask("L1", Stage.CLAIM, **picked(ASCORBIC, **EXPIRED), planned_for=planned)
        assert codes(found) == ["lot.expired"]


def test_a_pass_names_what_was_looked_at():
    named = tuple(("source", f"lot L{product.id}231") for product in PRODUCTS)
    drawn = (a_draw(melasma_lines()[0], "0.2 mL"),)
    for rule in ("L1", "L2"):
        (answer,) = ask(rule, Stage.CLAIM, **picked(), draws=drawn)
        assert answer.inputs == named
        (answer,) = ask(rule, Stage.FINAL, **picked(), draws=drawn)
        assert answer.inputs == named[:1]


@pytest.mark.parametrize("stage", [Stage.FINAL, Stage.ADMINISTER])
def test_once_it_is_drawn_only_what_was_set_counts(stage):
    draws = tuple(a_draw(line, "0.2 mL") for line in melasma_lines())
    (answer,) = ask("B1", stage, **picked(), draws=draws)
    assert (answer.code, answer.result, answer.level) == ("beyond_use.unknown", Result.UNKNOWN, Level.BLOCK)
    (answer,) = ask("B1", stage, draws=draws, beyond_use_at=AT + timedelta(hours=1))
    assert answer.result is Result.PASS
