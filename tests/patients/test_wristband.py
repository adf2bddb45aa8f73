"""The wristband: two identifiers and the code that is scanned; printing it is a look at the record."""

import io

import pypdfium2

from formulary.audit.models import AccessEntry
from formulary.db import db
from formulary.web import barcodes
from tests.overview.test_find import goes_to
from tests.support.builders import a_patient


def drawn(document: bytes) -> tuple[bytes, str]:
    """The first page as a picture of a label printer, and its words."""
    opened, out = pypdfium2.PdfDocument(document), io.BytesIO()
    opened[0].render(scale=203 / 72).to_pil().save(out, "PNG")
    words = opened[0].get_textpage().get_text_range()
    opened.close()
    return out.getvalue(), words


def test_a_scan_of_the_wristband_opens_the_patient(clients):
    patient = a_patient(name="Basil Example")
    answer = clients("practitioner").get(f"/patients/{patient.id}/wristband.pdf")
    picture, words = drawn(answer.data)
    assert "Basil Example" in words
    code = barcodes.decode(picture).decode()
    assert code == f"FML1:{patient.code}"
    assert goes_to(clients("practitioner"), code, captured=True) == f"/patients/{patient.id}"


def test_printing_it_is_noted(clients):
    patient = a_patient()
    clients("practitioner").get(f"/patients/{patient.id}/wristband.pdf")
    assert db.session.query(AccessEntry).filter_by(what="patients.wristband").count() == 1


def test_stock_staff_print_none(clients):
    assert clients("technician").get(f"/patients/{a_patient().id}/wristband.pdf").status_code == 403
