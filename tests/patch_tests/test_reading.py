"""Reading a test: what is seen is entered, also if it is nothing, and the outcome is computed from it."""

from datetime import timedelta

import pytest

from formulary.db import db
from formulary.patch_tests.models import PatchTest, PatchTestReading
from tests.support.builders import a_lot, a_patient, a_policy, a_product, a_reading, a_test, an_ingredient
from tests.support.builders.accounts import PASSWORD
from tests.support.pages import text_of

SECOND = {"signer-username": "practitioner2", "signer-secret": PASSWORD}


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient()


@pytest.fixture
def lot(app):
    """A lot of ascorbic acid."""
    return a_lot(a_product(an_ingredient("ascorbic acid"), name="Ascorbic acid 500"), number="AS81")


@pytest.fixture
def test(patient, lot):
    """A test applied five days ago, not read yet."""
    return a_test(patient, lot, ago=timedelta(days=5))


def read(client, test, grade="-", **more):
    """Enter what is seen at the first spot."""
    url = f"/patch-tests/{test.id}"
    return client.post_ok(f"{url}/read", {"grades-0-grade": grade, **more}, at=url)


def refused(client, test, grade="-", **more):
    """The same, refused."""
    url = f"/patch-tests/{test.id}"
    return client.post_refused(f"{url}/read", {"grades-0-grade": grade, **more}, at=url)


def outcome(page):
    """What the page says the first spot comes to."""
    return page.one("td", data_label="Outcome")


def said(page):
    """The words of the outcome."""
    return text_of(outcome(page))


def at(test, hours):
    """The local time so many hours after it was applied, as a browser sends it; Paris is an hour ahead."""
    return f"{test.applied_at + timedelta(hours=hours + 1):%Y-%m-%dT%H:%M}"


def test_two_readings_without_a_reaction_are_negative(clients, cast, test):
    a_policy(cast.site, "patch_test", {"valid_days": "180"})
    client = clients("practitioner")
    page = read(client, test, read_at=at(test, 48))
    assert "The 72 to 96 h reading was not entered in its window." in said(page)
    page = read(client, test, read_at=at(test, 80))
    assert said(page) == "negative until 21\xa0May\xa02027"


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_one_reading_at_48_hours_concludes_nothing(clients, patient, lot, watch):
    test = a_test(patient, lot, ago=timedelta(hours=48))
    page = read(clients("practitioner"), test)
    assert "not concluded" in said(page)
    assert "72 to 96 h reading from 25\xa0Nov\xa02026" in said(page)


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_24_hours_is_interim(clients, patient, lot):
    test = a_test(patient, lot, ago=timedelta(hours=24))
    page = read(clients("practitioner"), test)
    assert "24 h reading" in page.text
    assert "not concluded" in said(page)


def test_a_positive_reading_bars_at_once(clients, test, patient):
    page = read(clients("practitioner"), test, "+", read_at=at(test, 48))
    assert said(page).startswith("positive on 21\xa0Nov\xa02026")
    page = clients("practitioner").get_ok(f"/patch-tests/of/{patient.id}")
    assert "No cocktail with ascorbic acid" in page.text


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
def test_faint_redness_is_doubtful(clients, test):
    page = read(clients("practitioner"), test, "?+", read_at=at(test, 72))
    assert said(page).startswith("doubtful")


def test_a_reading_outside_its_window_is_recorded_and_does_not_count(clients, patient, lot):
    test = a_test(patient, lot, ago=timedelta(days=6))
    page = read(clients("practitioner"), test, read_at=at(test, 62))
    assert "62 h after it was applied" in page.text
    assert "outside every window, so it does not count" in page.text
    assert "not valid" in said(page)


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_nothing_entered_is_refused(clients, test):
    assert refused(clients("practitioner"), test, "").findings == ["reading.none"]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_reading_before_the_application_is_refused(clients, test):
    page = refused(clients("practitioner"), test, read_at=at(test, -1))
    assert page.errors == ["This is before the test was applied. Type when you looked."]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_reading_in_the_future_is_refused(clients, test):
    page = refused(clients("practitioner"), test, read_at="2026-11-24T13:01")
    assert page.errors == ["This time has not come yet. Type when you looked."]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_grade_that_is_not_on_the_scale_is_refused(clients, test):
    assert "not offered here" in refused(clients("practitioner"), test, "++++").errors[0]


def test_several_spots_are_read_at_once_and_some_later(clients, patient, lot):
    test = a_test(patient, lot, a_lot(), ago=timedelta(hours=48))
    read(clients("practitioner"), test, "-", **{"grades-1-grade": "+"})
    rows = db.session.scalars(db.select(PatchTestReading).order_by(PatchTestReading.id)).all()
    assert [(r.item_id, r.grade) for r in rows] == [(test.items[0].id, "-"), (test.items[1].id, "+")]


