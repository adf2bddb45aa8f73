"""What a strength counts, factors and osmolality: stated by one person, approved by another, in versions."""

from fractions import Fraction

import pytest

from formulary import clock, config
from formulary.accounts import Forbidden
from formulary.catalogue import actions, facts
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.formulation import factor_between
from formulary.seed.catalogue import load_catalogue
from formulary.seed.shelf import read_shelf
from tests.support.builders.accounts import PASSWORD
from tests.support.builders.catalogue import a_product, an_ingredient

BASIS = {"kind": "basis", "basis": "zinc", "basis_kind": "element"}
OSMOLALITY = {"kind": "osmolality", "low": "290", "high": "310"}
FACTOR = {"kind": "factor", "basis": "salt", "low": "4.4", "to_basis": "element", "high": "1"}


@pytest.fixture
def product(app):
    return a_product(an_ingredient("stated"))


def proposed(cast, of, *, by="pharmacist", **stated):
    told = actions.Stated(**{"source": "label, 2026"} | stated)
    with transaction():
        return actions.propose_statement(of, told, at=clock.now(), by=cast.actor(by))


def approved(cast, row, *, by="practitioner"):
    with transaction():
        return actions.approve_statement(row.id, at=clock.now(), by=cast.actor(by))


def refusal(act, *args, **more):
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    return [finding.code for finding in refused.value.findings]


def test_a_basis_counts_once_another_person_approved_it(cast, product):
    row = proposed(cast, product, **BASIS)
    assert facts.product(product.id).basis == ""
    assert refusal(approved, cast, row, by="pharmacist") == ["statement.same_person"]
    approved(cast, row)
    assert (facts.product(product.id).basis, product.basis_source) == ("zinc", "label, 2026")
    assert refusal(approved, cast, row) == ["statement.not_waiting"]


def test_an_osmolality_and_a_factor_reach_the_rules(cast, product):
    approved(cast, proposed(cast, product, **OSMOLALITY))
    approved(cast, proposed(cast, product.ingredient, **FACTOR))
    told = facts.product(product.id)
    assert (told.osmolality_low, told.osmolality_high) == (290, 310)
    assert factor_between("salt", "element", told.ingredient.factors).parts == Fraction(10, 44)


def test_what_takes_the_place_of_another_says_why_and_the_one_before_is_kept(cast, product):
    first = approved(cast, proposed(cast, product, **OSMOLALITY))
    newer = OSMOLALITY | {"low": "300"}
    assert refusal(proposed, cast, product, **newer) == ["statement.no_reason"]
    second = proposed(cast, product, **newer, reason="measured again")
    assert refusal(proposed, cast, product, **newer, reason="again") == ["statement.another_waits"]
    approved(cast, second)
    assert [(row.version, row.status) for row in (first, second)] == [(1, "superseded"), (2, "approved")]


TURNED = {"basis": "element", "low": "5", "to_basis": "salt", "high": "1"}


def test_a_factor_stated_the_other_way_round_takes_the_place_of_the_first(cast, product):
    of = product.ingredient
    first = approved(cast, proposed(cast, of, **FACTOR | TURNED))
    assert refusal(proposed, cast, of, **FACTOR) == ["statement.no_reason"]
    second = proposed(cast, of, **FACTOR, reason="it was turned round")
    assert refusal(proposed, cast, of, **FACTOR | TURNED, reason="again") == ["statement.another_waits"]
    approved(cast, second)
    assert [(row.version, row.status) for row in (first, second)] == [(1, "superseded"), (2, "approved")]
    factors = facts.product(product.id).ingredient.factors
    ways = [factor_between(*two, factors).parts for two in (("salt", "element"), ("element", "salt"))]
    assert ways == [Fraction(10, 44), Fraction(44, 10)]


