"""The base form: explicit answers, a key that lasts, findings at their fields, fixes and reasons."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import StringField

from formulary.rules.findings import Finding, Fix, Level
from formulary.rules.units import MASS, Quantity
from formulary.web import fields as f
from formulary.web.forms import Form, SearchForm, SubForm
from tests.web.house import findings, make_app

KEY = "abcdefghijklmnop_-09"


class LineForm(SubForm):
    product = f.IdSelect("Product", choices=f.choices([(1, "one")]))
    dose = f.QuantityField("Dose", [f.Required()], units=MASS, unit="mg")


class DraftForm(Form):
    name = f.TextField("Name", [f.Required()])
    dose = f.QuantityField("Dose", units=MASS, unit="mg")
    lines = f.FieldList(f.FormField(LineForm))


def sent(app: Flask, **data: str) -> DraftForm:
    with app.test_request_context(method="POST", data=data):
        form = DraftForm()
        form.validate_on_submit()
        form.given = form.overrides()
        return form


LINE = {"lines-0-product": "1", "lines-0-dose": "5", "lines-0-dose-unit": "mg"}


def test_only_declared_answers_come_out(app: Flask) -> None:
    form = sent(app, name="n", is_admin="1", key=KEY, row_version="3", csrf_token="x", **LINE)
    line = {"product": 1, "dose": Quantity.of(5, "mg")}
    assert form.values() == {"name": "n", "dose": None, "lines": [line]}
    assert set(form.values("lines")) == {"name", "dose"}


def test_a_key_is_made_for_a_new_page(app: Flask) -> None:
    with app.test_request_context():
        first, second = DraftForm(), DraftForm()
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", first.key)
    assert first.key != second.key


def test_a_key_is_kept_when_the_page_comes_again(app: Flask) -> None:
    assert sent(app, key=KEY).key == KEY


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "a b" * 8, "é" * 20, "\x00" * 20, "<script>alert(1)</script>"]
)
def test_a_key_of_another_shape_is_replaced(app: Flask, key: str) -> None:
    made = sent(app, key=key).key
    assert made != key
    assert len(made) == 24


@pytest.mark.parametrize(("text", "version"), [("3", 3), ("", None)])
def test_the_version_of_the_row_is_read(app: Flask, text: str, version: int | None) -> None:
    form = sent(app, name="n", row_version=text)
    assert (form.version, form.errors) == (version, {})


@pytest.mark.parametrize("text", ["x", "-1", "0", "1.5", "9" * 20])
def test_a_version_no_row_can_have_is_refused(app: Flask, text: str) -> None:
    assert "Load it again" in sent(app, name="n", row_version=text).errors["row_version"][0]


def test_a_finding_lands_at_its_field_and_the_others_above_the_form(app: Flask) -> None:
    form = sent(app, name="n", **LINE)
    at_line = Finding(
        "dose.above_max", "dose", "Too much.", "Take less.", level=Level.BLOCK, field="lines-0-dose"
    )
    whole = Finding("lot.held", "lot", "Lot G4405 is on hold.", "Take another.", level=Level.BLOCK)
    form.add_findings(
        [at_line, at_line.at_field("name"), whole, at_line.at_field("key"), at_line.at_field("nowhere")]
    )
    assert form.lines[0].form.dose.errors == ["Too much. Take less."]
    assert form.errors["name"] == ["Too much. Take less."]
    assert [finding.code for finding in form.findings] == ["lot.held", "dose.above_max", "dose.above_max"]
    assert form.errors


def test_a_finding_inside_a_list_of_fields_is_among_the_errors(app: Flask) -> None:
    form = sent(app, name="n", **LINE)
    assert form.errors == {}
    form.add_findings([Finding("dose.above_max", "dose", "Too much.", "Take less.", field="lines-0-dose")])
    assert form.errors == {"lines": [["Too much. Take less."]]}


def test_the_summary_leads_to_each_problem(app: Flask) -> None:
    form = sent(app, name="", **{**LINE, "lines-0-dose": "u"})
    form.add_findings([Finding("lot.held", "lot", "Held.", "", level=Level.BLOCK)])
    anchors = [anchor for anchor, _ in form.problems()]
    assert anchors == ["finding-1", "name", "lines-0-dose"]


def test_a_fix_is_filled_in_and_known(app: Flask) -> None:
    form = sent(app, name="n", fix="lines-0-dose=120 mg", **LINE)
    assert form.fix == ("lines-0-dose", "120 mg")
    assert form.values()["lines"][0]["dose"] == Quantity.of(120, "mg")


@pytest.mark.parametrize("fix", ["", "nothing", "key=x", "csrf_token=x", "row_version=9"])
def test_what_is_no_fix_changes_nothing(app: Flask, fix: str) -> None:
    form = sent(app, name="n", key=KEY, fix=fix)
    assert (form.fix, form.key, form.version) == (None, KEY, None)


def test_reasons_are_kept_by_the_finding_they_answer(app: Flask) -> None:
    finding = findings()[2]
    form = sent(app, **{f"override:{finding.key}": " Used before ", "override:x": "", "override:y": "a\x00"})
    assert form.given == {finding.key: "Used before"}


def test_an_answer_may_be_filled_in_after_a_scan(app: Flask) -> None:
    form = sent(app, name="typed", dose="u")
    form.fill(name="scanned", dose=None)
    assert (form.name._value(), form.dose._value()) == ("scanned", "u")


def test_text_that_is_read_unchecked_is_a_fault_of_ours(app: Flask) -> None:
    class Careless(Form):
        name = StringField("Name")

    with app.test_request_context(), pytest.raises(TypeError, match="name"):
        Careless()


def test_a_search_reads_the_address_and_needs_no_token() -> None:
    class Search(SearchForm):
        q = f.TextField("Find")

    with make_app().test_request_context("/?q=+L2231+&key=x"):
        form = Search()
        assert form.validate()
        assert form.q.data == "L2231"
        assert "csrf_token" not in form._fields


def test_a_search_is_answered(client: FlaskClient) -> None:
    assert client.get("/search?q=L2231").text == "L2231"
    assert "U+0000" in client.get("/search?q=%00").text


def test_a_form_without_its_token_is_refused_with_a_page() -> None:
    answer = make_app().test_client().post("/everything", data={"name": "n"})
    assert answer.status_code == 400
    assert "out of date" in answer.text


def test_a_form_with_its_token_is_taken() -> None:
    client = make_app().test_client()
    token = re.search(r'name="csrf_token" [^>]*value="([^"]+)"', client.get("/everything").text)
    answer = client.post("/everything", data={"name": "", "csrf_token": token.group(1)})
    assert answer.status_code == 422


@pytest.mark.parametrize("token", ["", "x", "IjEi.x.y"])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    client = make_app().test_client()
    client.get("/everything")
    assert client.post("/everything", data={"name": "n", "csrf_token": token}).status_code == 400


HOSTILE = [
    "\x00",
    "٣",
    "9" * 400,
    "<script>",
    "'; DROP",
    "\ud7ff",
    "\u202e",
    "1e400",
    "NaN",
    "{{7*7}}",
    "../../etc/passwd",
    "%00",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_any_field_makes_a_fault(client: FlaskClient, text: str) -> None:
    names = re.findall(r' name="([^"]+)"', client.get("/everything").text)
    answer = client.post("/everything", data={name: text for name in names})
    assert answer.status_code in (200, 422)
    assert "<script>" not in answer.text.split("<main")[1]


def test_a_fix_of_a_finding_is_a_button_of_the_form(client: FlaskClient) -> None:
    fix = Fix("Reduce to 120 mg", "amount", "120 mg")
    assert f'name="fix" value="{fix.field}={fix.value}"' in client.get("/parts").text
