"""What changed from one version of a formula to another, in words, and by how much."""

from dataclasses import replace
from fractions import Fraction

import pytest

from formulary.rules.facts import Excipient
from formulary.rules.formulas import Content, Kind, Scaling, Written, content_of_lines, difference
from formulary.rules.formulas.difference import excipients_between
from tests.rules.builders import ASCORBIC, SALINE, TRANEXAMIC, a_product, melasma_lines, per, q

FIXED = "\N{NO-BREAK SPACE}"
SULFITE = Excipient(90, "sodium metabisulfite", frozenset({"sulfite"}))
TXA = Written(
    1,
    "tranexamic acid",
    "concentration",
    TRANEXAMIC,
    concentration=per("4 mg/mL"),
    dose=(q("4 mg"), q("22 mg")),
    mixture=(per("3.8 mg/mL"), per("4.2 mg/mL")),
    reason="published",
)
VITAMIN_C = Written(2, "ascorbic acid", "dose", ASCORBIC, quantity=q("150 mg"))
DILUENT = Written(3, "sodium chloride 0.9 %", "qs", SALINE)
GLOW = Content(
    "Glow v1",
    (TXA, VITAMIN_C, DILUENT),
    q("5 mL"),
    "ID",
    {("ascorbic acid", "tranexamic acid"): "published together"},
    beyond_use_h=Fraction(12),
    beyond_use_source="house policy",
)


def plain(text):
    return text.replace(FIXED, " ")


def said(old, new):
    return [plain(change.words) for change in difference(old, new)]


def kinds(old, new):
    return [change.kind for change in difference(old, new)]


def with_line(number, **changed):
    lines = (replace(line, **changed) if line.number == number else line for line in GLOW.lines)
    return replace(GLOW, lines=tuple(lines))


def test_a_version_does_not_differ_from_itself():
    assert difference(GLOW, replace(GLOW, name="Glow v2")) == ()


def test_a_concentration_is_told_from_to_and_by_how_much_with_all_that_follows():
    assert said(GLOW, with_line(1, concentration=per("5 mg/mL"))) == [
        "Tranexamic acid, dose: 20 mg becomes 25 mg (+25 %).",
        "Tranexamic acid, volume: 0.2 mL becomes 0.25 mL (+25 %).",
        "Tranexamic acid, concentration: 4 mg/mL becomes 5 mg/mL (+25 %).",
        "Sodium chloride 0.9 %, dose: 40.5 mg becomes 40.05 mg (−1.1 %).",
        "Sodium chloride 0.9 %, volume: 4.5 mL becomes 4.45 mL (−1.1 %).",
        "Sodium chloride 0.9 %, concentration: 8.1 mg/mL becomes 8.01 mg/mL (−1.1 %).",
    ]


def test_twice_the_volume_doubles_the_dose_of_a_concentration_and_thins_a_fixed_dose():
    changes = {(c.kind, c.subject): c.share for c in difference(GLOW, replace(GLOW, target=q("10 mL")))}
    assert plain(changes[Kind.DOSE, "tranexamic acid, dose"]) == "+100 %"
    assert plain(changes[Kind.CONCENTRATION, "ascorbic acid, concentration"]) == "−50 %"
    assert plain(changes[Kind.TARGET, "volume made"]) == "+100 %"
    assert (Kind.DOSE, "ascorbic acid, dose") not in changes


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"route": "SC"}, "Route: ID becomes SC."),
        ({"beyond_use_h": Fraction(4)}, "Beyond-use limit: 12 h becomes 4 h (−66.7 %)."),
        ({"beyond_use_h": None}, "Beyond-use limit: 12 h becomes not stated: the site's limit decides."),
        ({"storage": "2 to 8 °C"}, "Storage: nothing becomes 2 to 8 °C."),
        ({"instructions": "Swirl."}, "Instructions: nothing becomes Swirl."),
        (
            {"pairs": {}},
            "Ascorbic acid with tranexamic acid: accepted: published together becomes not accepted.",
        ),
    ],
)
def test_what_is_about_the_whole_is_told(changed, words):
    assert said(GLOW, replace(GLOW, **changed)) == [words]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"dose": (q("4 mg"), q("30 mg"))}, "accepted dose: 4 mg to 22 mg becomes 4 mg to 30 mg."),
        ({"dose": None}, "accepted dose: 4 mg to 22 mg becomes none."),
        (
            {"mixture": (per("3 mg/mL"), per("5 mg/mL"))},
            "accepted concentration: 3.8 mg/mL to 4.2 mg/mL becomes 3 mg/mL to 5 mg/mL.",
        ),
        ({"reason": "our own"}, "why its ranges are accepted: published becomes our own."),
        ({"scaling": Scaling.FIXED}, "in another volume: scales with the volume becomes stays as it is."),
    ],
)
def test_what_the_approver_answers_for_is_told(changed, words):
    assert said(GLOW, with_line(1, **changed)) == [f"Tranexamic acid, {words}"]


