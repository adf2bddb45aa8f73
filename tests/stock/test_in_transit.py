"""What is on its way, lost and found again: nobody works on it, and lines and ledger say the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from formulary import clock
from formulary.accounts import Actor, Role
from formulary.accounts import queries as accounts
from formulary.db import db, transaction
from formulary.preparations.queries import others_open
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Transfer, TransferLine, Vial
from formulary.stock.queries import proof
from tests.recalls.doing import looked_up
from tests.stock.doing import held, lies, opened, posted, q, refused_codes, somebody
from tests.stock.test_transfers import (
    ONE,
    As,
    an_open_multi_dose_vial,
    here_and_there,
    in_order,
    packed,
    packed_vial,
    received,
    sent,
    the_clients,
    there,
)
from tests.support.builders import a_lot, a_user, act, the_place, the_site
from tests.support.builders.accounts import an_actor
from tests.support.world import Cast


@pytest.fixture
def receiver(cast: Cast) -> Actor:
    """A pharmacist of the site in Lyon."""
    return an_actor(cast.other_site, Role.PHARMACIST)


def line_of(box: Transfer, number: int = 0) -> TransferLine:
    return queries.lines_of([box.id])[box.id][number].row


def lost(box: Transfer, by: Actor, number: int = 0) -> Transfer:
    with transaction():
        return stock.lose(box.id, line_of(box, number).id, reason="the van burnt", at=clock.now(), by=by)


def found(box: Transfer, by: Actor) -> Transfer:
    with transaction():
        said = {"reason": "under the seat", "at": clock.now(), "by": by}
        return stock.find_again(box.id, line_of(box).id, **said)


def called_back(box: Transfer) -> Transfer:
    with transaction():
        return stock.cancel_transfer(box.id, reason="no courier", at=clock.now(), by=somebody())


def after_all(box: Transfer, by: Actor) -> Transfer:
    with transaction():
        return stock.come_after_all(box.id, reason="it is at the door", at=clock.now(), by=by)


def move(vial: Vial, **given: Any) -> object:
    return stock.move_vial(vial, target=the_place("in_use"), **given)


def draw(vial: Vial, **given: Any) -> object:
    drawn = {"target": the_place("preparation"), "reason": "drawn", "document": ("attempt", 1)}
    return stock.take(vial, q("1 mL"), **drawn, **given)


def waste(vial: Vial, **given: Any) -> object:
    return stock.waste_vial(vial, reason="expired", **given)


def give_back(vial: Vial, **given: Any) -> object:
    return stock.return_vial(vial, reason="defect", **given)


def pack(vial: Vial, **given: Any) -> object:
    return stock.pack_vial(vial, to_site_id=Cast().other_site.id, **given)


@pytest.mark.parametrize("work", [move, draw, waste, give_back, pack])
def test_nobody_works_on_a_vial_that_is_on_its_way(cast: Cast, work: Callable[..., object]) -> None:
    vial = an_open_multi_dose_vial()
    box = sent(packed_vial(vial))
    with pytest.raises(Refused) as refusal, transaction():
        work(queries.vial(vial.id), at=clock.now(), by=somebody())
    assert refused_codes(refusal) == ["vial.in_transit"]
    assert refusal.value.findings[0].reason == f"Vial {vial.code} is on its way in {box.code}."


def test_what_is_in_transit_is_no_source_of_sealed_stock(cast: Cast) -> None:
    lot = a_lot()
    sent(packed(lot))
    with pytest.raises(Refused) as refusal:
        posted(lot, "in_transit", "quarantine", ONE, reason="quarantined")
    assert refused_codes(refusal) == ["stock.in_transit"]
    with pytest.raises(Refused) as refusal, transaction():
        given = {"place": the_place("in_transit"), "reason": "expired", "at": clock.now(), "by": somebody()}
        stock.waste_lot(queries.lot(lot.id), quantity=ONE, **given)
    assert refused_codes(refusal) == ["place.wrong_kind"]


def test_a_vial_on_its_way_stands_open_at_no_site(cast: Cast) -> None:
    lot = an_open_multi_dose_vial().lot
    here, away = queries.open_vials(the_site().id, lot.id)[0], opened(lot)
    assert [vial.id for vial in others_open(here)] == [away.id]
    sent(packed_vial(away))
    assert [vial.id for vial in queries.open_vials(the_site().id, lot.id)] == [here.id]
    assert others_open(here) == []


def test_its_page_says_where_it_is_and_that_it_is_held(cast: Cast, clients: As) -> None:
    vial = an_open_multi_dose_vial()
    box = sent(packed_vial(vial))
    held("lot", vial.lot_id)
    page = clients("pharmacist").get_ok(f"/stock/vials/{vial.id}")
    assert f"in transit, {box.code}" in page.h1
    assert "held" in page.h1
    offered = {"Reconstitute", "Move", "Send", "Return", "Waste", "Hold"} & set(page.links)
    assert offered == {"Hold"}


@act()
def gone_from_transit(vial: Vial, box: Transfer) -> None:
    """What no act of ours does any more, with the row that an older one left."""
    ends = (the_place("in_transit"), the_place("waste"))
    way = stock.Way(ends[1], "expired", ("vial", vial.id), clock.now())
    row = queries.vial(vial.id)
    stock.write([stock.Entry(row.lot, row, ends[0], ONE, way)], at=clock.now(), by=somebody())


def test_no_arrival_and_no_loss_without_its_movement(receiver: Actor) -> None:
    vial = an_open_multi_dose_vial()
    box = sent(packed_vial(vial))
    gone_from_transit(vial, box)
    tray = the_place("in_use", Cast().other_site)
    for ending in (lambda: received(box, receiver, (1, 0), place=tray), lambda: lost(box, receiver)):
        with pytest.raises(Refused) as refusal:
            ending()
        assert refused_codes(refusal) == ["transfer.not_in_transit"]
    db.session.expire_all()
    assert (box.state, line_of(box).arrived, vial.site_id) == ("sent", 0, the_site().id)


def test_a_vial_comes_whole_or_not_at_all(receiver: Actor) -> None:
    box = sent(packed_vial(an_open_multi_dose_vial()))
    with pytest.raises(Refused) as refusal, transaction():
        came = [stock.Arrived(line_of(box).id, 1, 0, the_place("in_use", Cast().other_site))]
        stock.receive_transfer(box.id, came=came, at=clock.now(), by=receiver)
    assert refused_codes(refusal) == ["transfer.whole_vial"]


def test_the_proof_compares_every_line_with_the_ledger(receiver: Actor) -> None:
    lot = a_lot()
    box = received(sent(packed(lot, 3)), receiver, (1, 1))
    assert in_order()
    with act():
        db.session.get_one(TransferLine, line_of(box).id).arrived = 2 * ONE
    assert [(fault.row, fault.what) for fault in proof.ledger_faults()] == [
        (f"transfer {box.code}", f"says {2 * ONE} arrived and the ledger {ONE} (lot {lot.number})")
    ]


def test_what_is_packed_while_the_box_is_sent_goes_into_a_new_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, read = packed(a_lot()), queries.packing

    def sent_meanwhile(*sites: int) -> Transfer | None:
        found = read(*sites)
        told = {"state": "sent", "sent_at": clock.now(), "sent_by_id": somebody().person_id}
        db.session.execute(
            db.update(Transfer).where(Transfer.id == box.id).values(told),
            execution_options={"synchronize_session": False},
        )
        return found

    monkeypatch.setattr(queries, "packing", sent_meanwhile)
    other = packed(a_lot(), 1)
    assert (other.id != box.id, other.state) == (True, "packing")
    assert [line.row.quantity for line in queries.lines_of([box.id])[box.id]] == [2 * ONE]


def test_a_box_that_is_wholly_lost_is_recorded_as_lost(receiver: Actor) -> None:
    lot = a_lot()
    box = lost(sent(packed(lot)), somebody())
    assert (box.state, here_and_there(lot)) == ("lost", [ONE, 0, 0, 0])
    assert queries.open_discrepancies(the_site().id) == 1
    assert in_order()
    for late in (lambda: called_back(box), lambda: received(box, receiver, (2, 0))):
        with pytest.raises(Refused) as refusal:
            late()
        assert refused_codes(refusal) == ["transfer.not_now"]


def test_a_box_of_which_one_line_is_lost_is_still_on_its_way(receiver: Actor) -> None:
    lot, other = a_lot(), a_lot()
    box = packed(lot)
    packed(other)
    lost(sent(box), receiver)
    assert box.state == "sent"
    received(box, receiver, (0, 0), (2, 0))
    assert (box.state, there(lot, "storage"), there(other, "storage")) == ("arrived", 0, 2 * ONE)


def test_what_turns_up_is_received_and_explains_the_discrepancy(receiver: Actor) -> None:
    lot = a_lot()
    box = lost(received(sent(packed(lot)), receiver, (1, 0)), receiver)
    found(box, somebody())
    assert (box.state, here_and_there(lot)) == ("missing", [ONE, ONE, ONE, 0])
    [told] = queries.discrepancies(the_site().id, explained=True)
    assert told.row.explanation == "It turned up: under the seat"
    received(box, receiver, (1, 0))
    assert (box.state, here_and_there(lot)) == ("arrived", [ONE, 0, 2 * ONE, 0])
    assert queries.balance_sheet(lot.id).unaccounted == 0
    assert in_order()
    with pytest.raises(Refused) as refusal:
        found(box, somebody())
    assert refused_codes(refusal) == ["transfer.none_lost"]


def test_what_was_called_back_and_arrives_all_the_same_is_received(receiver: Actor) -> None:
    lot = a_lot()
    box = called_back(sent(packed(lot)))
    posted(lot, "storage", "waste", 2 * ONE, reason="broken")
    after_all(box, receiver)
    received(box, receiver, (2, 0))
    assert (box.state, here_and_there(lot)) == ("arrived", [0, 0, 2 * ONE, 0])
    [unfit] = queries.discrepancies(the_site().id)
    assert (unfit.row.quantity, unfit.came) == (ONE, True)
    assert in_order()


def test_a_vial_that_was_called_back_arrives_with_all_in_it(receiver: Actor) -> None:
    vial = an_open_multi_dose_vial()
    box = called_back(sent(packed_vial(vial)))
    received(after_all(box, receiver), receiver, (1, 0), place=the_place("in_use", Cast().other_site))
    assert (vial.state, vial.site_id, queries.volume_left(vial)) == ("open", receiver.site_id, ONE)
    assert in_order()


def test_a_vial_lost_on_the_way_is_lost_and_open_again_once_it_turns_up(receiver: Actor) -> None:
    vial = an_open_multi_dose_vial()
    box = lost(sent(packed_vial(vial)), receiver)
    assert vial.state == "lost"
    found(box, receiver)
    assert (vial.state, lies(vial.lot, "in_transit")) == ("open", ONE)


def test_lost_found_and_arrived_after_all_are_said_on_the_pages(cast: Cast, clients: As) -> None:
    sender, receiver = the_clients(clients)
    box = sent(packed(a_lot()))
    page = receiver.post_ok(
        receiver.get_ok(f"/stock/transfers/{box.id}").links["It is lost"], {"reason": "The van burnt."}
    )
    assert "lost on the way" in page.h1
    page = sender.post_ok(page.links["It has turned up"], {"reason": "It was under the seat."})
    assert "on its way" in page.h1
    sender.post_ok(f"/stock/transfers/{box.id}/cancel", {"reason": "no courier"})
    page = receiver.get_ok(f"/stock/transfers/{box.id}")
    page = receiver.post_ok(page.links["It arrived all the same"], {"reason": "It is here."})
    assert "Receive it" in page.links


def released(lot: Lot, by: Actor, **more: Any) -> Lot:
    shelf = the_place("storage", Cast().other_site)
    with transaction():
        return stock.release_lot(queries.lot(lot.id), place=shelf, at=clock.now(), by=by, **more)


def test_who_booked_in_an_arrival_does_not_release_it(receiver: Actor) -> None:
    lot = a_lot()
    received(sent(packed(lot)), receiver, (0, 2))
    with pytest.raises(Refused) as refusal:
        released(lot, receiver, damaged=True, remark="sound after all")
    assert refused_codes(refusal) == ["release.same_person"]
    assert here_and_there(lot)[-2:] == [0, 2 * ONE]


def test_what_arrived_damaged_is_released_by_itself_and_with_words(receiver: Actor) -> None:
    user = a_user("", "pharmacist", site=Cast().other_site)
    lot, second = a_lot(), accounts.actor_of(user.id, Cast().other_site.id)
    received(sent(packed(lot, 3)), receiver, (2, 1), place=the_place("quarantine", Cast().other_site))
    released(lot, second)
    assert here_and_there(lot)[-2:] == [2 * ONE, ONE]
    for given, code in (
        ({}, "release.only_damaged"),
        ({"damaged": True}, "release.damage_unexplained"),
    ):
        with pytest.raises(Refused) as refusal:
            released(lot, second, **given)
        assert refused_codes(refusal) == [code]
    released(lot, second, damaged=True, remark="the carton alone was torn")
    assert here_and_there(lot)[-2:] == [3 * ONE, 0]
    assert queries.damaged_here(lot.id, second.site_id) == 0


def test_damaged_goods_that_were_wasted_leave_what_is_sound(receiver: Actor) -> None:
    lot = a_lot()
    received(sent(packed(lot, 3)), receiver, (2, 1), place=the_place("quarantine", Cast().other_site))
    assert queries.damaged_here(lot.id, receiver.site_id) == ONE
    with transaction():
        given = {"place": the_place("quarantine", Cast().other_site), "reason": "broken", "by": receiver}
        stock.waste_lot(queries.lot(lot.id), quantity=ONE, at=clock.now(), **given)
    assert queries.damaged_here(lot.id, receiver.site_id) == 0


def test_a_recall_names_the_box_on_its_way_and_what_was_lost_on_it(receiver: Actor) -> None:
    lot, to_site = a_lot(number="LOSTLOT1"), Cast().other_site.name
    first = lost(received(sent(packed(lot)), receiver, (1, 0)), receiver)
    second = sent(packed(lot, 1))
    answer = looked_up("LOSTLOT1")
    assert [(row.place, row.quantity) for row in answer.sealed if row.kind == "in_transit"] == [
        (f"{the_place('in_transit').name}, {second.code} to {to_site}", ONE)
    ]
    assert [(row.place, row.quantity) for row in answer.lost] == [
        (f"lost on the way, {first.code} to {to_site}", ONE)
    ]
    assert answer.counts["G"] == 3
    found(first, receiver)
    assert looked_up("LOSTLOT1").lost == ()


def test_a_recall_finds_the_vial_that_was_lost(cast: Cast, clients: As) -> None:
    vial = an_open_multi_dose_vial()
    box = lost(sent(packed_vial(vial)), somebody())
    page = clients("recall").post_ok("/recalls/", {"q": vial.lot.number})
    assert f"lost on the way, {box.code}" in page.text
    assert vial.code in page.text


def test_more_than_lies_there_is_not_packed(cast: Cast) -> None:
    lot = a_lot()
    packed(lot)
    with pytest.raises(Refused) as refusal:
        packed(lot)
    assert (refused_codes(refusal), refusal.value.findings[0].field) == (["stock.short"], "containers")


def test_a_box_that_is_no_longer_complete_names_its_line(cast: Cast) -> None:
    lot, vial = a_lot(), an_open_multi_dose_vial()
    box = packed(lot)
    posted(lot, "storage", "waste", 2 * ONE, reason="broken")
    with pytest.raises(Refused) as refusal:
        sent(box)
    assert refusal.value.findings[0].remedy == "Take the line out of the box and pack less."
    packed_vial(vial)
    posted(vial.lot, "in_use", "quarantine", ONE, reason="quarantined", vial=queries.vial(vial.id))
    with transaction():
        stock.take_out(box.id, line_of(box).id, at=clock.now(), by=somebody())
    with pytest.raises(Refused) as refusal:
        sent(box)
    assert refused_codes(refusal) == ["transfer.moved_since"]


def labelled(lot: Lot, count: int = 3) -> list[Vial]:
    given = {"place": the_place(), "at": clock.now(), "by": somebody()}
    with transaction():
        stock.label_vials(queries.lot(lot.id), count=count, **given)
    return queries.labelled_vials(lot.id, the_site().id)


def labelled_at(lot: Lot, site_id: int) -> list[str]:
    return [vial.code for vial in queries.labelled_vials(lot.id, site_id)]


def test_our_labels_travel_with_all_that_the_sender_had_and_come_back_with_it(receiver: Actor) -> None:
    lot = a_lot()
    codes = [vial.code for vial in labelled(lot)]
    box = received(sent(packed(lot, 3)), receiver, (3, 0))
    assert (labelled_at(lot, the_site().id), labelled_at(lot, receiver.site_id)) == ([], codes)
    db.session.expire_all()
    undo_last(receiver)
    assert (labelled_at(lot, the_site().id), box.state) == (codes, "sent")


def test_labels_of_a_box_that_came_in_parts_come_with_its_last_part(receiver: Actor) -> None:
    lot = a_lot()
    codes = [vial.code for vial in labelled(lot)]
    box = sent(packed(lot, 3))
    received(box, receiver, (1, 0))
    assert (labelled_at(lot, the_site().id), labelled_at(lot, receiver.site_id)) == (codes, [])
    received(box, receiver, (2, 0))
    assert (labelled_at(lot, the_site().id), labelled_at(lot, receiver.site_id)) == ([], codes)
    undo_last(receiver)
    assert (labelled_at(lot, the_site().id), labelled_at(lot, receiver.site_id)) == (codes, [])


def test_a_label_that_was_read_with_the_first_part_is_not_counted_again(receiver: Actor) -> None:
    lot = a_lot()
    first, *others = [vial.code for vial in labelled(lot)]
    box = sent(packed(lot, 3))
    received(box, receiver, (1, 0), labels=[first])
    with pytest.raises(Refused) as refusal:
        received(box, receiver, (1, 0), labels=others)
    assert refused_codes(refusal) == ["transfer.too_many_labels"]
    received(box, receiver, (2, 0))
    assert labelled_at(lot, receiver.site_id) == [first, *others]


def undo_last(by: Actor) -> None:
    with transaction():
        last = stock.undoable_now(by, clock.now())
        stock.undo(last.id, at=clock.now(), by=by)
    db.session.expire_all()


def test_labels_that_were_read_on_arrival_belong_there(cast: Cast, clients: As) -> None:
    lot, (_, receiver) = a_lot(), the_clients(clients)
    first, second, third = labelled(lot)
    box = sent(packed(lot, 1))
    url, number = f"/stock/transfers/{box.id}/receive", line_of(box).id
    parts = {f"arrived_{number}": "1", f"damaged_{number}": "0"}
    parts[f"place_{number}"] = str(the_place("storage", cast.other_site).id)
    for wrong in ("V-9999", f"{first.code} {second.code}"):
        assert receiver.post_refused(url, parts | {"labels": wrong}).errors
    receiver.post_ok(url, parts | {"labels": f"FML1:{second.code}"})
    db.session.expire_all()
    assert labelled_at(lot, cast.other_site.id) == [second.code]
    assert labelled_at(lot, the_site().id) == [first.code, third.code]
