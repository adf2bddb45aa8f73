"""`formulas/new` and `…/edit`: from nothing, from a version, from what others published; bad input."""

import pytest

from formulary.catalogue.models import Formula, FormulaVersion
from formulary.db import db
from tests.support.builders import steps

NEW = "/catalogue/formulas/new"
SAVE = "Save the draft"
GLOW = {
    "name": "Glow",
    "target": "5",
    "instructions": "Add the vitamin last.",
    "storage": "2 to 8 °C, dark",
    "beyond_use_h": "4",
    "beyond_use_source": "house policy 7",
}
LINE = {
    "amount": "4",
    "dose_low": "4",
    "dose_high": "22",
    "concentration_low": "3.8",
    "concentration_high": "4.2",
    "reason": "published concentration",
}


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def at_line(number, values):
    return {f"lines-{number}-{name}": value for name, value in values.items()}


def the_version(name="Glow", number=1):
    db.session.expire_all()
    wanted = FormulaVersion.formula.has(name=name)
    return db.session.scalars(db.select(FormulaVersion).where(wanted).filter_by(number=number)).one()


def pressed(client, page, button, values=None, status=200):
    return client.read(client.submit(page, values, press=button), page.url, status)


def begun(client, loaded, *names, start=NEW):
    """The page with a line added for each of these ingredients."""
    page = client.get_ok(start)
    for name in names:
        page = pressed(client, page, "Add the line", {"add": loaded.ingredient(name).id})
    return page


def saved(client, page, values):
    answer = client.submit(page, values, press=SAVE)
    assert answer.status_code == 302, plain(client.read(answer, page.url, 422).text)
    return client.get_ok(answer.location)


@pytest.fixture
def glow(clients, loaded):
    """A draft of two actives in saline, by the practitioner, saved from the page without JavaScript."""
    client = clients("practitioner")
    page = begun(client, loaded, "tranexamic acid", "glutathione", "sodium chloride 0.9%")
    chosen = {"lines-0-product_id": loaded.product("tranexamic acid").id, "lines-2-pin": "qs"}
    reason = {"pairs-0-reason": "both in water, given within the hour"}
    saved(client, page, GLOW | at_line(0, LINE) | chosen | {"lines-1-amount": "20"} | reason)
    return the_version()


def test_a_formula_is_written_from_nothing_line_by_line(glow, loaded):
    first, second, third = glow.lines
    assert (glow.status, glow.target, glow.route) == ("draft", steps("5 mL"), "ID")
    assert (glow.instructions, glow.storage) == ("Add the vitamin last.", "2 to 8 °C, dark")
    assert (glow.beyond_use_h, glow.beyond_use_source) == (4, "house policy 7")
    assert (first.product_id, first.pin) == (loaded.product("tranexamic acid").id, "concentration")
    assert (first.amount, first.volume, first.unit) == (steps("4 mg"), steps("1 mL"), "mg")
    assert (first.accepted_dose_low, first.accepted_dose_high) == (steps("4 mg"), steps("22 mg"))
    assert first.accepted_concentration_high == steps("4.2 mg")
    assert (second.product_id, second.amount, second.accepted_dose_low) == (None, steps("20 mg"), None)
    assert (third.pin, third.product_id, third.scaling) == ("qs", None, "with_volume")
    assert [pair.reason for pair in glow.pairs] == ["both in water, given within the hour"]


@pytest.mark.databases("sqlite")
def test_the_page_shows_what_follows_before_anything_is_kept(clients, loaded):
    client = clients("pharmacist")
    page = begun(client, loaded, "tranexamic acid")
    chosen = {"lines-0-product_id": loaded.product("tranexamic acid").id}
    page = pressed(client, page, "Recalculate", GLOW | at_line(0, LINE) | chosen)
    for words in ("20 mg", "0.2 mL", "4 mg/mL", "4 mg to 22 mg"):
        assert words in plain(page.text)
    assert db.session.scalars(db.select(Formula).filter_by(name="Glow")).first() is None


