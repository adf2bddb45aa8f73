"""Transfers: packed, sent, in transit, received whole, in part or damaged, lost, called back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from formulary import clock
from formulary.accounts import Actor, Role
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Money, currency
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Discrepancy, Lot, Movement, Place, Transfer, TransferLine, Vial
from formulary.stock.queries import proof
from formulary.web import barcodes
from tests.recalls.doing import looked_up
from tests.stock.doing import held, lies, opened, posted, q, reason_of, reconstituted, refused_codes, somebody
from tests.stock.doing import received as delivered
from tests.support.builders import (
    a_lot,
    a_policy,
    a_powder,
    a_product,
    a_rule,
    a_user,
    act,
    an_ingredient,
    the_place,
    the_site,
)
from tests.support.builders.accounts import an_actor
from tests.support.client import Client
from tests.support.watch import Watch
from tests.support.world import Cast

As = Callable[[str], Client]
ONE, NBSP = 5_000_000, "\N{NO-BREAK SPACE}"


@pytest.fixture
def receiver(cast: Cast) -> Actor:
    """A pharmacist of the site in Lyon."""
    return an_actor(cast.other_site, Role.PHARMACIST)


def packed(lot: Lot, containers: int = 2, **more: Any) -> Transfer:
    given = {"to_site_id": Cast().other_site.id, "place": the_place(), "by": somebody()} | more
    with transaction():
        line = stock.pack_lot(queries.lot(lot.id), quantity=containers * ONE, at=clock.now(), **given)
    return db.session.get_one(Transfer, line.transfer_id)


def packed_vial(vial: Vial) -> Transfer:
    with transaction():
        row, to = queries.vial(vial.id), Cast().other_site.id
        line = stock.pack_vial(row, to_site_id=to, at=clock.now(), by=somebody())
    return db.session.get_one(Transfer, line.transfer_id)


def sent(box: Transfer, **more: Any) -> Transfer:
    with transaction():
        given = {"why": "needed_there", "at": clock.now(), "by": somebody()} | more
        return stock.send_transfer(box.id, **given)


def received(
    box: Transfer, by: Actor, *parts: tuple[int, int], place: Place | None = None, **more: Any
) -> Transfer:
    """What came of each line, in containers: whole and damaged."""
    with transaction():
        shelf = place or the_place("storage", Cast().other_site)
        lines = queries.lines_of([box.id])[box.id]
        came = [
            stock.Arrived(line.row.id, whole * ONE, damaged * ONE, shelf)
            for line, (whole, damaged) in zip(lines, parts, strict=True)
        ]
        return stock.receive_transfer(box.id, came=came, at=clock.now(), by=by, **more)


def there(lot: Lot, kind: str) -> int:
    """What lies of a lot at a place of this kind in Lyon."""
    place = the_place(kind, Cast().other_site)
    return sum(c.quantity for c in queries.contents(lot_id=lot.id, place_id=place.id))


def here_and_there(lot: Lot) -> list[int]:
    """On the shelf here, in transit, on the shelf there, in quarantine there."""
    return [lies(lot, "storage"), lies(lot, "in_transit"), there(lot, "storage"), there(lot, "quarantine")]


def in_order() -> bool:
    return list(proof.ledger_faults()) == []


def test_packing_moves_nothing_and_sending_all_of_it(receiver: Actor) -> None:
    lot, other = a_lot(), a_lot()
    box = packed(lot)
    assert packed(other, 1).id == packed(lot, 1).id == box.id
    assert [line.row.quantity for line in queries.lines_of([box.id])[box.id]] == [3 * ONE, ONE]
    assert here_and_there(lot) == [3 * ONE, 0, 0, 0]
    sent(box)
    assert (here_and_there(lot), here_and_there(other)) == ([0, 3 * ONE, 0, 0], [2 * ONE, ONE, 0, 0])
    assert queries.balance_sheet(lot.id).in_transit == 3 * ONE


def test_what_arrives_lies_on_the_shelf_there(receiver: Actor) -> None:
    lot = a_lot()
    box = received(sent(packed(lot)), receiver, (2, 0), arrived_at_tenths=52)
    assert (box.state, box.arrived_at_tenths) == ("arrived", 52)
    assert here_and_there(lot) == [ONE, 0, 2 * ONE, 0]
    assert queries.balance_sheet(lot.id).balances
    assert in_order()


def test_what_is_missing_stays_in_transit_until_it_turns_up(receiver: Actor) -> None:
    lot = a_lot()
    box = received(sent(packed(lot)), receiver, (0, 1))
    assert (box.state, here_and_there(lot)) == ("missing", [ONE, ONE, 0, ONE])
    assert [box.id for box in queries.awaited(receiver.site_id)] == [box.id]
    box = received(box, receiver, (1, 0))
    assert (box.state, here_and_there(lot)) == ("arrived", [ONE, 0, ONE, ONE])


def test_what_is_lost_for_good_is_explained_by_the_sender(receiver: Actor) -> None:
    lot = a_lot()
    box = received(sent(packed(lot)), receiver, (1, 0))
    [line] = queries.lines_of([box.id])[box.id]
    with transaction():
        stock.lose(box.id, line.row.id, reason="the box was torn", at=clock.now(), by=receiver)
    sheet = queries.balance_sheet(lot.id)
    assert (box.state, sheet.unaccounted, sheet.balances) == ("arrived", ONE, True)
    [unfit] = queries.discrepancies(the_site().id)
    assert unfit.row.what == f"1 vial of transfer {box.code} never arrived: the box was torn"
    assert db.session.scalars(db.select(Discrepancy.quantity)).all() == [ONE]
    assert in_order()


def test_called_back_before_it_arrives_all_lies_where_it_lay(receiver: Actor) -> None:
    lot = a_lot()
    box = sent(packed(lot))
    with transaction():
        stock.cancel_transfer(box.id, reason="the courier did not come", at=clock.now(), by=somebody())
    assert (box.state, here_and_there(lot)) == ("cancelled", [3 * ONE, 0, 0, 0])
    with pytest.raises(Refused) as refusal:
        received(box, receiver, (2, 0))
    assert refused_codes(refusal) == ["transfer.not_now"]
    undone = db.session.scalars(db.select(Movement.reverses_id).where(Movement.reverses_id.is_not(None)))
    assert len(undone.all()) == 1


def an_open_multi_dose_vial() -> Vial:
    return opened(a_lot(a_product(container="multi_dose", after_puncture_h=28 * 24)))


def test_an_open_vial_travels_with_its_code_and_belongs_there(receiver: Actor) -> None:
    vial = an_open_multi_dose_vial()
    box = sent(packed_vial(vial))
    assert (vial.state, vial.site_id, lies(vial.lot, "in_transit")) == ("open", the_site().id, ONE)
    received(box, receiver, (1, 0), place=the_place("in_use", Cast().other_site))
    assert (vial.state, vial.site_id) == ("open", receiver.site_id)
    assert queries.volume_left(queries.vial(vial.id, receiver.site_id)) == ONE
    assert [v.id for v in queries.open_vials(receiver.site_id, vial.lot_id)] == [vial.id]


def test_a_mixture_arrives_as_it_left(receiver: Actor) -> None:
    vial = reconstituted(
        opened(a_lot(a_powder(container="multi_dose", after_puncture_h=24, after_reconstitution_h=24))),
        a_lot(),
    )
    tray = the_place("in_use", Cast().other_site)
    with transaction():
        box = sent_inside(packed_vial_inside(vial))
    with transaction():
        [line] = queries.lines_of([box.id])[box.id]
        came = [stock.Arrived(line.row.id, line.row.quantity, 0, tray)]
        stock.receive_transfer(box.id, came=came, at=clock.now(), by=receiver)
    assert {c.place_id for c in queries.contents(vial_id=vial.id)} == {tray.id}
    assert queries.volume_left(vial) == q("4 mL").whole()
    assert in_order()


def packed_vial_inside(vial: Vial) -> int:
    row, to = queries.vial(vial.id), Cast().other_site.id
    return stock.pack_vial(row, to_site_id=to, at=clock.now(), by=somebody()).transfer_id


def sent_inside(box_id: int) -> Transfer:
    return stock.send_transfer(box_id, why="needed_there", at=clock.now(), by=somebody())


def test_an_open_ampoule_is_not_sent(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        packed_vial(opened(a_lot(a_product(container="ampoule"))))
    assert refused_codes(refusal) == ["transfer.for_one_patient"]


def test_an_open_vial_is_packed_once(cast: Cast) -> None:
    vial = an_open_multi_dose_vial()
    packed_vial(vial)
    with pytest.raises(Refused) as refusal:
        packed_vial(vial)
    assert refused_codes(refusal) == ["transfer.packed_already"]


def on_hold(lot: Lot) -> None:
    held("lot", lot.id)


def reserved(lot: Lot) -> None:
    with transaction() as session:
        session.info["audited"] = True
        pick = stock.Pick(lot.id, 2 * ONE, the_place().id)
        stock.reserve("cocktail:1", [pick], at=clock.now(), by=somebody())


def gone(lot: Lot) -> None:
    posted(lot, "storage", "waste", 2 * ONE, reason="broken")


@pytest.mark.parametrize(
    ("trouble", "code"), [(on_hold, "lot.held"), (reserved, "stock.reserved"), (gone, "stock.short")]
)
def test_what_may_not_go_stays_on_its_shelf(cast: Cast, trouble: Callable[[Lot], None], code: str) -> None:
    lot = a_lot()
    box = packed(lot)
    trouble(lot)
    before = lies(lot, "storage")
    with pytest.raises(Refused) as refusal:
        sent(box)
    assert refused_codes(refusal) == [code]
    assert [lies(lot, "storage"), lies(lot, "in_transit")] == [before, 0]


@pytest.mark.parametrize("why", ["", "broken", "because"])
def test_a_reason_that_is_none_of_a_transfer_is_refused(cast: Cast, why: str) -> None:
    with pytest.raises(Refused) as refusal:
        sent(packed(a_lot()), why=why)
    assert refused_codes(refusal) == ["transfer.reason_missing"]


def test_an_empty_box_is_not_sent(cast: Cast) -> None:
    box = packed(a_lot())
    [line] = queries.lines_of([box.id])[box.id]
    with transaction():
        stock.take_out(box.id, line.row.id, at=clock.now(), by=somebody())
    with pytest.raises(Refused) as refusal:
        sent(box)
    assert refused_codes(refusal) == ["transfer.nothing_packed"]


def test_what_is_held_on_its_way_arrives_in_quarantine(receiver: Actor) -> None:
    lot = a_lot()
    box = sent(packed(lot))
    held("lot", lot.id)
    received(box, receiver, (2, 0))
    assert here_and_there(lot) == [ONE, 0, 0, 2 * ONE]


def test_what_expires_on_its_way_arrives_in_quarantine(receiver: Actor, watch: Watch) -> None:
    lot = a_lot(expires_on=date(2026, 11, 24))
    box = sent(packed(lot))
    watch.move(hours=12)
    received(box, receiver, (2, 0))
    assert here_and_there(lot) == [ONE, 0, 0, 2 * ONE]


@pytest.mark.parametrize("part", [(3, 0), (2, 1), (0, 0)])
def test_more_than_was_sent_and_nothing_at_all_are_refused(receiver: Actor, part: tuple[int, int]) -> None:
    box = sent(packed(a_lot()))
    with pytest.raises(Refused) as refusal:
        received(box, receiver, part)
    assert refused_codes(refusal) == ["transfer.more_than_sent" if any(part) else "transfer.nothing_arrived"]


def test_a_shelf_with_what_it_never_lies_beside_asks_for_a_word(receiver: Actor) -> None:
    acid, caine = an_ingredient("tranexamic acid"), an_ingredient("lidocaine", groups=("local_anaesthetic",))
    a_rule(f"ingredient:{acid.id}", "group:local_anaesthetic", kind="storage")
    lot, beside = a_lot(a_product(caine)), a_lot(a_product(acid), site=Cast().other_site)
    box = sent(packed(lot))
    with pytest.raises(Refused) as refusal:
        received(box, receiver, (2, 0))
    assert refused_codes(refusal) == ["place.never_beside"]
    assert str(beside) in reason_of(refusal)
    received(box, receiver, (2, 0), remark="in a closed bin of its own")
    assert there(lot, "storage") == 2 * ONE


def test_the_sender_does_not_receive_and_others_see_nothing(receiver: Actor) -> None:
    box = packed(a_lot())
    with pytest.raises(Missing):
        queries.transfer(box.id, receiver.site_id)
    sent(box)
    with pytest.raises(Refused) as refusal:
        received(box, somebody(), (2, 0))
    assert refused_codes(refusal) == ["transfer.not_now"]


def test_nothing_is_sent_to_its_own_site(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        packed(a_lot(), to_site_id=the_site().id)
    assert refused_codes(refusal) == ["transfer.same_site"]


def test_the_database_keeps_a_line_from_bringing_more_than_was_sent(cast: Cast) -> None:
    [[line]] = queries.lines_of([packed(a_lot()).id]).values()
    with pytest.raises(IntegrityError, match="no_more_than_was_sent"), act():
        db.session.get_one(TransferLine, line.row.id).arrived = line.row.quantity + 1


def test_the_price_follows_the_lot_where_both_sites_keep_the_same_currency(receiver: Actor) -> None:
    for site in (the_site(), Cast().other_site):
        a_policy(site, "currency", "EUR")
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    twelve = Money(Fraction(1200), currency("EUR"))
    lot = delivered(a_product().id, price=twelve, per_pack=3)
    box = sent(packed(lot))
    assert queries.prices(receiver.site_id, clock.now(), lots=[lot.id]).by_lot == {}
    received(box, receiver, (2, 0))
    found = queries.prices(receiver.site_id, clock.now(), lots=[lot.id]).by_lot
    assert found[lot.id].of(ONE) == Money(Fraction(400), currency("EUR"))


def test_a_recall_sees_what_is_in_transit(cast: Cast) -> None:
    lot = a_lot(number="ONTHEWAY1")
    sent(packed(lot, 3))
    answer = looked_up("ONTHEWAY1")
    assert [(flow.kind, flow.quantity) for flow in answer.sealed] == [("in_transit", 3 * ONE)]


def the_clients(clients: As) -> tuple[Client, Client]:
    """The sender and the receiver, each in a browser."""
    a_user("lyon", "pharmacist", site=Cast().other_site)
    return clients("pharmacist"), clients("lyon")


def test_a_box_goes_from_the_lot_page_to_the_shelf_of_the_other_site(cast: Cast, clients: As) -> None:
    sender, receiver = the_clients(clients)
    lot = a_lot(number="L2231")
    url = sender.get_ok(f"/stock/lots/{lot.id}").links["Send"]
    to = {"to_site_id": str(cast.other_site.id), "containers": "2"}
    page = sender.post_ok(url, to)
    assert "being packed" in page.h1
    box = db.session.scalars(db.select(Transfer)).one()
    page = sender.post_ok(page.links["Send it"], {"why": "short_there", "carrier": "Tom"})
    assert "on its way" in page.h1
    assert "2 vials of" in receiver.get_ok("/stock/transfers").text.replace(NBSP, " ")
    page = receiver.post_ok(f"/stock/transfers/{box.id}/receive", came(box, whole="1", damaged="0"))
    assert "something is missing" in page.h1
    page = receiver.post_ok(page.links["It is lost"], {"reason": "The box was torn."})
    assert "lost: 1 vial" in page.text.replace(NBSP, " ")
    assert "never arrived: The box was torn." in sender.get_ok("/stock/discrepancies").text


def came(box: Transfer, *, whole: str, damaged: str) -> dict[str, str]:
    [line] = queries.lines_of([box.id])[box.id]
    number, shelf = line.row.id, the_place("storage", Cast().other_site)
    answers = {"arrived": whole, "damaged": damaged, "place": str(shelf.id)}
    return {f"{name}_{number}": answer for name, answer in answers.items()} | {"arrived_at_tenths": "5,2"}


def test_the_code_of_the_slip_opens_the_transfer_at_both_sites(cast: Cast, clients: As) -> None:
    box = sent(packed(a_lot()))
    for client in the_clients(clients):
        answer = client.post_ok("/find", {"q": f"FML1:{box.code}"}, at="/")
        assert box.code in answer.h1
    assert f"Barcode {box.code}" in barcodes.own(box.code)
    slip = clients("lyon").get(f"/stock/transfers/{box.id}/slip.pdf")
    assert (slip.status_code, slip.data[:5]) == (200, b"%PDF-")


def test_a_box_can_be_emptied_and_called_back(cast: Cast, clients: As) -> None:
    sender, box = clients("pharmacist"), packed(a_lot())
    [line] = queries.lines_of([box.id])[box.id]
    page = sender.post_ok(
        f"/stock/transfers/{box.id}/lines/{line.row.id}/out", at=f"/stock/transfers/{box.id}"
    )
    assert "Nothing is packed yet." in page.text
    packed(a_lot())
    sent(box)
    refused = sender.post_refused(f"/stock/transfers/{box.id}/cancel", {"reason": ""})
    assert refused.errors == ["Say why."]
    assert "called back" in sender.post_ok(f"/stock/transfers/{box.id}/cancel", {"reason": "no courier"}).h1


def test_an_open_vial_is_packed_from_its_page(cast: Cast, clients: As) -> None:
    vial = an_open_multi_dose_vial()
    to = {"to_site_id": str(cast.other_site.id)}
    page = clients("pharmacist").post_ok(f"/stock/vials/{vial.id}/pack", to)
    assert f"open vial {vial.code}" in page.text.replace(NBSP, " ")


def test_who_receives_is_told_what_comes(cast: Cast, clients: As) -> None:
    sender, receiver = the_clients(clients)
    box = sent(packed(a_lot()))
    assert f"Receive transfer {box.code}" in receiver.get_ok("/").text
    assert box.code not in sender.get_ok("/").text
