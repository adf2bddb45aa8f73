"""Purchase orders: drafted, sent, filled by deliveries, changed and called off with a reason."""

from datetime import timedelta
from fractions import Fraction

import pytest

from formulary import clock
from formulary.accounts import Forbidden, Role
from formulary.audit.models import AuditEntry
from formulary.db import Stale, db, transaction
from formulary.rules.findings import Refused
from formulary.rules.units import Money, currency
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.actions import NewLine
from formulary.stock.models import PurchaseOrderChange, Supplier
from tests.stock.doing import lies, reason_of, received, refused_codes, somebody, undone
from tests.stock.ordering import (
    a_shelf_product,
    a_supplier,
    came,
    drafted,
    keeps,
    line_of,
    read,
    sent,
    ten,
)
from tests.support.at_once import at_once
from tests.support.builders import a_policy, a_product, a_site, the_site
from tests.support.counting import counting_queries

refused_before_writing = pytest.mark.databases("sqlite")  # the rules are ours, and no row is written


@pytest.fixture
def product(cast):
    """A vial that comes singly and in boxes of ten."""
    return a_shelf_product()


def acting(act, *args, **more):
    with transaction():
        return act(*args, **{"at": clock.now(), "by": somebody()} | more)


def outstanding(order):
    return line_of(order).outstanding


def undo_last(lot):
    return undone(queries.last_receipt(lot.id, the_site().id))


def test_orders_are_numbered_within_their_site(product):
    a_site()
    assert [drafted(ten(product)).code, drafted().code] == ["PO-1", "PO-2"]


def test_nothing_is_on_order_before_it_is_sent(product):
    order = drafted(ten(product))
    assert queries.on_order(the_site().id) == []
    acting(stock.send_order, order.id)
    assert [(one.order.code, one.line.outstanding) for one in queries.on_order(the_site().id)] == [
        ("PO-1", 30)
    ]


def test_a_delivery_fills_a_line_in_part_and_then_whole(product):
    order = sent(ten(product))
    states = [read(order).state]
    for containers, lot in ((12, "A1"), (18, "B1")):
        came(order, product, containers, lot)
        states.append(read(order).state)
    assert (states, outstanding(order)) == (["sent", "partly_received", "received"], 0)


def test_what_came_whole_is_not_read_again_to_learn_what_is_still_to_come(product):
    order = sent(ten(product))
    lot, here = came(order, product, 30), the_site().id
    with counting_queries() as asked:
        assert queries.on_order(here) == []
    assert len(asked) == 1, asked
    undo_last(lot)
    assert [one.line.outstanding for one in queries.on_order(here)] == [30]


def test_an_undone_receipt_gives_the_order_back_what_was_outstanding_and_changes_no_pack_size(product):
    order = sent(ten(product))
    keeps(product)
    lot = came(order, product, 30, per_pack=6)
    assert read(order).state == "received"
    undo_last(lot)
    line = line_of(order)
    assert (read(order).state, line.outstanding, line.row.packs, line.row.per_pack) == ("sent", 30, 3, 10)
    assert queries.level(the_site().id, product.id).per_pack == 10


def test_a_receipt_undone_after_the_rest_was_cancelled_opens_the_order_for_that_receipt_alone(product):
    order = sent(ten(product))
    lot = came(order, product, 12)
    acting(stock.cancel_order, order.id, reason="out of stock there")
    assert (read(order).state, outstanding(order)) == ("cancelled", 0)
    undo_last(lot)
    assert (read(order).state, outstanding(order)) == ("sent", 12)


def test_the_same_delivery_posted_twice_fills_the_line_once(product):
    order = sent(ten(product))
    lots = {came(order, product, 12, key="a-key-of-sixteen-signs").id for _ in range(2)}
    assert (len(lots), len(queries.receipts(lots.pop(), the_site().id)), outstanding(order)) == (1, 1, 18)


