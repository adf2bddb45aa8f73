"""The table as it ships, asked about real vials: the cases that a pharmacist would try first."""

from fractions import Fraction

import pytest

from formulary.catalogue import facts
from formulary.rules.findings import Level, Result
from tests.rules.builders import a_line, ask, q, some_policies

NACL = "sodium chloride 0.9%"
B1, B12, B3 = "thiamine hydrochloride", "cyanocobalamin", "nicotinamide (niacinamide)"
LIDOCAINE, WITH_EPINEPHRINE = "lidocaine hydrochloride", "lidocaine + epinephrine 1:100000"
BUFFER = "sodium bicarbonate 8.4%"
AMPHADASE, VITRASE = "hyaluronidase bovine (Amphadase)", "hyaluronidase ovine (Vitrase)"
PROCAINE = "procaine hydrochloride"
CAFFEINE = "caffeine and sodium benzoate"
BLOCKS, STOPS, WARNS = Level.BLOCK, Level.STOP, Level.WARN


@pytest.fixture
def said(loaded):
    """What C4 says of these lines: table row → its level, and whether it is sure."""
    table = facts.compatibilities()

    def of(*typed, kept="12", target="10 mL"):
        lines = tuple(
            a_line(number, facts.product(loaded.product(name).id), text)
            for number, (name, text) in enumerate(typed, 1)
        )
        policies = some_policies(preparation_limit_h=Fraction(kept) if kept else None)
        more = {"target": q(target), "formula": None, "compatibilities": table, "policies": policies}
        found = ask("C4", lines=lines, **more)
        rows = [f for f in found if "(table row " in f.subject and not f.code.startswith("order.")]
        return {f.subject.rpartition(" ")[2].rstrip(")"): (f.level, f.result is Result.FINDING) for f in rows}

    return of


def test_b12_with_thiamine_and_niacinamide_warns_above_the_concentration_not_below_and_blocks_stored_batches(
    said,
):
    def together(concentration, kept):
        lines = ((B1, concentration), (B3, concentration), (B12, "0.1 mg/mL"))
        found = said(*lines, (NACL, "qs"), kept=kept)
        return {row: found[row] for row in ("12a", "12b", "12c", "13a") if row in found}

    note, warning, block = (Level.INFO, True), (WARNS, True), (BLOCKS, True)
    assert together("25 mg/mL", "4") == {"12a": warning, "13a": note}
    assert together("24 mg/mL", "4") == {"13a": note}
    assert together("24 mg/mL", "8") == {"12b": warning, "13a": note}
    assert together("24 mg/mL", "24") == {"12b": warning}
    assert together("30 mg/mL", "24.01") == {"12a": warning, "12b": warning, "12c": block}


def test_b12_with_thiamine_alone_is_not_about_niacinamide(said):
    assert "12a" not in said((B1, "50 mg/mL"), (B12, "0.1 mg/mL"), (NACL, "qs"), kept="4")


def test_who_does_not_know_how_long_a_mixture_is_kept_is_told_that_it_matters(said):
    found = said((B1, "10 mg/mL"), (B12, "0.1 mg/mL"), (NACL, "qs"), kept=None)
    assert (found["12b"], found["12c"]) == ((WARNS, False), (STOPS, False))


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("anaesthetic", [LIDOCAINE, WITH_EPINEPHRINE])
@pytest.mark.parametrize(
    ("parts", "whole", "row"),
    [
        ("10", "11", None),
        ("30", "31", None),
        ("9.5", "10.5", "25b"),
        ("8.9", "9.9", "25a"),
        ("1", "2", "25a"),
    ],
)
def test_lidocaine_with_bicarbonate_follows_the_ratio(said, anaesthetic, parts, whole, row):
    found = said((anaesthetic, f"{parts} mL"), (BUFFER, "1 mL"), target=f"{whole} mL")
    levels = {"25a": (BLOCKS, True), "25b": (WARNS, True)}
    assert {key: value for key, value in found.items() if key.startswith("25")} == (
        {row: levels[row]} if row else {}
    )


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("other", [NACL, LIDOCAINE, "water for injections", "levocarnitine", "biotin"])
@pytest.mark.parametrize("brand", ["Kybella", "Belkyra"])
def test_deoxycholic_acid_with_anything_is_blocked(said, brand, other):
    found = said((f"deoxycholic acid ({brand})", "1 mL"), (other, "1 mL"), target="2 mL")
    assert found["1"] == (BLOCKS, True)


@pytest.mark.parametrize("other", [PROCAINE, WITH_EPINEPHRINE])
def test_hyaluronidase_stops_with_sulfites_through_the_excipient(said, other):
    for product, expected in (
        (AMPHADASE, {"5a": (BLOCKS, True), "5b": (WARNS, True)}),
        (VITRASE, {"5b": (WARNS, True)}),
    ):
        found = said((product, "1 mL"), (other, "1 mL"), target="2 mL")
        assert {key: value for key, value in found.items() if key[0] == "5"} == expected
    assert "5a" not in said((AMPHADASE, "1 mL"), (LIDOCAINE, "1 mL"), target="2 mL")


def test_thiamine_stops_with_sulfites_through_the_excipient(said):
    assert said((B1, "1 mL"), (PROCAINE, "1 mL"), target="2 mL")["9"] == (BLOCKS, True)


def test_salt_and_base_never_mix_silently(said, loaded):
    found = said(("caffeine citrate", "1 mL"), (CAFFEINE, "1 mL"), target="2 mL")
    assert found["24"] == (BLOCKS, True)
    rows = {name: loaded.ingredient(name) for name in (LIDOCAINE, PROCAINE, "caffeine citrate")}
    assert (rows[LIDOCAINE].cas, rows[PROCAINE].cas) == ("137-58-6", "59-46-1")
    assert all("base" in row.note for row in rows.values())


@pytest.mark.parametrize(
    ("volume", "target", "expected"),
    [("1 mL", "2 mL", (STOPS, False)), ("0.05 mL", "10 mL", None)],
)
def test_benzoate_with_an_acid_depends_on_how_much_there_is(said, volume, target, expected):
    found = said((CAFFEINE, volume), (B1, "1 mL"), (NACL, "qs"), target=target)
    assert found.get("23a") == expected


def test_calcium_and_phosphate_of_two_vials_is_for_two_people(said):
    found = said(("calcium gluconate 10%", "1 mL"), (AMPHADASE, "1 mL"), target="2 mL")
    assert found["21"] == (STOPS, False)
    alone = said((AMPHADASE, "1 mL"), (NACL, "1 mL"), target="2 mL")
    assert "21" not in alone


def test_plain_epinephrine_and_bicarbonate_are_for_two_people_at_any_ratio(said):
    assert said(("epinephrine", "10 mL"), (BUFFER, "0.1 mL"), target="10.1 mL")["M2d"] == (STOPS, True)
