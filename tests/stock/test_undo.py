"""Undoing one's own last act: all is as it was; and what is not undone says why and what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from formulary import clock
from formulary.accounts import Actor, Role
from formulary.audit.models import AuditEntry
from formulary.audit.queries import chain_faults
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import (
    Balance,
    Delivery,
    Hold,
    Lot,
    Reservation,
    Transfer,
    TransferLine,
    UndoneAct,
    Vial,
    Wasted,
)
from formulary.stock.queries import proof
from tests.stock.doing import (
    drawn,
    held,
    lies,
    opened,
    posted,
    q,
    reason_of,
    received,
    reconstituted,
    refused_codes,
    somebody,
)
from tests.support.builders import a_lot, a_policy, a_powder, a_product, the_place, the_site
from tests.support.builders.accounts import an_actor
from tests.support.client import Client
from tests.support.watch import Watch
from tests.support.world import Cast

pytestmark = pytest.mark.usefixtures("cast")
As = Callable[[str], Client]
ONE = 5_000_000
MULTI = {"container": "multi_dose", "after_puncture_h": 24, "after_reconstitution_h": 24}
LOOKED_AT: dict[type[Any], tuple[str, ...]] = {
    Lot: ("status",),
    Vial: (
        "state", "site_id", "opened_at", "opened_for_id", "opened_for_ref", "late_reason", "beyond_use_at",
        "beyond_use_limit", "reconstituted_at", "mixed_volume", "mixed_content", "diluent_lot_id",
    ),
    Reservation: ("ended_at", "ended_why", "quantity"),
    Transfer: ("state", "why", "carrier", "sent_at", "arrived_at", "arrived_at_tenths", "remark"),
    TransferLine: ("quantity", "arrived", "damaged", "lost"),
}  # fmt: skip
"""What must be again as it was, row by row."""


def the_last() -> AuditEntry:
    """The newest entry of the trail."""
    return db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def undo(entry: AuditEntry | None = None, *, by: Actor | None = None, **more: Any) -> UndoneAct:
    with transaction():
        number = (entry or the_last()).id
        return stock.undo(number, at=clock.now(), by=by or somebody(), **more)


def picture() -> dict[str, Any]:
    """Every sum, balance, status and reservation there is."""
    db.session.expire_all()
    rows = {
        f"{table.__tablename__} {row.id}": [getattr(row, name) for name in names]
        for table, names in LOOKED_AT.items()
        for row in db.session.scalars(db.select(table))
    }
    lying = db.select(Balance.place_id, Balance.lot_id, Balance.vial_id, Balance.quantity)
    balances = {tuple(row[:3]): row[3] for row in db.session.execute(lying.where(Balance.quantity > 0))}
    lots = list(db.session.scalars(db.select(Lot.id)))
    standing = db.select(Hold.id).where(Hold.released_at.is_(None))
    waste = db.select(Wasted.movement_id).where(~Wasted.is_undone)
    return rows | {
        "balances": balances,
        "sheets": {n: sheet for n in lots if (sheet := queries.balance_sheet(n)).received},
        "volumes": [queries.volume_left(v) for v in db.session.scalars(db.select(Vial).order_by(Vial.id))],
        "holds": list(db.session.scalars(standing)),
        "waste": list(db.session.scalars(waste)),
    }


def receive() -> Callable[[], object]:
    product = a_product()
    received(product.id, "L1")
    return lambda: received(product.id, "L1")


def open_one() -> Callable[[], object]:
    lot = a_lot()
    with transaction():
        stock.label_vials(queries.lot(lot.id), place=the_place(), count=1, at=clock.now(), by=somebody())
    [vial] = queries.labelled_vials(lot.id, the_site().id)
    return lambda: opened(lot, labelled=queries.vial(vial.id))


def moved(target: str) -> Callable[[], Callable[[], object]]:
    def prepared() -> Callable[[], object]:
        lot = a_lot()
        return lambda: acted(stock.move_lot, lot, source=the_place(), target=the_place(target), quantity=ONE)

    return prepared


def acted(act: Callable[..., Any], row: Any, **more: Any) -> Any:
    """An act on a row, read again in its own transaction."""
    with transaction():
        fresh = db.session.get_one(type(row), row.id)
        return act(fresh, at=clock.now(), by=somebody(), **more)


def move_vial() -> Callable[[], object]:
    vial = reconstituted(opened(a_lot(a_powder(**MULTI))), a_lot())
    return lambda: acted(stock.move_vial, vial, target=the_place("quarantine"))


def waste_lot() -> Callable[[], object]:
    lot = a_lot()
    return lambda: acted(stock.waste_lot, lot, place=the_place(), quantity=3 * ONE, reason="broken")


def waste_part() -> Callable[[], object]:
    vial = reconstituted(opened(a_lot(a_powder(**MULTI))), a_lot())
    drawn(vial, "1 mL")
    return lambda: acted(stock.waste_vial, vial, reason="left_over", volume=q("0.7 mL"))


def waste_vial() -> Callable[[], object]:
    vial = reconstituted(opened(a_lot(a_powder(**MULTI))), a_lot())
    drawn(vial, "1.3 mL")
    return lambda: acted(stock.waste_vial, vial, reason="left_over")


def return_lot() -> Callable[[], object]:
    lot = a_lot()
    return lambda: acted(stock.return_lot, lot, place=the_place(), quantity=3 * ONE, reason="defect")


def return_vial() -> Callable[[], object]:
    vial = opened(a_lot())
    return lambda: acted(stock.return_vial, vial, reason="defect")


def packed_box() -> tuple[Transfer, Vial]:
    vial, to = opened(a_lot(a_product(**MULTI))), Cast().other_site.id
    line = acted(stock.pack_lot, a_lot(), to_site_id=to, place=the_place(), quantity=2 * ONE)
    acted(stock.pack_vial, vial, to_site_id=to)
    return db.session.get_one(Transfer, line.transfer_id), vial


def send() -> Callable[[], object]:
    box, _ = packed_box()
    return lambda: sent(box)


def sent(box: Transfer) -> Transfer:
    with transaction():
        return stock.send_transfer(box.id, why="needed_there", carrier="Tom", at=clock.now(), by=somebody())


def lyon() -> Actor:
    return an_actor(Cast().other_site, Role.PHARMACIST)


def arrive() -> Callable[[], object]:
    box, _ = packed_box()
    sent(box)
    return lambda: arrived(box)


def arrived(box: Transfer) -> Transfer:
    by, places = lyon(), [the_place(kind, Cast().other_site) for kind in ("storage", "in_use")]
    with transaction():
        sealed, vial = queries.lines_of([box.id])[box.id]
        came = [
            stock.Arrived(sealed.row.id, ONE, 0, places[0]),
            stock.Arrived(vial.row.id, vial.row.quantity, 0, places[1]),
        ]
        given = {"arrived_at_tenths": 50, "remark": "one is missing"}
        return stock.receive_transfer(box.id, came=came, at=clock.now(), by=by, **given)


def release() -> Callable[[], object]:
    lot = received(a_product().id)
    by = Cast().actor("pharmacist2")

    def act() -> object:
        with transaction():
            return stock.release_lot(queries.lot(lot.id), place=the_place(), at=clock.now(), by=by)

    return act


def reserved(lot: Lot) -> None:
    with transaction() as session:
        session.info["audited"] = True
        pick = stock.Pick(lot.id, 2 * ONE, the_place().id)
        stock.reserve("cocktail:1", [pick], at=clock.now(), by=somebody())


def hold() -> Callable[[], object]:
    lot = a_lot()
    reserved(lot)
    return lambda: held("lot", lot.id)


def release_hold() -> Callable[[], object]:
    number = held("lot", a_lot().id).id

    def act() -> object:
        with transaction():
            return stock.release_hold(number, reason="a shadow", at=clock.now(), by=somebody())

    return act


ACTS: dict[str, tuple[Callable[[], Callable[[], object]], Callable[[], Actor]]] = {
    "receive": (receive, somebody),
    "open": (open_one, somebody),
    "move": (moved("quarantine"), somebody),
    "move a vial": (move_vial, somebody),
    "waste a lot": (waste_lot, somebody),
    "waste a part": (waste_part, somebody),
    "waste a vial": (waste_vial, somebody),
    "return a lot": (return_lot, somebody),
    "return a vial": (return_vial, somebody),
    "send": (send, somebody),
    "arrive": (arrive, lyon),
    "release from quarantine": (release, lambda: Cast().actor("pharmacist2")),
    "hold": (hold, somebody),
    "release a hold": (release_hold, somebody),
}


@pytest.mark.parametrize("name", ACTS)
def test_done_and_undone_all_is_as_it_was(name: str) -> None:
    prepare, who = ACTS[name]
    act = prepare()
    before = picture()
    act()
    assert picture() != before
    undo(by=who())
    assert picture() == before
    assert [*proof.ledger_faults(), *chain_faults()] == []


@pytest.mark.parametrize("with_vial", [False, True])
def test_a_reconstitution_undone_seals_what_was_opened_for_it_and_keeps_what_was_open(
    with_vial: bool,
) -> None:
    vial, diluent = opened(a_lot(a_powder(**MULTI))), a_lot()
    more = {"diluent_vial": queries.vial(opened(diluent).id)} if with_vial else {}
    before = picture()
    reconstituted(vial, diluent, **more)
    undo()
    after = picture()
    new = [key for key in after if key.startswith("vial") and key not in before]
    assert [after.pop(key)[0] for key in new] == ([] if with_vial else ["sealed"])
    after["volumes"] = after["volumes"][: len(before["volumes"])]
    assert after == before
    assert list(proof.ledger_faults()) == []


def test_a_new_vial_that_was_opened_by_a_slip_is_sealed_and_keeps_its_number() -> None:
    lot = a_lot()
    vial = opened(lot)
    undo()
    assert (vial.state, vial.opened_at, lies(lot, "storage"), lies(lot, "in_use")) == (
        "sealed", None, 3 * ONE, 0,
    )  # fmt: skip


def test_a_new_lot_that_was_received_by_a_slip_holds_nothing() -> None:
    lot = received(a_product().id)
    undo()
    assert queries.contents(lot_id=lot.id) == []
    assert queries.receipts(lot.id, the_site().id) == []
    assert db.session.scalar(db.select(db.func.count(Delivery.id)).filter_by(site_id=the_site().id)) == 1


def refusal_of(act: Callable[[], object]) -> Any:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal


def test_what_was_drawn_since_is_named() -> None:
    lot = a_lot(number="L2231")
    vial = opened(lot)
    entry = the_last()
    drawn(vial, "1 mL", by=Cast().actor("pharmacist2"))
    refusal = refusal_of(lambda: undo(entry))
    assert refused_codes(refusal) == ["undo.moved_on"]
    assert reason_of(refusal) == "It has gone on since: drawn, lot L2231."


def test_what_was_opened_of_a_receipt_since_is_named() -> None:
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    lot = received(a_product().id, "L2231")
    entry = the_last()
    opened(lot, by=Cast().actor("technician"))
    refusal = refusal_of(lambda: undo(entry))
    assert reason_of(refusal) == "It has gone on since: opened, lot L2231."


def test_what_was_reserved_since_stays() -> None:
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    lot = received(a_product().id)
    entry = the_last()
    reserved(lot)
    assert refused_codes(refusal_of(lambda: undo(entry))) == ["undo.reserved"]


def test_a_vial_that_a_preparation_opened_is_put_right_there() -> None:
    opened(a_lot(), for_ref="cocktail:1")
    assert refused_codes(refusal_of(undo)) == ["undo.in_preparation"]


def test_what_arrived_cannot_be_unsent() -> None:
    box, _ = packed_box()
    sent(box)
    entry = the_last()
    arrived(box)
    refusal = refusal_of(lambda: undo(entry))
    assert reason_of(refusal).startswith("It has gone on since: the arrival,")


def test_what_moved_after_the_end_of_a_hold_keeps_it_ended() -> None:
    lot = a_lot()
    number = held("lot", lot.id).id
    with transaction():
        stock.release_hold(number, reason="a shadow", at=clock.now(), by=somebody())
    entry = the_last()
    opened(lot, by=Cast().actor("technician"))
    assert refused_codes(refusal_of(lambda: undo(entry))) == ["undo.moved_on"]


def test_the_last_act_goes_first() -> None:
    lot = a_lot()
    acted(stock.move_lot, lot, source=the_place(), target=the_place("quarantine"), quantity=ONE)
    first = the_last()
    acted(stock.waste_lot, lot, place=the_place(), quantity=ONE, reason="broken")
    assert reason_of(refusal_of(lambda: undo(first))) == "You have done something since: the waste."
    undo()
    undo(first)
    assert lies(lot, "storage") == 3 * ONE


def test_each_act_is_undone_once() -> None:
    acted(stock.waste_lot, a_lot(), place=the_place(), quantity=ONE, reason="broken")
    entry = the_last()
    undo(entry)
    assert refused_codes(refusal_of(lambda: undo(entry))) == ["undo.undone_already"]


@pytest.mark.parametrize(("decided", "last"), [(None, 15), (60, 60)])
def test_after_its_time_an_act_stands(watch: Watch, decided: int | None, last: int) -> None:
    if decided:
        a_policy(the_site(), "undo_within_minutes", decided)
    opened(a_lot())
    entry = the_last()
    watch.move(minutes=last, seconds=1)
    assert refused_codes(refusal_of(lambda: undo(entry))) == ["undo.too_late"]
    watch.move(seconds=-1)
    assert undo(entry).entry_id == entry.id


def test_what_was_destroyed_cannot_be_undone_and_says_what_to_do() -> None:
    acted(stock.waste_lot, a_lot(), place=the_place(), quantity=ONE, reason="broken")
    with transaction():
        given = {"stream_id": None, "method": "incinerated", "at": clock.now(), "by": somebody()}
        stock.dispose(the_site().id, **given)
    refusal = refusal_of(undo)
    assert refused_codes(refusal) == ["undo.not_undoable"]
    assert refusal.value.findings[0].remedy == "It has left the house. Count what is still here instead."


def test_nobody_undoes_what_somebody_else_did() -> None:
    opened(a_lot())
    with pytest.raises(Missing):
        undo(by=Cast().actor("pharmacist2"))


def test_the_button_stands_after_the_act_and_on_the_timeline(clients: As) -> None:
    pharmacist, lot = clients("pharmacist"), a_lot()
    page = pharmacist.post_ok(f"/stock/lots/{lot.id}/waste", {"containers": "1", "reason": "broken"})
    url = page.links["Undo the waste"]
    page = pharmacist.post_ok(url, {"why": "another box"})
    assert "Undone: the waste." in page.text
    assert "Undo the waste" not in page.links
    assert lies(lot, "storage") == 3 * ONE
    moved_on = {"target_id": str(the_place("quarantine").id), "containers": "1"}
    page = pharmacist.post_ok(f"/stock/lots/{lot.id}/move", moved_on)
    assert page.links["Undo this"] == page.links["Undo the move"]


def test_a_refusal_to_undo_is_read_on_its_page(clients: As) -> None:
    vial = opened(a_lot(number="L2231"), by=Cast().actor("pharmacist"))
    entry = the_last()
    posted(vial.lot, "storage", "waste", ONE, reason="broken")
    drawn(vial, "1 mL", by=Cast().actor("pharmacist2"))
    refused = clients("pharmacist").post_refused(f"/stock/undo/{entry.id}", {})
    assert "drawn, lot L2231" in refused.errors[0]
    assert clients("pharmacist2").get(f"/stock/undo/{entry.id}").status_code == 404
