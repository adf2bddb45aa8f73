"""A pack whose serial a case names is held when it comes, and not opened; what was opened is recorded."""

from datetime import date, timedelta

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.recalls import actions, queries
from formulary.recalls.labels import case_words, hooks
from formulary.recalls.labels.case_told import case_told
from formulary.rules.findings import Refused
from formulary.stock.actions import receive_lot, release_hold, undo
from formulary.stock.models import Lot
from tests.recalls.casing import a_case, decided, did, officer, standing
from tests.recalls.doing import opened
from tests.recalls.reading import words
from tests.support.builders import a_lot, a_policy, a_product, gtin_of, the_place, the_site

NAMED = "SN 00-A1"
LOOKED_AT = ("first_receipt_quarantine", {"required": False, "source": "house policy"})


def refused(lot, serial):
    """The words of the refusal to open it, or nothing where it is opened."""
    try:
        opened(lot, serial=serial)
    except Refused as refusal:
        return [(finding.code, finding.reason) for finding in refusal.findings]
    return []


def test_a_pack_with_the_serial_of_a_case_that_goes_on_is_not_opened(cast):
    lot, first = a_lot(number="TX-1"), a_lot(number="TX-2")
    opened(first, serial="SN00A1")
    case = a_case("", actions.open_case, actions.contain, serials=NAMED)
    named = [("vial.recalled", f"Serial sn00a1 is in recall {case.code}: Glass in vials.")]
    assert [refused(lot, serial) for serial in ("sn00a1", "SN00A2", None)] == [named, [], []]


ASKS = "Recall {} names packs by their serials, and nobody has read the serial of this one."


@pytest.mark.databases("sqlite")  # which lines ask does not depend on the database
@pytest.mark.parametrize(
    ("line", "known", "asked"),
    [
        ({"number": "TX-1", "serials": NAMED}, (), ["TX-1"]),
        ({"number": "TX-1", "serials": "SN00A1"}, ("SN00A1",), []),
        ({"serials": "SN00A1, SN00A9"}, ("SN00A1",), ["TX-1"]),
        ({"serials": NAMED}, (), []),
    ],
)
def test_a_pack_of_a_lot_that_a_case_names_by_serials_is_opened_once_its_serial_is_read(
    cast, line, known, asked
):
    lots = [a_lot(number="TX-1"), a_lot(number="TX-2")]
    for serial in known:
        opened(lots[0], serial=serial)
    case = a_case(line.get("number", ""), actions.open_case, actions.contain, serials=line["serials"])
    told = {lot.number: refused(lot, None) for lot in lots}
    said = [("vial.serial_unknown", ASKS.format(case.code))]
    assert told == {lot.number: said if lot.number in asked else [] for lot in lots}
    assert refused(lots[0], "SN00A2") == []


@pytest.mark.databases("sqlite")
def test_a_case_that_is_closed_goes_on_to_stop_the_pack_that_it_names(cast):
    lot = a_lot(number="TX-1")
    steps = (actions.open_case, actions.contain, actions.notify, actions.reconcile)
    case = a_case("", *steps, product_id=lot.product_id, serials=NAMED)
    assert refused(lot, None) != []
    did(actions.close, case.id, reason="done")
    told = [[code for code, _ in refused(lot, serial)] for serial in ("SN00A1", "SN00A2", None)]
    assert told == [["vial.recalled"], [], []]


# What is told of a line and of lateness does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_draft_another_lot_and_what_has_happened_stop_nothing(cast):
    lot, other = a_lot(number="TX-1"), a_lot(number="TX-2")
    opened(lot, serial="SN00A1")
    a_case("", serials=NAMED)
    assert refused(lot, "SN00A1") == []
    a_case("TX-1", actions.open_case, actions.contain, serials=NAMED)
    assert refused(other, "SN00A1") == []
    opened(other, serial="SN00A1", opened_at=clock.now() - timedelta(hours=2), late_reason="paper")


def came(cast, product, number, serial, holds=1):
    """A pack of so many containers whose code was read comes in, by a technician; its lot."""
    told = {
        "containers": holds,
        "per_pack": holds,
        "place_id": the_place().id,
        "expires_on": date(2027, 11, 30),
        "supplier": "Depot",
    }
    with transaction():
        return receive_lot(
            the_place().site_id, product_id=product.id, number=number, serial=serial, grade="scanned", **told,
            at=clock.now(), by=cast.actor("technician"),
        ).id  # fmt: skip


def said_of(lot_id):
    """What is said of a lot to whoever has it in hand."""
    db.session.expire_all()
    return [said.words for said in hooks._tell(lot_id)]


