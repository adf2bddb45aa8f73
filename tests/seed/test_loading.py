"""Loading the catalogue: twice without change, corrected where a file was, one entry in the trail."""

from dataclasses import replace
from decimal import Decimal

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.catalogue.facts import precautions
from formulary.catalogue.models import CompatibilityRule, Ingredient, Limit, Product
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import MASS
from formulary.seed.catalogue import load_catalogue, steps
from formulary.seed.cells import UNKNOWN
from tests.support.snapshots import reach

pytestmark = pytest.mark.usefixtures("app")


def load(shelf):
    with transaction():
        return load_catalogue(shelf, at=clock.now())


@pytest.fixture
def loaded(app, database, shelf):
    """The catalogue as it is after its files were read once."""
    reach(app, database, "catalogue loaded", lambda: {"created": len(load(shelf).created)})


def entries():
    return db.session.scalars(
        db.select(AuditEntry).filter_by(action="catalogue.load").order_by(AuditEntry.id)
    ).all()


def test_the_whole_catalogue_is_loaded_with_one_entry(shelf):
    merge = load(shelf)
    assert merge.created == {
        "ingredient": 98,
        "synonym": 200,
        "substance_group": 46,
        "ingredient_group": 110,
        "product": 75,
        "product_excipient": 52,
        "catalogue_limit": 153,
        "compatibility_rule": 106,
        "contraindication": 56,
        "cross_reactivity": 6,
        "session_schedule": 3,
        "device": 4,
        "protocol": 40,
        "article_topic": 34,
        "article_statement": 93,
        "care_topic": 12,
        "care_statement": 16,
        "medicine_kind": 25,
        "washout_statement": 45,
        "basis_factor": 9,
        "formula": 25,
        "formula_version": 25,
    }
    assert merge.corrected == {}
    (entry,) = entries()
    assert (entry.person_id, entry.new["created"]["product"]) == (None, 75)


def test_a_second_run_changes_nothing_and_leaves_no_entry(loaded, shelf):
    assert not load(shelf)
    assert len(entries()) == 1


@pytest.mark.parametrize(
    ("place", "column", "change", "figure"),
    [
        (("products", 4), "strength_unit", {"strength_unit": UNKNOWN}, "strength_amount is 100"),
        (("products", 4), "content_unit", {"content_unit": None}, "content_amount is 10"),
        (("limits", 0), "unit", {"unit": None}, "amount is 100"),
        (("limits", 0), "per_kg_unit", {"per_kg_amount": Decimal(7)}, "per_kg_amount is 7"),
    ],
)
def test_a_figure_without_a_unit_is_refused_where_it_stands(shelf, place, column, change, figure):
    file, row = place
    these = list(getattr(shelf, file))
    these[row] = replace(these[row], **change)
    with pytest.raises(Refused) as refused:
        load(replace(shelf, **{file: tuple(these)}))
    (fault,) = refused.value.findings
    assert fault.subject == f"{file}.csv, row {row + 2}, column {column}"
    assert fault.reason == f"{figure}, and no unit stands beside it."
    assert entries() == []


def test_no_figure_but_zero_is_zero_without_a_unit():
    assert (steps(Decimal(0), None, MASS), steps(UNKNOWN, None, MASS), steps(None, None, MASS)) == (
        0,
        None,
        None,
    )
    with pytest.raises(ValueError, match="7 has no unit"):
        steps(Decimal(7), None, MASS)


def test_a_corrected_file_corrects_the_row(loaded, shelf):
    products = tuple(
        replace(p, ph_low=Decimal("6.6")) if p.name == "tranexamic acid" else p for p in shelf.products
    )
    merge = load(replace(shelf, products=products))
    assert (merge.created, merge.corrected) == ({}, {"product": 1})
    assert db.session.scalars(db.select(Product.ph_low).filter_by(name="tranexamic acid")).one() == "6.6"


def test_unknown_is_null_and_zero_is_zero(loaded):
    limits = {}
    for limit, name in db.session.execute(db.select(Limit, Product.name).join(Product)):
        limits.setdefault((name, limit.measure), []).append(limit)
    (unknown,) = limits["tranexamic acid", "dose"]
    assert (unknown.kind, unknown.amount) == ("unknown", None)
    (zero,) = limits["exosome products (any)", "dose"]
    assert (zero.amount, zero.route, zero.hard) == (0, "any", True)


def test_selectors_name_ingredients_by_id(loaded):
    for rule in db.session.scalars(db.select(CompatibilityRule)):
        for side in (rule.a, rule.b):
            kind, _, name = side.partition(":")
            assert kind != "ingredient" or name.isdigit(), rule.number


def test_what_a_machine_cannot_decide_keeps_what_the_source_asks(loaded):
    rule = db.session.scalars(db.select(CompatibilityRule).filter_by(number="17")).one()
    assert (rule.kind, rule.level, rule.condition) == ("handling", "info", "headspace and time; then warn")


def test_schedules_are_those_of_the_labels(loaded):
    """FACTS 1.1 (at most 6 sessions, a month apart), 1.8 (21 days, 3 visits), CORRECTIONS A14 (3 months)."""
    names = dict(db.session.execute(db.select(Ingredient.id, Ingredient.name)).all())
    told = {names[s.ingredient_id]: (s.days, s.months, s.most_sessions) for s in precautions().schedules}
    assert told == {
        "deoxycholic acid": (None, 1, 6),
        "collagenase clostridium histolyticum-aaes": (21, None, 3),
        "onabotulinumtoxinA": (None, 3, None),
    }
