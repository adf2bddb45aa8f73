"""The pages of the catalogue: who may open them, what they say, and that unknown is shown as unknown."""

import pytest

from formulary import clock
from formulary.catalogue import actions
from formulary.catalogue.models import FormulaVersion, Ingredient, Product
from formulary.db import db, transaction
from formulary.rules.units import Quantity
from tests.support.builders.accounts import PASSWORD

EVERYBODY = ("pharmacist", "technician", "practitioner", "recall", "auditor", "admin", "practitioner3")


def a_draft(cast, loaded):
    txa = loaded.product("tranexamic acid")
    line = actions.DraftLine(
        txa.ingredient_id, "concentration", product_id=txa.id, amount=4_000_000, volume=1_000_000, unit="mg"
    )
    with transaction():
        row = actions.draft_formula(
            "Test formula",
            lines=[line],
            target=Quantity.of(5, "mL"),
            route="ID",
            at=clock.now(),
            by=cast.actor("practitioner"),
        )
    with transaction():
        return actions.submit_formula(row.id, at=clock.now(), by=cast.actor("practitioner"))


def plain(text):
    """What a page says, with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def version_of(name):
    query = db.select(FormulaVersion).where(FormulaVersion.formula.has(name=name))
    return db.session.scalars(query).one()


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("username", EVERYBODY)
def test_everybody_of_the_clinic_reads_the_catalogue(clients, loaded, username):
    page = clients(username).get_ok("/catalogue/?role=excipient")
    assert plain(page.h1) == "25 ingredients"


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "path", ["", "compatibility", "formulas", "ingredients/1", "products/1", "formulas/1"]
)
def test_a_stranger_is_asked_to_sign_in(client, path):
    answer = client.get(f"/catalogue/{path}")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


def test_the_list_is_searched_by_other_names(clients, loaded):
    page = clients("practitioner").get_ok("/catalogue/?q=TXA")
    assert plain(page.h1) == "1 ingredient"
    assert "tranexamic acid" in plain(page.text)


def test_a_misspelt_name_is_offered_after_what_holds_the_letters(clients, loaded):
    page = clients("practitioner").get_ok("/catalogue/?q=tranexmic")
    assert plain(page.h1) == "0 ingredients"
    words = " ".join(plain(page.text).split())
    near = "Spelt nearly so: noisy tranexamic acid tranexamic acid antifibrinolytic"
    assert words.endswith(near)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_search_that_finds_nothing_says_what_to_do(clients, loaded):
    page = clients("practitioner").get_ok("/catalogue/?q=zzzz&role=nonsense")
    assert "Try fewer of them" in plain(page.text)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_an_ingredient_page_shows_identifiers_products_and_rules(clients, loaded):
    row = loaded.ingredient("deoxycholic acid")
    page = clients("pharmacist").get_ok(f"/catalogue/ingredients/{row.id}")
    for words in (
        "005990WHZZ",
        "83-44-3",
        "deoxycholic acid (Belkyra)",
        "never mixed",
        "The label forbids dilution",
    ):
        assert words in plain(page.text)


def test_a_product_page_shows_each_value_with_its_kind_and_source(clients, loaded):
    row = loaded.product("tranexamic acid")
    page = clients("pharmacist").get_ok(f"/catalogue/products/{row.id}")
    for words in (
        "100 mg/mL",
        "10 mL",
        "none: discard the rest",
        "6.5 to 8",
        "highest published, no limit",
        "confidence high",
    ):
        assert words in plain(page.text)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_unknown_is_shown_as_unknown(clients, loaded):
    row = loaded.product("riboflavin")
    page = clients("pharmacist").get_ok(f"/catalogue/products/{row.id}")
    assert plain(page.text).count("unknown") >= 8
    assert "not known to be all" in plain(page.text)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_limit_of_zero_reads_must_not_be_used(clients, loaded):
    row = loaded.product("exosome products (any)")
    page = clients("pharmacist").get_ok(f"/catalogue/products/{row.id}")
    assert "must not be used" in plain(page.text)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_site_with_a_comma_reads_commas(clients, loaded):
    row = loaded.product("tranexamic acid")
    page = clients("practitioner3").get_ok(f"/catalogue/products/{row.id}")
    assert "6,5 to 8" in plain(page.text)


@pytest.mark.databases("sqlite")  # what is checked is how pages are written, some hundred and ninety of them
def test_every_product_ingredient_and_formula_has_a_page_that_is_written_well(clients, loaded):
    client = clients("technician")
    for model, path in ((Product, "products"), (Ingredient, "ingredients"), (FormulaVersion, "formulas")):
        for number in db.session.scalars(db.select(model.id)).all():
            client.get_ok(f"/catalogue/{path}/{number}")


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_words_behind_a_strength_say_what_it_counts(clients, loaded):
    for name, words in (("zinc sulfate (as elemental zinc)", "elemental Zn"), ("levocarnitine", "200 mg/mL")):
        page = clients("technician").get_ok(f"/catalogue/products/{loaded.product(name).id}")
        assert words in plain(page.text)


def test_the_whole_table_is_one_page(clients, loaded):
    page = clients("practitioner").get_ok("/catalogue/compatibility")
    assert plain(page.h1) == "What goes together: 106 rules"
    assert "superseded" in plain(page.text)


def test_published_formulas_are_not_approved_here(clients, loaded):
    page = clients("practitioner").get_ok("/catalogue/formulas")
    assert plain(page.h1) == "0 formulas approved here"
    assert "published, not approved here" in plain(page.text)
    version = version_of("Melasma A (Iraji 2019)")
    page = clients("practitioner").get_ok(f"/catalogue/formulas/{version.id}")
    for words in ("4 mg/mL", "30 mg/mL", "20 mg/mL", "none accepted", "Nobody has approved it here"):
        assert words in plain(page.text)


def test_another_person_approves_with_a_password(clients, cast, loaded):
    version = a_draft(cast, loaded)
    page = clients("pharmacist").post_ok(
        f"/catalogue/formulas/{version.id}/approve",
        {"secret": PASSWORD},
        at=f"/catalogue/formulas/{version.id}",
    )
    assert "approved by" in plain(page.text)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_author_is_refused_in_words(clients, cast, loaded):
    version = a_draft(cast, loaded)
    page = clients("practitioner").post_refused(
        f"/catalogue/formulas/{version.id}/approve",
        {"secret": PASSWORD},
        at=f"/catalogue/formulas/{version.id}",
    )
    assert "another person approves it" in plain(page.text)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_wrong_password_approves_nothing(clients, cast, loaded):
    version = a_draft(cast, loaded)
    clients("pharmacist").post_refused(
        f"/catalogue/formulas/{version.id}/approve",
        {"secret": "something else"},
        at=f"/catalogue/formulas/{version.id}",
    )
    db.session.expire_all()
    assert db.session.get_one(FormulaVersion, version.id).status == "in_review"


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("username", ["technician", "recall", "auditor", "admin"])
def test_nobody_else_is_offered_the_approval(clients, cast, loaded, username):
    version = a_draft(cast, loaded)
    page = clients(username).get_ok(f"/catalogue/formulas/{version.id}")
    assert "Approve it" not in plain(page.text)


def test_what_is_not_there_is_not_found(clients):
    for path in ("ingredients/999999", "products/999999", "formulas/999999", "products/99999999999999"):
        clients("pharmacist").get_page(f"/catalogue/{path}", status=404)
