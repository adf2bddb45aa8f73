"""The limits as a second read corrected them: by route, by point, by stretch of time, each with its level."""

from decimal import Decimal

import pytest

BOTOX = "onabotulinumtoxinA (Botox Cosmetic)"
CAFFEINE, KYBELLA = "caffeine and sodium benzoate", "deoxycholic acid (Kybella)"
LIDOCAINE, PROCAINE = "lidocaine hydrochloride", "procaine hydrochloride"
QWO = "collagenase clostridium histolyticum-aaes (Qwo)"

# (product, measure, figure, unit, routes, what it is for, level): what limits, and nothing else does.
CORRECTED = [
    # Lidocaine and procaine for infiltration: 0.5 or 1 %, and 0.25 or 0.5 %; the rest is for nerve block.
    (LIDOCAINE, "concentration", "10", "mg", "infiltration", "", "block"),
    (LIDOCAINE, "dose", "300", "mg", "infiltration", "session", "block"),
    ("lidocaine + epinephrine 1:100000", "concentration", "10", "mg", "infiltration", "", "block"),
    (PROCAINE, "concentration", "5", "mg", "infiltration", "", "block"),
    (PROCAINE, "dose", "350", "mg", "infiltration", "session", "warn"),
    (PROCAINE, "dose", "600", "mg", "infiltration", "session", "stop"),
    # Botox and Botox Cosmetic together: 400 units in any 3 months.
    (BOTOX, "dose", "400", "units", "IM", "3 months", "block"),
    # Caffeine: the strict reading of a label that contradicts itself, and the cap of 2.5 g of salts a day.
    (CAFFEINE, "dose", "250", "mg", "IM;IV", "session", "block"),
    (CAFFEINE, "dose", "2500", "mg", "IM;IV", "24 h", "block"),
    # Deoxycholic acid: 0.2 mL at a point, 50 points, 10 mL, 100 mg, 2 mg a cm2; Belkyra as far as read.
    (KYBELLA, "volume", "0.2", "mL", "SC", "point", "stop"),
    (KYBELLA, "points", "50", None, "SC", "session", "stop"),
    (KYBELLA, "volume", "10", "mL", "SC", "session", "block"),
    (KYBELLA, "dose", "100", "mg", "SC", "session", "block"),
    (KYBELLA, "dose", "2", "mg", "SC", "cm2", "stop"),
    ("deoxycholic acid (Belkyra)", "volume", "0.2", "mL", "SC", "point", "stop"),
    # Collagenase: 12 points of 0.3 mL in each of two areas.
    (QWO, "volume", "0.3", "mL", "SC", "point", "stop"),
    (QWO, "points", "12", None, "SC", "area", "stop"),
    (QWO, "dose", "1.68", "mg", "SC", "session", "block"),
]


@pytest.fixture(scope="module")
def limiting(shelf):
    """What limits, as the files say it."""
    rows = [row for row in shelf.limits if row.kind == "label_limit"]
    return {
        (r.product, r.measure, format(r.amount, "f"), r.unit, ";".join(r.route), r.window, r.level)
        for r in rows
        if isinstance(r.amount, Decimal)
    }


@pytest.mark.parametrize("row", CORRECTED, ids=lambda row: f"{row[0]} {row[1]} {row[2]}")
def test_a_corrected_limit_stands_as_corrected(limiting, row):
    assert row in limiting


def test_what_was_corrected_is_all_that_limits_these_products(limiting):
    products = {row[0] for row in CORRECTED}
    assert {row for row in limiting if row[0] in products} - set(CORRECTED) == {
        ("lidocaine + epinephrine 1:100000", "dose", "500", "mg", "infiltration", "session", "block"),
        ("deoxycholic acid (Belkyra)", "dose", "100", "mg", "SC", "session", "block"),
    }


def test_a_limit_of_the_salts_says_that_it_counts_the_salts(shelf):
    assert {(row.product, row.basis) for row in shelf.limits if row.basis} == {(CAFFEINE, CAFFEINE)}


def test_a_trial_or_a_series_limits_no_volume_at_a_point(shelf):
    shown = {
        row.product for row in shelf.limits if row.kind == "highest_published" and row.measure == "volume"
    }
    assert shown == {
        "phosphatidylcholine + deoxycholate (soy lecithin)",
        "tranexamic acid",
        "hyaluronic acid CPM-HA20G (Belotero Revive, lidocaine-free)",
    }


def test_what_a_strength_counts_is_named_by_a_factor_or_is_an_element_by_itself(shelf):
    known = {word for row in shelf.basis_factors for word in (row.of_basis, row.to_basis)}
    assert {row.basis for row in shelf.strength_bases} - known == {
        "selenium",
        "magnesium sulfate heptahydrate",
    }


def test_a_factor_leads_from_more_to_less_for_a_salt_holds_less_of_its_base(shelf):
    assert [row for row in shelf.basis_factors if row.of_amount <= row.to_amount] == []
