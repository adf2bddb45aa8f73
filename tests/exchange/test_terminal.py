"""`formulary import history FILE`: every bad row told and nothing written, else all; a recall finds it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from formulary.cli import main
from formulary.db import db
from tests.exchange.doing import HISTORY, a_list
from tests.support.builders import a_patient, a_product


@pytest.fixture
def terminal(app, cast, monkeypatch):
    """The command in the app of the test: its exit code and what it said."""
    monkeypatch.setattr("formulary.app.create_app", lambda: app)

    def run(*words: object) -> tuple[int, str]:
        db.session.rollback()
        result = CliRunner().invoke(main, [str(word) for word in words])
        db.session.rollback()
        return result.exit_code, result.stdout

    return run


def use(**more):
    said = {"date": "2024-03-01", "patient": "P-777001", "product": "Skinvive 100", "lot": "G4405"}
    return said | {"quantity": "0.5", "unit": "mL"} | more


def test_a_history_is_brought_in_on_the_terminal_and_found_there(terminal, tmp_path: Path) -> None:
    a_product(name="Skinvive 100")
    a_patient(code="P-777001")
    a_patient(code="P-777002")
    good, bad, told = (tmp_path / name for name in ("good.csv", "bad.csv", "told.csv"))
    good.write_bytes(a_list(HISTORY, use(), use(patient="P-777002", lot="")))
    bad.write_bytes(a_list(HISTORY, use(), use(quantity="-1"), use(patient="P-999999")))
    command = ("import", "history")
    code, said = terminal(*command, bad, "--as", "pharmacist")
    assert code == 1
    assert [line.split("“")[0] for line in said.splitlines()[1:]] == [
        "line 3, quantity: ",
        "line 4, patient: ",
    ]
    assert said.endswith(
        "“P-999999”: No patient has this code. Register the patient first, or correct the code.\n"
    )
    assert terminal(*command, bad, "--as", "pharmacist", "--bad", told)[0] == 1
    written = [line.split(",") for line in told.read_text("utf-8-sig").splitlines()]
    assert [line[:3] for line in written[:3]] == [
        ["line", "column", "it says"],
        ["3", "quantity", "'-1"],
        ["4", "patient", "P-999999"],
    ]
    assert told.stat().st_mode & 0o777 == 0o600
    assert terminal(*command, good, "--as", "pharmacist", "--look") == (
        0,
        "2 rows: 2 new, 0 on record already.\n",
    )
    assert terminal(*command, good, "--as", "pharmacist")[1].splitlines()[-1] == "2 rows on record."
    assert terminal(*command, good, "--as", "pharmacist") == (0, "2 rows: 0 new, 2 on record already.\n")
    answer = json.loads(terminal("recall", "G4405", "--json")[1])
    assert [(row["patient"], row["cocktail"], row["grade"]) for row in answer["patients"]] == [
        ("P-777001", None, "imported")
    ]
    assert [(row["patient"], row["test"]) for row in answer["not_excluded"]] == [("P-777002", None)]
    assert answer["lots"][0]["expiry"] is None
    assert "expires not on record" in terminal("recall", "G4405")[1]


def test_who_may_not_bring_it_in_is_told_so(terminal, tmp_path: Path) -> None:
    file = tmp_path / "good.csv"
    file.write_bytes(a_list(HISTORY, use()))
    code, _ = terminal("import", "history", file, "--as", "technician")
    assert code == 1