def test_more_than_is_outstanding_asks_and_is_taken_with_a_reason(product):
    order = sent(ten(product))
    with pytest.raises(Refused) as refused:
        came(order, product, 31)
    assert refused_codes(refused) == ["order.over_delivered"]
    assert reason_of(refused) == "31 vials came, and 30 of line 1 of PO-1 are outstanding."
    [finding] = refused.value.findings
    came(order, product, 31, overrides={finding.key: "A free vial"})
    assert (read(order).state, line_of(order).over) == ("received", 1)


def test_another_product_than_was_ordered_says_so_and_books_nothing(product):
    order, other = sent(ten(product)), a_product(name="glutathione")
    with pytest.raises(Refused) as refused:
        came(order, other, 3)
    assert refused_codes(refused) == ["order.other_product"]
    assert reason_of(refused) == ("Line 1 of PO-1 orders tranexamic acid, and what came is glutathione.")
    assert (outstanding(order), queries.lots_of([other.id])) == (30, [])


def test_another_supplier_than_it_was_ordered_from_asks(product):
    order = sent(ten(product))
    with pytest.raises(Refused) as refused:
        came(order, product, 3, supplier="Nordlab")
    assert refused_codes(refused) == ["order.other_supplier"]
    came(order, product, 3, supplier="MEDISUD")
    assert outstanding(order) == 27


def test_nothing_is_received_against_a_draft_or_an_order_that_is_whole(product):
    order = drafted(ten(product))
    with pytest.raises(Refused) as refused:
        came(order, product, 3)
    assert refused_codes(refused) == ["order.not_open"]
    acting(stock.send_order, order.id)
    came(order, product, 30)
    with pytest.raises(Refused) as refused:
        came(order, product, 1)
    assert refused_codes(refused) == ["order.not_open"]


def test_two_people_receiving_the_same_line_at_once_fill_it_once_and_the_second_is_asked(product, app):
    order = sent(ten(product))
    line, by, site = line_of(order).row.id, somebody(), the_site().id
    shelf, at = queries.place(site, "storage").id, clock.now()

    def receive(number):
        told = {"expires_on": at.date() + timedelta(days=400), "containers": 30, "place_id": shelf}
        told |= {"supplier": "Medisud", "order_line_id": line, "at": at, "by": by}
        with transaction():
            return stock.receive_lot(site, product_id=product.id, number=f"L{number}", **told).number

    answers = at_once(app, receive, 2)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [finding.code for refusal in refused for finding in refusal.findings] == ["order.not_open"]
    db.session.rollback()  # what the others have written since this session began to read
    assert (read(order).state, line_of(order).received) == ("received", 30)


def test_a_change_after_sending_keeps_what_was_and_why(product):
    order = sent(ten(product))
    day = clock.now().date() + timedelta(days=14)
    line = line_of(order).row
    price = Money(Fraction(1250), currency("EUR"))
    a_policy(the_site(), "currency", "EUR")
    acting(stock.change_line, line.id, packs=2, expected_on=day, price=price, reason="they have two")
    changes = [(c.what, c.before, c.after, c.reason) for c in queries.order_changes(order.id)]
    assert changes == [
        ("price", "", "12.50 EUR", "they have two"),
        ("expected_on", "2026-12-01", "2026-12-08", "they have two"),
        ("packs", "3 × 10", "2 × 10", "they have two"),
    ]
    assert outstanding(order) == 20


def test_a_draft_is_changed_without_a_reason_and_keeps_no_list_of_changes(product):
    order = drafted(ten(product))
    line = line_of(order).row
    acting(stock.change_line, line.id, packs=5, expected_on=line.expected_on, price=None)
    assert (line_of(order).row.packs, queries.order_changes(order.id)) == (5, [])


def test_a_line_is_called_off_with_a_reason_and_the_rest_is_still_awaited(product):
    order = sent(ten(product), ten(a_shelf_product_of_another_name(), 1))
    acting(stock.drop_line, line_of(order).row.id, reason="not made any more")
    assert (outstanding(order), read(order).state, line_of(order, 2).outstanding) == (0, "sent", 10)