def test_a_mixture_is_read_as_one_spot(clients, patient, lot):
    test = a_test(patient, lot, a_lot(), ago=timedelta(hours=48), is_mixture=True)
    page = read(clients("practitioner"), test, "+")
    rows = db.session.scalars(db.select(PatchTestReading)).all()
    assert sorted(r.item_id for r in rows) == [item.id for item in test.items]
    assert len(page.all("td", data_label="Outcome")) == 1


def test_a_double_click_reads_once(clients, test):
    client = clients("practitioner")
    page = client.get_ok(f"/patch-tests/{test.id}")
    for _ in range(2):
        client.submit(page, {"grades-0-grade": "-"}, press="Record the reading")
    assert len(db.session.scalars(db.select(PatchTestReading)).all()) == 1


def test_a_spot_of_another_test_is_not_read(clients, test, patient, lot):
    other = a_test(patient, lot)
    client, url = clients("practitioner"), f"/patch-tests/{test.id}"
    told = {"grades-0-item": other.items[0].id, "grades-0-grade": "-"}
    answer = client.submit(client.get_ok(url), told, press="Record the reading")
    assert answer.status_code == 404


def correct(test, reading):
    """The page on which a reading is corrected."""
    return f"/patch-tests/{test.id}/readings/{reading.id}/correct"


def test_a_correction_is_a_further_reading(clients, test):
    wrong = a_reading(test.items[0], "+", hours=48)
    page = clients("practitioner").post_ok(
        correct(test, wrong), {"grade": "-", "note": "It was the neighbouring spot", **SECOND}
    )
    rows = db.session.scalars(db.select(PatchTestReading).order_by(PatchTestReading.id)).all()
    assert [(r.grade, r.corrects_id) for r in rows] == [("+", None), ("-", wrong.id)]
    assert "corrected, does not count" in page.text
    assert "positive" not in said(page)


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_correction_says_why(clients, test):
    wrong = a_reading(test.items[0], "+")
    told = {"grade": "-", "note": "", **SECOND}
    [error] = clients("practitioner").post_refused(correct(test, wrong), told).errors
    assert error.startswith("Why it is corrected is not filled in.")
    assert db.session.scalars(db.select(PatchTestReading)).all() == [wrong]


def test_a_reading_is_corrected_once(clients, test):
    wrong, client = a_reading(test.items[0], "+"), clients("practitioner")
    page = client.get_ok(correct(test, wrong))
    client.submit(page, {"grade": "-", "note": "Wrong", **SECOND}, press="Record the correction")
    client.submit(page, {"grade": "IR", "note": "Wrong", "key": "k" * 20}, press="Record the correction")
    assert len(db.session.scalars(db.select(PatchTestReading)).all()) == 2


def test_a_correction_of_a_mixture_corrects_all_of_it(clients, patient, lot):
    test = a_test(patient, lot, a_lot(), ago=timedelta(hours=48), is_mixture=True)
    client = clients("practitioner")
    read(client, test, "+")
    wrong = db.session.scalars(db.select(PatchTestReading).order_by(PatchTestReading.id)).first()
    client.post_ok(correct(test, wrong), {"grade": "-", "note": "Wrong", **SECOND})
    rows = db.session.scalars(db.select(PatchTestReading)).all()
    assert sorted(r.grade for r in rows) == ["+", "+", "-", "-"]


@pytest.mark.parametrize("page", ["", "/void"])
def test_a_stranger_gets_404_and_a_technician_403(clients, test, page):
    clients("practitioner3").get_page(f"/patch-tests/{test.id}{page}", status=404)
    clients("technician").get_page(f"/patch-tests/{test.id}{page}", status=403)


def test_a_stranger_does_not_read(clients, test, cast):
    token = clients("practitioner3").get_ok("/patients/register").form(button="Register").fields["csrf_token"]
    data = {"csrf_token": token, "grades-0-item": test.items[0].id, "grades-0-grade": "-"}
    assert clients("practitioner3").post(f"/patch-tests/{test.id}/read", data).status_code == 404
    assert db.session.scalars(db.select(PatchTestReading)).all() == []


def test_opening_a_test_writes_nothing_but_who_looked(clients, test):
    before = db.session.get(PatchTest, test.id).row_version
    clients("practitioner").get_ok(f"/patch-tests/{test.id}")
    db.session.expire_all()
    assert db.session.get(PatchTest, test.id).row_version == before
