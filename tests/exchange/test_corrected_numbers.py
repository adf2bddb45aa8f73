"""A list that names a lot by the number it had until it was corrected: the lot is found, and none is made."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.administrations.models import ImportedUse
from formulary.db import db, transaction
from formulary.stock import actions as stock
from formulary.stock.models import Lot
from tests.exchange.doing import DELIVERIES, HISTORY, STOCK, a_list, looked, recorded, why
from tests.exchange.test_goods import came, lies, shelved
from tests.support.builders import a_patient, a_policy, a_product, the_place
from tests.support.world import Cast

# What a row of a list means does not depend on the database.
pytestmark = pytest.mark.databases("sqlite")
ON = date(2027, 11, 30)
ANOTHER = {"another lot": "yes"}
GOODS = [("deliveries", DELIVERIES, came), ("stock", STOCK, lies)]
LATER = {"deliveries": {"note": "LS-2"}, "stock": {"quantity": "4"}}


@pytest.fixture(autouse=True)
def ware(cast: Cast):
    a_policy(cast.site, "first_receipt_quarantine", {"required": False})
    a_policy(cast.site, "currency", "EUR")
    return a_product(name="Skinvive 100")


def corrected(cast: Cast, number: str = "NEW-77") -> None:
    """Two pharmacists read the pack."""
    told = {"second": cast.actor("pharmacist2"), "at": clock.now(), "by": cast.actor("pharmacist")}
    with transaction():
        lot = db.session.scalars(db.select(Lot).filter_by(number="G4405")).one()
        stock.correct_number(lot, number=number, reason="the pack", **told)


@pytest.mark.parametrize(("word", "header", "row"), GOODS)
def test_goods_of_the_old_number_are_the_lots_and_known_again(cast: Cast, word, header, row) -> None:
    recorded(cast, word, a_list(header, row()))
    before = [containers for _, _, containers in shelved()]
    corrected(cast)
    again = recorded(cast, word, a_list(header, row()))
    assert (again.rows_new, again.rows_known, shelved()) == (0, 1, [("NEW-77", ON, *before)])


@pytest.mark.parametrize(("word", "header", "row"), GOODS)
def test_a_row_on_record_that_says_it_is_another_lot_is_asked_about(cast: Cast, word, header, row) -> None:
    recorded(cast, word, a_list(header, row()))
    corrected(cast)
    [(line, column, said)] = why(cast, word, a_list((*header, "another lot"), row() | ANOTHER))
    assert (line, column) == (2, "lot" if word == "deliveries" else "quantity")
    assert said == "This row is on record of lot NEW-77, which had the number G4405 then."


def received(cast: Cast, product, number: str = "G4405", containers: int = 1) -> None:
    """A pack that prints the number comes, and whoever receives it by hand says that it is another lot."""
    told = {"product_id": product.id, "number": number, "expires_on": ON, "containers": containers}
    told |= {"place_id": the_place().id, "supplier": "Pharma Gros", "grade": "scanned", "second_record": True}
    with transaction():
        stock.receive_lot(cast.site.id, **told, at=clock.now(), by=cast.actor("pharmacist"))


def numbers(amounts: list[tuple[str, date, int]]) -> dict[str, int]:
    """How many containers of each number lie there, all with one expiry."""
    assert {expires_on for _, expires_on, _ in amounts} == {ON}
    return {number: containers for number, _, containers in amounts}


@pytest.mark.parametrize("more", [{}, ANOTHER], ids=["plain", "another"])
@pytest.mark.parametrize("goods", GOODS, ids=["deliveries", "stock"])
def test_goods_are_of_the_lot_that_has_the_number_now(cast: Cast, ware, goods, more) -> None:
    word, header, row = goods
    recorded(cast, word, a_list(header, row()))
    before = numbers(shelved())["G4405"]
    corrected(cast)
    received(cast, ware)
    later = row() | LATER[word] | more
    recorded(cast, word, a_list((*header, "another lot"), later))
    after = numbers(shelved())
    assert after == {"NEW-77": before, "G4405": 1 + (10 if word == "deliveries" else 4)}


@pytest.mark.parametrize(("word", "header", "row"), GOODS)
def test_another_lot_is_never_the_one_that_merely_had_the_number(cast: Cast, word, header, row) -> None:
    recorded(cast, word, a_list(header, row()))
    before = numbers(shelved())["G4405"]
    corrected(cast)
    raw = a_list((*header, "another lot"), row() | LATER[word] | ANOTHER)
    assert recorded(cast, word, raw).rows_new == 1
    assert numbers(shelved()) == {"NEW-77": before, "G4405": 10 if word == "deliveries" else 4}
    assert recorded(cast, word, raw).rows_known == 1


@pytest.mark.parametrize(("word", "header", "row"), GOODS)
def test_a_number_that_two_lots_had_is_asked_about(cast: Cast, ware, word, header, row) -> None:
    recorded(cast, word, a_list(header, row()))
    corrected(cast)
    received(cast, ware)
    corrected(cast, "NEW-78")
    [bad] = looked(cast, word, a_list(header, row() | LATER[word])).bad
    assert (bad.column, bad.why) == ("lot", "More than one lot had this number until it was corrected.")
    assert "NEW-77, NEW-78" in bad.remedy


def used(code: str, **more: str) -> dict[str, str]:
    """A row of earlier records."""
    said = {"date": "2026-04-01", "patient": code, "product": "Skinvive 100", "lot": "G4405"}
    return said | {"expiry": "2027-11", "quantity": "1", "unit": "vial"} | more


def lots_used() -> list[str]:
    """The numbers, as they are now, of the lots of all imported uses."""
    query = db.select(Lot.number).join(ImportedUse, ImportedUse.lot_id == Lot.id)
    return list(db.session.scalars(query.order_by(ImportedUse.id)))


@pytest.mark.parametrize("more", [{}, ANOTHER], ids=["plain", "another"])
def test_history_names_the_lot_that_has_the_number_now(cast: Cast, ware, more) -> None:
    patient = a_patient(name="Anna Kovac", code="P-777001")
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    corrected(cast)
    received(cast, ware)
    recorded(cast, "history", a_list((*HISTORY, "another lot"), used(patient.code) | more))
    assert lots_used() == ["G4405"]
    assert set(numbers(shelved())) == {"NEW-77", "G4405"}


def test_history_of_another_lot_brings_one_and_the_same_again_brings_nothing(cast: Cast) -> None:
    patient = a_patient(name="Anna Kovac", code="P-777001")
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    corrected(cast)
    header, row = (*HISTORY, "another lot"), used(patient.code) | ANOTHER
    recorded(cast, "history", a_list(header, row))
    again = recorded(cast, "history", a_list(header, row, used(patient.code, date="2026-05-01")))
    assert (again.rows_new, again.rows_known, lots_used()) == (1, 1, ["G4405", "G4405"])


UNCLEAR = {
    "two had it": (["NEW-78"], "2027-11", "NEW-77, 30 Nov 2027; lot NEW-78, 30 Nov 2027"),
    "one has it, no expiry told": ([], "", "NEW-77, 30 Nov 2027; lot G4405, 30 Nov 2027"),
}  # fmt: skip


@pytest.mark.parametrize(("then", "expiry", "told"), UNCLEAR.values(), ids=UNCLEAR)
def test_history_is_asked_about_where_several_lots_fit(cast: Cast, ware, then, expiry, told) -> None:
    patient = a_patient(name="Anna Kovac", code="P-777001")
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    corrected(cast)
    received(cast, ware)
    for number in then:
        corrected(cast, number)
    [bad] = looked(cast, "history", a_list(HISTORY, used(patient.code, expiry=expiry))).bad
    assert (bad.column, bad.why) == ("lot", "More than one lot has or had this number.")
    assert bad.remedy == f"Write the number and the expiry of the one: lot {told}."


def test_an_expiry_that_nobody_told_yet_is_not_given_to_a_lot_that_had_the_number(cast: Cast, ware) -> None:
    patient = a_patient(name="Anna Kovac", code="P-777001")
    recorded(cast, "history", a_list(HISTORY, used(patient.code, expiry="")))
    corrected(cast)
    received(cast, ware)
    raw = a_list(HISTORY, used(patient.code, date="2026-05-01", expiry="2028-02"))
    [(_, column, said)] = why(cast, "history", raw)
    assert (column, said) == ("lot", "Lot G4405 is on record with the expiry 30 Nov 2027.")


def test_what_comes_later_under_the_old_number_and_under_the_new_is_one_lot(cast: Cast) -> None:
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    corrected(cast)
    rows = came(note="LS-2"), came(note="LS-3", lot="NEW-77")
    recorded(cast, "deliveries", a_list(DELIVERIES, *rows))
    assert shelved() == [("NEW-77", ON, 30)]


def test_history_of_the_old_number_is_the_corrected_lots(cast: Cast, ware) -> None:
    patient = a_patient(name="Anna Kovac", code="P-777001")
    use = {
        "patient": patient.code,
        "product": "Skinvive 100",
        "lot": "G4405",
        "quantity": "1",
        "unit": "vial",
    }
    recorded(cast, "history", a_list(HISTORY, use | {"date": "2024-03-01"}))
    corrected(cast)
    rows = use | {"date": "2024-04-01"}, use | {"date": "2024-05-01", "lot": "NEW-77", "expiry": "2025-11"}
    recorded(cast, "history", a_list(HISTORY, *rows))
    [lot] = db.session.scalars(db.select(Lot).filter_by(product_id=ware.id))
    assert (lot.number, lot.expires_on) == ("NEW-77", date(2025, 11, 30))
    assert list(db.session.scalars(db.select(ImportedUse.lot_id))) == [lot.id] * 3


@pytest.mark.parametrize("word", ["deliveries", "history"])
def test_another_expiry_of_the_old_number_is_refused_with_the_lot_named(cast: Cast, word) -> None:
    a_patient(name="Anna Kovac", code="P-777001")
    recorded(cast, "deliveries", a_list(DELIVERIES, came()))
    corrected(cast)
    use = {"date": "2024-04-01", "patient": "P-777001", "product": "Skinvive 100", "lot": "G4405"}
    use |= {"expiry": "2025-11", "quantity": "1", "unit": "vial"}
    raw = a_list(HISTORY, use) if word == "history" else a_list(DELIVERIES, came(expiry="2028-02"))
    [(line, column, said)] = why(cast, word, raw)
    assert (line, column, "NEW-77" in said) == (2, "lot", True), said
