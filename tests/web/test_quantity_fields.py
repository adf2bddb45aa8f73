"""Amounts and counts: one parser, the site's mark, and what was typed stays on the page."""

import pytest
from flask import Flask, g

from formulary.rules.units import IU, MASS, VOLUME, Quantity, activity, unit
from formulary.web import fields as f
from formulary.web.fields.quantities import offered
from formulary.web.forms import Form
from tests.web.house import make_app


class AmountForm(Form):
    dose = f.QuantityField("Dose", [f.Required()], units=MASS, unit="mg")
    volume = f.QuantityField(
        "Volume", units=VOLUME, unit="mL", least=Quantity.of("0.01", "mL"), most=Quantity.of(100, "mL")
    )
    either = f.QuantityField("Either", units=("mg", "mL"))
    left = f.QuantityField("Left", units=unit("mL"), zero=True)
    open_ = f.QuantityField("Open")
    vials = f.CountField("Vials", most=500)


def sent(mark: str = ".", **data: str) -> AmountForm:
    app = make_app(WTF_CSRF_ENABLED=False)
    with app.test_request_context(
        method="POST", data={"dose": "1", "dose-unit": "mg", **data}, headers={"X-Mark": mark}
    ):
        app.preprocess_request()
        form = AmountForm()
        form.open_.offer(activity(17))
        form.validate_on_submit()
        return form


def fault(field: str, text: str, mark: str = ".", **more: str) -> str:
    (words,) = sent(mark, **{field: text}, **more).errors[field]
    return words


@pytest.mark.parametrize(
    ("data", "field", "amount"),
    [
        ({"dose": "12.5", "dose-unit": "mg"}, "dose", Quantity.of("12.5", "mg")),
        ({"dose": " 50 ", "dose-unit": "mcg"}, "dose", Quantity.of(50, "mcg")),
        ({"dose": "50 mg", "dose-unit": "mcg"}, "dose", Quantity.of(50, "mg")),
        ({"volume": "0.5", "volume-unit": "mL"}, "volume", Quantity.of("0.5", "mL")),
        ({"left": "0.5"}, "left", Quantity.of("0.5", "mL")),
        ({"left": "0"}, "left", Quantity.zero(VOLUME)),
        ({"either": "2", "either-unit": "mL"}, "either", Quantity.of(2, "mL")),
        ({"open_": "100"}, "open_", Quantity.of(100, unit("units", activity(17)))),
    ],
)
def test_an_amount_is_read_with_its_unit(data: dict[str, str], field: str, amount: Quantity) -> None:
    form = sent(**data)
    assert form.errors == {}
    assert form.values()[field] == amount


def test_the_unit_as_entered_is_kept() -> None:
    assert sent(dose="50", **{"dose-unit": "mcg"}).dose.unit.code == "mcg"
    assert sent(dose="50 g", **{"dose-unit": "mcg"}).dose.unit.code == "g"


def test_an_amount_left_empty_is_none() -> None:
    assert sent().values()["volume"] is None


def test_a_site_with_a_comma_reads_a_comma_and_refuses_a_point() -> None:
    assert sent(",", dose="12,5").values()["dose"] == Quantity.of("12.5", "mg")
    assert "12.5" in fault("dose", "12.5", ",")


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "1e3",
        "NaN",
        "Infinity",
        "-1",
        "+1",
        "１",
        "1_000",
        "50 u",
        "1 cc",
        "0",
        "x" * 30,
        "1\x00",
        "5 mL",
    ],
)
def test_what_is_no_amount_is_refused_with_what_was_typed(text: str) -> None:
    words = fault("dose", text)
    assert "“" in words
    assert not any(word in words.lower() for word in ("please", "invalid", "error"))


def test_a_unit_that_is_not_offered_is_refused() -> None:
    assert "IU" in fault("dose", "1", **{"dose-unit": "IU"})


def test_a_unit_must_be_chosen_where_there_are_several() -> None:
    assert "No unit was chosen" in fault("either", "1")


@pytest.mark.parametrize(
    ("text", "says"),
    [("0.001", "at least 0.01\N{NO-BREAK SPACE}mL"), ("100.5", "at most 100\N{NO-BREAK SPACE}mL")],
)
def test_the_range_is_said(text: str, says: str) -> None:
    assert says in fault("volume", text, **{"volume-unit": "mL"})


def test_both_ends_of_the_range_are_taken() -> None:
    for text in ("0.01", "100"):
        assert sent(volume=text, **{"volume-unit": "mL"}).errors == {}


def test_what_was_typed_stays_with_its_unit() -> None:
    form = sent(dose="5,0", **{"dose-unit": "mcg"})
    assert (form.dose._value(), form.dose.unit.code) == ("5,0", "mcg")


def test_what_was_rewritten_is_said() -> None:
    form = sent(dose="50 µg", **{"dose-unit": "mg"})
    assert [note.code for note in form.dose.notes] == ["unit.rewritten", "unit.typed"]


@pytest.mark.parametrize(("amount", "shown", "code"), [("2.5 mg", "2.5", "mg"), ("0.05 mg", "0.05", "mg")])
def test_an_amount_on_record_fills_the_field_in_the_preferred_unit(
    app: Flask, amount: str, shown: str, code: str
) -> None:
    number, word = amount.split()
    with app.test_request_context():
        field = AmountForm(data={"dose": Quantity.of(number, word)}).dose
        assert (field._value(), field.unit.code) == (shown, code)


def test_an_amount_on_record_fills_the_field_with_the_sites_mark() -> None:
    app = make_app()
    with app.test_request_context(headers={"X-Mark": ","}):
        app.preprocess_request()
        assert g.site.decimal_mark == ","
        assert AmountForm(data={"volume": Quantity.of("0.5", "mL")}).volume._value() == "0,5"
        assert AmountForm().dose.mark_words == "Write decimals with a comma."


def test_an_amount_without_an_end_does_not_fill_the_field(app: Flask) -> None:
    with app.test_request_context():
        assert AmountForm(data={"dose": Quantity.of(1, "mg") / 3}).dose._value() == ""


def test_units_may_be_given_as_dimensions_units_or_codes() -> None:
    assert [u.code for u in offered((VOLUME, "mg", unit("g")))][-2:] == ["mg", "g"]
    assert [u.code for u in offered(IU)] == ["IU"]


@pytest.mark.parametrize(("text", "count"), [("1", 1), (" 20 ", 20), ("500", 500), ("", None)])
def test_a_count_is_a_whole_number(text: str, count: int | None) -> None:
    form = sent(vials=text)
    assert (form.errors, form.values()["vials"]) == ({}, count)


@pytest.mark.parametrize("text", ["0", "501", "1.0", "-1", "1e2", "٣", "01", "x", "9" * 30, "1 0"])
def test_a_count_says_what_it_takes(text: str) -> None:
    assert "a whole number from 1 to 500" in fault("vials", text)
    assert sent(vials=text).vials._value() == text