@pytest.mark.databases("sqlite")
def test_a_line_is_moved_up_and_a_line_is_removed_with_what_was_typed(clients, loaded):
    client = clients("practitioner")
    page = begun(client, loaded, "tranexamic acid", "glutathione", "ascorbic acid")
    page = pressed(client, page, "Up", {"lines-0-amount": "4", "lines-1-amount": "20"})
    filled = page.form(button=SAVE).filled({})
    order = [filled[f"lines-{n}-ingredient_id"] for n in range(3)]
    names = ("glutathione", "tranexamic acid", "ascorbic acid")
    assert order == [[str(loaded.ingredient(name).id)] for name in names]
    assert (filled["lines-0-amount"], filled["lines-1-amount"]) == (["20"], ["4"])
    page = pressed(client, page, "Remove")
    filled = page.form(button=SAVE).filled({})
    assert (filled["lines-0-amount"], "lines-2-amount" in filled) == (["4"], False)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Name"),
        ("target", "0", "more than 0"),
        ("target", "5 mg", "mL"),
        ("lines-0-amount", "", "Nothing is typed"),
        ("lines-0-amount", "4 u", "read as 0"),
        ("lines-0-amount", "2 mL", "pins the concentration"),
        ("lines-0-dose_high", "3", "ends below where it begins"),
        ("lines-0-dose_high", "10", "own dose, 20 mg, is outside"),
        ("lines-0-concentration_high", "3.9", "own concentration, 4 mg/mL, is outside"),
        ("lines-0-concentration_low", "", "four ends"),
        ("lines-0-reason", "", "without a reason"),
        ("lines-1-amount", "4", "no amount of its own"),
        ("beyond_use_source", "", "needs its reference"),
        ("lines-0-amount", "4,5", "comma"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_kept(clients, loaded, field, typed, words):
    client = clients("practitioner")
    page = begun(client, loaded, "tranexamic acid", "sodium chloride 0.9%")
    wrong = GLOW | at_line(0, LINE) | {"lines-1-pin": "qs", field: typed}
    page = pressed(client, page, SAVE, wrong, status=422)
    assert words in plain(" ".join(page.errors))
    assert db.session.scalars(db.select(Formula).filter_by(name="Glow")).first() is None


@pytest.mark.databases("sqlite")
def test_more_than_the_volume_is_refused_at_the_volume(clients, loaded):
    client = clients("practitioner")
    page = begun(client, loaded, "tranexamic acid")
    values = {"lines-0-pin": "volume", "lines-0-amount": "6", "lines-0-amount-unit": "mL"}
    page = pressed(client, page, SAVE, GLOW | values, status=422)
    assert "Its lines come to 6 mL, more than 5 mL" in plain(" ".join(page.errors))


@pytest.mark.databases("sqlite")
def test_what_is_measured_in_units_must_name_its_product(clients, loaded):
    client = clients("practitioner")
    ingredient = loaded.product("hyaluronidase ovine (Vitrase)").ingredient.name
    page = begun(client, loaded, ingredient)
    page = pressed(client, page, SAVE, GLOW | {"lines-0-pin": "dose", "lines-0-amount": "150"}, status=422)
    assert "belong to one product" in plain(" ".join(page.errors))


@pytest.mark.databases("sqlite")
def test_what_is_never_mixed_is_refused_at_its_line(clients, loaded):
    client = clients("practitioner")
    page = begun(client, loaded, "tranexamic acid", "deoxycholic acid")
    page = pressed(client, page, SAVE, GLOW | {"lines-0-pin": "unknown", "lines-1-pin": "unknown"}, 422)
    assert "deoxycholic acid is never mixed" in plain(" ".join(page.errors))


def test_a_draft_is_changed_until_it_is_submitted_and_by_its_author_alone(clients, glow):
    client = clients("practitioner")
    edit = f"/catalogue/formulas/{glow.id}/edit"
    saved(client, client.get_ok(edit), {"lines-0-amount": "4.1"})
    assert the_version().lines[0].amount == steps("4.1 mg")
    other = clients("pharmacist")
    page = pressed(other, other.get_ok(edit), SAVE, status=422)
    assert "Somebody else is writing Glow v1" in plain(page.text)
    client.post_ok(f"/catalogue/formulas/{glow.id}/submit", at=f"/catalogue/formulas/{glow.id}")
    assert client.get(edit).status_code == 302
    assert the_version().status == "in_review"


def test_two_who_save_one_draft_do_not_overwrite_each_other(clients, glow):
    client = clients("practitioner")
    edit = f"/catalogue/formulas/{glow.id}/edit"
    first, second = client.get_ok(edit), client.get_ok(edit)
    saved(client, first, {"lines-0-amount": "4.1"})
    assert client.submit(second, {"lines-0-amount": "4.2"}, press=SAVE).status_code == 409


def test_the_next_version_starts_from_the_one_that_is_approved(clients, glow, approved):
    approved(glow)
    client = clients("practitioner")
    page = client.get_ok(f"{NEW}?from={glow.id}")
    assert plain(page.h1) == "The version after Glow v1"
    page = saved(client, page, {"lines-0-amount": "4.2"})
    assert "5 %" in plain(page.text)
    second = the_version(number=2)
    assert (second.status, second.based_on_id, second.author_id) == ("draft", glow.id, glow.author_id)
    assert (second.formula.indication, second.pairs[0].reason) == (
        glow.formula.indication,
        "both in water, given within the hour",
    )


def test_a_clinic_writes_its_own_copy_of_a_published_protocol_under_another_name(clients, loaded):
    client = clients("practitioner")
    published = the_version("Melasma A (Iraji 2019)")
    page = client.get_ok(f"{NEW}?from={published.id}")
    assert plain(page.h1) == "Our own copy of Melasma A (Iraji 2019)"
    refused = pressed(client, page, SAVE, {"name": "Melasma A (Iraji 2019)", "target": "5"}, status=422)
    assert "as others published it" in plain(" ".join(refused.errors))
    saved(client, page, {"name": "Our melasma", "target": "5"})
    copy = the_version("Our melasma")
    assert [line.amount for line in copy.lines] == [line.amount for line in published.lines]
    assert (copy.status, copy.based_on_id) == ("draft", published.id)
    assert copy.formula.evidence == "our own copy of Melasma A (Iraji 2019)"
    assert copy.formula.source == published.formula.source


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("query", ["from=999999", "from=x", "from=99999999999999"])
def test_what_is_not_there_is_not_found(clients, query):
    clients("practitioner").get_page(f"{NEW}?{query}", status=404)


def test_a_number_of_many_digits_in_a_fields_name_is_no_line(clients, loaded):
    client = clients("practitioner")
    page = begun(client, loaded, "tranexamic acid")
    form = page.form(button=SAVE)
    sent = dict(form.filled(GLOW, SAVE)) | {
        f"lines-{'9' * 5_000}-pin": "dose",
        "act": f"remove-{'9' * 5_000}",
    }
    page = client.read(client.post(form.action, sent), form.action, 200)
    assert {name for name in page.form(button=SAVE).names if name.endswith("-pin")} == {"lines-0-pin"}
