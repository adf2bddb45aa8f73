"""What holds of every cocktail the solver can make: sums, order, scaling, and prepared volumes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.facts import Pin, Strength
from formulary.rules.formulation import Setting, solve
from formulary.rules.units import VOLUME, Quantity, total
from tests.rules.builders import (
    SALINE,
    SYRINGES,
    a_line,
    a_product,
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


@given(recipes)
def test_volumes_sum_to_the_target_exactly(recipe):
    target = target_for(recipe)
    solution = solve(lines_of(recipe), target, Setting(syringes=SYRINGES))
    if solution.complete:
        assert total((x.volume for x in solution.lines), VOLUME) == target == solution.total


@given(recipes, st.sampled_from(["10 mL", "9.9 mL", "7 mL", "3.33 mL"]))
def test_draws_sum_to_the_target_within_one_graduation(recipe, target):
    solution = solve(lines_of(recipe), q(target), Setting(syringes=SYRINGES))
    last = solution.line(len(recipe) + 1)
    if solution.complete and not last.achieved_volume.is_zero:
        assert abs(solution.achieved_total - q(target)) <= last.syringe.graduation


@given(recipes, st.randoms(use_true_random=False))
def test_the_order_of_entry_changes_nothing(recipe, random):
    lines = lines_of(recipe)
    shuffled = list(lines)
    random.shuffle(shuffled)
    setting = Setting(syringes=SYRINGES)
    assert solve(lines, target_for(recipe), setting) == solve(shuffled, target_for(recipe), setting)


@given(recipes, st.integers(2, 9))
def test_scaling_scales_every_draw(recipe, k):
    target = target_for(recipe)
    once = solve(lines_of(recipe), target)
    scaled = solve(lines_of([(s, d * k) for s, d in recipe]), target * k)
    if once.complete:
        assert [x.draw_volume * k for x in once.lines] == [x.draw_volume for x in scaled.lines]
        assert [x.concentration.ratio for x in once.lines] == [x.concentration.ratio for x in scaled.lines]


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
