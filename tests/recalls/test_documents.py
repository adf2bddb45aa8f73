"""The notice of a case as it came: who attaches it, how it comes back, and where it is told of."""

import hashlib
from io import BytesIO

import pypdfium2
import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from formulary.audit.models import AccessEntry, AuditEntry
from formulary.db import db
from formulary.recalls import actions
from formulary.recalls.actions.documenting import attach_notice
from formulary.recalls.models import RecallDocument
from formulary.rules.findings import Refused
from tests.recalls.casing import a_case, did
from tests.recalls.reading import words
from tests.support.builders import a_lot

pytestmark = pytest.mark.databases("sqlite")  # that rows stay as they are is proven on both with the schema

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
KNOWN = hashlib.sha256(PDF).hexdigest()
SEEN, REFUSED = 303, 422


@pytest.fixture
def case(cast):
    """A case with a frozen list."""
    a_lot(number="NEW1")
    return a_case("NEW1", actions.open_case)


def attach(client, case, raw, title="Letter 7"):
    """What the page answers once the file is sent: its status, and its faults."""
    url = f"/recalls/cases/{case.id}/documents"
    data = client.get_ok(url).form("/documents").filled({"title": title})
    boundary, body = encode_multipart({**data, "file": FileStorage(BytesIO(raw), filename="n.pdf")})
    sent = client.open("POST", url, data=body, content_type=f"multipart/form-data; boundary={boundary}")
    return sent.status_code, client.read(sent, url, REFUSED).errors if sent.status_code == REFUSED else []


def kept():
    db.session.expire_all()
    return list(db.session.scalars(db.select(RecallDocument)))


def test_the_notice_stands_on_the_case_and_comes_back_as_it_was(clients, case):
    assert attach(clients("recall"), case, PDF) == (SEEN, [])
    page = clients("technician").get_ok(f"/recalls/cases/{case.id}")
    answer = clients("technician").get(page.links["Letter 7"])
    name = f"attachment; filename=recall-{case.code}-notice-1.pdf"
    assert (answer.data, answer.headers["Content-Disposition"]) == (PDF, name)
    seen = db.session.scalars(db.select(AccessEntry.detail).order_by(AccessEntry.id.desc()).limit(1)).one()
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="recalls.attach_notice")).one()
    assert (seen, entry.new["sha256"]) == (f"{case.code}, document 1", KNOWN)
    assert "notice attached" in words(page)


def test_the_report_lists_it_by_name_and_hash(clients, case):
    did(attach_notice, case.id, raw=PDF, title="Letter 7")
    sheets = pypdfium2.PdfDocument(clients("recall").get(f"/recalls/cases/{case.id}/report.pdf").data)
    text = "".join("".join(sheet.get_textpage().get_text_range() for sheet in sheets).split())
    assert ("Letter7,PDF" in text, KNOWN in text) == (True, True)


def test_what_is_no_document_is_refused_and_what_was_typed_stays(clients, case):
    client = clients("recall")
    alien = "This file is neither a PDF nor a PNG or JPEG picture, whatever it is called."
    large = "This file has more than 5\N{NO-BREAK SPACE}MB, which no such file has. Choose another one."
    for raw, why in (
        (b"MZ\x90" + bytes(99), f"{alien} Scan or save it as one of these."),
        (b"", "No file was chosen. Choose one."),
        (PDF + bytes(5 * 1024 * 1024 - len(PDF) + 1), large),
    ):
        assert attach(client, case, raw) == (REFUSED, [why])
    assert kept() == []


def test_the_same_file_again_and_a_closed_case_are_refused(case):
    did(attach_notice, case.id, raw=PDF)
    assert [row.title for row in kept()] == ["Notice"]
    with pytest.raises(Refused, match="attached to the case already"):
        did(attach_notice, case.id, raw=PDF)
    closed = a_case("NEVERHERE")
    did(actions.close, closed.id, reason="Not ours")
    with pytest.raises(Refused, match="is closed"):
        did(attach_notice, closed.id, raw=PDF)


def test_who_sees_no_case_gets_no_notice_and_who_writes_none_attaches_none(clients, case):
    did(attach_notice, case.id, raw=PDF)
    url = f"/recalls/cases/{case.id}/documents"
    other = a_case("NEW1")
    assert clients("admin").get(f"{url}/1/file").status_code == 403
    assert [clients(who).get(url).status_code for who in ("pharmacist", "auditor")] == [403, 403]
    assert clients("recall").get(f"/recalls/cases/{other.id}/documents/1/file").status_code == 404