def test_a_pack_that_a_case_names_is_booked_in_and_its_lot_held_with_the_reason(cast):
    product = a_lot(number="TX-1").product
    case = a_case("", actions.open_case, actions.contain, serials=f"{NAMED}, SN-77")
    others = [came(cast, product, "TX-2", serial) for serial in ("SN00A2", "")]
    assert (standing(), said_of(others[0])) == ([], [])
    lot_id = came(cast, product, "TX-2", "sn-00a1")
    assert lot_id == others[0]
    assert standing() == [f"recall {case.code}"]
    held = f"Recall {case.code} holds this lot for packs that it names: Glass in vials. {hooks.APART}"
    assert said_of(lot_id) == [held]
    [one] = queries.came_in()
    assert (one.kind, one.code, one.lots) == ("case", case.code, ("TX-2",))
    came(cast, product, "TX-2", "SN 77")
    assert standing() == [f"recall {case.code}"]
    [hold] = queries.case_holds(case.id)
    did(release_hold, hold.id, reason="the pack lies apart")
    assert (standing(), said_of(lot_id)) == ([], [])
    came(cast, product, "TX-2", "SN-77")
    assert standing() == [f"recall {case.code}"]


# What a line means of a serial does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_draft_a_drill_and_a_line_of_another_lot_hold_no_pack_that_comes(cast):
    product = a_lot(number="TX-1").product
    a_case("", serials=NAMED)
    a_case("", actions.open_case, serials=NAMED, told={"is_drill": True})
    a_case("TX-1", actions.open_case, actions.contain, serials=NAMED)
    lot_id = came(cast, product, "TX-2", "SN00A1")
    assert (standing(), said_of(lot_id)) == ([], [])
    came(cast, product, "TX-1", "SN00A1")
    assert len(standing()) == 1


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_whoever_scans_such_a_pack_in_reads_at_once_which_recall_it_is(cast, clients):
    a_policy(the_site(), *LOOKED_AT)
    client, product = clients("technician"), a_product()
    case = a_case("", actions.open_case, actions.contain, serials=NAMED)
    code = f"(01){gtin_of(product)}(17)271130(10)TX-2(21)SN00A1"
    page = client.get_ok("/stock/receive")
    page = client.read(client.submit(page, {"scan": code}, press="Read"), "/stock/receive", 200)
    compared = {f"compared_{name}": "1" for name in ("product_id", "number", "expires_on")}
    sent = client.submit(page, {"packs": "1", "supplier": "Depot", **compared}, press="Receive")
    shown = words(client.get_ok(sent.location))
    assert f"Recall {case.code} holds this lot for packs that it names: Glass in vials." in shown
    assert standing() == [f"recall {case.code}"]


def told_of(case):
    """What the page of a case says of packs: found nowhere, lots on hold that are not in it, what came."""
    db.session.expire_all()
    told = case_told(queries.case(case.id), at=clock.now(), by=officer())
    came = [case_words.event_words(event) for event, _ in told.events if event.kind == queries.CAME]
    return told.nowhere, [lot.number for lot, _ in told.besides], came


def test_a_pack_that_came_before_the_case_is_held_with_its_lot_and_opened_once_its_serial_is_read(cast):
    a_policy(the_site(), *LOOKED_AT)
    product = a_lot(number="TX-1").product
    lot_id = came(cast, product, "TX-2", "sn-00a1")
    case = a_case("", actions.open_case, serials=NAMED)
    assert (standing(), told_of(case)) == ([], ((), [], []))
    did(actions.contain, case.id)
    held = f"Recall {case.code} holds this lot for packs that it names: Glass in vials. {hooks.APART}"
    assert (standing(), said_of(lot_id)) == ([f"recall {case.code}"], [held])
    assert told_of(case) == ((), ["TX-2"], [])
    [hold] = queries.case_holds(case.id)
    did(release_hold, hold.id, reason="the pack lies apart")
    lot = db.session.get_one(Lot, lot_id)
    codes = [[code for code, _ in refused(lot, serial)] for serial in (None, "SN00A1", "SN00A2")]
    assert codes == [["vial.serial_unknown"], ["vial.recalled"], []]


def test_a_box_that_is_named_is_held_until_as_many_were_opened_as_it_holds(cast):
    a_policy(the_site(), *LOOKED_AT)
    product = a_lot(number="TX-1").product
    lot_id = came(cast, product, "TX-2", "SN00A1", holds=2)
    lot = db.session.get_one(Lot, lot_id)
    opened(lot, serial="SN00A1")
    first = a_case("", actions.open_case, actions.contain, serials=NAMED)
    kinds = sorted(hold.kind for hold in queries.case_holds(first.id))
    assert kinds == ["lot", "vial"]
    for hold in queries.case_holds(first.id):
        did(release_hold, hold.id, reason="looked at")
    assert [code for code, _ in refused(lot, None)] == ["vial.serial_unknown"]


