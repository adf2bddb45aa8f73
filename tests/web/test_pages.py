"""The shell and the components: labelled, linked, nothing inline, whole without script."""

import re
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask.testing import FlaskClient

from tests.web.house import ROOT

PAGES = ["/everything", "/parts", "/bench", "/raise/404", "/raise/stale", "/raise/two", "/raise/busy"]


def parsed(text: str) -> Element:
    return html5lib.parse(text, namespaceHTMLElements=False)


def root_of(client: FlaskClient, path: str, **data: str) -> Element:
    return parsed((client.post(path, data=data) if data else client.get(path)).text)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_parses_without_a_fault(client: FlaskClient, path: str) -> None:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(client.get(path).text)
    assert [fault for fault in parser.errors if fault[1] != "expected-doctype-but-got-start-tag"] == []


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique(client: FlaskClient, path: str) -> None:
    ids = [e.get("id") for e in root_of(client, path).iter() if isinstance(e.tag, str) and e.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_every_reference_leads_to_an_id(client: FlaskClient, path: str) -> None:
    elements = [e for e in root_of(client, path).iter() if isinstance(e.tag, str)]
    ids = {e.get("id") for e in elements}
    for name in ("for", "aria-describedby", "aria-labelledby"):
        for element in elements:
            assert set((element.get(name) or "").split()) <= ids


@pytest.mark.parametrize("path", PAGES)
def test_every_input_has_a_name_for_screen_readers(client: FlaskClient, path: str) -> None:
    root = root_of(client, path)
    labelled = {e.get("for") for e in root.iter("label")}
    controls = [
        e for tag in ("input", "select", "textarea") for e in root.iter(tag) if e.get("type") != "hidden"
    ]
    for control in controls:
        assert control.get("id") in labelled or control.get("aria-label"), control.attrib


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(client: FlaskClient, path: str) -> None:
    for element in root_of(client, path).iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag != "style"
        assert not any(name == "style" or name.startswith("on") for name in element.attrib)
        for name in ("src", "href", "action"):
            assert not (element.get(name) or "").startswith(("http", "//", "data:", "javascript:"))
        if element.tag == "script":
            assert element.get("src")
            assert not (element.text or "").strip()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_title_one_heading_one_main(client: FlaskClient, path: str) -> None:
    root = root_of(client, path)
    assert len(list(root.iter("h1"))) == 1
    assert len(list(root.iter("main"))) == 1
    assert root.find(".//title").text.endswith("· Formulary")


def test_the_rail_shows_what_exists_and_where_one_is(client: FlaskClient) -> None:
    rail = root_of(client, "/everything").find(".//nav[@class='rail']")
    words = [e.find("span").text for e in rail.iter("a") if e.get("class", "").startswith("rail-link")]
    assert words == ["Today", "Everything", "Parts", "Bench", "Recalls"]
    assert [e.find("span").text for e in rail.iter("a") if e.get("aria-current")] == ["Everything"]


def test_signing_out_is_a_form(client: FlaskClient) -> None:
    form = next(f for f in root_of(client, "/parts").iter("form") if f.get("action") == "/sign-out")
    assert form.get("method") == "post"
    assert form.find("input").get("name") == "csrf_token"


def test_a_search_is_never_in_the_address(client: FlaskClient) -> None:
    form = next(f for f in root_of(client, "/parts").iter("form") if f.get("role") == "search")
    assert (form.get("method"), form.get("action")) == ("post", "/find")


def test_somebody_who_is_not_signed_in_sees_no_rail(client: FlaskClient) -> None:
    text = client.get("/everything", headers={"X-Signed-In": "0"}).text
    assert 'class="rail"' not in text
    assert 'role="search"' not in text


def test_a_refused_form_leads_to_each_field_and_keeps_what_was_typed(client: FlaskClient) -> None:
    root = root_of(
        client,
        "/everything",
        name="",
        lot="L" * 21,
        amount="5,0",
        route="id",
        **{"amount-unit": "mcg", "notes": "<b>"},
    )
    summary = next(e for e in root.iter("div") if e.get("class") == "error-summary")
    assert summary.find("h2").text is None or "Nothing was saved" in "".join(summary.find("h2").itertext())
    assert [a.get("href") for a in summary.iter("a")] == ["#name", "#lot", "#amount"]
    amount = next(e for e in root.iter("input") if e.get("id") == "amount")
    assert (amount.get("value"), amount.get("aria-invalid")) == ("5,0", "true")
    assert "amount-errors" in amount.get("aria-describedby")
    chosen = [o.get("value") for o in root.iter("option") if o.get("selected") is not None]
    assert "mcg" in chosen
    assert next(root.iter("textarea")).text.strip() == "<b>"


def test_the_sites_mark_is_said_beside_the_field(client: FlaskClient) -> None:
    assert "Write decimals with a point." in client.get("/everything").text
    assert "Write decimals with a comma." in client.get("/everything?mark=,").text


def test_a_repeated_hour_asks_which(client: FlaskClient) -> None:
    root = root_of(client, "/everything", drawn_at="2026-10-25T02:30")
    assert any(e.get("name") == "drawn_at-fold" for e in root.iter("select"))


def test_a_password_never_comes_back(client: FlaskClient) -> None:
    assert "hunter2" not in client.post("/everything", data={"word": "hunter2"}).text


def test_a_finding_offers_its_fix_and_its_reasons(client: FlaskClient) -> None:
    root = root_of(client, "/parts")
    stop = next(e for e in root.iter("article") if e.get("class") == "finding stop")
    assert [b.get("value") for b in stop.iter("button")] == ["amount=120 mg"]
    warn = next(e for e in root.iter("article") if e.get("class") == "finding warn")
    assert next(warn.iter("select")).get("name").startswith("override:")
    block = next(e for e in root.iter("article") if e.get("class") == "finding block")
    assert not list(block.iter("select"))


def test_an_explanation_is_tied_to_its_number(client: FlaskClient) -> None:
    root = root_of(client, "/parts")
    number = next(e for e in root.iter("button") if e.get("class") == "explain-number")
    words = next(e for e in root.iter("span") if e.get("id") == number.get("aria-describedby"))
    assert words.get("role") == "tooltip"
    assert "50 mg ÷ 100 mg/mL = 0.5 mL" in "".join(words.itertext())


def test_a_stacked_table_keeps_its_roles(client: FlaskClient) -> None:
    table = next(e for e in root_of(client, "/parts").iter("table"))
    assert table.get("role") == "table"
    assert {e.get("role") for e in table.iter("tr")} == {"row"}
    assert {e.get("role") for e in table.iter("td")} == {"cell"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "templates" / "components").glob("*.html")), ids=lambda p: p.name
)
def test_a_component_begins_with_how_it_is_used(path: object) -> None:
    assert path.read_text(encoding="utf-8").startswith("{#-")  # type: ignore[attr-defined]


@pytest.mark.parametrize("folder", ["", "components", "errors"])
def test_no_template_of_ours_trusts_text(folder: str) -> None:
    for path in (ROOT / "templates" / folder).glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape false", text), path
        assert len(text.splitlines()) <= 150