def test_another_product_tells_its_excipients_gained_and_lost():
    other = a_product(9, "tranexamic acid", "50 mg/mL", excipients=(SULFITE,))
    found = [c for c in difference(GLOW, with_line(1, product=other)) if c.subject.startswith("tranexamic")]
    assert [(c.kind, plain(c.becomes)) for c in found] == [
        (Kind.VOLUME, "0.4 mL"),
        (Kind.PRODUCT, "tranexamic acid 50 mg/mL"),
        (Kind.EXCIPIENT_GAINED, "sodium metabisulfite"),
    ]
    back = difference(with_line(1, product=other), GLOW)
    assert [c.was for c in back if c.kind is Kind.EXCIPIENT_LOST] == ["sodium metabisulfite"]


def test_a_product_whose_excipients_are_not_all_known_says_so():
    other = replace(TRANEXAMIC, id=9, name="tranexamic acid (import)", excipients_known=False)
    assert kinds(GLOW, with_line(1, product=other)) == [Kind.PRODUCT, Kind.EXCIPIENTS_UNKNOWN]


def test_an_excipient_that_the_new_source_does_not_list_is_unknown_and_not_gone():
    held = replace(TRANEXAMIC, id=9, name="other", excipients=(SULFITE,))
    bare = replace(TRANEXAMIC, id=10, name="import", excipients_known=False)
    changes = difference(with_line(1, product=held), with_line(1, product=bare))
    (lost,) = [c for c in changes if c.kind is Kind.EXCIPIENT_LOST]
    assert (lost.was, lost.becomes) == ("sodium metabisulfite", "unknown")


def test_a_line_gained_and_a_line_lost_are_told_with_what_they_hold():
    without = replace(GLOW, lines=(TXA, DILUENT))
    assert said(GLOW, without)[0] == "Ascorbic acid: ascorbic acid 500 mg/mL, 30 mg/mL becomes nothing."
    assert said(without, GLOW)[0] == "Ascorbic acid: nothing becomes ascorbic acid 500 mg/mL, 30 mg/mL."


def test_the_order_of_addition_is_a_difference_of_its_own():
    other = replace(GLOW, lines=(replace(VITAMIN_C, number=1), replace(TXA, number=2), DILUENT))
    assert said(GLOW, other) == [
        "Order of addition: tranexamic acid, ascorbic acid, sodium chloride 0.9 % becomes "
        "ascorbic acid, tranexamic acid, sodium chloride 0.9 %."
    ]


def test_a_figure_that_nobody_states_is_unknown_and_no_per_cent():
    unknown = with_line(2, pin="unknown", quantity=None)
    change = next(c for c in difference(unknown, GLOW) if c.kind is Kind.DOSE)
    assert (change.was, plain(change.becomes), change.ratio) == ("unknown", "150 mg", None)


def test_what_explains_is_told_from_what_reaches_the_patient():
    changed = replace(with_line(1, reason="our own"), route="SC")
    assert [(c.kind, c.is_clinical) for c in difference(GLOW, changed)] == [
        (Kind.REASON, False),
        (Kind.ROUTE, True),
    ]


def test_a_cocktail_is_told_from_the_formula_it_follows():
    melasma = content_of_lines(melasma_lines(), name="Melasma v1", target=q("5 mL"), route="ID")
    lines = (*melasma_lines()[:2], *melasma_lines()[3:])
    own = content_of_lines(lines, name="C-1", target=q("5 mL"), route="ID")
    assert said(melasma, own)[:2] == [
        "Glutathione: glutathione 600 mg/4 mL, 20 mg/mL becomes nothing.",
        "Sodium chloride 0.9 %, dose: 34.5 mg becomes 40.5 mg (+17.4 %).",
    ]
    assert difference(melasma, melasma) == ()