def test_the_rest_of_a_lot_that_was_released_is_not_held_again(cast):
    product = a_lot(number="TX-1").product
    lot_id = came(cast, product, "TX-2", "SN00A1")
    case = a_case("", actions.open_case, actions.contain, serials=NAMED)
    [hold] = queries.case_holds(case.id)
    did(release_hold, hold.id, reason="the pack lies apart")
    assert queries.vials_not_held(case.id) == []
    did(actions.add_scope, case.id, queries.Scope("TX-1"))
    did(actions.contain, case.id)
    assert [one.lot_id for one in queries.case_holds(case.id) if one.released_at is None] != [lot_id]


def test_a_pack_that_comes_for_two_lines_is_told_once_and_not_as_found_nowhere(cast):
    product = a_lot(number="TX-1").product
    case = a_case("", actions.open_case, serials=f"{NAMED}, SN-78")
    did(actions.add_scope, case.id, queries.Scope("", serials="sn00a1"))
    did(actions.contain, case.id)
    came(cast, product, "TX-2", "SN00A1")
    told = "a pack that it names came, SN00A1 of lot TX-2"
    assert told_of(case) == (("SN-78",), ["TX-2"], [told])


# What is said of a hold, and what was received by mistake, does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_lot_that_was_left_out_is_held_with_words_for_a_pack_of_it(cast):
    product = a_lot(number="TX-2").product
    case = a_case("TX-2")
    decided(case, "TX-2", "out")
    did(actions.add_scope, case.id, queries.Scope("", serials=NAMED))
    did(actions.open_case, case.id)
    lot_id = came(cast, product, "TX-2", "SN00A1")
    assert [
        f"Recall {case.code} holds this lot for packs that it names" in one for one in said_of(lot_id)
    ] == [True]


@pytest.mark.databases("sqlite")
def test_a_lot_that_is_held_for_where_it_lay_is_not_said_to_hold_a_pack(cast):
    lot = a_lot(number="TX-1")
    case = a_case("", actions.open_case, actions.contain, place_id=the_place().id)
    [said] = said_of(lot.id)
    assert said.startswith(f"Recall {case.code} holds this lot for where it lay and when: Glass in vials.")
    assert told_of(case)[1] == ["TX-1"]


@pytest.mark.databases("sqlite")
def test_a_pack_that_was_opened_or_never_came_holds_no_lot(cast):
    a_policy(the_site(), *LOOKED_AT)
    product = a_lot(number="TX-1").product
    first, second = (
        came(cast, product, number, serial) for number, serial in (("TX-2", "S1"), ("TX-3", "S2"))
    )
    opened(db.session.get_one(Lot, first), serial="S1")
    latest = db.select(db.func.max(AuditEntry.id)).filter_by(object_kind="lot", object_id=second)
    did(undo, db.session.scalar(latest), by=cast.actor("technician"))
    case = a_case("", actions.open_case, actions.contain, serials="S1, S2")
    kinds = {(hold.kind, hold.lot_id) for hold in queries.case_holds(case.id)}
    assert (kinds, told_of(case)[0]) == ({("vial", first)}, ("S2",))


@pytest.mark.databases("sqlite")
def test_a_lot_that_is_left_out_while_its_hold_stands_is_said_to_be_held_still(cast):
    lot = a_lot(number="TX-2")
    case = a_case("TX-2", actions.open_case, actions.contain)
    decided(case, "TX-2", "out")
    [said] = said_of(lot.id)
    why = "still, though no line of it means it now"
    assert said == f"Recall {case.code} holds this lot {why}: Glass in vials. {hooks.APART}"


@pytest.mark.databases("sqlite")
def test_a_line_of_a_serial_at_a_shelf_holds_the_pack_that_lies_there_and_no_other(cast):
    a_policy(the_site(), *LOOKED_AT)
    product = a_lot(number="TX-1").product
    here = came(cast, product, "TX-2", "SN00A1")
    scope = {"serials": NAMED, "place_id": the_place().id}
    case = a_case("", actions.open_case, actions.contain, **scope)
    assert [(hold.kind, hold.lot_id) for hold in queries.case_holds(case.id)] == [("lot", here)]
    bench = a_case("", serials=NAMED, place_id=the_place("preparation").id)
    assert queries.vials_not_held(bench.id) == []
