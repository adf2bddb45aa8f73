"""What the filters write: quantities with their units, times in the site's zone, states in words and icon."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask

from formulary.rules.findings import Finding, Level, Result
from formulary.rules.units import Quantity
from formulary.web import filters, states
from tests.web.house import findings, make_app

Render = Callable[..., str]


@pytest.fixture
def render(app: Flask) -> Render:
    def run(source: str, mark: str = ".", **context: Any) -> str:
        with app.test_request_context(headers={"X-Mark": mark}):
            app.preprocess_request()
            return app.jinja_env.from_string(source).render(**context)

    return run


def test_a_quantity_never_breaks_from_its_unit(render: Render) -> None:
    assert (
        render("{{ q|quantity }}", q=Quantity.of("0.5", "mL"))
        == '<span class="qty">0.5&nbsp;<span class="unit">mL</span></span>'
    )


def test_a_quantity_in_a_unit_that_is_asked_for(render: Render) -> None:
    assert ">2500&nbsp;" in render("{{ q|quantity('mcg') }}", q=Quantity.of("2.5", "mg")).replace(",", "")


def test_a_large_quantity_is_grouped_as_the_site_does(render: Render) -> None:
    assert "12,845&nbsp;" in render("{{ q|quantity }}", q=Quantity.of(12845, "mg"))
    assert "12\N{NO-BREAK SPACE}845&nbsp;" in render("{{ q|quantity }}", ",", q=Quantity.of(12845, "mg"))


def test_an_unknown_quantity_is_drawn_as_unknown(render: Render) -> None:
    for name in ("quantity", "quantity_column"):
        assert 'class="state-text unknown"' in render("{{ q|" + name + " }}", q=None)


@pytest.mark.parametrize(
    ("text", "mark", "whole", "part"),
    [("52.34", ".", "52", ".34"), ("52.34", ",", "52", ",34"), ("100", ".", "100", "")],
)
def test_a_column_aligns_on_the_mark(render: Render, text: str, mark: str, whole: str, part: str) -> None:
    shown = render("{{ q|quantity_column }}", mark, q=Quantity.of(text, "mL"))
    unit = '<span class="unit-box">&nbsp;mL</span>'
    assert shown == f'<span class="qty">{whole}<span class="frac">{part}</span>{unit}</span>'


def test_strengths_and_ratios(render: Render) -> None:
    pair = {"a": Quantity.of(20, "mg"), "v": Quantity.of(5, "mL")}
    assert ">4&nbsp;<" in render("{{ a|concentration(v) }}", **pair)
    assert "mg/mL" in render("{{ a|concentration(v) }}", **pair)
    assert ">125&nbsp;<" in render("{{ r|percent }}", r=Fraction(5, 4))
    assert "unknown" in render("{{ none|concentration(v) }}", **pair)


def test_plain_texts(render: Render) -> None:
    assert render("{{ q|quantity_text }}", q=Quantity.of("0.5", "mL")) == "0.5\N{NO-BREAK SPACE}mL"
    assert render("{{ q|quantity_plain('mL') }}", ",", q=Quantity.of("0.5", "mL")) == "0,5"


def test_times_carry_their_machine_form(render: Render) -> None:
    at = datetime(2026, 11, 24, 13, 10, tzinfo=UTC)
    assert render("{{ t|clock_time }}", t=at) == '<time datetime="2026-11-24T13:10:00Z">14:10</time>'
    assert render("{{ t|day }}", t=date(2026, 11, 24)).startswith('<time datetime="2026-11-24">')
    assert "in 5\N{NO-BREAK SPACE}h" in render("{{ t|until(n) }}", t=at, n=at.replace(hour=8, minute=10))


def test_whole_numbers_are_grouped(render: Render) -> None:
    assert render("{{ 12845|grouped }}") == "12,845"
    assert render("{{ 12845|grouped }}", ",") == "12\N{NO-BREAK SPACE}845"


def test_a_state_is_icon_and_word(render: Render) -> None:
    shown = render("{{ 'held'|state('held: recall R-7') }}")
    assert shown.startswith('<span class="state held"><svg class="icon" aria-hidden="true">')
    assert shown.endswith("held: recall R-7</span>")
    assert 'class="state-text pass"' in render("{{ 'usable'|state_text }}")


def test_a_state_that_is_not_in_the_table_is_a_fault_of_ours(render: Render) -> None:
    with pytest.raises(KeyError):
        render("{{ 'dragon'|state }}")


def test_words_of_a_person_are_escaped(render: Render) -> None:
    assert "&lt;b&gt;" in render("{{ 'held'|state(words) }}", words="<b>")


def test_an_endpoint_that_is_not_there_gives_no_link(render: Render) -> None:
    assert render("{{ link('nowhere.at_all') }} {{ link('parts') }}") == "None /parts"


@pytest.mark.parametrize(
    ("finding", "css", "word"),
    [
        (findings()[0], "stop", "STOP, line 3"),
        (findings()[1], "unknown", "Unknown"),
        (findings()[2], "warn", "Warning, line 2"),
        (findings()[3], "block", "Not allowed"),
        (findings()[4], "info", "Accepted"),
        (
            Finding("a.b", "a", "r", level=Level.STOP, result=Result.UNKNOWN, line=1),
            "unknown",
            "Unknown, STOP, line 1",
        ),
        (Finding("a.b", "a", "r", result=Result.UNKNOWN), "unknown", "Unknown"),
        (Finding("a.b", "a", "r"), "info", "Note"),
    ],
)
def test_a_finding_is_headed_by_its_state(finding: Finding, css: str, word: str) -> None:
    drawn = states.of_finding(finding)
    assert (drawn.css, drawn.word) == (css, word)


def test_unknown_is_never_drawn_as_pass() -> None:
    assert (
        states.state("unknown").css
        == states.state("pending").css
        == states.state("not_asked").css
        == "unknown"
    )


def test_every_state_has_a_class_of_the_sheet() -> None:
    known = {"pass", "warn", "stop", "block", "unknown", "held", "expired", "info", "live"}
    assert {state.css for state in states.STATES.values()} == known


def test_people_are_drawn_by_their_initials(render: Render) -> None:
    assert render("{{ 'Manon Roux'|initials }}{{ 'Elise de Laurent'|initials }}{{ 'x'|initials }}") == "MRDLX"


def test_pages_without_a_site_use_a_point_and_utc() -> None:
    app = make_app()
    with app.test_request_context(headers={"X-Signed-In": "0"}):
        app.preprocess_request()
        assert "14:10" in filters.clock_time(datetime(2026, 11, 24, 14, 10, tzinfo=UTC))
