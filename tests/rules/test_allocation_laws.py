"""What holds of every allocation on every shelf, alone and for the lines of a cocktail together."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.allocation import (
    Allocation,
    Pick,
    Together,
    allocate,
    containers_for,
    first_fit,
    line_by_line,
)
from formulary.rules.facts import Container, Stock
from formulary.rules.lot_status import free, serves_one_patient, usable
from formulary.rules.units import VOLUME, Quantity, total
from tests.rules.builders import AT, a_stock, some_policies

POLICIES = some_policies()
NOTHING = Quantity.zero(VOLUME)


def tenths(count: int) -> Quantity:
    return Quantity(count * 100_000, VOLUME)


SIZES = (None, tenths(10), tenths(25))


@st.composite
def vials(draw, size: Quantity | None) -> Stock:
    """An open vial, usable or not, promised in part or not."""
    number = draw(st.integers(min_value=1, max_value=9999))
    return replace(
        draw(anything(size)),
        vial=f"{number:04}",
        vial_id=number,
        lot=f"V{number}",
        remaining=tenths(draw(st.integers(0, 40))),
        reserved=draw(st.sampled_from([None, None, tenths(5)])),
        opened_at=AT - timedelta(hours=1),
        beyond_use_at=AT + timedelta(hours=draw(st.integers(-2, 9))),
        opened_for=draw(st.sampled_from([7, 7, 8])),
        status="open",
    )


@st.composite
def lots(draw, size: Quantity | None, *, in_part: bool) -> Stock:
    """So many sealed containers; others keep whole ones, or a part where they share them."""
    stock, count = draw(anything(size)), draw(st.integers(0, 4))
    kept = [None, None, tenths(5) if size is None else size]
    if in_part and not serves_one_patient(stock.container):
        kept.append(tenths(5))
    lying = tenths(draw(st.integers(0, 40))) if size is None else size * count
    number = draw(st.integers(min_value=1, max_value=9999))
    return replace(stock, lot=f"L{number}", remaining=lying, reserved=draw(st.sampled_from(kept)))


@st.composite
def anything(draw, size: Quantity | None) -> Stock:
    return replace(
        a_stock(),
        one_container=size,
        reserved_for="another",
        expires_on=date(2026, 11, 20) + timedelta(days=draw(st.integers(0, 20))),
        held=draw(st.sampled_from([(), (), (), ("recall R-7",)])),
        container=draw(st.sampled_from([Container.MULTI_DOSE, Container.SINGLE_DOSE])),
    )


@st.composite
def shelves(draw, sizes=SIZES, *, in_part: bool = True) -> list[Stock]:
    """What lies there of one product: its containers are of one size."""
    size = draw(st.sampled_from(sizes))
    one = st.one_of(vials(size), lots(size, in_part=in_part))
    return draw(st.lists(one, max_size=6, unique_by=lambda s: s.lot))


needs = st.integers(min_value=1, max_value=60).map(tenths)
cocktails = st.lists(needs, min_size=1, max_size=4)


def run(need: Quantity, shelf, *, may_split: bool, taken=(), smallest=None) -> Allocation:
    asked = {"at": AT, "for_patient": 7, "policies": POLICIES, "smallest": smallest}
    return allocate(need, shelf, may_split=may_split, taken=taken, **asked)


def together(wanted: list[Quantity], shelf, *, may_split: bool = True) -> Together:
    return line_by_line(
        lambda taken, need=need: run(need, shelf, may_split=may_split, taken=taken) for need in wanted
    )


def fit(shelf) -> list[Stock]:
    return [s for s in shelf if not usable(s, at=AT, for_patient=7, policies=POLICIES)]


def giving(stock: Stock) -> list[Quantity]:
    """What each container gives, worked out in another way: all that is free, cut at its full ones."""
    size, left = stock.one_container, free(stock)
    if stock.opened_at is not None or size is None:
        return [left]
    is_shared = stock.container is Container.MULTI_DOSE
    lying = [size] * (stock.remaining.steps // size.steps)
    mine = lying if is_shared else lying[: left.steps // size.steps]
    cuts = [min(each, max(left - size * n, NOTHING)) for n, each in enumerate(mine)]
    return [cut for cut in cuts if cut > NOTHING]


def volume(quantities) -> Quantity:
    return total(quantities, VOLUME)


def of(stock: Stock, picks) -> list[Pick]:
    return [pick for pick in picks if pick.stock is stock]


def sources(picks) -> list[Stock]:
    return list({id(pick.stock): pick.stock for pick in picks}.values())


@given(needs, shelves(), st.booleans())
def test_picks_sum_to_the_need_or_are_none(need, shelf, may_split) -> None:
    assert volume(p.quantity for p in run(need, shelf, may_split=may_split).picks) in (need, NOTHING)


@given(needs, shelves(), st.booleans())
def test_only_what_is_usable_is_picked_and_never_more_than_is_free(need, shelf, may_split) -> None:
    picks = run(need, shelf, may_split=may_split).picks
    for stock in sources(picks):
        assert stock in fit(shelf)
        assert volume(p.quantity for p in of(stock, picks)) <= free(stock)
        assert [p.container for p in of(stock, picks)] == list(range(1, len(of(stock, picks)) + 1))
        pairs = zip(of(stock, picks), giving(stock), strict=False)
        assert all(NOTHING < pick.quantity <= gives for pick, gives in pairs)
        assert len(of(stock, picks)) <= len(giving(stock))


@given(needs, shelves(), st.booleans())
def test_every_source_is_picked_refused_or_spare_and_each_has_its_words(need, shelf, may_split) -> None:
    result = run(need, shelf, may_split=may_split)
    named = [*(r.stock for r in result.refusals), *result.spare, *sources(result.picks)]
    assert sorted(map(id, named)) == sorted(map(id, shelf))
    assert all([*(r.why for r in result.refusals), *(p.why for p in result.picks)])
    stopped = [s for s in shelf if s not in fit(shelf)]
    assert [r.stock for r in result.refusals if r.findings] == sorted(stopped, key=result_order(result))


def result_order(result: Allocation):
    order = [id(refusal.stock) for refusal in result.refusals]
    return lambda stock: order.index(id(stock))


@given(needs, shelves())
def test_nothing_is_picked_only_where_nothing_would_do(need, shelf) -> None:
    able = [gives for stock in fit(shelf) for gives in giving(stock)]
    assert run(need, shelf, may_split=True).complete == (volume(able) >= need)
    assert run(need, shelf, may_split=False).complete == any(gives >= need for gives in able)


@given(needs, shelves(), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_shelf_does_not_matter(need, shelf, may_split, random) -> None:
    shuffled = list(shelf)
    random.shuffle(shuffled)
    assert run(need, shelf, may_split=may_split) == run(need, shuffled, may_split=may_split)


@given(needs, shelves())
def test_no_container_is_opened_while_an_open_vial_would_do(need, shelf) -> None:
    picks = run(need, shelf, may_split=True).picks
    idle = [s for s in fit(shelf) if s.opened_at is not None and not of(s, picks)]
    if any(p.opens for p in picks):
        assert idle == []


@given(needs, shelves())
def test_no_choice_opens_fewer_new_containers(need, shelf) -> None:
    picks = run(need, shelf, may_split=True).picks
    still = need - volume(p.quantity for p in picks if not p.opens)
    new = [gives for s in fit(shelf) if s.opened_at is None for gives in giving(s)]
    fewer = max(len([p for p in picks if p.opens]) - 1, 0)
    if picks and fewer:
        assert all(volume(some) < still for some in itertools.combinations(new, fewer))


@given(needs, shelves(sizes=SIZES[1:], in_part=False))
def test_no_sealed_lot_is_opened_before_one_that_expires_earlier(need, shelf) -> None:
    opens = [p.stock for p in run(need, shelf, may_split=True).picks if p.opens]
    assert [s.expires_on for s in opens] == sorted(s.expires_on for s in opens)
    spared = [s for s in fit(shelf) if s.opened_at is None and s not in opens]
    assert all(o.expires_on <= s.expires_on for o, s in itertools.product(opens, spared))


@given(needs, shelves(), st.integers(min_value=1, max_value=5).map(tenths))
def test_no_draw_is_too_small_to_measure_unless_the_need_is(need, shelf, smallest) -> None:
    picks = run(need, shelf, may_split=True, smallest=smallest).picks
    assert volume(p.quantity for p in picks) in (need, NOTHING)
    assert all(p.quantity >= min(smallest, need) for p in picks)


# --- the lines of one cocktail ---


@given(cocktails, shelves(), st.booleans())
def test_the_lines_together_never_take_more_than_is_free(wanted, shelf, may_split) -> None:
    picks = [pick for line in together(wanted, shelf, may_split=may_split).lines for pick in line.picks]
    for stock in sources(picks):
        mine = of(stock, picks)
        assert volume(p.quantity for p in mine) <= free(stock)
        assert len({p.container for p in mine}) <= len(giving(stock))
        for _, each in itertools.groupby(sorted(mine, key=lambda p: p.container), lambda p: p.container):
            assert volume(p.quantity for p in each) <= (
                free(stock)
                if stock.one_container is None
                else max(stock.one_container, stock.remaining if stock.opened_at else NOTHING)
            )


@given(cocktails, shelves(), st.booleans())
def test_all_lines_are_found_or_none_is_drawn(wanted, shelf, may_split) -> None:
    result = together(wanted, shelf, may_split=may_split)
    lines = [volume(p.quantity for p in line.picks) for line in result.lines]
    assert all(found in (need, NOTHING) for found, need in zip(lines, wanted, strict=True))
    assert volume(p.quantity for p in result.picks) == (volume(wanted) if lines == wanted else NOTHING)


@given(cocktails, shelves())
def test_lines_that_may_be_split_are_found_where_there_is_enough_for_all(wanted, shelf) -> None:
    able = [gives for stock in fit(shelf) for gives in giving(stock)]
    assert together(wanted, shelf).complete == (volume(able) >= volume(wanted))


@given(cocktails, shelves())
def test_no_line_opens_a_container_while_what_is_begun_would_do(wanted, shelf) -> None:
    begun: dict[object, Quantity] = {}
    for line in together(wanted, shelf).lines:
        if any(pick.opens for pick in line.picks):
            rests = [rest for rest in begun.values() if rest > NOTHING]
            assert all(rest < line.need for rest in rests)
        begun |= {pick.key: pick.holds - pick.quantity for pick in line.picks if pick.stock.reserved is None}


@given(cocktails, shelves(), st.randoms(use_true_random=False))
def test_the_order_of_the_shelf_does_not_matter_to_the_lines(wanted, shelf, random) -> None:
    shuffled = list(shelf)
    random.shuffle(shuffled)
    assert together(wanted, shelf) == together(wanted, shuffled)


@given(cocktails, shelves())
def test_what_is_kept_is_free_and_holds_what_is_drawn(wanted, shelf) -> None:
    result = together(wanted, shelf)
    for kept in result.to_keep(POLICIES):
        stock, size = kept.stock, kept.stock.one_container
        assert kept.drawn == volume(p.quantity for p in of(stock, result.picks))
        assert kept.drawn <= kept.whole <= free(stock)
        if stock.opened_at is None and size is not None and stock.container is Container.SINGLE_DOSE:
            assert Fraction(kept.whole.steps, size.steps).denominator == 1


@given(st.lists(st.integers(min_value=1, max_value=10), max_size=12))
def test_no_container_is_filled_beyond_its_size(quantities) -> None:
    numbers = first_fit(quantities, 10)
    filled = [sum(q for q, n in zip(quantities, numbers, strict=True) if n == each) for each in set(numbers)]
    assert all(total <= 10 for total in filled)
    assert containers_for(quantities, 10) == len(filled)


@pytest.mark.parametrize(
    ("quantities", "expected"),
    [((), ()), ((6, 7, 4, 3), (1, 2, 1, 2)), ((12, 1), (1, 2)), ((5, 5, 5), (1, 1, 2))],
)
def test_each_goes_into_the_first_container_that_still_holds_it(quantities, expected) -> None:
    assert first_fit(quantities, 10) == expected
