"""Undoing a long list: as many lots as no statement names at once, and little to ask of each further row."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.accounts import Actor
from formulary.audit import record
from formulary.cli.verify import all_faults
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.actions import Entry, Way
from formulary.stock.models import Balance, Lot, Movement, UndoneAct
from tests.stock.counting import counted, sheet
from tests.stock.doing import reason_of, somebody
from tests.stock.test_reservations import kept, sealed
from tests.support.builders import a_product, the_place
from tests.support.counting import counting_queries

pytestmark = pytest.mark.usefixtures("cast")
ONE = 5_000_000


def brought(lots: int, by: Actor | None = None) -> list[Lot]:
    """A list of opening stock, a container of each of so many lots, as one act."""
    at, by, product = clock.now(), by or somebody(), a_product()
    with transaction():
        told = [(product.id, f"LONG{number}", date(2027, 11, 30)) for number in range(lots)]
        made = stock.bring_lots(told, at=at)
        way = Way(the_place(), "opening_balance", ("stored_file", None), at)
        movements: list[Movement] = []
        for start in range(0, lots, 100):
            stretch = [Entry(lot, None, the_place("supplier"), ONE, way) for lot in made[start : start + 100]]
            movements += stock.write(stretch, at=at, by=by)
        record("exchange.stock", None, by=by, at=at, new={"rows": lots}, movements=movements)
    return made


def undo(by: Actor | None = None) -> None:
    by = by or somebody()
    db.session.expire_all()
    with transaction():
        number = stock.undoable_now(by, clock.now()).id  # type: ignore[union-attr]
        stock.undo(number, why="the wrong file", at=clock.now(), by=by)


def lying() -> int:
    db.session.expire_all()
    return db.session.scalar(db.select(db.func.count(Balance.id)).where(Balance.quantity > 0)) or 0


@pytest.mark.databases("sqlite")  # it takes a condition of a thousand parts and no longer one
def test_a_list_of_more_lots_than_one_statement_names_is_undone_whole() -> None:
    before = lying()
    brought(1_010)
    assert lying() == before + 1_010
    undo()
    assert (lying(), list(all_faults())) == (before, [])


def test_a_list_of_several_stretches_is_undone_whole_and_every_lot_is_as_it_was() -> None:
    before, lots = lying(), brought(230)
    undo()
    assert lying() == before
    assert {queries.lot(lot.id).status for lot in lots} == {"exhausted"}
    reversed_once = db.select(db.func.count(Movement.reverses_id.distinct()))
    assert db.session.scalar(reversed_once.where(Movement.reverses_id.is_not(None))) == 230
    assert list(all_faults()) == []


def test_each_further_row_asks_little() -> None:
    costs = []
    for lots in (10, 40):
        brought(lots)
        with counting_queries() as asked:
            undo()
        costs.append(len(asked))
    few, many = costs
    assert (many - few) / 30 <= 9


@pytest.mark.parametrize("number", [0, 2])
def test_a_row_of_a_list_that_was_counted_since_keeps_the_whole_of_it(number: int) -> None:
    lots = brought(3)
    counted(sheet(), lots[number], 1)
    with pytest.raises(Refused) as refusal:
        undo()
    assert reason_of(refusal) == f"It has gone on since: counted, lot LONG{number}."
    assert db.session.scalar(db.select(db.func.count(UndoneAct.id))) == 0


@pytest.mark.parametrize("number", [0, 2])
def test_a_row_of_a_list_that_is_kept_for_somebody_keeps_the_whole_of_it(number: int) -> None:
    lots = brought(3)
    kept("cocktail:1", sealed(lots[number], ONE))
    with pytest.raises(Refused) as refusal:
        undo()
    assert reason_of(refusal) == f"What lies of lot LONG{number} is reserved for a preparation."