def a_shelf_product_of_another_name():
    from tests.support.builders import a_code  # noqa: PLC0415

    other = a_product()
    a_code(other, level="box", containers=10)
    return other


BAD_LINES = [
    ({"packs": 0}, "quantity.not_a_count", "0 is no number of packs."),
    ({"packs": -1}, "quantity.not_a_count", "-1 is no number of packs."),
    ({"packs": 10**9}, "quantity.not_a_count", "1,000,000,000 is no number of packs."),
    ({"per_pack": 7}, "order.no_such_pack", "No pack of 7 vials of tranexamic acid is on record."),
    ({"days": -1}, "order.expected_past", "It is expected on 23 Nov 2026, and that day has passed."),
]  # fmt: skip


@refused_before_writing
@pytest.mark.parametrize(("more", "code", "words"), BAD_LINES)
def test_a_line_that_nobody_can_deliver_is_refused_with_what_came(product, more, code, words):
    day = clock.now().date() + timedelta(days=more.get("days", 3))
    told = {name: value for name, value in more.items() if name != "days"}
    line = NewLine(**{"product_id": product.id, "packs": 1, "per_pack": 10, "expected_on": day} | told)
    with pytest.raises(Refused) as refused:
        drafted(line)
    assert (refused_codes(refused), reason_of(refused)) == ([code], words)
    with pytest.raises(Refused):
        acting(stock.add_line, drafted().id, line)


def test_a_product_that_was_withdrawn_is_not_ordered(cast):
    gone = a_product(name="Esberiven", status="withdrawn")
    with pytest.raises(Refused) as refused:
        drafted(NewLine(gone.id, 1))
    assert reason_of(refused) == "The catalogue says that Esberiven is withdrawn."


def test_what_does_not_follow_the_state_of_an_order_is_refused(product):
    order = drafted()
    with pytest.raises(Refused) as refused:
        acting(stock.send_order, order.id)
    assert refused_codes(refused) == ["order.no_lines"]
    acting(stock.cancel_order, order.id, reason="a slip")
    for act, more, code in (
        (stock.send_order, {}, "order.not_send"),
        (stock.cancel_order, {"reason": "again"}, "order.not_cancel"),
        (stock.add_line, {"line": ten(product)}, "order.not_add"),
    ):
        with pytest.raises(Refused) as refused:
            acting(act, order.id, **more)
        assert refused_codes(refused) == [code]
    assert reason_of(refused) == "PO-1 is cancelled, so it cannot be changed."


def test_a_draft_is_not_sent_once_its_day_has_passed(product, watch):
    order = drafted(ten(product, days=2))
    watch.move(days=3)
    with pytest.raises(Refused) as refused:
        acting(stock.send_order, order.id)
    assert refused_codes(refused) == ["order.expected_past"]


@refused_before_writing
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"packs": 1, "reason": "fewer"}, "order.below_received"),
        ({"packs": 4, "reason": " "}, "order.reason_missing"),
        ({"packs": 3, "reason": "nothing"}, "order.same"),
        ({"packs": 0, "reason": "none"}, "quantity.not_a_count"),
    ],
)
def test_a_change_of_what_was_sent_that_cannot_be_is_refused(product, more, code):
    order = sent(ten(product))
    came(order, product, 12)
    line = line_of(order).row
    with pytest.raises(Refused) as refused:
        acting(stock.change_line, line.id, expected_on=line.expected_on, price=None, **more)
    assert refused_codes(refused) == [code]
    assert db.session.scalar(db.select(db.func.count(PurchaseOrderChange.id))) == 0


def test_a_page_opened_before_somebody_changed_the_order_saves_nothing(product):
    order = sent(ten(product))
    seen, line = read(order).row.row_version, line_of(order).row
    acting(stock.change_line, line.id, packs=2, expected_on=line.expected_on, price=None, reason="two")
    with pytest.raises(Stale):
        acting(stock.cancel_order, order.id, reason="a slip", version=seen)


