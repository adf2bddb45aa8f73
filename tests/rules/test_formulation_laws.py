"""What holds of every cocktail the solver can make: sums, order, scaling, and prepared volumes."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from formulary.rules.checklist import run
from formulary.rules.facts import Pin, Strength
from formulary.rules.findings import Refused, Stage
from formulary.rules.formulation import Setting, solve
from formulary.rules.units import VOLUME, Quantity, parse, total, unit
from tests.rules.builders import (
    SALINE,
    SYRINGES,
    a_cocktail,
    a_line,
    a_product,
    codes,
    q,
)

ML = 1_000_000

strengths = st.builds(
    lambda mg, ml: Strength(Quantity.of(mg, "mg"), Quantity.of(ml, "mL")),
    st.integers(1, 1000),
    st.integers(1, 10),
)
doses = st.integers(1, 50_000).map(lambda mcg: Quantity.of(mcg, "mcg"))
recipes = st.lists(st.tuples(strengths, doses), min_size=1, max_size=6)


def lines_of(recipe):
    return [
        a_line(n, a_product(n, f"substance {n}", strength), quantity=dose)
        for n, (strength, dose) in enumerate(recipe, 1)
    ] + [a_line(len(recipe) + 1, SALINE, "qs")]


def target_for(recipe):
    """Roomy enough for all of it, and on a mark of the largest syringe."""
    return q("10 mL") if sum(d.steps / s.ratio for s, d in recipe) <= 10 * ML else q("400 mL")


PINS = (Pin.DOSE, Pin.VOLUME, Pin.CONCENTRATION)


@st.composite
def feasible(draw):
    """Lines of every pin whose volumes fit a target on a mark, the last of them saline that makes up."""
    target = Quantity.of(draw(st.integers(2, 50)), "mL") / 5
    shares = draw(st.lists(st.integers(1, 100), min_size=1, max_size=6))
    rest = draw(st.integers(0, 100))
    whole = sum(shares) + rest
    lines = [
        _line(n, draw(strengths), draw(st.sampled_from(PINS)), target * Fraction(share, whole), target)
        for n, share in enumerate(shares, 1)
    ]
    return [*lines, a_line(len(lines) + 1, SALINE, "qs")], target


def _line(number, strength, pin, volume, target):
    """A line of this volume, typed by its dose, its volume or the concentration that it makes."""
    product = a_product(100 + number, f"substance {number}", strength)
    dose = Quantity(volume.steps * strength.ratio, strength.amount.dimension)
    if pin is Pin.CONCENTRATION:
        return a_line(number, product, pin=pin, quantity=None, concentration=Strength(dose, target))
    return a_line(number, product, pin=pin, quantity=dose if pin is Pin.DOSE else volume)


@given(feasible())
def test_volumes_sum_to_the_target_exactly(cocktail):
    lines, target = cocktail
    solution = solve(lines, target, Setting(syringes=SYRINGES))
    assert solution.findings == ()
    assert total((x.volume for x in solution.lines), VOLUME) == target == solution.total


@given(feasible())
def test_draws_sum_to_the_target_within_one_graduation(cocktail):
    lines, target = cocktail
    solution = solve(lines, target, Setting(syringes=SYRINGES))
    *others, last = solution.lines
    drawn = total((x.achieved_volume for x in others), VOLUME)
    if drawn <= target and not last.achieved_volume.is_zero:
        assert abs(solution.achieved_total - target) <= last.syringe.graduation
    for x in others:
        assert abs(x.achieved_volume - x.draw_volume) * 2 <= x.syringe.graduation


@given(feasible(), st.randoms(use_true_random=False))
def test_the_order_of_entry_changes_nothing(cocktail, random):
    lines, target = cocktail
    shuffled = list(lines)
    random.shuffle(shuffled)
    setting = Setting(syringes=SYRINGES)
    assert solve(lines, target, setting) == solve(shuffled, target, setting)
    renumbered = [replace(line, number=n) for n, line in enumerate(shuffled, 1)]
    assert _by_product(solve(renumbered, target, setting)) == _by_product(solve(lines, target, setting))


def _by_product(solution):
    return {x.line.product.id: (x.volume, x.dose, x.draw_volume, x.achieved_volume) for x in solution.lines}


@given(feasible(), st.fractions(Fraction(1, 4), 9, max_denominator=8))
def test_scaling_scales_every_draw(cocktail, k):
    lines, target = cocktail
    once = solve(lines, target)
    by_k = [line if line.quantity is None else replace(line, quantity=line.quantity * k) for line in lines]
    scaled = solve(by_k, target * k)
    assert [x.draw_volume * k for x in once.lines] == [x.draw_volume for x in scaled.lines]
    assert [x.concentration.ratio for x in once.lines] == [x.concentration.ratio for x in scaled.lines]


numbers = st.from_regex(r"\A(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?\Z")
whatever = st.tuples(st.sampled_from(["mcg", "mg", "g", "mL"]), st.sampled_from([*Pin]), numbers, numbers)


@settings(max_examples=60)
@given(st.lists(whatever, max_size=3), numbers)
def test_no_input_within_the_fields_grammar_raises(typed, volume):
    lines = [_typed(n, *each) for n, each in enumerate(typed, 1)]
    cocktail = a_cocktail(lines=tuple(lines), target=_read(volume, "mL"))
    report = run(cocktail, Stage.SIGN)
    assert report.answers
    if not lines:
        assert "mix.no_lines" in codes(report.findings)


def _typed(number, code, pin, text, per_text):
    """A line as the form makes it of these texts; what a field refuses is a line without its figure."""
    product = a_product(100 + number, f"substance {number}", "100 mg/mL")
    read = _read(text, "mL" if pin is Pin.VOLUME else code)
    if pin is Pin.QS:
        return a_line(number, product, "qs")
    if pin is Pin.CONCENTRATION:
        per = _read(per_text, "mL")
        both = None if read is None or per is None else Strength(read, per)
        return a_line(number, product, pin=pin, quantity=None, concentration=both)
    return a_line(number, product, pin=pin, quantity=read)


def _read(text, code):
    try:
        return parse(text, code, units=[unit(code)]).quantity
    except Refused:
        return None


@given(recipes)
def test_what_is_prepared_on_top_leaves_every_concentration(recipe):
    target = target_for(recipe)
    bare, topped = (
        solve(lines_of(recipe), target),
        solve(lines_of(recipe), target, Setting(overfill=q("1 mL"))),
    )
    if bare.complete:
        assert [x.achieved_concentration.ratio for x in topped.lines] == [
            x.concentration.ratio for x in bare.lines
        ]


@given(recipes)
def test_a_dose_and_the_concentration_it_makes_are_the_same_line(recipe):
    target = target_for(recipe)
    by_dose = solve(lines_of(recipe), target)
    if by_dose.complete:
        pinned = [
            replace(x.line, pin=Pin.CONCENTRATION, quantity=None, concentration=x.concentration)
            for x in by_dose.lines[:-1]
        ]
        again = solve([*pinned, by_dose.lines[-1].line], target)
        assert [x.volume for x in again.lines] == [x.volume for x in by_dose.lines]
