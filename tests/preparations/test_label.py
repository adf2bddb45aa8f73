"""The label: achieved amounts, total, beyond-use date, who prepared and released; its code is read back."""

import io

import pypdfium2
import pytest

from formulary.preparations import queries
from formulary.web import barcodes
from tests.preparations.doing import do_step, finish, release
from tests.support.builders import act

SHARP = 4


@pytest.fixture
def printed(clients):
    """The label of an attempt as a PDF document."""

    def of(attempt, who="technician"):
        answer = clients(who).get(f"/preparations/{attempt.id}/label.pdf")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        return pypdfium2.PdfDocument(answer.data)

    return of


def words_of(page):
    """The words of a page; a hyphen at the end of a line is told by PDFium as U+FFFE."""
    text = page.get_textpage().get_text_range().replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(text.replace("\ufffe", "-").split())


def picture_of(page):
    made = io.BytesIO()
    page.render(scale=SHARP).to_pil().save(made, "PNG")
    return made.getvalue()


def test_its_barcode_reads_back_as_the_code_of_the_container(road, printed):
    [page] = printed(road.released())
    assert barcodes.decode(picture_of(page)) == b"FML1:C-0001/1.1"


def test_it_names_the_patient_by_two_identifiers(road, printed):
    [page] = printed(road.released())
    patient = road.patient
    assert f"{patient.name} born 12 Apr 1985, {patient.code}" in words_of(page)


def test_it_gives_what_was_achieved_and_how_much_per_millilitre(road, printed):
    words = words_of(printed(road.released())[0])
    for line in (
        "tranexamic acid 20 mg 4 mg/mL",
        "ascorbic acid 150 mg 30 mg/mL",
        "glutathione 100.5 mg 20.1 mg/mL",
        "sodium chloride 0.9% 3.83 mL",
        "5 mL, intradermal. Keep at room temperature.",
    ):
        assert line in words


def test_what_was_really_drawn_stands_on_it_and_not_what_was_planned(road, printed):
    attempt = road.claimed()
    do_step(attempt, 1, "0.21")
    for number in (2, 3, 4):
        do_step(attempt, number)
    words = words_of(printed(release(finish(attempt)))[0])
    assert "tranexamic acid 21 mg 4.2 mg/mL" in words


def test_the_beyond_use_date_has_its_time_and_the_limit_that_decides(road, printed):
    words = words_of(printed(road.released())[0])
    assert "Use before 24 Nov 2026, 15:00" in words
    assert "limited by vial V-" in words


def test_it_says_who_prepared_and_who_released(road, printed):
    words = words_of(printed(road.released())[0])
    assert "prepared Tom Girard, released Claire Morel" in words
    assert "SELF-CHECKED" not in words


def test_what_was_checked_by_nobody_else_says_so(road, printed):
    attempt = road.released()
    with act():
        attempt.self_released = True
    assert "SELF-CHECKED" in words_of(printed(attempt)[0])


def test_numbers_keep_the_sites_decimal_mark(road, printed):
    attempt = road.released()
    with act():
        road.clinic.site.decimal_mark = ","
    assert "glutathione 100,5 mg 20,1 mg/mL" in words_of(printed(attempt)[0])


def test_several_containers_have_a_label_each_with_their_own_share(road, printed):
    attempt = road.prepared()
    with act():
        attempt.total = 20_000_000
    release(attempt)
    first, second = printed(attempt)
    assert (barcodes.decode(picture_of(first)), barcodes.decode(picture_of(second))) == (
        b"FML1:C-0001/1.1",
        b"FML1:C-0001/1.2",
    )
    assert "tranexamic acid 10 mg 4 mg/mL" in words_of(first)
    assert "2 of 2" in words_of(second)


def test_there_is_none_before_release(road, clients):
    attempt = road.prepared()
    clients("technician").get_page(f"/preparations/{attempt.id}/label.pdf", status=404)


def test_strangers_get_none(road, clients):
    attempt = road.released()
    clients("practitioner3").get_page(f"/preparations/{attempt.id}/label.pdf", status=404)
    clients("recall").get_page(f"/preparations/{attempt.id}/label.pdf", status=403)
    assert len(queries.syringes(attempt.id)) == 1
