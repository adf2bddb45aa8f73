"""A sealed pack whose serial a case names is not opened; what was opened is recorded all the same."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.recalls import actions
from formulary.rules.findings import Refused
from tests.recalls.casing import a_case, did
from tests.recalls.doing import opened
from tests.support.builders import a_lot

NAMED = "SN 00-A1"


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
