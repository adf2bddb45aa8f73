"""Which vials are drawn from: the order, all or nothing, and a word for every one that is not."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from formulary.rules.allocation import Allocation, Pick, Together, ToKeep, allocate, discarded, line_by_line
from formulary.rules.facts import Container, Stock
from formulary.rules.findings import Level
from formulary.rules.units import DimensionMismatch, Quantity
from tests.rules.builders import AT, GLUTATHIONE, a_stock, q, some_policies

POLICIES = some_policies()


def sealed(lot: str = "L2231", left: str = "30 mL", **more) -> Stock:
    """Three sealed containers of 10 mL, unless the test says otherwise."""
    facts = {"lot": lot, "one_container": q("10 mL"), "remaining": q(left), "container": Container.MULTI_DOSE}
    return replace(a_stock(), **{**facts, **more})


def opened(vial: str = "0417", left: str = "4.6 mL", hours: float = 5, **more) -> Stock:
    facts = {
        "vial": vial,
        "vial_id": int(vial),
        "opened_at": AT - timedelta(hours=1),
        "beyond_use_at": AT + timedelta(hours=hours),
        "opened_for": 7,
        "status": "open",
    }
    return sealed(left=left, **{**facts, **more})


def pick(need: str, *candidates: Stock, may_split: bool = True, **more) -> Allocation:
    facts = {"at": AT, "for_patient": 7, "policies": POLICIES}
    return allocate(q(need), candidates, may_split=may_split, **{**facts, **more})


def picked(allocation: Allocation) -> list[tuple[str, Quantity]]:
    return [(p.stock.vial or p.stock.lot, p.quantity) for p in allocation.picks]


def refused(allocation: Allocation) -> list[tuple[str, str]]:
    return [(r.stock.vial or r.stock.lot, r.why.replace("\u00a0", " ")) for r in allocation.refusals]


def test_an_open_vial_comes_before_a_sealed_one_that_expires_earlier() -> None:
    early = sealed("L0001", expires_on=date(2026, 11, 30))
    result = pick("0.5 mL", early, opened())
    assert picked(result) == [("0417", q("0.5 mL"))]
    assert [s.lot for s in result.spare] == ["L0001"]
    assert result.picks[0].why == "open, use before 15:00"
    assert not result.picks[0].opens


def test_of_two_open_vials_the_one_that_ends_first_is_taken() -> None:
    assert picked(pick("0.5 mL", opened("0417", hours=5), opened("0391", hours=3))) == [("0391", q("0.5 mL"))]
    ending = opened("0500", hours=400, expires_on=date(2026, 11, 24))
    assert picked(pick("0.5 mL", opened("0417", hours=72), ending))[0][0] == "0500"


def test_of_two_sealed_lots_the_one_that_expires_first_is_opened() -> None:
    late, early = sealed("L1"), sealed("L2", expires_on=date(2026, 12, 31))
    result = pick("0.5 mL", late, early)
    assert picked(result) == [("L2", q("0.5 mL"))]
    assert result.picks[0].why == "sealed, expires 31 Dec 2026"
    assert result.picks[0].opens


def test_of_two_lots_of_one_expiry_the_one_that_wastes_least_is_opened() -> None:
    large = sealed("L1", container=Container.SINGLE_DOSE)
    small = sealed("L2", container=Container.SINGLE_DOSE, one_container=q("2 mL"), remaining=q("8 mL"))
    assert picked(pick("1.5 mL", large, small)) == [("L2", q("1.5 mL"))]
    kept = [replace(s, container=Container.MULTI_DOSE) for s in (large, small)]
    assert picked(pick("1.5 mL", *kept)) == [("L1", q("1.5 mL"))]
    sharing = some_policies(shared_single_dose_h=Fraction(6))
    assert picked(pick("1.5 mL", large, small, policies=sharing)) == [("L1", q("1.5 mL"))]


def test_one_vial_that_holds_all_comes_before_two_that_hold_it_together() -> None:
    small, large = opened("0391", left="0.3 mL", hours=1), opened("0417", left="2 mL", hours=5)
    assert picked(pick("0.5 mL", small, large)) == [("0417", q("0.5 mL"))]


def test_a_line_is_split_over_vials_only_where_it_may_be() -> None:
    vials = [opened("0391", left="0.3 mL", hours=1), opened("0417", left="0.3 mL", hours=5)]
    assert picked(pick("0.5 mL", *vials)) == [("0391", q("0.3 mL")), ("0417", q("0.2 mL"))]
    whole = pick("0.5 mL", *vials, may_split=False)
    assert (whole.picks, whole.complete) == ((), False)
    assert refused(whole) == [("0391", "0.3 mL left, 0.5 mL needed"), ("0417", "0.3 mL left, 0.5 mL needed")]


def test_the_rest_is_topped_up_from_a_sealed_one() -> None:
    result = pick("0.5 mL", sealed(), opened("0391", left="0.3 mL"))
    assert picked(result) == [("0391", q("0.3 mL")), ("L2231", q("0.2 mL"))]


def test_without_a_split_an_open_vial_that_holds_too_little_is_passed_over_in_words() -> None:
    result = pick("0.5 mL", sealed(), opened("0391", left="0.3 mL"), may_split=False)
    assert picked(result) == [("L2231", q("0.5 mL"))]
    assert refused(result) == [("0391", "0.3 mL left, 0.5 mL needed")]


def test_a_sealed_lot_gives_one_pick_for_each_container_that_is_opened() -> None:
    result = pick("25 mL", sealed())
    assert picked(result) == [("L2231", q("10 mL")), ("L2231", q("10 mL")), ("L2231", q("5 mL"))]
    assert refused(pick("25 mL", sealed(), may_split=False)) == [
        ("L2231", "10 mL in one container, 25 mL needed")
    ]


def test_a_lot_whose_container_size_is_unknown_counts_as_one() -> None:
    assert picked(pick("25 mL", sealed(one_container=None))) == [("L2231", q("25 mL"))]


def test_it_is_all_or_nothing() -> None:
    result = pick("40 mL", sealed(), opened())
    assert (result.picks, result.spare) == ((), ())
    assert result.missing == q("5.4 mL")
    assert refused(result) == [("0417", "4.6 mL left, 40 mL needed"), ("L2231", "30 mL left, 40 mL needed")]
    finding = result.shortage()
    assert (finding.code, finding.rule, finding.level) == ("stock.short", "L6", Level.BLOCK)
    assert finding.reason.replace("\u00a0", " ") == "40 mL is needed and 5.4 mL of it is not there."


def test_a_shortage_of_one_container_says_so() -> None:
    finding = pick("12 mL", sealed(), may_split=False).shortage()
    assert finding.reason.replace("\u00a0", " ") == "12 mL is needed and no single container holds it."
    assert pick("1 mL", sealed()).shortage() is None


def test_nothing_there_is_a_shortage_of_everything() -> None:
    result = pick("1 mL")
    assert (result.picks, result.refusals, result.missing) == ((), (), q("1 mL"))


def test_every_refusal_is_in_words_and_carries_its_findings() -> None:
    result = pick(
        "0.5 mL",
        sealed("L1", expires_on=date(2026, 11, 23)),
        sealed("L2", held=("recall R-7",)),
        sealed("L3", status="quarantined"),
        sealed("L4", reserved=q("30 mL"), reserved_for="cocktail:12"),
        opened("0001", hours=-1),
        opened("0002", opened_for=8, container=Container.SINGLE_DOSE),
        opened("0003", left="0.2 mL", expires_on=date(2026, 11, 23)),
    )
    assert dict(refused(result)) == {
        "L1": "expired 23 Nov",
        "L2": "held: recall R-7",
        "L3": "in quarantine",
        "L4": "reserved for another preparation",
        "0001": "beyond use since 09:00",
        "0002": "opened for another patient",
        "0003": "expired 23 Nov",
    }
    assert all(refusal.findings for refusal in result.refusals)


def test_two_reasons_are_both_given() -> None:
    (refusal,) = pick("1 mL", sealed(held=("recall R-7",), expires_on=date(2026, 11, 23))).refusals
    assert refusal.why == "held: recall R-7; expired 23 Nov"
    assert [f.code for f in refusal.findings] == ["lot.held", "lot.expired"]


def test_what_others_have_reserved_is_not_given_away() -> None:
    stock = sealed(left="10 mL", reserved=q("9.8 mL"), reserved_for="cocktail:12")
    assert refused(pick("0.5 mL", stock)) == [("L2231", "0.2 mL left, 0.5 mL needed")]
    assert picked(pick("0.5 mL", stock, for_ref="cocktail:12")) == [("L2231", q("0.5 mL"))]


def test_an_open_single_dose_vial_is_offered_to_its_own_patient_and_under_a_policy() -> None:
    vial = opened(container=Container.SINGLE_DOSE)
    assert picked(pick("1 mL", vial)) == [("0417", q("1 mL"))]
    for patient in (8, None):
        assert pick("1 mL", vial, for_patient=patient).picks == ()
    sharing = some_policies(shared_single_dose_h=Fraction(6))
    assert picked(pick("1 mL", vial, for_patient=8, policies=sharing)) == [("0417", q("1 mL"))]


def test_no_draw_is_smaller_than_can_be_measured() -> None:
    dust, sharp = opened("0391", left="0.003 mL", hours=1), opened("0417", left="0.49 mL", hours=5)
    result = pick("0.5 mL", dust, sharp, sealed(), smallest=q("0.02 mL"))
    assert picked(result) == [("0417", q("0.48 mL")), ("L2231", q("0.02 mL"))]
    assert [s.vial for s in result.spare] == ["0391"]


def test_a_powder_is_allocated_by_mass() -> None:
    vial = replace(a_stock(GLUTATHIONE), remaining=q("1200 mg"), one_container=q("600 mg"))
    result = allocate(q("100 mg"), [vial], at=AT, for_patient=7, may_split=False, policies=POLICIES)
    assert picked(result) == [("L3231", q("100 mg"))]


def test_another_dimension_is_a_fault_and_so_is_a_need_of_nothing() -> None:
    with pytest.raises(DimensionMismatch):
        pick("100 mg", sealed())
    with pytest.raises(DimensionMismatch):
        pick("100 mg", sealed(held=("x",)))
    for need in ("0 mL", "-1 mL"):
        with pytest.raises(ValueError, match="above nothing"):
            pick(need, sealed())


def test_the_sites_decimal_mark_is_in_the_words() -> None:
    result = pick("0.5 mL", opened(left="0.3 mL"), policies=some_policies(decimal_mark=","))
    assert refused(result) == [("0417", "0,3 mL left, 0,5 mL needed")]


def test_of_two_vials_alike_the_one_that_was_numbered_first_is_taken() -> None:
    vials = [opened("0418"), opened("0417"), opened("0500")]
    for order in itertools.permutations(vials):
        assert picked(pick("0.5 mL", *order)) == [("0417", q("0.5 mL"))]
    unnumbered = [replace(opened("0417"), vial=None, vial_id=n, place=at) for n, at in ((2, "B"), (1, "C"))]
    assert pick("0.5 mL", *unnumbered).picks[0].stock.place == "C"
    assert pick("0.5 mL", opened("0417"), unnumbered[0]).picks[0].stock.place == "B"


SINGLE = {"container": Container.SINGLE_DOSE}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (sealed(**SINGLE), q("8 mL")),  # of the container that is opened, not of the whole lot
        (sealed(one_container=None, **SINGLE), None),
        (opened(**SINGLE), q("2.6 mL")),
        (opened(one_container=None, **SINGLE), q("2.6 mL")),
        (sealed(), q("0 mL")),
        (opened(), q("0 mL")),
    ],
    ids=["sealed", "of unknown size", "open", "open, of unknown size", "shared", "open and shared"],
)
def test_what_is_thrown_away_is_the_rest_of_a_container_for_one_patient(source, expected) -> None:
    assert discarded(Pick(source, q("2 mL"), ""), POLICIES) == expected


def test_nothing_is_thrown_away_where_the_site_shares_it() -> None:
    shared = some_policies(shared_single_dose_h=Fraction(6))
    assert discarded(Pick(sealed(**SINGLE), q("2 mL"), ""), shared) == q("0 mL")


def test_a_shortage_says_how_much_is_missing_or_that_no_container_holds_it() -> None:
    for missing, words in (
        (None, "1 mL is needed and no single container holds it."),
        (q("0 mL"), "1 mL is needed and no single container holds it."),
        (q("0.2 mL"), "1 mL is needed and 0.2 mL of it is not there."),
    ):
        found = Allocation(q("1 mL"), (), (), missing=missing).shortage()
        assert (found.code, found.reason.replace("\u00a0", " ")) == ("stock.short", words)


# --- the lines of one cocktail ---


def lines(*needs: str, shelf: list[Stock], **more) -> Together:
    return line_by_line(
        lambda taken, need=need: pick(need, *shelf, **{"taken": taken, **more})  # type: ignore[misc]
        for need in needs
    )


def told(together: Together) -> list[list[tuple[str, Quantity, int]]]:
    return [[(p.stock.vial or p.stock.lot, p.quantity, p.container) for p in x.picks] for x in together.lines]


def test_what_one_line_takes_of_a_vial_is_gone_for_the_next() -> None:
    result = lines("3 mL", "3 mL", shelf=[opened(), sealed()])
    assert told(result) == [
        [("0417", q("3 mL"), 1)],
        [("0417", q("1.6 mL"), 1), ("L2231", q("1.4 mL"), 1)],
    ]


def test_a_container_that_one_line_opens_serves_the_next() -> None:
    result = lines("4 mL", "5 mL", "2 mL", shelf=[sealed(container=Container.SINGLE_DOSE)])
    assert told(result) == [
        [("L2231", q("4 mL"), 1)],
        [("L2231", q("5 mL"), 1)],
        [("L2231", q("1 mL"), 1), ("L2231", q("1 mL"), 2)],
    ]
    first, second, begun, new = result.picks
    assert [p.opens for p in result.picks] == [True, False, False, True]
    assert second.why == "from the container that is opened for another line"
    assert (begun.left, new.left) == (q("1 mL"), None)
    thrown_away = [result.discarded(p, POLICIES) for p in result.picks]
    assert thrown_away == [q("0 mL"), q("0 mL"), q("0 mL"), q("9 mL")]
    assert result.to_keep(POLICIES) == (ToKeep(first.stock, q("11 mL"), q("20 mL")),)


def test_of_a_container_that_others_share_only_what_is_drawn_is_kept() -> None:
    shelf = [sealed()]
    assert lines("4 mL", "5 mL", shelf=shelf).to_keep(POLICIES) == (ToKeep(shelf[0], q("9 mL"), q("9 mL")),)
    sharing = some_policies(shared_single_dose_h=Fraction(6))
    single = [sealed(container=Container.SINGLE_DOSE)]
    assert lines("4 mL", shelf=single).to_keep(sharing) == (ToKeep(single[0], q("4 mL"), q("4 mL")),)
    [vial] = [opened(container=Container.SINGLE_DOSE)]
    assert lines("4 mL", shelf=[vial]).to_keep(POLICIES) == (ToKeep(vial, q("4 mL"), q("4 mL")),)


def test_where_one_line_is_short_nothing_is_taken_for_any() -> None:
    result = lines("4 mL", "1 mL", shelf=[opened()])
    assert [line.complete for line in result.lines] == [True, False]
    assert (result.complete, result.picks, result.to_keep(POLICIES)) == (False, (), ())
    assert refused(result.lines[1]) == [("0417", "0.6 mL left beside the other lines, 1 mL needed")]
    assert result.lines[1].missing == q("0.4 mL")


def test_a_container_without_a_split_is_told_apart_from_what_lies_in_others() -> None:
    result = lines("6 mL", "6 mL", "6 mL", "6 mL", shelf=[sealed()], may_split=False)
    assert [[p.container for p in line.picks] for line in result.lines] == [[1], [2], [3], []]
    assert refused(result.lines[3]) == [
        ("L2231", "4 mL in one container beside the other lines, 6 mL needed")
    ]


def test_one_new_container_that_holds_all_is_opened_before_two_of_which_one_is_promised() -> None:
    promised = sealed("L1", left="10 mL", reserved=q("5 mL"), reserved_for="cocktail:12")
    later = sealed("L2", expires_on=date(2027, 12, 31))
    assert picked(pick("8 mL", promised, later)) == [("L2", q("8 mL"))]
    assert picked(pick("4 mL", promised, later)) == [("L1", q("4 mL"))]
    assert picked(pick("14 mL", promised, later)) == [("L1", q("5 mL")), ("L2", q("9 mL"))]


def test_a_container_for_one_patient_of_which_a_part_is_promised_is_not_opened_for_another() -> None:
    promised = sealed(left="20 mL", container=Container.SINGLE_DOSE, reserved=q("0.5 mL"), reserved_for="x")
    assert picked(pick("10 mL", promised)) == [("L2231", q("10 mL"))]
    assert pick("11 mL", promised).picks == ()
