"""Prick, intradermal and label tests on their pages: guideline, controls, wheals, and what is refused."""

import pytest

from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from tests.support.builders import a_lot, a_patient, a_product, an_ingredient
from tests.support.pages import text_of


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient()


@pytest.fixture
def lot(app):
    """Vials of tranexamic acid, 100 mg/mL."""
    return a_lot(a_product(an_ingredient("tranexamic acid"), name="Tranexamic acid 100"), number="L2231")


def url(patient):
    """The page on which a test is applied."""
    return f"/patch-tests/of/{patient.id}/apply"


def spots(lot, *controls):
    """The answers for one spot of the lot and its controls, which are not kept in stock."""
    told = {"spots-0-source": f"lot:{lot.id}", "spots-0-volume": "0.02"}
    for number, role in enumerate(controls, 1):
        told |= {f"spots-{number}-source": "outside", f"spots-{number}-role": role}
    return told


def outcomes(page):
    """What the page says of each spot."""
    return [text_of(cell) for cell in page.all("td", data_label="Outcome")]


def test_an_intradermal_test_is_judged_by_its_own_guideline(clients, patient, lot, watch):
    client = clients("practitioner")
    client.post_ok(url(patient), {**spots(lot, "negative"), "guideline": "eaaci"})
    (test,) = db.session.scalars(db.select(PatchTest))
    watch.move(minutes=20)
    client.login("practitioner")
    page = f"/patch-tests/{test.id}"
    told = {"grades-0-wheal_first": "5", "grades-0-wheal": "8", "grades-0-flare": "yes"}
    told |= {"grades-1-wheal_first": "3", "grades-1-wheal": "0"}
    read = client.post_ok(f"{page}/read", told, at=page)
    first, control = outcomes(read)
    assert first.startswith("positive on")
    assert control.startswith("negative control as it should be")
    assert "5 mm at once, 8 mm, with flare" in read.text.replace("\xa0", " ")
    assert "0.02 mL drawn = 2 mg" in read.text.replace("\xa0", " ")


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_same_wheal_is_negative_by_another(clients, patient, lot, watch):
    client = clients("practitioner")
    client.post_ok(url(patient), {**spots(lot, "negative"), "guideline": "sfar"})
    (test,) = db.session.scalars(db.select(PatchTest))
    watch.move(minutes=20)
    client.login("practitioner")
    page = f"/patch-tests/{test.id}"
    told = {"grades-0-wheal_first": "5", "grades-0-wheal": "8", "grades-1-wheal": "0"}
    told |= {"grades-1-wheal_first": "0"}
    assert outcomes(client.post_ok(f"{page}/read", told, at=page))[0].startswith("negative")


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"grades-0-wheal": "8", "grades-0-flare": "yes"}, "reading.no_first_wheal"),
        ({"grades-0-wheal": "8", "grades-0-wheal_first": "5"}, "reading.no_flare"),
        ({"grades-0-grade": "-"}, "reading.not_measured"),
    ],
)
def test_a_reading_that_the_guideline_cannot_judge_is_refused(clients, patient, lot, told, code):
    client = clients("practitioner")
    client.post_ok(url(patient), {**spots(lot, "negative"), "guideline": "eaaci"})
    (test,) = db.session.scalars(db.select(PatchTest))
    page = f"/patch-tests/{test.id}"
    assert client.post_refused(f"{page}/read", told, at=page).findings == [code]
    assert db.session.scalars(db.select(PatchTestReading)).all() == []


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_guideline_without_its_control_is_refused(clients, patient, lot):
    client = clients("practitioner")
    page = client.post_refused(url(patient), {**spots(lot, "negative"), "guideline": "spt"})
    assert page.findings == ["test.no_control"]
    page = client.post_refused(url(patient), {**spots(lot), "spots-1-source": "outside"})
    assert page.errors == ["It is no test. Choose which control it is."]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_label_of_hyaluronidase_is_for_no_other_product(clients, patient, lot):
    page = clients("practitioner").post_refused(url(patient), {**spots(lot), "guideline": "hyaluronidase"})
    assert page.errors == [
        "This test is the one on the label of hyaluronidase, and Tranexamic acid 100 is none. "
        "Choose another guideline."
    ]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_control_keeps_its_role_and_no_product(clients, patient, lot):
    clients("practitioner").post_ok(url(patient), {**spots(lot, "negative", "positive"), "guideline": "spt"})
    rows = db.session.scalars(db.select(PatchTestItem).order_by(PatchTestItem.number)).all()
    assert [(row.role, row.product_id) for row in rows] == [
        ("test", lot.product_id),
        ("negative", None),
        ("positive", None),
    ]


def test_a_waiting_reading_stands_on_the_list_within_minutes(clients, patient, lot, watch):
    client = clients("practitioner")
    client.post_ok(url(patient), {**spots(lot, "negative"), "guideline": "bsaci"})
    watch.move(minutes=21)
    client.login("practitioner")
    page = client.get_ok("/patch-tests/")
    assert [text_of(cell).partition(" until")[0] for cell in page.all("td", data_label="Reading")] == [
        "20 to 30 min reading"
    ]
