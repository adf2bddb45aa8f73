"""The wash-outs of the catalogue: every source, the strictest, the clinic's own time where none is given."""

import pytest

from formulary.accounts import Forbidden
from formulary.catalogue import actions
from formulary.catalogue.labels import washout_lines
from formulary.catalogue.queries import medicine_kinds
from formulary.db import Missing, db
from formulary.patients.facts import patient_facts
from formulary.rules.washouts import span
from tests.support.builders import a_medicine, a_medicine_kind, a_patient, act

DAY = {"least": 24, "unit": "hours", "said": "not for a day", "source": "another article"}
NO_TIME = {"least": None, "said": "a few days", "source": "an article"}
LIFTED = {"before": "patch", "effect": "hides", "least": None, "lifted": True, "said": "no matter"}

pytestmark = pytest.mark.databases("sqlite")  # what a page and a rule say is the same on both


@pytest.fixture
def kinds(app):
    """One of which sources differ, and one of which none gives a time."""
    return a_medicine_kind("newt", {}, DAY, LIFTED), a_medicine_kind("salve", NO_TIME)


def decided(kind, by, at, before="mesotherapy", **told):
    db.session.expire_all()
    with act():
        told = {"least": 3, "unit": "days", "reason": "the leaflet of the cream"} | told
        return actions.decide_washout(kind.id, before, **told, at=at, by=by)


def test_every_source_stands_there_and_the_strictest_binds(kinds):
    lines = [(line.kind.word, line.before, line.holds, line.words) for line in washout_lines(kinds)]
    assert lines == [
        ("newt", "mesotherapy", "7 days", "sources differ: the strictest"),
        ("newt", "patch", "does not matter", "as stated"),
        ("salve", "mesotherapy", "no time is stated", "the prescriber decides"),
    ]


def test_where_no_source_gives_a_time_the_clinic_decides_and_the_rules_go_by_it(clients, kinds, watch):
    _, salve = kinds
    patient, today = a_patient(ready=False), watch.now().date()
    a_medicine(patient, "salve", last_taken_on=today)
    url = f"/catalogue/wash-outs/{salve.id}/mesotherapy"
    told = {"least": "3", "unit": "days", "reason": "the leaflet of the cream"}
    page = clients("practitioner").post_ok(url, told)
    assert "decided by the clinic: the leaflet of the cream" in page.text
    [medicine] = patient_facts(patient.id, watch.now()).medicines
    assert span(medicine, "mesotherapy", ("avoid",)).asked == "3 days"


def test_a_time_of_the_clinics_own_never_shortens_what_a_source_asks_for_and_is_taken_back(
    cast, kinds, watch
):
    newt, by = kinds[0], cast.actor("practitioner")
    for least in (3, 9, None):
        decided(newt, by, watch.now(), least=least)
        db.session.expire_all()
        line = next(x for x in washout_lines(medicine_kinds()) if x.kind.word == "newt")
        assert (line.holds, len(line.stated)) == ("9 days" if least == 9 else "7 days", 3)


def test_no_time_is_decided_for_what_no_source_names(cast, kinds, watch):
    for before in ("patch", "prick"):
        with pytest.raises(Missing):
            decided(kinds[0], cast.actor("practitioner"), watch.now(), before)


@pytest.mark.parametrize("username", ["technician", "admin", "auditor"])
def test_only_who_writes_limits_and_rules_decides(cast, kinds, watch, username):
    with pytest.raises(Forbidden):
        decided(kinds[0], cast.actor(username), watch.now())