def test_the_files_do_not_bring_back_a_factor_stated_the_other_way_round(cast, loaded):
    of = loaded.product("zinc sulfate (as elemental zinc)").ingredient
    turned = {"basis": "zinc", "low": "4.5", "to_basis": "zinc sulfate heptahydrate", "high": "1"}
    approved(cast, proposed(cast, of, **FACTOR | turned, reason="measured here"))
    with transaction():
        load_catalogue(read_shelf(config.seed_folder()), at=clock.now())
    db.session.expire_all()
    between = {turned["basis"], turned["to_basis"]}
    told = [(row.of_basis, row.of_amount) for row in of.factors if {row.of_basis, row.to_basis} == between]
    assert told == [("zinc", "4.5")]


def test_the_page_of_a_substance_tells_a_factor_to_its_last_digit(clients, cast, product):
    approved(cast, proposed(cast, product.ingredient, **FACTOR | {"low": "1.234567", "high": "0.98765"}))
    page = clients("auditor").get_ok(f"/catalogue/ingredients/{product.ingredient_id}")
    assert "by mass, 1.234567 of salt hold 0.98765 of element" in page.text


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("stated", "code"),
    [
        (BASIS | {"source": " "}, "statement.no_source"),
        (OSMOLALITY | {"low": "311"}, "statement.backwards"),
        (OSMOLALITY | {"low": "0"}, "statement.not_above_zero"),
        (FACTOR | {"to_basis": "Salt"}, "statement.one_basis"),
        (FACTOR | {"high": "0"}, "statement.not_above_zero"),
        (FACTOR | {"low": "1", "high": "4.4"}, "statement.upside_down"),
    ],
)
def test_what_cannot_be_is_refused(cast, product, stated, code):
    of = product.ingredient if stated["kind"] == "factor" else product
    assert refusal(proposed, cast, of, **stated) == [code]


@pytest.mark.parametrize("by", ["technician", "auditor", "admin"])
def test_others_state_nothing(cast, product, by):
    with pytest.raises(Forbidden):
        proposed(cast, product, by=by, **BASIS)


def test_the_files_do_not_undo_what_was_stated_here(cast, loaded):
    vial = loaded.product("deoxycholic acid (Belkyra)")
    approved(cast, proposed(cast, vial, **OSMOLALITY, reason="measured here"))
    with transaction():
        load_catalogue(read_shelf(config.seed_folder()), at=clock.now())
    db.session.expire_all()
    assert (vial.osmolality_low, vial.osmolality_high) == ("290", "310")


PAGES = [
    ("products/basis", {"basis": "zinc", "basis_kind": "element"}, "zinc, the element"),
    ("products/osmolality", {"low": "290", "high": "310"}, "290 to 310 mOsm/kg"),
    ("ingredients/factor", FACTOR, "by mass, 4.4 of salt hold 1 of element"),
]


@pytest.mark.parametrize(("path", "typed", "words"), PAGES)
def test_it_is_proposed_signed_and_read_on_its_pages(clients, product, path, typed, words):
    of, _, kind = path.partition("/")
    own = f"/catalogue/{of}/{product.id if of == 'products' else product.ingredient_id}"
    url = f"{own}/{kind}"
    assert url in clients("pharmacist").get_ok(own).html
    said = {name: value for name, value in typed.items() if name != "kind"} | {"source": "label"}
    page = clients("pharmacist").post_ok(url, said, at=url)
    assert words in page.text.replace("\N{NO-BREAK SPACE}", " ")
    listed = clients("auditor").get_ok("/catalogue/statements").links
    (link,) = [to for to in listed.values() if "/statements/" in to]
    page = clients("practitioner").post_ok(f"{link}/approve", {"secret": PASSWORD}, at=link)
    assert "in force" in page.h1
    assert typed.get("basis", typed.get("low", "")) in clients("auditor").get_ok(own).text


def test_what_is_not_wanted_is_withdrawn_and_stays_in_sight(clients, cast, product):
    row = proposed(cast, product, **BASIS)
    url = f"/catalogue/statements/{row.id}"
    page = clients("pharmacist").post_ok(f"{url}/withdraw", {"reason": "a slip"}, at=url)
    assert ("withdrawn" in page.h1, "Withdrawn: a slip" in page.text) == (True, True)
