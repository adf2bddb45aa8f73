"""Invented history: whole, provable, the same for the same seed, and never among real patients."""

import hashlib
from collections import Counter

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from formulary import clock
from formulary.accounts.models import Person, Site
from formulary.administrations.models import Administration, GivenLot
from formulary.bench.history import Wanted, generate
from formulary.bench.history.days import OTHER_STATES
from formulary.bench.history.ground import STAFF
from formulary.catalogue.models import Edition
from formulary.cli.verify import all_faults
from formulary.cocktails.models import STATES, Cocktail, Revision
from formulary.db import db, transaction
from formulary.patch_tests.models import PatchTestItem
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt, Draw
from formulary.recalls.queries import flows
from formulary.rules.findings import Refused
from formulary.seed.shelf import Shelf
from formulary.stock.models import Lot, Movement, Vial
from tests.bench.conftest import BY, Tell, fill
from tests.support.databases import Database
from tests.support.watch import Watch


def number_of(model: type) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def digest() -> str:
    """One hash over everything in every table but the catalogue's token, which is drawn by chance."""
    whole = hashlib.sha256()
    for table in (table for table in db.metadata.sorted_tables if table is not Edition.__table__):
        for row in db.session.execute(db.select(table).order_by(*table.primary_key)):
            whole.update(repr(tuple(row)).encode())
    return whole.hexdigest()


def start_again(database: Database) -> None:
    """The database as it was before the test."""
    db.session.remove()
    db.engine.dispose()
    database.reset()


def test_everything_can_be_proved(tell: Tell) -> None:
    tell(lots=12)
    assert [f"{fault.row} {fault.what}" for fault in all_faults()] == []


def test_every_lot_is_accounted_for(tell: Tell) -> None:
    tell()
    lots = list(db.session.scalars(db.select(Lot.id)))
    balances = flows(lots).balances(lots, {})
    assert {lot: b.unaccounted for lot, b in balances.items() if b.unaccounted} == {}
    whole = [
        sum(getattr(b, name) for b in balances.values()) for name in ("received", "administered", "tested")
    ]
    assert all(amount > 0 for amount in whole), whole


@pytest.mark.databases("sqlite")  # PostgreSQL has looked at every key while loading
def test_every_foreign_key_leads_somewhere(tell: Tell) -> None:
    tell(lots=3)
    assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_cocktail_has_five_draws_and_most_are_given(tell: Tell) -> None:
    tell(cocktails=60)
    states = Counter(db.session.scalars(db.select(Cocktail.state)))
    assert states == {"administered": 60 - len(OTHER_STATES)} | dict.fromkeys(OTHER_STATES, 1)
    assert set(OTHER_STATES) | {"administered"} == set(STATES)
    drawn = dict(
        db.session.execute(db.select(Draw.attempt_id, db.func.count()).group_by(Draw.attempt_id)).all()
    )
    under_way = set(db.session.scalars(db.select(Attempt.id).filter_by(state="in_preparation")))
    assert {count for attempt, count in drawn.items() if attempt not in under_way} == {5}


def test_what_was_drawn_is_given_or_wasted(tell: Tell) -> None:
    tell()
    given = db.select(GivenLot.draw_id, (GivenLot.given + GivenLot.wasted).label("whole")).subquery()
    apart = db.select(Draw.id).join(given, given.c.draw_id == Draw.id).where(Draw.quantity != given.c.whole)
    assert db.session.scalars(apart).all() == []
    assert number_of(GivenLot) == 5 * (number_of(Administration) - 1)


def test_a_lot_serves_as_often_as_asked(tell: Tell) -> None:
    tell(cocktails=80, per_lot=(3, 10))
    counted = db.select(db.func.count(GivenLot.cocktail_id.distinct())).group_by(GivenLot.lot_id)
    assert {3, 10} <= set(db.session.scalars(counted))
    assert max(db.session.scalars(counted)) == 10


