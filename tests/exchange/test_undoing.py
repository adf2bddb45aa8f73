"""A list that was a slip is undone whole, while nothing of it was taken; then the right one is brought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.cli.verify import all_faults
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Balance, Lot, Vial
from tests.exchange.doing import DELIVERIES, STOCK, a_list, recorded
from tests.exchange.test_goods import came, lies, ware
from tests.stock.doing import refused_codes
from tests.support.builders import a_lot, the_place
from tests.support.client import Client
from tests.support.world import Cast

__all__ = ["ware"]
As = Callable[[str], Client]
LISTS = {
    "stock": (STOCK, lies, {"place": "quarantine"}),
    "deliveries": (DELIVERIES, came, {"note": "LS-2"}),
}
"""Of each list its columns, its row, and how a further row about the same lot differs."""


def undo(cast: Cast, entry_id: int | None = None, who: str = "pharmacist") -> None:
    by = cast.actor(who)
    with transaction():
        number = entry_id or stock.undoable_now(by, clock.now()).id
        stock.undo(number, why="the wrong file", at=clock.now(), by=by)
    db.session.expire_all()


def sums() -> dict[str, object]:
    """How the lot that was on record before stands, and all that lies anywhere."""
    db.session.expire_all()
    [lot] = db.session.scalars(db.select(Lot).filter_by(number="G4405")).all()
    lying = db.select(Balance.lot_id, Balance.place_id, Balance.quantity).where(Balance.quantity > 0)
    places = sorted(map(tuple, db.session.execute(lying)))
    return {"status": lot.status, "sheet": queries.balance_sheet(lot.id), "lies": places}


@pytest.mark.usefixtures("ware")
@pytest.mark.parametrize("word", LISTS)
def test_a_list_that_was_undone_leaves_every_sum_as_it_was_and_can_be_brought_again(
    cast: Cast, word: str
) -> None:
    header, row, other = LISTS[word]
    other = {name: the_place(said).name if name == "place" else said for name, said in other.items()}
    recorded(cast, word, a_list(header, row()))
    before, raw = sums(), a_list(header, row(**other), row(lot="G4406"))
    assert recorded(cast, word, raw).rows_new == 2
    undo(cast)
    assert (sums(), list(all_faults())) == (before, [])
    assert recorded(cast, word, raw).rows_new == 2


@pytest.mark.databases("sqlite")  # the words of an entry are the same on both
@pytest.mark.parametrize("status", ["exhausted", "quarantined"])
def test_a_lot_that_was_empty_stands_again_as_it_stood_before_a_list_that_was_undone(
    cast: Cast, ware, status: str
) -> None:
    """Used up, or in quarantine and all of it sent back: the list woke the first alone."""
    a_lot(ware, number="G4405", containers=0, status=status, created_at=clock.now() - timedelta(days=9))
    before = sums()
    recorded(cast, "stock", a_list(STOCK, lies(place=the_place("quarantine").name)))
    assert sums()["status"] == "quarantined"
    undo(cast)
    assert sums() == before


def test_an_open_vial_of_a_list_that_was_undone_stands_open_nowhere(cast: Cast, ware) -> None:
    in_use = queries.place(cast.site.id, "in_use").name
    opened = lies(place=in_use, quantity="1.5", unit="mL", **{"opened at": "2026-11-20 09:00"})
    recorded(cast, "stock", a_list(STOCK, lies(), opened))
    undo(cast)
    [vial] = db.session.scalars(db.select(Vial)).all()
    assert (vial.state, queries.open_vials(cast.site.id), queries.volume_left(vial)) == ("empty", [], 0)
    assert queries.balance_sheet(vial.lot_id).on_hand == 0


def test_a_list_of_which_something_was_opened_stays(cast: Cast, ware) -> None:
    recorded(cast, "stock", a_list(STOCK, lies(), lies(lot="G4406")))
    own = stock.undoable_now(cast.actor("pharmacist"), clock.now())
    [lot] = db.session.scalars(db.select(Lot).filter_by(number="G4405")).all()
    told = {"opened_at": clock.now(), "late_reason": "", "at": clock.now()}
    with transaction():
        place = queries.place(cast.site.id, "storage")
        stock.open_vial(queries.lot(lot.id), place=place, by=cast.actor("technician"), **told)
    with pytest.raises(Refused) as refusal:
        undo(cast, own.id)
    assert refused_codes(refusal) == ["undo.moved_on"]


@pytest.mark.usefixtures("ware")
def test_a_receipt_that_came_with_a_list_is_not_undone_alone(cast: Cast) -> None:
    recorded(cast, "deliveries", a_list(DELIVERIES, came(), came(lot="G4406")))
    receipts = db.select(AuditEntry.id).filter_by(action="stock.receive").order_by(AuditEntry.id)
    last = list(db.session.scalars(receipts))[-1]
    with pytest.raises(Refused) as refusal:
        undo(cast, last)
    assert refused_codes(refusal) == ["undo.part_of_a_list"]


@pytest.mark.usefixtures("ware")
def test_the_page_of_lists_offers_to_undo_the_last_one_and_says_which_was(cast: Cast, clients: As) -> None:
    recorded(cast, "stock", a_list(STOCK, lies()))
    page = clients("pharmacist").get_ok("/lists/")
    assert ("Your last act: the list of opening stock" in page.text, "undone" in page.text) == (True, False)
    own = stock.undoable_now(cast.actor("pharmacist"), clock.now())
    form = clients("pharmacist").get_ok(f"/stock/undo/{own.id}")
    answer = clients("pharmacist").submit(form, press="Undo it")
    assert (answer.status_code, answer.location) == (302, "/lists/")
    assert "undone" in clients("pharmacist").get_ok("/lists/").text
