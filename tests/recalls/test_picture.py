"""The picture of a trace: as many boxes for 500 patients as for one, the lists of them beside it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from formulary import clock
from formulary.recalls.labels.picture import trace
from formulary.recalls.queries import Found, FoundLot, Lookup
from tests.recalls.doing import a_session, opened
from tests.recalls.reading import answer, rows, words
from tests.support.builders import a_lot, a_patient


def lots(count):
    """So many lots of one number."""
    rest = (7, 7, "Skinvive", "Maker", date(2027, 11, 30), None, "volume", "mass", None, "active")
    return tuple(FoundLot(key, f"L-{key}", *rest) for key in range(1, count + 1))


def columns(patients, count=1):
    """The boxes of the picture of so many patients, column by column."""
    reached = SimpleNamespace(patients=patients, cocktails=patients, imported=0)
    found = trace(Lookup("L-1", clock.now(), Found(lots(count), (), ()), reach=reached))
    return [
        [f"{box.title}, {box.sub}".replace("\N{NO-BREAK SPACE}", " ") for box in boxes] for boxes in found[0]
    ]


def test_500_patients_are_one_box_with_their_number_and_lots_beyond_three_one_more():
    told = [["Opened vials, none is open"], ["500 cocktails, given"], ["500 patients, received it"]]
    assert columns(500) == [["Lot L-1, Skinvive"], *told]
    assert columns(500, 40)[0] == [*(f"Lot L-{key}, Skinvive" for key in (1, 2, 3)), "37 lots, more"]


# What a page shows does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_page_has_the_picture_and_the_list_of_the_same_patients(clients):
    vial = opened(a_lot(number="SEEN"))
    for _ in range(2):
        a_session(a_patient(), (vial, "0.1 mL"))
    page = answer(clients("recall"), vial.lot)
    [picture] = [one for one in page.all("section") if one.get("aria-labelledby") == "trace"]
    assert ("2 patients" in words(picture), len(rows(page, "A"))) == (
        True,
        2,
    )
