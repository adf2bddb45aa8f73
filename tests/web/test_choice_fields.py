"""Choices are allow-listed, ids fit both databases, and no answer is never "no"."""

from enum import StrEnum

import pytest
from flask import Flask

from formulary.web import fields as f
from formulary.web.forms import Form


class Route(StrEnum):
    INTRADERMAL = "intradermal"
    SUB_CUTANEOUS = "sub_cutaneous"


class ChoiceForm(Form):
    product = f.IdSelect(
        "Product", choices=f.choices([(1, "tranexamic acid"), (2**31 - 1, "last")], empty="Choose…")
    )
    wanted = f.IdSelect("Wanted", [f.Required()], choices=f.choices([(1, "one")], empty="Choose…"))
    route = f.ChoiceField("Route", enum=Route, empty="Choose…")
    sex = f.OneOf("Sex", choices=f.choices([("f", "female"), ("m", "male")]))
    pregnant = f.AnswerField("Pregnant")
    sites = f.SeveralOf("Sites", choices=f.choices([("face", "face"), ("scalp", "scalp")]))
    lots = f.IdSeveral("Lots", choices=f.choices([(1, "a"), (2, "b")]))
    quarantine = f.YesField("Into quarantine")
    row = f.IdField()


def sent(app: Flask, **data: object) -> ChoiceForm:
    with app.test_request_context(method="POST", data={"wanted": "1", **data}):
        form = ChoiceForm()
        form.validate_on_submit()
        return form


@pytest.mark.parametrize(
    ("data", "field", "value"),
    [
        ({"product": "1"}, "product", 1),
        ({"product": "2147483647"}, "product", 2**31 - 1),
        ({"product": ""}, "product", None),
        ({"route": "sub_cutaneous"}, "route", Route.SUB_CUTANEOUS),
        ({"route": ""}, "route", None),
        ({"sex": "f"}, "sex", "f"),
        ({}, "sex", None),
        ({"pregnant": "yes"}, "pregnant", True),
        ({"pregnant": "no"}, "pregnant", False),
        ({"pregnant": "unknown"}, "pregnant", None),
        ({}, "pregnant", None),
        ({"sites": ["face", "scalp"]}, "sites", ["face", "scalp"]),
        ({}, "sites", []),
        ({"lots": ["1", "2"]}, "lots", [1, 2]),
        ({"quarantine": "y"}, "quarantine", True),
        ({}, "quarantine", False),
        ({"row": "7"}, "row", 7),
        ({"row": ""}, "row", None),
    ],
)
def test_an_answer_is_read(app: Flask, data: dict[str, object], field: str, value: object) -> None:
    form = sent(app, **data)
    assert form.errors == {}
    assert form.values()[field] == value


HOSTILE = ["3", "99999999999999999999", "2147483648", "-1", "0", "1.0", "x", "１", "1\x00", " 1", "1 OR 1=1"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["product", "lots"])
def test_an_id_that_is_not_offered_is_refused(app: Flask, field: str, text: str) -> None:
    assert sent(app, **{field: text}).errors[field] == [
        "This choice is not offered here any more. Choose one from the list."
    ]


@pytest.mark.parametrize("field", ["route", "sex", "pregnant", "sites"])
def test_a_word_that_is_not_offered_is_refused(app: Flask, field: str) -> None:
    form = sent(app, **{field: "hostile"})
    assert field in form.errors or form.values()[field] is None


@pytest.mark.parametrize("text", [t for t in HOSTILE if t != "3"])
def test_a_hidden_id_that_is_none_is_refused(app: Flask, text: str) -> None:
    assert "does not exist" in sent(app, row=text).errors["row"][0]


def test_a_required_choice_names_itself(app: Flask) -> None:
    assert sent(app, wanted="").errors["wanted"] == ["Wanted is not filled in. Choose one."]


def test_what_is_chosen_is_shown_as_chosen(app: Flask) -> None:
    chosen = [choice.value for choice in sent(app, product="1").product.iter_choices() if choice.selected]
    assert chosen == ["1"]


def test_an_answer_on_record_is_shown(app: Flask) -> None:
    with app.test_request_context():
        form = ChoiceForm(data={"pregnant": False, "route": Route.INTRADERMAL, "product": 1})
        assert [c.value for c in form.pregnant.iter_choices() if c.selected] == ["no"]
        assert [c.value for c in form.route.iter_choices() if c.selected] == ["intradermal"]
        assert [c.value for c in form.product.iter_choices() if c.selected] == ["1"]


def test_no_answer_is_shown_as_not_asked(app: Flask) -> None:
    with app.test_request_context():
        assert [c.value for c in ChoiceForm().pregnant.iter_choices() if c.selected] == ["unknown"]


def test_an_enum_gives_its_words() -> None:
    assert [(c.value, c.label) for c in f.choices(Route)] == [
        ("intradermal", "intradermal"),
        ("sub_cutaneous", "sub cutaneous"),
    ]
