"""The pages of lists: chosen, looked at, recorded once; nothing is written before that."""

from __future__ import annotations

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from formulary.administrations.models import ImportedUse
from formulary.db import StoredFile, db
from formulary.exchange.forms import LARGEST
from formulary.exchange.views import ROOM
from tests.exchange.doing import HISTORY, a_list
from tests.support.builders import a_patient, a_product
from tests.support.client import Client
from tests.support.world import Cast

CHOOSE = "/lists/history"


@pytest.fixture
def clerk(clients, cast: Cast) -> Client:
    a_product(name="Skinvive 100")
    a_patient(name="Anna Kovac", code="P-777001")
    return clients("pharmacist")


def use(**more):
    said = {"date": "2024-03-01", "patient": "P-777001", "product": "Skinvive 100", "lot": "G4405"}
    return said | {"quantity": "0.5", "unit": "mL"} | more


def chosen(clerk: Client, raw: bytes, name: str = "old.csv"):
    """The page of a file that was chosen."""
    data = clerk.get_ok(CHOOSE).form("/history").filled({}) | {"file": (io.BytesIO(raw), name)}
    sent = clerk.open("POST", CHOOSE, data=data, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    return clerk.get_ok(sent.location)


def written() -> tuple[int, int]:
    """How many lines are on record, and how many files lie here."""
    db.session.expire_all()
    lines = db.session.scalar(db.select(db.func.count(ImportedUse.id))) or 0
    kept = db.select(db.func.count(StoredFile.id)).where(StoredFile.content.is_not(None))
    return lines, db.session.scalar(kept) or 0


@pytest.mark.databases("sqlite")  # it is refused before anything is asked of a database
@pytest.mark.parametrize(
    ("more", "status", "words"),
    [(1, 422, "This file has more than 8\N{NO-BREAK SPACE}MB"), (ROOM, 413, "This is too large")],
)
def test_a_file_that_is_too_large_is_refused_readably_and_nothing_is_kept(
    clerk: Client, more: int, status: int, words: str
) -> None:
    before = files_kept()
    data = clerk.get_ok(CHOOSE).form("/history").filled({})
    data |= {"file": FileStorage(io.BytesIO(b"x" * (LARGEST + more)), "old.csv")}
    mark, body = encode_multipart(data)
    answer = clerk.open("POST", CHOOSE, data=body, content_type=f"multipart/form-data; boundary={mark}")
    assert words in clerk.read(answer, CHOOSE, status).text
    assert (files_kept(), written()) == (before, (0, 0))


def files_kept() -> int:
    """How many files were ever brought."""
    return db.session.scalar(db.select(db.func.count(StoredFile.id))) or 0


def test_a_list_is_chosen_looked_at_and_recorded_once(clerk: Client) -> None:
    page = chosen(clerk, a_list(HISTORY, use(), use(date="2024-04-01")))
    assert (written(), "old.csv" in page.text) == ((0, 1), True)
    answers = [clerk.submit(page, press="Record 2\xa0rows") for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/lists/")] * 2
    assert written() == (2, 0)
    again = chosen(clerk, a_list(HISTORY, use(), use(date="2024-04-01")))
    assert "on record already" in again.text
    assert again.all("button", value="record") == []


def test_one_bad_row_is_told_and_nothing_can_be_recorded(clerk: Client) -> None:
    page = chosen(clerk, a_list(HISTORY, use(), use(patient="P-999999")))
    assert "No patient has this code." in page.text
    assert page.all("button", value="record") == []
    told = clerk.get(page.links["CSV"]).text.lstrip("\ufeff").splitlines()
    assert told == [
        "line,column,it says,why it is not taken,what would do",
        '3,patient,P-999999,No patient has this code.,"Register the patient first, or correct the code."',
    ]
    assert clerk.submit(page, press="Leave it").status_code == 303
    assert written() == (0, 0)


def test_what_is_no_list_is_said_on_the_page(clerk: Client) -> None:
    page = clerk.read(clerk.submit(clerk.get_ok(CHOOSE), to="/history"), CHOOSE, 422)
    assert "No file was chosen." in page.text
    data = clerk.get_ok(CHOOSE).form("/history").filled({}) | {
        "file": (io.BytesIO(b"when,what\n1,2\n"), "x.csv")
    }
    sent = clerk.open("POST", CHOOSE, data=data, content_type="multipart/form-data")
    page = clerk.read(clerk.get(sent.location), sent.location, 422)
    assert "names no column for the date" in page.text


def test_a_file_is_its_own_persons_and_a_technician_brings_in_deliveries_alone(
    clerk: Client, clients
) -> None:
    chosen(clerk, a_list(HISTORY, use()))
    number = db.session.scalar(db.select(db.func.max(StoredFile.id)))
    assert clients("pharmacist2").get(f"{CHOOSE}/{number}").status_code == 404
    technician = clients("technician")
    assert [technician.get(f"/lists/{word}").status_code for word in ("deliveries", "stock", "history")] == [
        200,
        403,
        403,
    ]
    assert "Opening stock" not in technician.get_ok("/lists/").text


def test_a_patients_page_leads_to_what_was_given_before_with_its_lots(clerk: Client) -> None:
    clerk.submit(
        chosen(clerk, a_list(HISTORY, use(remark="left cheek"), use(lot=""))), press="Record 2\xa0rows"
    )
    patient = db.session.scalar(db.select(ImportedUse.patient_id).limit(1))
    page = clerk.get_ok(clerk.get_ok(f"/patients/{patient}").links["Earlier records"])
    assert [word in page.text for word in ("G4405", "left cheek", "lot not noted", "2 of old.csv")] == [
        True
    ] * 4


def test_a_template_is_a_list_that_can_be_read(clerk: Client) -> None:
    told = clerk.get(f"{CHOOSE}/template.csv").text.lstrip("\ufeff").splitlines()
    assert told[0].split(",")[:2] == ["date", "patient"]
    assert clerk.get(f"{CHOOSE}/template.xlsx").data[:2] == b"PK"
    assert clerk.get_ok("/stock/").links["Bring lists in"] == "/lists/"
