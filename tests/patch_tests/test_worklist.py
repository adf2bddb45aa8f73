"""The readings of a site: overdue, due today, coming."""

from datetime import timedelta

import pytest

from formulary.audit.models import AccessEntry
from formulary.db import db
from tests.support.builders import a_lot, a_patient, a_read_test, a_reading, a_test

DUE = "/patch-tests/"


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient(name="Anna Kovač")


def groups(page):
    """How many tests stand in each group."""
    return {
        panel.find(".//h2").text: len(panel.findall(".//th[@scope='row']"))
        for panel in page.all("section", class_="panel")
    }


@pytest.mark.parametrize(
    ("hours", "group", "said"),
    [
        (0, "Coming", "24 h reading from 25\xa0Nov\xa02026, 07:00"),
        (20, "Due today", "24 h reading until 25\xa0Nov\xa02026, 05:00"),
        (37, "Due today", "48 h reading from 24\xa0Nov\xa02026, 16:00"),
        (45, "Due today", "48 h reading until 25\xa0Nov\xa02026, 04:00"),
        (55, "Overdue", "48 h reading until 24\xa0Nov\xa02026, 18:00"),
        (61, "Coming", "72 to 96 h reading from 24\xa0Nov\xa02026, 18:00"),
    ],
)
def test_a_test_stands_in_its_group(clients, patient, hours, group, said):
    a_test(patient, a_lot(), ago=timedelta(hours=hours))
    page = clients("practitioner").get_ok(DUE)
    assert said in page.text
    expected = {"Overdue": 0, "Due today": 0, "Coming": 0} | {group: 1}
    if hours == 61:
        expected = {"Overdue": 0, "Due today": 1, "Coming": 0}
    assert groups(page) == expected


def test_a_missed_reading_stays_overdue(clients, patient):
    a_test(patient, a_lot(), ago=timedelta(days=9))
    page = clients("practitioner").get_ok(DUE)
    assert "48 h reading missed its window closed 18\xa0Nov\xa02026" in page.text
    assert groups(page)["Overdue"] == 1


def test_after_the_second_reading_day_7_comes(clients, patient):
    a_read_test(patient, a_lot(), days=5)
    page = clients("practitioner").get_ok(DUE)
    assert "day 7 reading from 25\xa0Nov\xa02026" in page.text


def test_a_test_that_is_over_or_positive_is_not_on_the_list(clients, patient):
    a_read_test(patient, a_lot(), days=9)
    positive = a_test(patient, a_lot(), ago=timedelta(days=3))
    a_reading(positive.items[0], "++", hours=48)
    assert groups(clients("practitioner").get_ok(DUE)) == {"Overdue": 0, "Due today": 0, "Coming": 0}


def test_a_void_test_is_not_on_the_list(clients, patient):
    test = a_test(patient, a_lot())
    clients("practitioner").post_ok(f"/patch-tests/{test.id}/void", {"reason": "Wrong patient"})
    assert groups(clients("practitioner").get_ok(DUE))["Coming"] == 0


def test_the_list_is_of_the_site(clients, cast):
    elsewhere = a_patient(site=cast.other_site, name="Zoe Lambert")
    a_test(elsewhere, a_lot(site=cast.other_site), site=cast.other_site)
    assert "Zoe Lambert" not in clients("practitioner").get_ok(DUE).text
    assert "Zoe Lambert" in clients("practitioner3").get_ok(DUE).text


def test_who_saw_how_many_is_noted(clients, patient):
    a_test(patient, a_lot())
    clients("practitioner").get_ok(DUE)
    entry = db.session.scalars(db.select(AccessEntry).filter_by(what="patch_tests.due")).one()
    assert entry.patients == 1


def test_a_technician_reads_no_tests(clients):
    clients("technician").get_page(DUE, status=403)
