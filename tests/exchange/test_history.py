"""What was given before Formulary was there: recorded whole, found by a recall, and the same twice once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from formulary import clock
from formulary.administrations.actions import importing
from formulary.administrations.models import GivenLot, ImportedUse, use_hash
from formulary.administrations.queries.imported import imported_faults
from formulary.cli.verify import all_faults
from formulary.db import db
from formulary.patients.facts import history as account
from formulary.patients.models import Exposure
from formulary.recalls import queries as recalls
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from formulary.stock.models import Balance, Lot, Movement
from tests.exchange.doing import HISTORY, a_list, looked, recorded, why
from tests.support.behind import behind_its_back
from tests.support.builders import a_lot, a_patient, a_powder, a_product
from tests.support.world import Cast


@pytest.fixture
def ware(cast: Cast):
    return a_product(name="Skinvive 100")


@pytest.fixture
def anna(cast: Cast):
    return a_patient(name="Anna Kovac", code="P-777001", record_number="K-12")


def use(**more):
    """A row that can be taken."""
    said = {"date": "2024-03-01", "patient": "P-777001", "product": "Skinvive 100", "lot": "G4405"}
    return said | {"expiry": "2025-11", "quantity": "0.5", "unit": "mL", "practitioner": "Dr Weber"} | more


def answer(cast: Cast, lot: str, who: str = "recall"):
    db.session.expire_all()
    return recalls.look_up(lot, at=clock.now(), by=cast.actor(who))


def rows(model) -> int:
    return db.session.scalar(db.select(db.func.count(model.id))) or 0


def test_a_recall_finds_what_was_given_before_from_the_first_day(cast: Cast, ware, anna) -> None:
    recorded(cast, "history", a_list(HISTORY, use(), use(date="2024-05-01 14:10", quantity="1.25")))
    found = answer(cast, "g-44 05")
    assert [(row.patient_id, row.cocktail_id, row.quantity, row.grade) for row in found.given] == [
        (anna.id, None, 1_250_000, "imported"),
        (anna.id, None, 500_000, "imported"),
    ]
    assert (found.counts["A"], found.reach.imported, found.completeness) == (1, 2, (2, 2))
    [balance] = found.balances.values()
    assert (balance.received, balance.administered, balance.on_hand, balance.unaccounted) == (
        1_750_000,
        1_750_000,
        0,
        0,
    )
    [lot] = found.found.lots
    assert (lot.number, lot.expires_on) == ("G4405", date(2025, 11, 30))
    assert db.session.scalars(db.select(Balance).filter_by(lot_id=lot.id)).all() == []
    assert list(all_faults()) == []


def test_what_was_given_before_counts_for_the_patient(cast: Cast, ware, anna) -> None:
    recorded(
        cast,
        "history",
        a_list(HISTORY, use(quantity="50", unit="mg"), use(lot="", expiry="", quantity="1", unit="vial")),
    )
    told = account(anna.id, [ware.ingredient_id], clock.now()).exposures
    assert sorted(row.amount for row in told) == [Quantity.of("50", "mg"), Quantity.of("500", "mg")]
    assert {row.at for row in told} == {datetime(2024, 3, 1, 11, tzinfo=UTC)}


def test_a_row_without_a_lot_cannot_be_excluded_while_the_lot_may_have_been_there(
    cast: Cast, ware, anna
) -> None:
    other = a_patient(code="P-777002")
    bare = {"lot": "", "expiry": ""}
    late = use(date="2026-01-15", **bare)
    recorded(
        cast,
        "history",
        a_list(HISTORY, use(), use(patient="P-777002", **bare), use(date="2023-01-01", **bare), late),
    )
    found = answer(cast, "G4405")
    assert (found.counts["A"], found.counts["J"], found.unnoted.uses, found.completeness) == (1, 2, 2, (1, 3))
    assert {row.patient_id for row in found.unnoted.rows} == {anna.id, other.id}


def test_a_lot_received_later_was_not_there_before(cast: Cast, ware, anna) -> None:
    a_lot(ware, number="NEW1")
    recorded(cast, "history", a_list(HISTORY, use(lot="", expiry="")))
    assert answer(cast, "NEW1").counts["J"] == 0


def test_an_expiry_that_nobody_noted_is_not_on_record_until_a_later_row_tells_it(
    cast: Cast, ware, anna
) -> None:
    recorded(cast, "history", a_list(HISTORY, use(expiry="")))
    lot = db.session.scalars(db.select(Lot).filter_by(number="G4405")).one()
    assert (lot.expires_on, lot.status, lot.grade) == (date.min, "exhausted", "imported")
    recorded(cast, "history", a_list(HISTORY, use(expiry=""), use(date="2024-04-01")))
    db.session.expire_all()
    assert [one.expires_on for one in db.session.scalars(db.select(Lot).filter_by(number="G4405"))] == [
        date(2025, 11, 30)
    ]


def test_the_same_file_twice_changes_nothing_and_ten_more_rows_add_ten(cast: Cast, ware, anna) -> None:
    first = [use(date=f"2024-{month:02d}-{day:02d}") for month in (1, 2) for day in range(1, 21)] + [
        use()
    ] * 2
    more = [use(date=f"2025-01-{day:02d}") for day in range(1, 11)]
    assert recorded(cast, "history", a_list(HISTORY, *first)).rows_new == 42
    again = recorded(cast, "history", a_list(HISTORY, *first))
    assert (again.rows_new, again.rows_known, rows(ImportedUse)) == (0, 42, 42)
    longer = recorded(cast, "history", a_list(HISTORY, *more, *first))
    assert (longer.rows_new, longer.rows_known) == (10, 42)
    assert [rows(model) for model in (ImportedUse, GivenLot, Movement, Exposure)] == [52, 52, before(52), 52]
    assert list(all_faults()) == []


def before(imported: int) -> int:
    """All movements there are, where so many were imported."""
    others = db.select(db.func.count(Movement.id)).where(Movement.reason != "imported")
    return (db.session.scalar(others) or 0) + imported


def test_one_bad_row_among_hundreds_writes_nothing_and_every_bad_row_is_told(cast: Cast, ware, anna) -> None:
    good = [use(date=f"2024-{1 + n // 28 % 12:02d}-{1 + n % 28:02d}", remark=str(n)) for n in range(1_200)]
    raw = a_list(HISTORY, *good, use(quantity="0"), use(patient="P-888888", product="Nothing"))
    counts = [rows(model) for model in (ImportedUse, GivenLot, Movement, Exposure, Lot)]
    with pytest.raises(Refused, match="rows cannot be taken"):
        recorded(cast, "history", raw)
    assert [rows(model) for model in (ImportedUse, GivenLot, Movement, Exposure, Lot)] == counts
    assert [(line, column) for line, column, _ in why(cast, "history", raw)] == [
        (1202, "quantity"), (1203, "product"), (1203, "patient"),
    ]  # fmt: skip


BAD = {
    "quantity of nothing": ({"quantity": "0"}, "quantity", "is nothing"),
    "quantity below nothing": ({"quantity": "-1"}, "quantity", "-1"),
    "quantity finer than a step": ({"quantity": "0.0000001"}, "quantity", "decimals"),
    "quantity in powers of ten": ({"quantity": "1e9"}, "quantity", "1e9"),
    "quantity that no patient gets": ({"quantity": "999999999"}, "quantity", "more than 100 containers"),
    "decimal comma": ({"quantity": "0,5"}, "quantity", "0,5"),
    "another product's unit": ({"unit": "IU"}, "quantity", "IU"),
    "expiry in 1999": ({"expiry": "1999-11-30"}, "expiry", "No pack used then expires on 30 Nov 1999."),
    "expiry in 2199": ({"expiry": "2199-11-30"}, "expiry", "It is no day between 1900 and 2100"),
    "expiry far ahead": ({"expiry": "2044-11-30"}, "expiry", "No pack used then"),
    "day 00": ({"expiry": "2025-11-00"}, "expiry", "It is no day"),
    "31 November": ({"expiry": "2025-11-31"}, "expiry", "It is no day"),
    "an expiry and no lot": ({"lot": ""}, "lot", "The row has an expiry and no lot."),
    "21 characters": ({"lot": "A" * 21}, "lot", "The lot number has 21 characters"),
    "Arabic digits": ({"lot": "G\u0664\u0664\u0660\u0665"}, "lot", "which no pack prints"),
    "a power of ten for a lot": ({"lot": "1.2E+05"}, "lot", "a power of ten"),
    "O for 0": ({"lot": "G44O5"}, "lot", "It looks like lot G4405"),
    "zeros that were eaten": ({"lot": "123"}, "lot", "It looks like lot 00123"),
    "another expiry": ({"expiry": "2026-11"}, "lot", "Lot G4405 is in line 2 with the expiry 30 Nov 2025."),
    "an hour that came twice": ({"date": "2023-10-29 02:30"}, "date", "it came twice"),
    "an hour that never was": ({"date": "2023-03-26 02:30"}, "date", "never shown"),
    "tomorrow": ({"date": "2026-11-25"}, "date", "in the future"),
    "no date": ({"date": "03/01/24"}, "date", "no day and no time"),
    "before birth": ({"date": "1984-01-01", "lot": "", "expiry": ""}, "date", "not born yet"),
    "nobody": ({"patient": "P-777999"}, "patient", "No patient has this code."),
    "no product": ({"product": "Skinvive"}, "product", "No product of the catalogue"),
    "unseen characters": ({"remark": "a\x07b"}, "remark", "cannot be seen"),
}  # fmt: skip


@pytest.mark.databases("sqlite")  # every reason is found by the same reader on both
def test_every_bad_cell_is_refused_with_its_reason(cast: Cast, ware, anna) -> None:
    a_lot(ware, number="00123")
    found = why(cast, "history", a_list(HISTORY, use(), *(use(**more) for more, _, _ in BAD.values())))
    assert [(line, column) for line, column, _ in found] == [
        (n, c) for n, (_, c, _) in enumerate(BAD.values(), 3)
    ]
    told = dict(zip(BAD, found, strict=True))
    assert {name: reason for name, (_, _, reason) in told.items() if BAD[name][2] not in reason} == {}


@pytest.mark.parametrize("lot", ["A/7-12.3", "L(2)"])
def test_a_lot_with_slashes_is_taken_as_it_is(cast: Cast, ware, anna, lot: str) -> None:
    assert looked(cast, "history", a_list(HISTORY, use(lot=lot))).new == 1


def test_two_identifiers_find_a_patient_and_one_does_not(cast: Cast, ware, anna) -> None:
    header = ("date", "name", "born", "record number", "product", "lot", "quantity", "unit")
    a_patient(name="Anna Kovac", code="P-777003", born_on=date(1990, 1, 1))
    same = {"date": "2024-03-01", "product": "Skinvive 100", "lot": "G1", "quantity": "1", "unit": "mL"}
    raw = a_list(
        header,
        same | {"name": "ANNA KOVAC", "born": "1985-04-12"},
        same | {"record number": "K-12", "born": "1985-04-12"},
        same | {"name": "Anna Kovac"},
        same | {"name": "Anna Kovac", "born": "1985-04-13"},
    )
    found = looked(cast, "history", raw)
    assert (found.new, [(bad.line, bad.why) for bad in found.bad]) == (
        2,
        [(4, "The row does not say who it was."), (5, "No patient is registered with these.")],
    )


def test_a_powder_is_counted_in_what_its_label_states(cast: Cast, anna) -> None:
    powder = a_powder(name="Vitamin powder")
    raw = a_list(HISTORY, use(product="Vitamin powder", quantity="2", unit="mL"))
    assert [column for _, column, _ in why(cast, "history", raw)] == ["quantity"]
    recorded(cast, "history", a_list(HISTORY, use(product="Vitamin powder", quantity="1", unit="vial")))
    assert [row.quantity for row in answer(cast, "G4405").given] == [powder.content]


def test_who_may_not_answer_for_it_brings_nothing_in(cast: Cast, ware, anna) -> None:
    for who in ("technician", "practitioner", "admin"):
        with pytest.raises(Exception, match="release from quarantine"):
            looked(cast, "history", a_list(HISTORY, use()), who)


ALTERED = {
    "patient": ("UPDATE imported_use SET patient_id = (SELECT max(id) FROM patient)", "was altered"),
    "given": ("UPDATE given_lot SET given = given + 1", "is not what its given_lot says"),
    "gone": ("DELETE FROM given_lot", "is not what its given_lot says"),
    "whom": ("UPDATE given_lot SET patient_id = (SELECT max(id) FROM patient)", "what its given_lot says"),
}  # fmt: skip


@pytest.mark.parametrize("what", ALTERED)
def test_a_line_that_is_altered_behind_its_back_is_named(cast: Cast, ware, anna, what: str) -> None:
    recorded(cast, "history", a_list(HISTORY, use()))
    a_patient()
    statement, words = ALTERED[what]
    behind_its_back(statement)
    db.session.expire_all()
    assert words in str([fault.what for fault in imported_faults()])


@pytest.mark.databases("sqlite")  # PostgreSQL's columns take nothing but what they are made for
@pytest.mark.parametrize(
    "change",
    [
        "site_id = CAST(site_id AS BLOB)",
        "identity = CAST(identity AS BLOB)",
        "practitioner = practitioner || char(0) || 'x'",
        "remark = remark || char(0) || 'x'",
    ],
)
def test_a_line_that_reads_as_it_was_written_and_is_not_is_named(cast: Cast, ware, anna, change: str) -> None:
    recorded(cast, "history", a_list(HISTORY, use()))
    behind_its_back(f"UPDATE imported_use SET {change}")  # noqa: S608 - a test's own words
    assert [fault.what for fault in imported_faults()] == ["was altered after it was written"]


def test_a_line_that_is_altered_with_its_hash_is_not_what_the_trail_says(cast: Cast, ware, anna) -> None:
    recorded(cast, "history", a_list(HISTORY, use()))
    line = db.session.scalars(db.select(ImportedUse)).one()
    told = {c.name: getattr(line, c.name) for c in line.__table__.columns} | {"remark": "another"}
    behind_its_back(f"UPDATE imported_use SET remark = 'another', hash = '{use_hash(told)}'")  # noqa: S608 - a hash
    db.session.expire_all()
    assert ["are not those of entry" in fault.what for fault in imported_faults()] == [True]


def test_long_lists_have_an_entry_for_each_stretch(cast: Cast, ware, anna, monkeypatch) -> None:
    monkeypatch.setattr(importing, "IN_ONE_ENTRY", 7)
    recorded(cast, "history", a_list(HISTORY, *(use(date=f"2024-01-{day:02d}") for day in range(1, 21))))
    assert list(all_faults()) == []
