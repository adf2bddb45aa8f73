"""The files of a lot: what is taken, who attaches and who reads, and how one is given back."""

from io import BytesIO

import pytest

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.stock.models import LotDocument
from tests.overview.doing import words
from tests.support.builders import a_lot

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
SEEN, REFUSED = 302, 422
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def attach(client, lot, raw, name="note.pdf", **more):
    """What the page answers once the file is sent: its status and its words."""
    url = f"/stock/lots/{lot.id}/documents"
    form = client.get_ok(url).form("/documents")
    data = form.filled({"kind": "certificate", "title": "CoA 2231"} | more)
    sent = client.open(
        "POST", url, data=data | {"file": (BytesIO(raw), name)}, content_type="multipart/form-data"
    )
    return sent.status_code, words(client.read(sent, url, 422)) if sent.status_code == REFUSED else ""


def kept():
    db.session.expire_all()
    return list(db.session.scalars(db.select(LotDocument)))


def test_a_certificate_stands_on_the_page_of_its_lot_and_comes_back_as_it_was(clients, cast):
    lot, client = a_lot(), clients("technician")
    assert attach(client, lot, PDF)[0] == SEEN
    page = clients("auditor").get_ok(f"/stock/lots/{lot.id}")
    assert "Certificate of analysis CoA 2231" in page.links
    answer = clients("auditor").get(page.links["Certificate of analysis CoA 2231"])
    told = (answer.data, answer.mimetype, answer.headers["Content-Disposition"])
    [row] = kept()
    assert told == (PDF, "application/pdf", f"attachment; filename=lot-{lot.id}-certificate-{row.id}.pdf")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert (policy[-1], answer.headers["X-Content-Type-Options"]) == ("sandbox", "nosniff")
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="stock.document")).one()
    assert (entry.new["kind"], entry.new["size"], entry.new["sha256"]) == (
        "certificate",
        len(PDF),
        row.sha256,
    )


@pytest.mark.parametrize(
    ("raw", "name", "why"),
    [
        (b"<script>alert(1)</script>", "note.pdf", "neither a PDF nor a PNG or JPEG"),
        (b"", "note.pdf", "No file was chosen."),
    ],
)
def test_what_is_no_document_is_refused_and_nothing_is_kept(clients, cast, raw, name, why):
    status, told = attach(clients("pharmacist"), a_lot(), raw, name)
    assert (status, why in told, kept()) == (REFUSED, True, [])


def test_the_same_file_again_is_told_and_a_picture_is_taken_by_its_content(clients, cast):
    lot, client = a_lot(), clients("pharmacist")
    attach(client, lot, PNG, "scan.pdf", kind="delivery_note")
    status, told = attach(client, lot, PNG, "other.png")
    assert (status, "attached to the lot already" in told) == (REFUSED, True)
    assert [(row.media, row.kind) for row in kept()] == [("png", "delivery_note")]


def test_who_may_not_receive_attaches_nothing(clients, cast):
    lot = a_lot()
    assert clients("auditor").get(f"/stock/lots/{lot.id}/documents").status_code == 403
    assert clients("pharmacist").get("/stock/documents/999/file").status_code == 404
