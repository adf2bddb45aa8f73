"""Another product of the same substance: its difference, where it is refused, and that everything is checked
anew.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules import checklist
from formulary.rules.facts import Allergy, AllergySeverity, Compatibility, Excipient, Pin
from formulary.rules.findings import Refused, Stage
from formulary.rules.formulas import put_in, said, substitute
from formulary.rules.units import activity
from tests.rules.builders import ASCORBIC, TRANEXAMIC, a_cocktail, a_line, a_patient, a_product, per, q

SULFITE = Excipient(90, "sodium metabisulfite", frozenset({"sulfite"}), ("sulfite",))
WEAK = a_product(7, "tranexamic acid", "50 mg/mL", excipients=(SULFITE,))
TWIN = replace(TRANEXAMIC, id=8, name="tranexamic acid (other maker)")
RULE = Compatibility("5", "pair", "group:sulfite", "ingredient:2", "BLOCK", "reduces it", "test")


def other(product, **more):
    return replace(product, ingredient=TRANEXAMIC.ingredient, **more)


def plain(lines):
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def test_an_excipient_that_a_source_does_not_list_is_not_called_absent():
    bare = replace(TWIN, excipients_known=False)
    (first, *rest) = plain(
        said(substitute(a_line(1, other(WEAK, strength=per("100 mg/mL"))), bare, route="ID"))
    )
    assert first == "Both hold 100 mg/mL."
    assert rest == [
        "Whether it holds sodium metabisulfite is unknown.",
        "Not all excipients are known: a source does not list them.",
    ]


def test_the_same_dose_of_half_the_strength_is_twice_the_volume():
    found = substitute(a_line(1, TRANEXAMIC, "20 mg"), other(WEAK), route="ID")
    assert (found.ratio, found.dose, found.volume, found.new_volume) == (
        Fraction(2),
        q("20 mg"),
        q("0.2 mL"),
        q("0.4 mL"),
    )
    assert plain(said(found)) == [
        "100 mg/mL becomes 50 mg/mL: the same dose takes 200 % of the volume.",
        "20 mg is 0.4 mL instead of 0.2 mL.",
        "It brings sodium metabisulfite, which the other does not hold.",
    ]


@pytest.mark.parametrize(
    ("new", "anew"),
    [
        (TWIN, False),
        (replace(TWIN, strength=per("50 mg/mL")), True),
        (replace(TWIN, strength=None), True),
        (replace(TWIN, excipients=(SULFITE,)), True),
        (replace(TWIN, excipients_known=False), True),
    ],
    ids=["twin", "strength", "strength unknown", "excipient", "excipients unknown"],
)
def test_it_is_signed_anew_where_strength_or_excipients_differ_or_may(new, anew):
    assert substitute(a_line(), new, route="ID").signed_anew is anew


def test_what_the_table_says_beside_the_other_lines_is_told():
    found = substitute(a_line(), other(WEAK), route="ID", others=[ASCORBIC], rules=[RULE])
    assert (found.rules_gained, found.rules_lost) == ((RULE,), ())
    back = substitute(a_line(1, other(WEAK)), TRANEXAMIC, route="ID", others=[ASCORBIC], rules=[RULE])
    assert (back.rules_gained, back.rules_lost) == ((), (RULE,))


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (ASCORBIC, "substitution.other_substance"),
        (TRANEXAMIC, "substitution.same_product"),
        (
            replace(TWIN, ingredient=replace(TWIN.ingredient, dimension=activity(8))),
            "substitution.other_units",
        ),
    ],
)
def test_what_is_no_substitute_is_refused_at_its_field(new, code):
    for refused in (lambda: substitute(a_line(), new, route="ID"), lambda: put_in(a_line(), new)):
        with pytest.raises(Refused) as refusal:
            refused()
        assert [(f.code, f.field) for f in refusal.value.findings] == [(code, "product")]


def test_a_pinned_volume_becomes_the_dose_it_held_so_that_the_dose_stays():
    found = put_in(a_line(1, TRANEXAMIC, "0.2 mL"), other(WEAK))
    assert (found.pin, found.quantity) == (Pin.DOSE, q("20 mg"))
    with pytest.raises(Refused) as refusal:
        put_in(a_line(1, replace(TRANEXAMIC, strength=None), "0.2 mL"), other(WEAK))
    assert refusal.value.findings[0].code == "substitution.strength_unknown"


def test_a_substitution_re_checks():
    """Every rule runs on the new product: its excipient meets the allergy, and the old report is dead."""
    allergic = a_patient(allergies=(Allergy("sodium metabisulfite", AllergySeverity.SEVERE, 90),))
    before = a_cocktail(patient=allergic)
    line = next(x for x in before.lines if x.product.ingredient.id == TRANEXAMIC.ingredient.id)
    lines = tuple(put_in(x, other(WEAK)) if x is line else x for x in before.lines)
    was = checklist.run(before, Stage.SIGN)
    becomes = checklist.run(replace(before, lines=lines), Stage.SIGN)
    assert was.inputs_hash != becomes.inputs_hash
    assert {a.rule for a in becomes.answers} == {a.rule for a in was.answers}
    assert "A1" not in {f.rule for f in was.open}
    assert [f.code for f in becomes.open if f.rule == "A1"] == ["allergy.excipient"]


def test_a_strength_that_nobody_knows_leaves_the_volume_open():
    bare = replace(TWIN, strength=None)
    found = substitute(a_line(1, TRANEXAMIC, "20 mg"), bare, route="ID")
    assert (found.ratio, found.dose, found.volume, found.new_volume) == (None, q("20 mg"), q("0.2 mL"), None)
    assert plain(said(found)) == [
        "The strength of tranexamic acid (other maker) is unknown, so no volume answers to the other.",
        "The excipients are the same.",
    ]


@pytest.mark.parametrize(
    ("typed", "whole", "dose"),
    [
        ("20 mg", None, q("20 mg")),
        ("0.2 mL", None, q("20 mg")),
        ("4 mg/mL", "5 mL", q("20 mg")),
        ("4 mg/mL", None, None),
        ("qs", "5 mL", None),
    ],
)
def test_which_dose_is_kept_follows_from_what_was_pinned(typed, whole, dose):
    found = substitute(a_line(1, TRANEXAMIC, typed), other(WEAK), route="ID", whole=whole and q(whole))
    assert found.dose == dose
    assert len(said(found)) == (2 if dose is None else 3)


def test_a_pinned_concentration_stays_as_it_is():
    line = replace(a_line(1, TRANEXAMIC, "4 mg/mL"), strength=per("80 mg/mL"))
    found = put_in(line, other(WEAK))
    assert (found.pin, found.concentration, found.quantity, found.strength) == (
        Pin.CONCENTRATION,
        per("4 mg/mL"),
        None,
        None,
    )


def test_whether_its_label_names_the_route_is_told():
    for routes, labelled in ((("ID",), True), (("SC",), False), ((), None)):
        found = substitute(a_line(), replace(TWIN, routes=routes), route="id")
        assert found.labelled is labelled


def test_a_row_is_told_whichever_of_its_sides_the_product_is():
    turned = Compatibility("7", "pair", "ingredient:2", "group:sulfite", "BLOCK", "reduces it", "test")
    found = substitute(a_line(), other(WEAK), route="ID", others=[ASCORBIC], rules=[turned])
    assert found.rules_gained == (turned,)


def test_a_row_about_both_products_is_neither_gained_nor_lost():
    both = Compatibility("6", "pair", "ingredient:1", "ingredient:2", "WARN", "either way", "test")
    found = substitute(a_line(), other(WEAK), route="ID", others=[ASCORBIC], rules=[RULE, both])
    assert (found.rules_gained, found.rules_lost) == ((RULE,), ())
    back = substitute(a_line(1, other(WEAK)), TRANEXAMIC, route="ID", others=[ASCORBIC], rules=[both, RULE])
    assert (back.rules_gained, back.rules_lost) == ((), (RULE,))


def test_from_an_unknown_strength_no_dose_is_known():
    bare = replace(TWIN, strength=None)
    found = substitute(a_line(1, bare, "0.2 mL"), other(WEAK), route="ID")
    assert (found.ratio, found.dose, found.volume, found.new_volume) == (None, None, None, None)
    assert plain(said(found))[0] == (
        "The strength of tranexamic acid (other maker) is unknown, so no volume answers to the other."
    )
