"""The label: achieved amounts, total, beyond-use date, who prepared and released; its code is read back."""

import io
from datetime import date

import pypdfium2
import pytest

from formulary.db import db
from formulary.preparations import queries
from formulary.preparations.labels.final import Content, Label, supplied_words
from formulary.rules.facts import Diluent
from formulary.rules.units import Quantity, show
from formulary.web import barcodes, pdf
from tests.preparations.doing import do_step, finish, release
from tests.rules.builders import GLUTATHIONE, TRANEXAMIC, a_draw, a_line, a_stock
from tests.support.builders import act

# What a label says does not depend on the database; test_release makes one on both.
pytestmark = pytest.mark.databases("sqlite")
both = pytest.mark.databases("sqlite", "postgresql")

SHARP = 4


@pytest.fixture
def printed(clients):
    """The label of an attempt as a PDF document."""

    def of(attempt, who="technician", paper="label"):
        page = clients(who).get_ok(f"/preparations/{attempt.id}")
        answer = clients(who).submit(page, {"paper": paper}, to="/label.pdf")
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
    [page] = printed(attempt)
    assert "SELF-CHECKED" in words_of(page)


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
    asked = clients("technician").get_ok(f"/preparations/{attempt.id}").form(button="Sign out").fields
    answer = clients("technician").post(f"/preparations/{attempt.id}/label.pdf", asked | {"paper": "label"})
    assert answer.status_code == 404


def test_strangers_get_none(road, clients):
    attempt = road.released()
    for who, status in (("practitioner3", 404), ("recall", 403)):
        asked = clients(who).get_ok("/").form(button="Sign out").fields
        answer = clients(who).post(f"/preparations/{attempt.id}/label.pdf", asked | {"paper": "label"})
        assert answer.status_code == status
    assert [s.printed for s in queries.syringes(attempt.id)] == [0]


@both
def test_again_it_is_printed_by_who_may_release_and_says_so(road, printed, clients):
    attempt = road.released()
    assert "print 2" not in words_of(printed(attempt)[0])
    page = clients("technician").get_ok(f"/preparations/{attempt.id}")
    assert "Printed; who may release prints it again." in page.text
    assert "C-0001/1.1 1 of 1 print 2" in words_of(printed(attempt, "pharmacist", paper="a4")[0])
    db.session.expire_all()
    assert [s.printed for s in queries.syringes(attempt.id)] == [2]


def test_who_may_not_release_does_not_print_it_again(road, printed, clients):
    attempt = road.released()
    form = clients("technician").get_ok(f"/preparations/{attempt.id}").form(to="/label.pdf")
    printed(attempt)
    answer = clients("technician").post(form.action, form.filled({"form_key": "another", "paper": "label"}))
    assert answer.status_code in (403, 422)


def test_a_sheet_of_a4_holds_the_labels(road, printed):
    [page] = printed(road.released(), paper="a4")
    assert [round(side / 72 * 25.4) for side in page.get_size()] == [210, 297]
    assert barcodes.decode(picture_of(page)) == b"FML1:C-0001/1.1"


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [("0.0000004", "g", "0.4 mcg"), ("0.000001", "mg", "0.001 mcg"), ("1.50", "mg", "1.5 mg")],
)
def test_a_small_amount_is_never_0_and_no_zero_trails(number, unit, words):
    assert show(Quantity.of(number, unit)).replace("\N{NO-BREAK SPACE}", " ") == words


PAPERS = [
    ("claimed", "/preparations/{0.id}/tag.pdf", "IN PROCESS: not released, not to be given"),
    ("claimed", "/preparations/{0.id}/worksheet.pdf", "Looked at and released by (another person)"),
    ("prepared", "/preparations/{0.id}/worksheet.pdf", "In all 5 mL so far."),
    ("verified", "/preparations/cocktails/{0.id}/worksheet.pdf", "For when the system is down."),
]


@pytest.mark.parametrize(("stage", "url", "words"), PAPERS, ids=lambda case: str(case)[-16:])
@pytest.mark.databases("sqlite")  # paper does not depend on the database
def test_what_is_printed_on_the_way(road, clients, stage, url, words):
    at_stage = getattr(road, stage)()
    answer = clients("technician").get(url.format(at_stage))
    [page] = pypdfium2.PdfDocument(answer.data)
    assert words in words_of(page)
    assert b"C-0001" in (barcodes.decode(picture_of(page)) or b"")


def test_what_is_not_in_process_has_no_tag_and_what_is_not_verified_no_paper(road, clients):
    attempt = road.released()
    for url in (
        f"/preparations/{attempt.id}/tag.pdf",
        f"/preparations/cocktails/{attempt.cocktail_id}/worksheet.pdf",
    ):
        clients("technician").get_page(url, status=404)


def test_a_powder_that_was_dissolved_is_not_called_unmixed():
    vial = a_stock(GLUTATHIONE, vial_id=7, diluent=Diluent(560, "WFI-1", 57, date(2027, 11, 30)))
    dissolved = a_draw(a_line(GLUTATHIONE), "0.67 mL", stock=vial)
    untouched = a_draw(a_line(TRANEXAMIC), "1 mL")
    assert supplied_words([dissolved]) == "As supplied, dissolved with lot WFI-1."
    assert supplied_words([untouched]) == "As supplied, not mixed."


def a_label(contents):
    names = (f"ingredient number {number}" for number in range(1, contents + 1))
    return Label(
        code="C-0001/1.1",
        container="1 of 1",
        patient="Marguerite-Antoinette Vandenbroucke",
        patient_code="P-10542",
        born_on=date(1985, 4, 12),
        contents=[Content(name, "100.5 mg", "20.1 mg/mL") for name in names],
        total="5 mL",
        route="intradermal",
        area="full face and neck",
        beyond_use="24 Nov 2026, 15:00",
        limited_by="what the clinic allows a mixture of vitamins",
        storage="Keep at 2 to 8 °C",
        prepared_by="Clementine Desrosiers",
        released_by="Clementine Desrosiers",
        self_checked=True,
        as_supplied="",
        prints=2,
    )


@pytest.mark.parametrize(("paper", "contents"), [("label", 4), ("label", 10), ("vial", 2), ("vial", 3)])
def test_type_is_set_smaller_until_a_label_holds_all_that_is_in_it(app, paper, contents):
    told = {"labels": [a_label(contents)], "barcode": barcodes.own, "paper": paper}
    with app.test_request_context():
        [page] = pypdfium2.PdfDocument(pdf.render_labels("preparations/label.html", count=1, **told))
    assert f"ingredient number {contents}" in words_of(page)
    assert "SELF-CHECKED" in words_of(page)
    assert barcodes.decode(picture_of(page)) == b"FML1:C-0001/1.1"
