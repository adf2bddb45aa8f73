"""What others published: each concentration comes out exactly, and what is not stated stays unknown."""

from fractions import Fraction

import pytest

from formulary.catalogue import facts, queries
from formulary.rules.facts import Line, Pin, Strength
from formulary.rules.formulas import figures
from formulary.rules.formulation import solve
from formulary.rules.units import Quantity, unit

ASCORBIC = "ascorbic acid (unapproved marketed vial)"
GLUTATHIONE = "glutathione (reduced) lyophilised 600 mg"
DILUENT = "sodium chloride 0.9%"
KYBELLA, QWO = "deoxycholic acid (Kybella)", "collagenase clostridium histolyticum-aaes (Qwo)"
# name: (mg in 1 mL by product) as section "Published protocols" of the facts states them
STATED = {
    "Melasma A (Iraji 2019)": {"tranexamic acid": "4", ASCORBIC: "30", GLUTATHIONE: "20"},
    "Melasma B (Iraji 2019)": {"tranexamic acid": "4", ASCORBIC: "30"},
    "Melasma, tranexamic acid + vitamin C (2022)": {"tranexamic acid": "50", ASCORBIC: "50"},
    "Melasma, tranexamic acid (Lueangarun 2020)": {"tranexamic acid": "4"},
    "Melasma, tranexamic acid (Pazyar 2023)": {"tranexamic acid": "100"},
    "Melasma, tranexamic acid 50 mg/mL": {"tranexamic acid": "50"},
    "Melasma, tranexamic acid (Anantapur 2025)": {"tranexamic acid": "4"},
    "Hair, dutasteride 0.05 % (Abdallah)": {"dutasteride 0.05% compounded": "0.5"},
    "Hair, minoxidil 0.5 %": {"minoxidil 0.5% compounded": "5"},
    "Hair, minoxidil 2 % (Azam and Morsi 2010)": {"minoxidil 0.5% compounded": "20"},
    "Kybella, schedule of the label": {KYBELLA: "10"},
    "Qwo, schedule of the label": {QWO: "0.23"},
}
NOT_MADE = {"Hair, minoxidil 2 % (Azam and Morsi 2010)"}
"""The catalogue holds no product as strong as this."""


def version_of(name):
    return queries.formula_named(name).versions[0]


def made(stated, target, loaded):
    """The lines as a cocktail of these products, made up with saline unless they are given as supplied."""
    lines = [
        Line(
            number,
            facts.product(loaded.product(name).id),
            Pin.CONCENTRATION,
            concentration=Strength(Quantity.of(amount, "mg"), Quantity.of(1, "mL")),
        )
        for number, (name, amount) in enumerate(stated.items(), start=1)
    ]
    if not {KYBELLA, QWO} & stated.keys():
        lines.append(Line(9, facts.product(loaded.product(DILUENT).id), Pin.QS))
    return solve(lines, Quantity.of(target, "mL")).or_refuse()


def test_every_protocol_that_states_concentrations_reproduces_them_exactly_as_fractions(loaded):
    for name, stated in STATED.items():
        expected = [Fraction(amount) for amount in stated.values()]
        version = version_of(name)
        told = [each.concentration.ratio for each in figures(facts.content(version)).values()]
        assert (name, told) == (name, expected)
        if name not in NOT_MADE:
            solved = made(stated, 7, loaded).lines
            assert (name, [x.concentration.ratio for x in solved[: len(stated)]]) == (name, expected)


def test_no_other_protocol_states_a_concentration(loaded):
    published = [version for version in queries.formulas() if version.status == "published"]
    with_figures = {
        version.formula.name
        for version in published
        if any(each.concentration for each in figures(facts.content(version)).values())
    }
    supplied = {"Belotero Revive (2019)"}
    assert with_figures - supplied == set(STATED)


def test_the_melasma_protocol_comes_out_to_three_places_as_well(loaded):
    thousandth = Quantity.of("0.001", "mL")
    solved = made(STATED["Melasma A (Iraji 2019)"], 1, loaded)
    exact = [x.volume.in_unit(unit("mL")) for x in solved.lines]
    assert exact == [Fraction(4, 100), Fraction(3, 50), Fraction(2, 15), Fraction(23, 30)]
    rounded = [x.volume.rounded(thousandth) for x in solved.lines]
    assert rounded == [Quantity.of(v, "mL") for v in ("0.04", "0.06", "0.133", "0.767")]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("name", "substances"),
    [
        (
            "Thigh, aminophylline + buflomedil + lidocaine (Park 2008)",
            ["aminophylline", "buflomedil", "lidocaine hydrochloride"],
        ),
        ("Rejuvenation B (Savoia 2013)", ["sodium hyaluronate", "idebenone"]),
        ("Lipodissolve series (Mahmud 2012)", ["lipodissolve solution (composition not read)"]),
    ],
)
def test_what_a_source_does_not_state_is_unknown_on_its_page(clients, loaded, name, substances):
    version = version_of(name)
    assert [(line.substance, line.pin, line.amount) for line in version.lines] == [
        (substance, "unknown", None) for substance in substances
    ]
    page = clients("practitioner").get_ok(f"/catalogue/formulas/{version.id}")
    assert page.text.count("amount not stated") == len(substances)
    assert "published, not approved here" in page.text


def test_the_one_without_effect_ships_with_its_result_its_evidence_and_its_source(loaded):
    version = version_of("Thigh, aminophylline + buflomedil + lidocaine (Park 2008)")
    assert "no significant difference" in version.note
    assert (version.status, version.formula.grade) == ("published", "H")
    assert version.formula.source.endswith("[PARK]")


def test_every_protocol_says_what_it_is_made_of_its_evidence_and_its_source(loaded):
    published = [version for version in queries.formulas() if version.status == "published"]
    bare = [v.formula.name for v in published if not (v.lines and v.formula.evidence and v.formula.source)]
    assert (len(published), bare) == (25, [])