def test_an_unchanged_product_is_not_told_however_little_is_known_of_it():
    bare = with_line(1, product=replace(TRANEXAMIC, excipients_known=False))
    assert difference(bare, bare) == ()


def test_a_pair_that_is_accepted_now_and_one_for_another_reason_are_told():
    bare = replace(GLOW, pairs={})
    assert said(bare, GLOW) == [
        "Ascorbic acid with tranexamic acid: not accepted becomes accepted: published together."
    ]
    other = replace(GLOW, pairs={("ascorbic acid", "tranexamic acid"): "our own stability test"})
    assert said(GLOW, other) == [
        "Ascorbic acid with tranexamic acid, why accepted: published together becomes our own stability test."
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (DILUENT, "sodium chloride 0.9 % 9 mg/mL, makes up to the volume"),
        (VITAMIN_C, "ascorbic acid 500 mg/mL, 30 mg/mL"),
        (replace(VITAMIN_C, pin="unknown", quantity=None), "ascorbic acid 500 mg/mL, unknown"),
        (replace(VITAMIN_C, product=None), "any product, 30 mg/mL"),
        (
            replace(VITAMIN_C, pin="volume", quantity=q("1 mL"), product=replace(ASCORBIC, strength=None)),
            "ascorbic acid 500 mg/mL, 1 mL",
        ),
    ],
)
def test_what_a_line_that_came_or_went_holds(line, words):
    (gained, *_) = difference(replace(GLOW, lines=(TXA,)), replace(GLOW, lines=(TXA, line)))
    assert (gained.kind, gained.was, plain(gained.becomes)) == (Kind.GAINED, "nothing", words)


def test_a_dose_without_a_volume_is_told_as_a_dose():
    (gained,) = difference(Content("A"), Content("A", (VITAMIN_C,)))
    assert plain(gained.becomes) == "ascorbic acid 500 mg/mL, 150 mg"


def test_a_figure_in_another_unit_has_no_per_cent():
    other = with_line(2, product=None, quantity=q("150 IU"))
    changes = [c for c in difference(GLOW, other) if c.subject.startswith("ascorbic acid")]
    assert {c.kind: c.share for c in changes if c.kind in (Kind.DOSE, Kind.CONCENTRATION)} == {
        Kind.DOSE: "",
        Kind.CONCENTRATION: "",
    }


@pytest.mark.parametrize(
    ("was", "becomes", "share"),
    [(Fraction(4), Fraction(12), "+200 %"), (Fraction(0), Fraction(12), ""), (None, Fraction(12), "")],
)
def test_a_beyond_use_limit_has_a_per_cent_where_there_was_one(was, becomes, share):
    (change,) = difference(replace(GLOW, beyond_use_h=was), replace(GLOW, beyond_use_h=becomes))
    assert plain(change.share) == share


def test_a_figure_that_is_gone_is_unknown_and_no_per_cent():
    unknown = with_line(2, pin="unknown", quantity=None)
    own = [c for c in difference(GLOW, unknown) if c.subject.startswith("ascorbic acid")]
    told = {c.kind: (plain(c.was), c.becomes, c.ratio) for c in own}
    assert told[Kind.DOSE] == ("150 mg", "unknown", None)
    assert told[Kind.CONCENTRATION] == ("30 mg/mL", "unknown", None)


def test_what_was_nothing_has_no_per_cent():
    none = with_line(2, product=None, quantity=q("0 mg"))
    own = {c.kind: c for c in difference(none, with_line(2, product=None)) if "ascorbic" in c.subject}
    assert (plain(own[Kind.DOSE].was), plain(own[Kind.DOSE].becomes), own[Kind.DOSE].share) == (
        "0 mg",
        "150 mg",
        "",
    )


@pytest.mark.parametrize(
    ("old", "new", "listed"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_excipients_are_all_known_where_both_sources_list_them(old, new, listed):
    a, b = (replace(TRANEXAMIC, excipients_known=known) for known in (old, new))
    assert excipients_between(a, b) == ([], [], listed)
    assert excipients_between(a, None)[2] is excipients_between(None, b)[2] is False
