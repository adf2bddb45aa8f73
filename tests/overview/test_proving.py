"""The parts of the proof among themselves: one that stops before its time does not end the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import OperationalError

from formulary.audit.queries import Fault
from formulary.db import db
from formulary.overview.queries import proving
from formulary.stock.queries import proof
from tests.administrations.doing import close, points
from tests.support.behind import behind_its_back
from tests.support.stages import Road

STOPPED = "met what it cannot read and stopped: "
LAST = "a check_override that is not there"
ON_POSTGRESQL = pytest.mark.databases("postgresql")
"""It answers nothing more in a transaction in which something failed."""
ON_SQLITE = pytest.mark.databases("sqlite")
"""Its words for a value are its own."""
OVERFLOWS, DAMAGED = "SELECT 9223372036854775807 + 1", "invalid page in block 7"
RAISES = f"DO $$ BEGIN RAISE '{DAMAGED}' USING ERRCODE = 'data_corrupted'; END $$"


@pytest.fixture
def told(road: Road) -> None:
    """A session that is closed, and a trail that tells of an answer which nobody gave."""
    begun = road.started()
    points(begun, 80)
    close(begun, "1")
    answers = """new = '{"answers":[{}],"revision": 1}', action = 'cocktails.sign', outcome = 'done'"""
    behind_its_back(f"UPDATE audit_entry SET {answers} WHERE id = 2")  # noqa: S608 - a test's own words


def by_one() -> list[Fault]:
    return list(proving.all_faults())


def by_several() -> list[Fault]:
    with proving.side_by_side() as (_, find):
        return list(find(None))


WAYS = pytest.mark.parametrize("ways", [by_one, by_several])


def asking(statement: str) -> Callable[[], Iterator[Fault]]:
    """A proof that asks this of the database."""

    def faults() -> Iterator[Fault]:
        db.session.execute(db.text(statement))
        yield Fault("proof", "what was asked", "was answered")

    return faults


def named(ways: Callable[[], list[Fault]]) -> dict[str, str]:
    return {fault.row: fault.what for fault in ways()}


@WAYS
@ON_POSTGRESQL
@pytest.mark.usefixtures("told")
def test_what_was_altered_beyond_all_numbers_stops_its_own_proof(ways: Callable[[], list[Fault]]) -> None:
    behind_its_back("UPDATE given_lot SET given = 9223372036854775807 WHERE id = 1")
    found = named(ways)
    assert {"entry 2", "the proof of whom the lots reached", LAST} <= set(found)
    assert found["the proof of whom the lots reached"] == f"{STOPPED}bigint out of range"


@WAYS
@ON_POSTGRESQL
@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("statement", "why"), [(OVERFLOWS, "bigint out of range"), (RAISES, DAMAGED)], ids=["value", "page"]
)
def test_an_error_of_the_server_stops_the_proof_that_met_it_and_no_other(
    monkeypatch: pytest.MonkeyPatch, ways: Callable[[], list[Fault]], statement: str, why: str
) -> None:
    monkeypatch.setitem(proof.PROOFS, "reservations", asking(statement))
    found = named(ways)
    assert found["the proof of reservations"].splitlines()[0] == f"{STOPPED}{why}"
    assert {"entry 2", LAST} <= set(found)


@WAYS
@ON_POSTGRESQL
@pytest.mark.usefixtures("told")
def test_both_against_each_other_may_stop_as_well(
    monkeypatch: pytest.MonkeyPatch, ways: Callable[[], list[Fault]]
) -> None:
    behind_its_back("UPDATE audit_entry SET movements = '[]' WHERE movements <> '[]'")
    failing = asking(OVERFLOWS)
    monkeypatch.setattr(proof, "coverage_faults", lambda _seen, _named: failing())
    found = named(ways)
    assert found["the proof of both against each other"] == f"{STOPPED}bigint out of range"
    assert LAST in found


@ON_SQLITE
@pytest.mark.usefixtures("told")
def test_what_is_no_json_stops_the_proof_that_met_it_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(proof.PROOFS, "reservations", asking("SELECT json('{')"))
    found = named(by_one)
    assert found["the proof of reservations"] == f"{STOPPED}malformed JSON"
    assert LAST in found


@ON_SQLITE
@pytest.mark.usefixtures("told")
def test_a_damaged_page_stops_the_proof_that_met_it_and_no_other() -> None:
    damage("transfer_line")
    found = named(by_one)
    assert found["the proof of transfers"] == f"{STOPPED}database disk image is malformed"
    assert LAST in found


def damage(table: str) -> None:
    """Write over the first page of a table in the file."""
    with db.engine.connect() as connection:
        asked = connection.exec_driver_sql
        asked("COMMIT")
        asked("PRAGMA wal_checkpoint(TRUNCATE)")
        size = asked("PRAGMA page_size").scalar_one()
        page = asked(f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'").scalar_one()  # noqa: S608
        asked("BEGIN")
    db.session.remove()
    db.engine.dispose()
    with open(db.engine.url.database or "", "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@ON_POSTGRESQL
@pytest.mark.usefixtures("told")
def test_a_server_that_is_gone_is_no_fault_of_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = asking("SELECT pg_terminate_backend(pg_backend_pid())")
    monkeypatch.setitem(proof.PROOFS, "reservations", gone)
    with pytest.raises(OperationalError, match="terminating connection"):
        by_one()
