"""The bench on very small ledgers: every line is there, on both databases; how long it takes is not asked."""

import pytest

from formulary.bench.browser import NoPage
from formulary.bench.measures.live import check_same
from formulary.bench.results import Found
from formulary.bench.running import DATABASES, Plan, run
from formulary.bench.timing import Effort, Pair, alone, compare

ONCE = Effort(rounds=1, sample=0)
SMALL = {
    "cocktails": (30, 60),
    "rows": (3, 10),
    "shelves": (20, 200),
    "small": 30,
    "prepared": 1,
    "ingredients": 200,
    "days": 20,
}
LINES = [
    *(["recall statement", "recall query", "recall, ten buckets"] * 2 + ["verify"]) * 2,
    "compose check",
    "compose check, rules",
    "compose check, statements",
    "live answer",
    "live answer, growth",
    "prepare and draw",
    "recall page",
    "shelf page",
    "lot page",
    "open-vial board",
    *["recall query, growth", "recall, ten buckets, growth"] * 2,
]
JUST_NOW = 2
"""The pharmacist of the large clinic has just acted: how long that may be undone is read with the site."""
SIZES = ["30 cocktails, 3 rows", "30 cocktails, 10 rows", "60 cocktails, 3 rows", "60 cocktails, 10 rows"]


@pytest.mark.parametrize("database_kind", DATABASES)
def test_a_whole_bench_on_one_database(database_kind: str) -> None:
    """Every line is there, has its ratio and its rows; a large shelf asks no more than a small one, and a
    keystroke as much for two hundred ingredients as for those that ship. Run once: it is dear.
    """
    said: list[str] = []
    plan = Plan(databases=(database_kind,), effort=ONCE, slow=ONCE, stock=ONCE, longest=ONCE, **SMALL)  # type: ignore[arg-type]
    found = run(plan, said.append)
    assert said[0] == f"{database_kind}: writing 30 cocktails"
    assert [line.what for line in found] == LINES
    assert [line.what for line in found if line.aim and not (line.ratio and line.ratio > 0)] == []
    assert [line.size for line in found if line.what == "recall query"] == SIZES
    for page, more in (("shelf page", JUST_NOW), ("lot page", 1 + 2 * JUST_NOW), ("open-vial board", 0)):
        size, many, few = compared(found, page)
        large, small = (int(words.removesuffix(" lots")) for words in size.split(",")[0].split(" / "))
        assert (large > 200, small < 100) == (True, True)
        assert abs(int(many) - int(few)) <= more  # of one lot the first page of movements names a delivery
    size, many, few = compared(found, "live answer, growth")
    assert (size.partition(" / ")[0], many) == ("200", few)


def compared(found: list[Found], what: str) -> tuple[str, str, str]:
    """The size that a line names, and how many statements it counted for the large and for the small."""
    [size] = [line.size for line in found if line.what == what]
    many, few = size.rpartition(", ")[2].removesuffix(" queries").split(" / ")
    return size, many, few


def test_the_live_answer_is_compared_with_the_same_fragment_and_no_other() -> None:
    check_same(b"<p>checked 12:59</p>", b"<p>checked 13:00</p>")
    with pytest.raises(NoPage, match="different things"):
        check_same(b"<p>1 finding</p>", b"<p>2 findings</p>")


def test_ours_and_the_floor_are_run_by_turns() -> None:
    order: list[str] = []
    pair = compare(lambda: order.append("ours"), lambda: order.append("floor"), Effort(rounds=2, sample=0))
    assert order[-4:] == ["ours", "floor", "ours", "floor"]
    assert isinstance(pair, Pair)


def test_work_is_timed_once_it_has_run_as_often_as_asked() -> None:
    ran: list[int] = []
    alone(lambda: ran.append(1), Effort(rounds=2, sample=0, warm=12))
    assert len(ran) == 12 + 1 + 2


def test_a_median_is_taken_of_as_many_rounds_as_asked() -> None:
    ticks = iter(range(100))
    assert alone(lambda: None, Effort(rounds=3, sample=0), lambda: next(ticks)) == 1
