"""Pictures: right lengths, words for those who cannot see them, and refusals where they would lie."""

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from xml.etree import ElementTree as Tree

import pytest

from formulary.rules.units import Quantity
from formulary.web import svg


def ml(text: str) -> Quantity:
    return Quantity.of(text, "mL")


def parsed(picture: str) -> Tree.Element:
    return Tree.fromstring(picture.replace("&nbsp;", " "))  # noqa: S314 - our own picture


@pytest.mark.parametrize(("volume", "front"), [("0", "96"), ("0.5", "316"), ("0.51", "320.4"), ("1", "536")])
def test_the_stopper_stands_at_the_volume(volume: str, front: str) -> None:
    picture = svg.syringe(ml("1"), ml("0.01"), ml(volume))
    assert f'class="mark" d="M{front} 30V100"' in picture
    assert f'class="rubber" d="M{front} ' in picture


def test_a_syringe_says_what_it_shows() -> None:
    root = parsed(svg.syringe(ml("1"), ml("0.01"), ml("0.51")))
    assert root.attrib["role"] == "img"
    title, desc = (root.find(name).text.replace("\N{NO-BREAK SPACE}", " ") for name in ("title", "desc"))
    assert title == "Syringe of 1 mL, filled to 0.51 mL"
    assert desc == "Syringe of 1 mL with steps of 0.01 mL; the stopper's front edge stands at 0.51 mL."


@pytest.mark.parametrize(
    ("capacity", "step", "ticks", "labels"),
    [
        ("1", "0.01", 101, ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]),
        ("3", "0.1", 31, ["0", "0.5", "1", "1.5", "2", "2.5"]),
        ("5", "0.2", 26, ["0", "1", "2", "3", "4"]),
        ("10", "0.2", 51, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ("10", "0.5", 21, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ("50", "1", 51, ["0", "5", "10", "15", "20", "25", "30", "35", "40", "45"]),
        ("60", "0.1", 61, ["0"]),
    ],
)
def test_graduations_are_those_of_the_device(capacity: str, step: str, ticks: int, labels: list[str]) -> None:
    picture = svg.syringe(ml(capacity), ml(step), ml(capacity))
    assert picture.count('class="tick"') <= max(ticks, 121)
    if labels != ["0"]:
        assert picture.count('class="tick"') == ticks
        assert re.findall(r'y="28"[^>]*>([^<]+)<', picture) == labels


def test_a_syringe_that_holds_less_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot show"):
        svg.syringe(ml("1"), ml("0.01"), ml("1.01"))


@pytest.mark.parametrize(
    ("ratio", "width"),
    [(Fraction(0), "0"), (Fraction(38, 100), "38"), (Fraction(5, 4), "125"), (Fraction(9), "125")],
)
def test_a_meter_has_its_mark_at_the_same_place(ratio: Fraction, width: str) -> None:
    picture = svg.meter_picture(ratio)
    assert f'class="meter-fill" width="{width}"' in picture
    assert 'class="meter-limit" x="99.2"' in picture


def test_a_meter_says_its_figure() -> None:
    assert 'aria-label="125\N{NO-BREAK SPACE}% of the maximum; the mark is 100 %"' in svg.meter_picture(
        Fraction(5, 4)
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(1, 3), "0.3"), (2, "2"), (Fraction(9, 2), "4.5"), (Fraction(-1, 2), "-0.5")],
)
def test_coordinates_have_one_decimal(value: Fraction, shown: str) -> None:
    assert svg.px(value) == shown


def test_a_trace_joins_its_columns_and_reddens_the_open_path() -> None:
    columns = [[svg.Node("d", "Delivery")], [svg.Node("l", "L<1>", "34 mL", "held"), svg.Node("m", "M")]]
    picture = svg.trace_picture(
        columns, [svg.Link("d", "l"), svg.Link("d", "m", hot=True)], "Trace", "One delivery."
    )
    assert picture.count("trace-link") == 2
    assert picture.count("trace-link hot") == 1
    assert "L&lt;1&gt;" in picture
    assert 'class="trace-node held"' in picture
    assert [e.text for e in parsed(picture)][:2] == ["Trace", "One delivery."]


def test_an_empty_trace_is_still_a_picture() -> None:
    assert parsed(svg.trace_picture([], [], "Trace", "Nothing.")).attrib["role"] == "img"


def a_week(*tenths: int) -> list[tuple[datetime, int]]:
    """Readings an hour apart."""
    begin = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    return [(begin + timedelta(hours=n), value) for n, value in enumerate(tenths)]


def test_a_curve_shades_the_range_and_says_what_it_shows() -> None:
    picture = svg.curve(a_week(50, 90, 20), (20, 80), "Europe/Paris")
    assert 'y="56.9" width="656" height="122.7"' in picture
    assert re.findall(r'class="p-ink" d="([^"]+)"', picture) == ["M56 118.2L384 36.4L712 179.6"]
    words = " ".join("".join(parsed(picture).itertext()).replace("\xa0", " ").split())
    assert "3 readings, 24 Nov 2026, 13:00 to 24 Nov 2026, 15:00: the lowest 2 °C, the highest 9 °C." in words
    assert "The range is 2 to 8 °C." in words


def test_a_curve_of_one_reading_and_of_an_unknown_range_is_drawn_without_shade() -> None:
    picture = svg.curve(a_week(-5), None, "UTC")
    assert "p-soft" not in picture
    assert "The range is unknown." in picture


def test_no_line_crosses_what_nobody_read() -> None:
    points = [*a_week(50, 50), *((at + timedelta(hours=6), tenths) for at, tenths in a_week(50, 50, 90))]
    picture = svg.curve(points, (20, 80), "UTC", timedelta(hours=1))
    assert re.findall(r'class="p-ink" d="([^"]+)"', picture) == [
        "M56 118.2L138 118.2h1M548 118.2L630 118.2L712 36.4h1"
    ]


def test_of_many_readings_a_column_keeps_its_lowest_and_highest() -> None:
    picture = svg.curve(a_week(*([50, 90, 10] * 2_000)), (20, 80), "UTC")
    [path] = re.findall(r'class="p-ink" d="([^"]+)"', picture)
    assert path.count("L") < 2 * 657
