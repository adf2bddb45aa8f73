"""How the bench shows what it found."""

import pytest

from formulary.bench import kinds
from formulary.bench.results import Aim, Found, Spread, decimals, milliseconds, table

AT_MOST, AT_LEAST = Aim(1.5, "≤ 1.5"), Aim(1 / 3, "≥ 1/3", at_least=True)


def a_line(**columns: object) -> Found:
    defaults = {
        "what": "recall query",
        "database": "sqlite",
        "size": "50 rows",
        "ours": 0.002,
        "floor": 0.001,
        "ratio": 2.0,
        "aim": AT_MOST,
        "note": "",
    }
    return Found(**defaults | columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0, 2, "0.00"),
        (1.005, 1, "1.0"),
        (1.25, 1, "1.3"),
        (12, 3, "12.000"),
        (0.0004, 3, "0.000"),
        (None, 2, None),
    ],
)
def test_a_figure_has_its_decimals(value: float | None, places: int, text: str | None) -> None:
    assert decimals(value, places) == text


def test_a_time_is_told_in_milliseconds() -> None:
    assert (milliseconds(0.0123456), milliseconds(None)) == ("12.346", None)


@pytest.mark.parametrize(
    ("aim", "ratio", "met"),
    [
        (AT_MOST, 1.5, True),
        (AT_MOST, 1.51, False),
        (AT_LEAST, 0.34, True),
        (AT_LEAST, 0.3, False),
        (None, 9.0, None),
        (AT_MOST, None, None),
    ],
)
def test_an_aim_is_met_or_not_or_there_is_none(
    aim: Aim | None, ratio: float | None, met: bool | None
) -> None:
    assert a_line(aim=aim, ratio=ratio).meets is met


def test_the_table_says_what_falls_short_and_explains_itself_once() -> None:
    shown = table(
        [a_line(note="How."), a_line(ratio=1.2, note="How."), a_line(aim=None, floor=None, note="Else.")]
    )
    assert shown.splitlines() == [
        "what              database  size      ours  floor  ratio    aim  meets",
        "----------------  --------  -------  -----  -----  -----  -----  -----",
        "recall query [1]  sqlite    50 rows  2.000  1.000   2.00  ≤ 1.5     NO",
        "recall query [1]  sqlite    50 rows  2.000  1.000   1.20  ≤ 1.5    yes",
        "recall query [2]  sqlite    50 rows  2.000          2.00",
        "[1] How.",
        "[2] Else.",
    ]


def test_a_table_with_more_to_tell_has_more_columns() -> None:
    told = Spread(p99=0.004, floor_p99=None, rows=19_800, peak=3 * 2**19)
    shown = table([a_line(spread=told), a_line()]).splitlines()
    assert shown[0].split()[-6:] == ["p99", "floor", "p99", "rows", "peak", "MB"]
    assert (shown[2].split()[-3:], shown[3].split()[-1]) == (["4.000", "19,800", "1.50"], "NO")
    data = a_line(spread=told).as_data()
    assert (data["p99_ms"], data["floor_p99_ms"], data["rows"], data["peak_bytes"]) == (
        "4.000", None, 19_800, 1_572_864,
    )  # fmt: skip


def test_the_data_holds_decimal_texts() -> None:
    assert a_line(note="How.").as_data() == {
        "what": "recall query",
        "database": "sqlite",
        "size": "50 rows",
        "ours_ms": "2.000",
        "floor_ms": "1.000",
        "ratio": "2.00",
        "aim": "≤ 1.5",
        "meets": False,
        "note": "How.",
    }


def test_every_aim_of_the_project_has_a_line() -> None:
    aimed = {
        kind.what: kind.aim.words
        for kind in vars(kinds).values()
        if isinstance(kind, kinds.Kind) and kind.aim
    }
    assert aimed == {
        "recall statement": "≤ 1.5",
        "recall query": "≤ 1.5",
        "recall query, growth": "≤ 1.3",
        "recall page": "≤ 2",
        "prepare and draw": "≥ 1/3",
        "shelf page": "≤ 1.3",
        "lot page": "≤ 1.3",
        "open-vial board": "≤ 1.3",
        "race for vials": "≥ 1/3",
        "compose check": "< 10 ms",
        "live answer": "≤ 3",
        "live answer, growth": "≤ 1.3",
        "verify": "≤ 3",
        "containment": "< 2 s",
    }
