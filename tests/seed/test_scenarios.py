"""Ready-made databases: the demo clinic and the glutathione lots, made by the rooms' own actions."""

from datetime import timedelta

import pytest
from flask_migrate import upgrade

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.administrations.models import Administration, GivenLot
from formulary.app import create_app
from formulary.audit.models import AuditEntry
from formulary.audit.queries import chain_faults
from formulary.catalogue import facts as catalogue
from formulary.catalogue import queries as formulas
from formulary.catalogue.models import Product
from formulary.db import db
from formulary.patch_tests.models import PatchTest
from formulary.patients.models import Appointment, Patient
from formulary.rules.findings import Refused
from formulary.seed.scenarios import SCENARIOS, seed
from formulary.stock.facts.supply import below_minimum
from formulary.stock.models import Lot, StockCount, TemperatureEvent
from formulary.stock.queries import (
    balance_sheet,
    contents,
    count_lines,
    due_for_count,
    on_order,
    open_vials,
    proof,
    watched_places,
)
from tests.conftest import dispose
from tests.support.demo import a_demo
from tests.support.world import settings_for

PASSWORD = "four words for tests"


@pytest.fixture
def demo(database, watch):
    """An app on a copy of the demo clinic, as it was seeded at noon."""
    application = create_app(settings_for(a_demo(database)))
    with application.app_context():
        yield application
    dispose(application)


@pytest.fixture
def empty(database, watch):
    """An app on a database that has tables and nothing in them."""
    application = create_app(settings_for(database.empty("seeded")))
    with application.app_context():
        upgrade()
        yield application
        db.session.remove()
        db.engine.dispose()


def faults():
    return [*proof.ledger_faults(), *chain_faults()]


def left(number, site_id):
    lots = db.session.scalars(db.select(Lot).filter_by(number=number)).all()
    return sum(c.quantity for lot in lots for c in contents(lot_id=lot.id))


@pytest.mark.usefixtures("demo")
def test_the_demo_clinic_is_made_and_everything_in_it_adds_up():
    first = next(site for site in accounts.sites() if site.name == "Larkspur Clinic")
    assert faults() == []
    assert max(db.session.scalars(db.select(AuditEntry.at))) <= clock.now()
    assert [site.is_demo for site in accounts.sites()] == [True, True]
    check_stock(first.id)
    check_watch(first.id)
    check_policies(site_policies(first, clock.now()))
    check_formula()
    check_orders(first.id)
    check_course()
    assert len(db.session.scalars(db.select(Patient)).all()) == 8
    assert len(db.session.scalars(db.select(PatchTest)).all()) == 4


def check_stock(site_id):
    assert open_vials(site_id) == []
    assert [left(number, site_id) for number in ("TXA-2101", "ASC-4990", "GSH-0587")] == [0, 0, 0]
    assert all(left(number, site_id) > 0 for number in ("KYB-0417", "BTX-3391", "NS-24118A", "WFI-2207"))


def check_watch(site_id):
    """A fridge with a range, its readings, a decided excursion, and a count; nothing that waits."""
    assert watched_places(site_id, clock.now()) == []
    [event] = db.session.scalars(db.select(TemperatureEvent))
    assert (event.side, event.extreme_tenths, event.decision) == ("warm", 93, "kept_in_use")
    [count] = db.session.scalars(db.select(StockCount))
    assert {line.found == line.row.expected for line in count_lines(count.id)} == {True}
    assert due_for_count(site_id, clock.now()) == []


def check_policies(policies):
    assert (policies.preparation_limit_h, policies.preparation_limit_name) == (12, "Category 1, ISO 5 device")
    assert policies.allergy_asked_within == timedelta(days=90)
    assert policies.conditions_asked_within == timedelta(days=90)
    assert policies.consent_version == "2026-01"


def check_orders(site_id):
    """One order is on its way, and what lies below its minimum is what the tour receives."""
    coming = [(one.order.code, one.line.outstanding) for one in on_order(site_id)]
    assert coming == [("PO-1", 20), ("PO-1", 10)]
    short = [one.product.name.split(" ")[0] for one in below_minimum(site_id, clock.now())]
    assert short == ["ascorbic", "glutathione", "tranexamic"]


def check_course():
    """One session was given, and is found by its lots; one time was missed, one is today."""
    booked = db.session.scalars(db.select(Appointment).order_by(Appointment.starts_at)).all()
    assert [row.state for row in booked] == ["kept", "no_show", "booked"]
    assert booked[2].starts_at == clock.now() + timedelta(hours=1)
    [session] = db.session.scalars(db.select(Administration))
    assert (session.outcome, [(s.area, s.points, len(s.spots)) for s in session.sites]) == (
        "given",
        [("Left cheek", 40, 40), ("Right cheek", 40, 40)],
    )
    reached = {row.lot_id: row.patient_id for row in db.session.scalars(db.select(GivenLot))}
    lot = db.session.scalars(db.select(Lot).filter_by(number="TXA-2101")).one()
    assert reached[lot.id] == session.patient_id


def check_formula():
    (version,) = formulas.approved_formulas()
    assert version.formula.name == "Melasma cocktail"
    assert version.author_id != version.approver_id
    told = catalogue.formula(version.id)
    assert (told.approved, len(told.ranges), len(told.accepted_pairs)) == (True, 4, 4)


def test_a_database_that_has_an_organisation_is_left_alone(app):
    with pytest.raises(Refused) as refusal:
        seed("demo", password=PASSWORD, at=clock.now())
    assert refusal.value.findings[0].code == "seed.not_empty"
    assert db.session.scalar(db.select(Product).filter_by(name="tranexamic acid")) is None


def test_thirteen_lots_of_one_expiry_and_whom_two_of_them_reached(empty):
    seed("glutathione", password=PASSWORD, at=clock.now())
    assert faults() == []
    powders = db.session.scalars(db.select(Lot).where(Lot.number.regexp_match("^18[0-9]{8}$"))).all()
    assert len(powders) == 13
    assert {str(lot.expires_on) for lot in powders} == {"2020-06-17"}
    assert len({lot.product_id for lot in powders}) == 5
    assert all(lot.made_from_id for lot in powders)
    assert reached() == {"1810150050": (7, {7_000_000}), "1808030045": (1, {12_000_000})}


def reached():
    """By repacked lot: how many patients its compounded lot reached, and with how much each."""
    found = {}
    for number in ("CMP-190104", "CMP-181011"):
        lot = db.session.scalars(db.select(Lot).filter_by(number=number)).one()
        given = db.session.scalars(db.select(GivenLot).filter_by(lot_id=lot.id)).all()
        assert {g.grade for g in given} == {"imported"}
        assert balance_sheet(lot.id).balances
        people, amounts = {g.patient_id for g in given}, {g.given for g in given}
        found[db.session.get_one(Lot, lot.made_from_id).number] = (len(people), amounts)
    return found


def test_every_scenario_has_a_name():
    assert sorted(SCENARIOS) == ["demo", "glutathione"]