def test_lots_on_the_shelf_come_as_asked(tell: Tell) -> None:
    before = number_of(Lot)
    tell(cocktails=0, lots=250)
    assert (number_of(Lot) - before, number_of(Vial), number_of(Cocktail)) == (250, 0, 0)


def test_the_same_seed_tells_the_same(app: Flask, shelf: Shelf, database: Database) -> None:
    told = []
    for seed in (11, 11, 12):
        fill(shelf)
        list(generate(Wanted(25, seed, days=20), at=clock.now(), by=BY))
        told.append(digest())
        start_again(database)
    assert told[0] == told[1] != told[2]


def test_everything_invented_says_so(tell: Tell) -> None:
    tell()
    patients = list(db.session.scalars(db.select(Patient).filter_by(is_demo=True)))
    assert patients
    assert all("Invented" in patient.name for patient in patients)
    assert {name for name, _ in STAFF.values()} <= set(db.session.scalars(db.select(Person.name)))


def test_what_was_signed_is_frozen_by_another_than_who_verified(tell: Tell) -> None:
    tell()
    signed = list(db.session.scalars(db.select(Revision).filter_by(state="frozen")))
    assert all(row.snapshot["lines"] and row.prescriber_id != row.verifier_id for row in signed)


def test_tests_of_the_skin_name_their_lots_but_for_a_few(tell: Tell) -> None:
    tell(cocktails=600)
    noted = Counter(lot is None for lot in db.session.scalars(db.select(PatchTestItem.lot_id)))
    assert 0 < noted[True] < noted[False] / 20


def test_a_second_history_goes_on_from_the_first(tell: Tell) -> None:
    tell(cocktails=25)
    tell(cocktails=25, seed=8)
    assert number_of(Cocktail) == 50
    assert list(all_faults()) == []


def test_without_a_catalogue_it_says_what_to_run(app: Flask) -> None:
    with pytest.raises(Refused) as refusal:
        list(generate(Wanted(1), at=clock.now(), by=BY))
    found = refusal.value.findings[0]
    assert (found.code, found.remedy) == ("history.no_catalogue", "Run: formulary seed.")


def test_without_a_site_it_says_what_to_run(make_app: object, database: Database, watch: Watch) -> None:
    app = make_app(database_url=database.empty("nothing_yet"))  # type: ignore[operator]
    with app.app_context():
        upgrade()
        with pytest.raises(Refused) as refusal:
            list(generate(Wanted(1), at=clock.now(), by=BY))
        db.session.remove()
    assert refusal.value.findings[0].code == "history.no_site"


def test_it_is_never_mixed_with_real_patients(catalogue: None) -> None:
    """The other site of every test has a patient who is not invented."""
    with pytest.raises(Refused) as refusal:
        list(generate(Wanted(1, site="Les Tilleuls, Lyon"), at=clock.now(), by=BY))
    assert refusal.value.findings[0].code == "history.real_patients"
    assert number_of(Movement) == 1


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted(-1), "history.too_many"),
        (Wanted(1, lots=10**9), "history.too_many"),
        (Wanted(1, days=0), "history.days"),
        (Wanted(1, site="Nowhere"), "history.no_site"),
    ],
)
@pytest.mark.databases("sqlite")  # nothing is asked of the database but whether a site exists
def test_what_cannot_be_told_is_refused(catalogue: None, wanted: Wanted, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        list(generate(wanted, at=clock.now(), by=BY))
    assert refusal.value.findings[0].code == code


def test_a_demo_site_takes_invented_patients_beside_its_own(tell: Tell) -> None:
    with transaction() as session:
        session.info["audited"] = True
        session.execute(db.update(Site).filter_by(name="Les Tilleuls, Lyon").values(is_demo=True))
    tell(site="Les Tilleuls, Lyon")
    assert set(db.session.scalars(db.select(Site.name).join(Cocktail))) == {"Les Tilleuls, Lyon"}
