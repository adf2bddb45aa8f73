"""A sealed pack whose serial a case names is not opened; what was opened is recorded all the same."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.recalls import actions
from formulary.rules.findings import Refused
from tests.recalls.casing import a_case
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