def test_only_who_keeps_the_stock_orders_it(product, cast):
    for act in (
        lambda by: stock.draft_order(the_site().id, supplier_id=1, at=clock.now(), by=by),
        lambda by: stock.add_supplier("Nordlab", at=clock.now(), by=by),
    ):
        with pytest.raises(Forbidden), transaction():
            act(cast.actor("practitioner"))
    acting(stock.add_supplier, "Nordlab", by=somebody(Role.TECHNICIAN))


def test_what_was_expected_before_today_is_overdue(product, watch):
    order = sent(ten(product, days=2), ten(product, 1, days=None))
    site = the_site().id
    watch.move(days=2)
    assert queries.overdue_orders(site, clock.now().date()) == []
    watch.move(days=1)
    late = queries.overdue_orders(site, clock.now().date())
    assert [(one.order.id, one.line.row.number) for one in late] == [(order.id, 1)]


def test_a_supplier_is_learned_from_deliveries_and_is_one_however_it_is_typed(product):
    for number, name in (("A1", "Medisud"), ("B1", " MÉDISUD "), ("C1", "")):
        received(product.id, number, supplier=name)
    assert [row.name for row in db.session.scalars(db.select(Supplier))] == ["Medisud"]
    [one] = queries.delivering(the_site().id)
    assert (one.deliveries, one.products) == (2, 1)


def test_how_long_the_orders_to_a_supplier_took_is_computed_from_its_deliveries(product, watch):
    for days in (3, 9, 4):
        order = sent(ten(product))
        watch.move(days=days)
        came(order, product, 30)
    [one] = queries.delivering(the_site().id)
    assert (sorted(one.took), one.usual_days) == ([3, 4, 9], 4)


def test_a_name_that_is_on_record_or_names_nobody_is_refused(cast):
    a_supplier("Medisud")
    for name, code in (("médisud", "supplier.name_taken"), ("--", "supplier.no_name")):
        with pytest.raises(Refused) as refused:
            acting(stock.add_supplier, name)
        assert refused_codes(refused) == [code]


def test_nothing_new_is_ordered_from_a_supplier_that_is_out_of_use(product):
    who = a_supplier()
    acting(stock.change_supplier, who.id, lead_days=None, contact="", is_active=False)
    with pytest.raises(Refused) as refused:
        drafted(ten(product))
    assert refused_codes(refused) == ["supplier.out_of_use"]


@refused_before_writing
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"minimum": 31}, "level.target_below_minimum"),
        ({"minimum": -1}, "quantity.not_a_count"),
        ({"target": 0, "minimum": None}, "quantity.not_a_count"),
        ({"target": 10**9}, "quantity.not_a_count"),
        ({"per_pack": 7}, "order.no_such_pack"),
        ({"lead_days": 4000}, "quantity.not_a_count"),
    ],
)
def test_levels_that_cannot_be_are_refused(product, more, code):
    with pytest.raises(Refused) as refused:
        keeps(product, **more)
    assert refused_codes(refused) == [code]
    assert queries.level(the_site().id, product.id) is None


def test_a_level_is_on_the_trail_with_what_was_before(product):
    keeps(product)
    keeps(product, minimum=None, target=40)
    entries = db.select(AuditEntry).filter_by(action="stock.set_level").order_by(AuditEntry.id)
    entry = db.session.scalars(entries).all()[-1]
    assert (entry.old["minimum"], entry.new["minimum"], entry.new["target"]) == (10, None, 40)
    assert lies(received(product.id), "storage") == 3 * product.content


def test_what_was_dropped_of_a_draft_and_is_asked_for_again_is_ordered_whole(product):
    order = drafted(ten(product))
    with transaction():
        stock.drop_line(line_of(order).row.id, at=clock.now(), by=somebody())
    with transaction():
        told = {"packs": 5, "expected_on": None, "price": None}
        stock.change_line(line_of(order).row.id, **told, at=clock.now(), by=somebody())
    line = line_of(order)
    assert (line.row.packs, line.outstanding) == (5, 50)
